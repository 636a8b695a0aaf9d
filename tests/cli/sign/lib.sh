# SPDX-License-Identifier: Apache-2.0
# Sourced by sign.test. Everything is written into the directory of the case.
export XDG_STATE_HOME=$PWD/state COUNTERSIGN_NOW=1795251600
cp "$HERE/profile.yaml" countersign.yaml
(umask 077 && echo 'correct horse' >scrypt.pass && echo 'pässwörter ⚡' >utf8.pass)

# make FILE NONCE ENTRY: a proposal to remove a compose hash
make() {
    countersign propose remove-compose-hash "0x$(printf %064d "$3")" --nonce "$2" --out "$1" >/dev/null
}
# sign_as KEY FILE SECONDS [OPTION…]: sign; the person takes that long to answer
sign_as() {
    local key=$1 file=$2 wait=$3 digits
    shift 3
    digits=$(countersign hash --json "$file" | jq -r .safeTxHash | tail -c 9)
    { sleep "$wait"; echo "$digits"; } | script -qec "'$PROGRAM' sign '$file' \
        --signer 'keystore:$ROOT/fixtures/keystore/ethers-$key.json' \
        --passphrase-file $key.pass $*" /dev/null | tr -d '\r' | tail -n 2
}
