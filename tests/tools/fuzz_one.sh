#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One fuzz target: fuzz_one.sh SECONDS DIR/NAME_fuzz. Its corpus grows in DIR/corpus/NAME, from the seeds
# in fixtures/fuzz/NAME if there are any; what it finds and its log stay in DIR.
set -u
dir=$(dirname "$2")
name=$(basename "$2" _fuzz)
seeds=fixtures/fuzz/$name
[ -d "$seeds" ] || seeds=
mkdir -p "$dir/corpus/$name"
printf '  %-8s %s\n' FUZZ "$name"
# shellcheck disable=SC2086 # no seeds, no argument
"$2" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
    -artifact_prefix="$dir/" "$dir/corpus/$name" $seeds >"$dir/$name.log" 2>&1 && exit 0
tail -n 40 "$dir/$name.log"
exit 1
