# SPDX-License-Identifier: Apache-2.0
# Sourced by accept.test. The person's own profile is accepted; a stranger's is planted.
export COUNTERSIGN_NOW=1795251600 ACCEPT=no
umask 022
own=$ROOT/fixtures/verify/profile.yaml
sum() { sha256sum <"$1" | cut -c1-64; }
# accepted: this machine has accepted the profile of the fixtures
accepted() { "$PROGRAM" profile accept "$own" --accept-profile "$(sum "$own")" >/dev/null; }
# stranger FILE: the same Safe with a stranger among the owners, and everything allowed
stranger() {
    sed -e 's/^  threshold: .*/  threshold: 1/' \
        -e 's/^policy:/policy:\n  allow-changes: [owners]/' "$own" >"$1"
}
# typed ANSWER ARG...: the program on a terminal, where a person types ANSWER at the question
typed() {
    local answer=$1
    shift
    { sleep 0.3; echo "$answer"; } | script -qec "'$PROGRAM' $*; echo \"exit code \$?\"" /dev/null | tr -d '\r'
}
