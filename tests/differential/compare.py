#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py DOCUMENTS OURS THEIRS: hold two readers' answers against each other.

Whenever both accept, the trees are equal; whenever the other refuses, so do we. What only we refuse
is counted by reason.
"""
import collections
import re
import sys


def documents(path):
    with open(path, "rb") as f:
        while head := f.readline():
            yield f.read(int(head))


def lines(path):
    """Reasons quote characters that Python would take for the end of a line."""
    with open(path, "rb") as f:
        return [line.decode("utf-8", "replace") for line in f.read().split(b"\n")[:-1]]


def main():
    ours, theirs = lines(sys.argv[2]), lines(sys.argv[3])
    texts = list(documents(sys.argv[1]))
    if not len(texts) == len(ours) == len(theirs):
        sys.exit("%d documents, %d answers of ours, %d of the other" % (len(texts), len(ours), len(theirs)))
    counts = collections.Counter()
    reasons = collections.Counter()
    wrong = 0
    for text, a, b in zip(texts, ours, theirs):
        if a.startswith("E ") and b.startswith("E "):
            counts["both refuse"] += 1
        elif a == b:
            counts["both accept"] += 1
        elif a.startswith("E "):
            counts["only we refuse"] += 1
            reasons[re.sub(r"t:\d+:\d+: |'.*'|U\+[0-9A-F]+|of \d+", "", a[2:])] += 1
        else:
            wrong += 1
            if wrong <= 10:
                print("WRONG: %r\n  ours   %s\n  theirs %s" % (text, a, b))
    for name, n in sorted(counts.items()):
        print("%8d %s" % (n, name))
    for reason, n in reasons.most_common():
        print("%8d   %s" % (n, reason))
    print("%d documents, %d wrong" % (len(texts), wrong))
    if wrong or counts["both accept"] * 10 < len(texts):
        sys.exit(1)


main()
