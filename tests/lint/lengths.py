#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions over 100 lines and files over 600 fail; see CONTRIBUTING.md, "Size"."""
import sys

MAX_FUNCTION, MAX_FILE = 100, 600


def check(path):
    bad = []
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    if len(lines) > MAX_FILE:
        bad.append(f"{path}: {len(lines)} lines, at most {MAX_FILE}")
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line == "}" and begin is not None:
            if number - begin > MAX_FUNCTION:
                bad.append(f"{path}:{begin}: function of {number - begin} lines, at most {MAX_FUNCTION}")
            begin = None
        if len(line) > 100 and "http" not in line:
            bad.append(f"{path}:{number}: {len(line)} columns, at most 100")
    return bad


problems = [p for path in sys.argv[1:] for p in check(path)]
print("\n".join(problems), end="\n" if problems else "")
sys.exit(1 if problems else 0)
