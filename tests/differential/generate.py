#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Documents for the two readers of YAML, to standard output, each behind a line with its length.

generate.py COUNT SEED [FILE...]: the files first, then COUNT documents, the same for one seed.
"""
import random
import sys

KEYS = ["a", "b", "c", "image", "services", "x-y", "'q'", '"d q"', "1", "true", "~", "<<", "? a"]
PLAIN = ["b", "x y", "1", "0x1f", "010", "1.5", "true", "yes", "null", "~", "", "a#b", "a: b", "a :b",
         "-", "- b", "?", "a@sha256:0f", "[", "]", "{", "}", ",", "@x", "`x", "%x", "!", "&", "*", "|", ">", "..",
         "---", "...", "=", "<<", "2026-01-01", ".inf", "1_000", "0o17", "+1", "http://x/y?z=1#f", "a\\b", "é", "😀"]
QUOTED = ['""', "''", '"x"', "'x'", "'it''s'", '"a\\nb"', '"a\\\n  b"', "'a\n  b'", '"\\x41\\u00e9"', '"\\q"', '"a', "'a",
          '"\\\n"', '"a\n\n  b"', '"\ta"', '"<<"', '"a"b', "'a' b", '"\\/"', '"\\0"', '"\\N\\_\\L"']
HEADS = ["|", ">", "|-", ">-", "|+", ">+", "|2", ">1-", "|-1", "| # c", "|0", "|x", "|  ", ">3"]
TAGS = ["!!str ", "!!int ", "!!map ", "!!seq ", "!!null ", "!!bool ", "!x ", "!reset ", "! ", "!!binary ", "!!float ",
        "!!merge ", "!<tag:yaml.org,2002:str> "]
SPACE = ["", " ", "  ", "\t", " \t", " # c", "\t# c", "#c", "\n", "\n\n", " \n", "\r\n", "\r"]


class Maker:
    def __init__(self, rng):
        self.rng = rng
        self.anchors = 0

    def chance(self, p):
        return self.rng.random() < p

    def mark(self):
        """Anchor and tag, rarely."""
        text = ""
        if self.chance(0.08):
            self.anchors += 1
            text += "&%s " % self.rng.choice("xyz")
        if self.chance(0.03):
            text += self.rng.choice(TAGS)
        return text

    def scalar(self, indent):
        kind = self.rng.random()
        if kind < 0.5:
            return self.rng.choice(PLAIN[:12] if self.chance(0.8) else PLAIN)
        if kind < 0.65:
            return self.rng.choice(QUOTED)
        if kind < 0.75 and self.anchors:
            return "*" + self.rng.choice("xyz")
        if kind < 0.93:
            return self.block(indent)
        return "x\n" + " " * max(0, indent + self.rng.choice([-1, 0, 1, 2])) + "y"

    def block(self, indent):
        text = self.rng.choice(HEADS)
        for _ in range(self.rng.choice([0, 0, 1, 1, 2, 3])):
            at = max(0, indent + self.rng.choice([-1, 0, 1, 2, 2, 2, 3]))
            text += "\n" + " " * at + self.rng.choice(["t", "t u", "", " ", "# c", "- t", "t: u", "\tt", "image: z"])
        return text

    def flow(self, indent, depth):
        gap = lambda: self.rng.choice(["", "", " ", "\n" + " " * max(0, indent + self.rng.choice([-2, 0, 2])), " # c\n  ", "\t",
                                       "\n\t"])
        items = []
        for _ in range(self.rng.choice([0, 1, 2, 3])):
            value = self.mark() + (self.flow(indent, depth - 1) if depth > 0 and self.chance(0.25) else
                                   self.rng.choice(PLAIN[:12] + QUOTED[:8] + ["*x", "a: b", "? a : b", ""]))
            if self.chance(0.5):
                value = self.rng.choice(KEYS[:12] + ["*x "]) + self.rng.choice([": ", ": ", ":", " :", ":\n "]) + value
            items.append(gap() + value + gap())
        closing = self.rng.choice(["", "", "", ","]) if items else ""
        text = ",".join(items) + closing + gap()
        return "{" + text + "}" if self.chance(0.5) else "[" + text + "]"

    def merge(self, indent):
        value = self.rng.choice(["*x", "*y", "[*x, *y]", "[*x, {a: 1}]", "{a: 1, b: 2}", "\n" + " " * (indent + 2) + "- *x", "~", "a",
                                 "[]", "{<<: *x}", "!!map {a: 1}", "[[*x]]", "\n" + " " * (indent + 2) + "a: z"])
        return " " * indent + self.rng.choice(["<<: ", "<<: ", "<<: ", "'<<': ", "!!merge <<: ", "? <<\n" + " " * indent + ": "]) + value

    def mapping(self, indent, depth):
        lines = []
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            if self.chance(0.08):
                lines.append(self.merge(indent))
                continue
            at = max(0, indent + (self.rng.choice([-1, 1]) if self.chance(0.03) else 0))
            key = self.rng.choice(KEYS if self.chance(0.3) else "abcdefgh")
            lines.append(" " * at + self.mark() + key + self.rng.choice([":", ":", ":", ":", " :", ":" + self.rng.choice(SPACE)]) +
                         self.value(indent, depth))
        return "\n".join(lines)

    def sequence(self, indent, depth):
        lines = []
        for _ in range(self.rng.choice([1, 2, 3])):
            lines.append(" " * indent + "-" + self.value(indent, depth))
        return "\n".join(lines)

    def value(self, indent, depth):
        kind = self.rng.random()
        if kind < 0.05:
            return self.rng.choice(SPACE)
        if kind < 0.45 and depth > 0:
            inner = indent + self.rng.choice([0, 1, 2, 2, 2, 4])
            make = self.mapping if self.chance(0.65) else self.sequence
            head = " " + self.mark() if self.chance(0.2) else ""
            if self.chance(0.1):
                return " " + make(indent + 2, depth - 1).lstrip(" ")
            return head + self.rng.choice(["\n", "\n", "\n", " # c\n", "\n\n", " \n"]) + make(inner, depth - 1)
        if kind < 0.6:
            return " " + self.mark() + self.flow(indent, 2) + self.tail()
        return " " + self.mark() + self.scalar(indent) + self.tail()

    def tail(self):
        return self.rng.choice(SPACE) if self.chance(0.12) else ""

    def document(self):
        self.anchors = 0
        text = self.rng.choice(["", "", "", "---\n", "# c\n", "--- ", "\ufeff", "%YAML 1.1\n---\n"] if self.chance(0.1) else [""])
        make = self.mapping if self.chance(0.85) else self.sequence
        text += make(0, 4) + self.rng.choice(["\n", "\n", "\n", "", "\n...\n", "\n---\na: b\n", "\n "] if self.chance(0.3) else ["\n"])
        if self.chance(0.15):
            text = self.damage(text)
        return text.encode("utf-8", "surrogatepass")

    def damage(self, text):
        """One or two characters added, dropped or exchanged."""
        for _ in range(self.rng.choice([1, 1, 2])):
            at = self.rng.randrange(len(text) + 1)
            put = self.rng.choice(["", " ", "\n", "\t", ":", "-", "'", '"', "#", "&x ", "*x", "{", "}", "[", "]", ",", "|", "?", "!",
                                   "\u0085", "\u2028", "\x00", "\u00a0"])
            text = text[:at] + put + text[at + self.rng.choice([0, 1]):]
        return text


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    out = sys.stdout.buffer
    for path in sys.argv[3:]:
        with open(path, "rb") as f:
            text = f.read()
        out.write(b"%d\n" % len(text) + text)
    maker = Maker(random.Random(seed))
    for _ in range(count):
        text = maker.document()
        out.write(b"%d\n" % len(text) + text)


main()
