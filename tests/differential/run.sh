#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh PRINTER DIRECTORY: hold our YAML reader against go-yaml over the tree's own YAML files and
# DIFFERENTIAL_COUNT generated documents (DIFFERENTIAL_SEED for others). Go's files go to DIRECTORY.
set -eu
printer=$1 dir=$2
mkdir -p "$dir"
files=$(git ls-files '*.yaml' '*.yml' 2>/dev/null || find docs fixtures tests -name '*.y*ml')
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$(cd "$dir" && pwd)/go-cache GOFLAGS= \
    go build -o "$dir/reader" tests/differential/reader.go
# shellcheck disable=SC2086 # several files, whose names have no spaces
python3 tests/differential/generate.py "${DIFFERENTIAL_COUNT:-200000}" "${DIFFERENTIAL_SEED:-1}" \
    $files >"$dir/documents"
"$printer" <"$dir/documents" >"$dir/ours"
"$dir/reader" <"$dir/documents" >"$dir/theirs"
python3 tests/differential/compare.py "$dir/documents" "$dir/ours" "$dir/theirs"
