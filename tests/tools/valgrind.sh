#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unit tests under valgrind: valgrind.sh UNIT LOGS [SUITES [TESTS]]. What it says is in LOGS, a file for
# each process; SUITES and TESTS ('a|b_*') are left out. Under valgrind Criterion runs one test after
# the other, so that as many processes as there are cores take a few suites each.
set -euo pipefail
shopt -s extglob
unit=$1 logs=$2 suites=${3:-} tests='*'
[ -z "${4:-}" ] || tests="!($4)"

found=$("$unit" --list | sed -n 's/^\([a-z0-9_]*\): [0-9]* tests\{0,1\}$/\1/p')
for suite in ${found:?no suites}; do
    # shellcheck disable=SC2053 # a pattern
    [[ $suite == @($suites) ]] || echo "$suite"
done | xargs -n 6 -P "$(nproc)" bash -c '
    logs=$1 unit=$2 tests=$3
    shift 3
    exec valgrind -q --trace-children=yes --trace-children-skip="*/git,/bin/*,/usr/bin/*" \
        --suppressions=tests/valgrind.supp --leak-check=full --show-leak-kinds=definite \
        --log-file="$logs/valgrind.%p" "$unit" --timeout 600 --filter "@($(IFS="|"; echo "$*"))/$tests"
    ' bash "$logs" "$unit" "$tests"
