#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job, start to end, with no network and throw-away keys: make demo.
# Everything happens in a temporary directory that is removed at the end (KEEP=1 keeps it).
set -eu

: "${COUNTERSIGN:?path of the program}" "${MAKE_KEYSTORE:?path of the key maker}"
work=$(mktemp -d)
if [ -n "${KEEP:-}" ]; then
    echo "kept in $work"
else
    trap 'rm -rf "$work"' EXIT
fi
cd "$work"
export XDG_STATE_HOME="$work/state" HOME="$work" GIT_CONFIG_NOSYSTEM=1

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() {
    printf '$ countersign %s\n' "$*"
    "$COUNTERSIGN" "$@"
}
# What a person types at the question, given through a terminal of its own.
sign_as() {
    digits=$("$COUNTERSIGN" hash --json "$2" | jq -r .safeTxHash | tail -c 9)
    printf '$ countersign sign %s --signer keystore:%s.json   (typing %s)\n' "$2" "$1" "$digits"
    printf '%s\n' "$digits" | script -qec "'$COUNTERSIGN' sign '$2' --signer 'keystore:$1.json' \
        --passphrase-file passphrase --submit" /dev/null | tail -n 3
}

say 'two throw-away keys'
(umask 077 && echo 'correct horse battery staple' >passphrase)
alice=$("$MAKE_KEYSTORE" alice.json passphrase alice)
bob=$("$MAKE_KEYSTORE" bob.json passphrase bob)
carol=$("$MAKE_KEYSTORE" carol.json passphrase carol)
printf 'alice %s\nbob   %s\n' "$alice" "$bob"

say 'a repository with a digest-pinned compose file, and the app-compose made from it'
git init -q -b main release
mkdir release/deploy
cat >release/deploy/docker-compose.yml <<'YAML'
services:
  api:
    image: ghcr.io/example/api:1.4.0@sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865
    ports: ["8080:8080"]
  proxy:
    image: nginx@sha256:53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3
YAML
git -C release add -A
GIT_AUTHOR_DATE='2026-11-01T12:00:00Z' GIT_COMMITTER_DATE='2026-11-01T12:00:00Z' \
    git -C release -c user.name=demo -c user.email=demo@example.org commit -qm 'deploy: api 1.4.0'
jq -n --rawfile compose release/deploy/docker-compose.yml '{manifest_version: 2, name: "api",
    runner: "docker-compose", docker_compose_file: $compose, kms_enabled: true, public_logs: false,
    public_tcbinfo: false, allowed_envs: ["API_KEY"]}' >app-compose.json
git -C release log --oneline
sha256sum app-compose.json

say 'the deployment: a 2-of-3 Safe, a timelock, a DstackApp; a directory as the queue'
cat >countersign.yaml <<YAML
format: countersign/profile/1
name: demo
chain: {id: 8453}
safe:
  address: 0x1111111111111111111111111111111111111111
  version: 1.4.1
  owners: ["$alice", "$bob", "$carol"]
  threshold: 2
timelock: {address: 0x2222222222222222222222222222222222222222, release: "5.4", delay: 2d}
contracts:
  app: {type: DstackApp, address: 0x3333333333333333333333333333333333333333, release: 0.5.11}
queue: {directory: queue}
policy: {compose-allow: ["ports:api:8080:8080"]}
YAML
cat countersign.yaml

say 'this profile is what everything is judged by: a person accepts it once, by its SHA-256'
run profile accept --accept-profile "$(sha256sum countersign.yaml | cut -c1-64)"

say 'propose: schedule addComposeHash through the timelock'
run propose add-compose-hash --app-compose app-compose.json --repo release --commit main \
    --path deploy/docker-compose.yml --nonce 7 --out proposal.json

say 'verify, offline, from the proposal alone'
run verify proposal.json

say 'a tampered copy: one hex digit of the whitelisted hash in the calldata'
jq '.safeTx.data |= (.[:500] + (if .[500:501] == "0" then "1" else "0" end) + .[501:])' \
    proposal.json >tampered.json
code=0
run verify tampered.json >report || code=$?
sed '/^What happens/,$d' report
if [ "$code" -ne 1 ]; then
    echo "exit code $code, expected 1: this must never happen" >&2
    exit 1
fi
echo 'exit code 1: no'

say 'two signers sign; each signature is checked, saved and put into the queue'
sign_as alice proposal.json
rm -f second.json
hash=$("$COUNTERSIGN" hash --json proposal.json | jq -r .safeTxHash)
run fetch "$hash" --out second.json
sign_as bob second.json

say 'execute: the calldata for anyone to send'
run execute second.json --print
