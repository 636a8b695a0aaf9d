#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Command-line tests: runs the program and compares stdout, stderr and exit code with a file.
#
#   COUNTERSIGN=build/countersign tests/cli/run.sh [FILE.test …]     default: tests/cli/*/*.test
#
# Several files at once, as many as there are cores.
#
# A .test file holds cases. The first character of a line says what it is; # and empty: a comment.
#
#   = name       starts a case (default: its command)
#   $ command    run by bash; starts a case unless a name just did. "countersign" is the program
#   < text       a line for its standard input (default: empty input)
#   > text       a line that stdout must have
#   ! text       a line that stderr must have
#   ? N          the exit code (default 0)
#   >* text      stdout has text somewhere, and is not compared otherwise; !* the same for stderr
#
# A profile that a command names, or finds in its directory, is accepted before it runs; ACCEPT=no in
# front of it leaves that to the command, and so does "$PROGRAM" instead of countersign.
#
# Commands run in an empty directory of the case's own, $ROOT is the root of the repository, $HERE
# the folder of the .test file, $XDG_STATE_HOME another of its own. No network, no profile, TERM=dumb, LC_ALL=C, SHELL=/bin/sh; two minutes
# at the most.
set -u

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PROGRAM=$(realpath "${COUNTERSIGN:-$ROOT/build/countersign}")
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
export ROOT HERE PROGRAM TERM=dumb LC_ALL=C NO_COLOR=1 SHELL=/bin/sh
passed=0 failed=0
# accept [ARG…]: as the person of this machine, the profile that a command line with these arguments uses
accept() {
    local path= arg previous= sum
    for arg in "$@"; do
        case $previous/$arg in
        --profile/*) path=$arg ;;
        */--profile=*) path=${arg#*=} ;;
        esac
        previous=$arg
    done
    [ -n "$path" ] || [ ! -e countersign.yaml ] || path=countersign.yaml
    [ -n "$path" ] && [ "$path" != - ] && [ -z "${ACCEPT:-}" ] || return 0
    sum=$("$PROGRAM" profile check --json "$path" 2>/dev/null </dev/null | jq -r .sha256) || return 0
    "$PROGRAM" profile accept "$path" --accept-profile "$sum" >/dev/null 2>&1 </dev/null
    return 0
}
countersign() { accept "$@"; "$PROGRAM" "$@"; }
export -f accept countersign

clear_case() { name= command= input= want=0 out= err= out_parts=() err_parts=(); }

# compare WHAT GOT-FILE WANTED-TEXT PARTS…: appends to $why.
compare() {
    local what=$1 got=$2 wanted=$3 part
    shift 3
    for part in "$@"; do
        grep -qF -- "$part" "$got" || why+="$what lacks: $part"$'\n'"$(head -c 2000 "$got")"$'\n'
    done
    [ $# -gt 0 ] || printf %s "$wanted" | cmp -s - "$got" ||
        why+="$what differs:"$'\n'"$(printf %s "$wanted" | diff - "$got" | head -n 20)"$'\n'
}

finish_case() {
    local why= got dir
    [ -n "$command" ] || return 0
    dir=$(mktemp -d -p "$SCRATCH")
    export XDG_STATE_HOME=$dir.state
    (cd "$dir" && printf %s "$input" | timeout --foreground 120 bash -c "$command" >../out 2>../err)
    got=$?
    [ "$got" = "$want" ] || why="exit code $got, expected $want: $(head -c 500 "$SCRATCH/err")"$'\n'
    compare stdout "$SCRATCH/out" "$out" ${out_parts[@]+"${out_parts[@]}"}
    compare stderr "$SCRATCH/err" "$err" ${err_parts[@]+"${err_parts[@]}"}
    [ -z "$why" ] || printf 'FAILED %s: %s\n%s\n' "${file#"$ROOT"/}" "${name:-$command}" "$why"
    [ -z "$why" ] && passed=$((passed + 1)) || failed=$((failed + 1))
    clear_case
}

[ $# -gt 0 ] || set -- "$ROOT"/tests/cli/*/*.test
if [ $# -gt 1 ]; then
    set -o pipefail
    printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" "$0" | awk '
        /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3; next }
        { print }
        END { printf "%d passed, %d failed\n", passed, failed }'
    exit
fi
for file in "$@"; do
    HERE=$(cd "$(dirname "$file")" && pwd)
    clear_case
    while IFS= read -r line || [ -n "$line" ]; do
        text=${line:2}
        case $line in
        '= '*) finish_case; name=$text ;;
        '$ '*) finish_case; command=$text ;;
        '<'*) input+=$text$'\n' ;;
        '>* '*) out_parts+=("${line:3}") ;;
        '!* '*) err_parts+=("${line:3}") ;;
        '>'*) out+=$text$'\n' ;;
        '!'*) err+=$text$'\n' ;;
        '? '*) want=$text ;;
        '' | '#'*) ;;
        *) failed=$((failed + 1)) && printf 'FAILED %s: not a test line: %s\n' "$file" "$line" ;;
        esac
    done <"$file"
    finish_case
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
