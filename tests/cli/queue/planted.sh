# SPDX-License-Identifier: Apache-2.0
# Sourced by queue.test: a proposal p.json under nonce 7, in the queue at $entry.
export COUNTERSIGN_NOW=1795251600
(cat "$ROOT/fixtures/verify/profile.yaml"; echo 'queue: {directory: q}') >countersign.yaml
mkdir q
countersign propose remove-compose-hash "0x$(printf %064d 1)" --contract app --nonce 7 --out p.json >/dev/null
countersign submit p.json >/dev/null
entry=$(echo q/*/*-0x*)
cp -r "$entry" kept
# plant NAME COMMAND: put what COMMAND makes in place of a file of the entry; %s, or the end, is the file
plant() {
    rm -rf "$entry"
    cp -r kept "$entry"
    mkdir -p "$entry/signatures"
    rm -f "$entry/$1"
    case $2 in
    *%s*) ${2/\%s/$entry/$1} ;;
    *) $2 "$entry/$1" ;;
    esac
}
