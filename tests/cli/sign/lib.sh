# SPDX-License-Identifier: Apache-2.0
# Sourced by sign.test. Everything is written into the directory of the case.
export COUNTERSIGN_NOW=1795251600
cp "$HERE/profile.yaml" countersign.yaml
(umask 077 && echo 'correct horse' >scrypt.pass && echo 'pässwörter ⚡' >utf8.pass)

# make FILE NONCE ENTRY: a proposal to remove a compose hash
make() {
    countersign propose remove-compose-hash "0x$(printf %064d "$3")" --nonce "$2" --out "$1" >/dev/null
}
# sign_as KEY FILE GATE [OPTION…]: sign; the person answers when the file GATE is there (-: at once)
sign_as() {
    local key=$1 file=$2 gate=$3 digits screen=/dev/null
    shift 3
    [ "$gate" = - ] || screen=$file.screen
    digits=$(countersign hash --json "$file" | jq -r .safeTxHash | tail -c 9)
    { until [ "$gate" = - ] || [ -e "$gate" ]; do sleep 0.05; done; echo "$digits"; } |
        script -qec "'$PROGRAM' sign '$file' \
            --signer 'keystore:$ROOT/fixtures/keystore/ethers-$key.json' \
            --passphrase-file $key.pass $*" /dev/null | tee "$screen" | tr -d '\r' | tail -n 2
}
# asked FILE: wait until the person who signs it is asked
asked() {
    until grep -qs 'last eight' "$1.screen"; do sleep 0.05; done
}
# plant FILE: an approval in the first owner's name, in the entry of FILE in the queue q
plant() {
    local owner=0xc3afb1362f338440e272822da1ac741c1e8a19b0 entry
    entry=$(echo q/*/*-"$(jq -r .safeTxHash "$1")")
    mkdir -p "$entry/signatures"
    jq -n --arg h "$(jq -r .safeTxHash "$1")" --arg o "$owner" '{format: "countersign/signature/1",
        safeTxHash: $h, signer: $o, signature: ("0x" + "0" * 24 + $o[2:] + "0" * 64 + "01")}' \
        >"$entry/signatures/$owner.json"
}
# Of fixtures/keystore/ethers-scrypt.json, by hand: account, and its signature over `make p.json 7 1`
account=0xc3AFb1362f338440E272822Da1ac741c1e8A19b0
rs=0x7930af7673725c28b59e2421f5bf17c0ee908f49cffabe7c237cc5ef009130736f330c698bb66ca79b33300e06cabce811ea53d58b234ee6dd7d9a2048f60a93
# shown SCREEN: its size, once a question stands at the end of it (or after ten seconds)
shown() {
    for _ in {1..200}; do
        tail -c 40 "$1" | tr '\r\n' '#' | grep -q '\(to sign\|(0x...)\): $' && break
        sleep 0.05
    done
    stat -c %s "$1"
}
# sign_outside FILE [OPTION…]: sign with that account in another wallet. The person answers with the
# lines of standard input; "^C" presses the keys, and is for the program, not for the shell in front
# of it. Standard input of the program: $piped, if set
sign_outside() {
    local file=$1 line screen size=0
    shift
    screen=$(mktemp)
    while read -r line; do
        until [ "$(shown "$screen")" -gt "$size" ]; do sleep 0.05; done
        size=$(stat -c %s "$screen")
        [ "$line" = ^C ] && printf '\003' || echo "$line"
    done | script -qec "trap : INT; ${piped:+printf %s $piped |} '$PROGRAM' sign '$file' \
        --signer external:$account $*; echo \"exit code \$?\"" /dev/null | tee "$screen" | tr -d '\r'
    rm "$screen"
}
