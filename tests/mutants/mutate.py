# SPDX-License-Identifier: Apache-2.0
"""Mutations of C source in this repository's layout: small, deterministic, each with a stable key."""
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    path: str
    where: str  # function or table
    kind: str
    line: str  # the first line that changes, without indentation
    becomes: str
    number: int  # of several that read the same
    start: int
    end: int
    text: str

    @property
    def key(self):
        tail = f" #{self.number}" if self.number else ""
        return f"{self.path}: {self.where}{tail}\n- {self.line}\n+ {self.becomes}"

    def apply(self, source):
        return source[: self.start] + self.text + source[self.end :]


def mask(source):
    """Comments, literals and preprocessor lines as spaces: same length, same lines."""
    out, i = list(source), 0
    pattern = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|^#(?:\\\n|[^\n])*",
                         re.S | re.M)
    for m in pattern.finditer(source):
        for i in range(m.start(), m.end()):
            if out[i] != "\n":
                out[i] = " "
        if m.group()[0] in "\"'":
            out[m.start()] = out[m.end() - 1] = m.group()[0]
    return "".join(out)


def regions(masked):
    """(name, start, end, is_function) of the function bodies and the tables of a file."""
    found = []
    for m in re.finditer(r"^\{\n(.*?)^\}", masked, re.S | re.M):
        head = masked[: m.start()]
        head = head[max(head.rfind("\n\n"), head.rfind("}\n"), head.rfind(";\n")) + 1 :]
        name = re.search(r"\b(?!__attribute__)(\w+)\s*\(", head)
        if name:
            found.append((name.group(1), m.start(1), m.end(1), True))
    for m in re.finditer(r"^(?:static |const )[^;{}()]*?(\w+)\[\w*\] = \{\n(.*?)^\};|^\} (\w+)\[\] = \{\n(.*?)^\};",
                         masked, re.S | re.M):
        i = 2 if m.group(1) else 4
        found.append((m.group(i - 1), m.start(i), m.end(i), False))
    return sorted(found, key=lambda r: r[1])


SWAPS = [
    (r"(?<![=!<>+\-*/&|^])==(?!=)", ["!="]),
    (r"!=", ["=="]),
    (r"(?<= )<(?= )", ["<="]),
    (r"(?<= )<=(?= )", ["<"]),
    (r"(?<= )>(?= )", [">="]),
    (r"(?<= )>=(?= )", [">"]),
    (r"&&", ["||"]),
    (r"\|\|", ["&&"]),
    (r"(?<= )\+(?= )", ["-"]),
    (r"(?<= )-(?= )", ["+"]),
    (r"(?<= )&(?= )", ["|"]),
    (r"(?<= )\|(?= )", ["&"]),
    (r"!(?=[\w(*])", [""]),
    (r"\bPASS\b", ["UNKNOWN", "FAIL"]),
    (r"\bFAIL\b", ["PASS", "UNKNOWN"]),
    (r"\bUNKNOWN\b", ["PASS", "FAIL"]),
    (r"\bcheck_pass(?=\()", ["check_unknown"]),
    (r"\bcheck_fail(?=\()", ["check_pass", "check_unknown"]),
    (r"\bcheck_unknown(?=\()", ["check_pass", "check_fail"]),
    (r"\btrue\b", ["false"]),
    (r"\bfalse\b", ["true"]),
    (r"(?<![\w.])\d+(?![\w.])", None),
    (r"\b0x[0-9a-fA-F]+\b", None),
]
# Numbers that are a size, or the zero of a comparison of bytes, which != changes better.
SIZES = re.compile(r"buf_init\(|\[\d+\];|char \w+\[|memset\(|(mem|str)n?cmp\(|__attribute__")
LAYOUT = re.compile(r"assert\(|\bterm_\w+\(|_COLUMN\b|INDENT")
# What changes memory or words alone, not an answer.
NO_DECISION = re.compile(r"^(\w*(_clear|_free|_wipe|_init)|free|va_end|assert|check_note|check_by_hand|by_hand\w*|report_not_shown)\(")
WORDS_ONLY = re.compile(r"^(buf_\w+|json_\w+|diag_prefix|describe\w*|term_\w+)\(")
DECLARES = re.compile(r"^(static|const|struct|enum|unsigned|bool|size_t|u?int\d*(_t)?|u?int\w*_t|char|long|void|"
                      r"return|if|for|while|switch|case|default|do|else|goto)\b")
STATEMENT = re.compile(r"^(\w+\(|\*?\(?\*?[\w.\->\[\]()+ ]+? ?([|&+\-*/]?=)(?!=)|[\w.\->\[\]()*]+(\+\+|--);)")


def raised(number):
    value = int(number, 0)
    return [hex(value + 1) if number.startswith("0x") else str(value + 1)] if value else ["1"]


class File:
    def __init__(self, path, source):
        self.path, self.source, self.masked = path, source, mask(source)
        self.mutants, self.seen = [], {}

    def line_at(self, at):
        begin = self.source.rfind("\n", 0, at) + 1
        end = self.source.find("\n", at)
        return begin, end if end >= 0 else len(self.source)

    def add(self, where, kind, start, end, text):
        begin, stop = self.line_at(start)
        line = self.source[begin:stop].strip()
        changed = self.source[:start] + text + self.source[end:]
        becomes = changed[begin : changed.find("\n", start + len(text))].strip()
        if kind == "drop":
            becomes = "(dropped)"
        key = (where, line, becomes)
        number = self.seen.get(key, 0)
        self.seen[key] = number + 1
        self.mutants.append(Mutant(self.path, where, kind, line, becomes, number, start, end, text))

    def swaps(self, where, start, end):
        body = self.masked[start:end]
        for pattern, texts in SWAPS:
            for m in re.finditer(pattern, body):
                begin, stop = self.line_at(start + m.start())
                line = self.source[begin:stop]
                if '? "" : "s' in line or LAYOUT.search(line) or re.search(r"= \{ (\{ )?0 ", line):
                    continue
                if texts is None and SIZES.search(line):
                    continue
                for text in texts or raised(m.group()):
                    self.add(where, "swap", start + m.start(), start + m.end(), text)

    def conditions(self, where, start, end):
        """if (A) becomes if (!(A)), where no single comparison or ! would do the same."""
        for m in re.finditer(r"\bif \(", self.masked[start:end]):
            begin = start + m.end()
            stop = self.closing(begin)
            condition = self.masked[begin:stop]
            if re.search(r"&&|\|\|", condition) or not re.search(r"[=!<>]=|[<>]|^!", condition):
                self.add(where, "negate", begin, stop, "!(" + self.source[begin:stop] + ")")

    def closing(self, at):
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(self.masked[at], 0)
            at += 1
        return at - 1

    def statements(self, where, start, end):
        """Calls, assignments, and returns that are not the last word of a function, dropped."""
        words = re.compile(r"(show|report)\.c$").search(self.path)
        for m in re.finditer(r"^( +)(\S[^\n]*)", self.masked[start:end], re.M):
            first, begin = m.group(2), start + m.start(2)
            before = self.masked[:begin].rstrip()
            if before[-1] not in ";{})" and not before.endswith("else") and before[-1] != ":":
                continue
            nested = len(m.group(1)) > 4 or before[-1] == ")"
            if re.match(r"return\b|continue;|break;", first):
                if not nested or (first == "break;" and self.in_switch(begin)):
                    continue
            elif (DECLARES.match(first) or not STATEMENT.match(first) or NO_DECISION.match(first)
                  or (WORDS_ONLY.match(first) and not words)):
                continue
            stop = self.masked.find(";", begin)
            if 0 < stop < end and "{" not in self.masked[begin:stop]:
                self.add(where, "drop", begin, stop, "")

    def in_switch(self, at):
        head = self.masked[:at]
        return head.rfind("case ") > max(head.rfind("for ("), head.rfind("while ("))

    def rows(self, where, start, end):
        at = start
        while True:
            begin = self.masked.find("{", at, end)
            if begin < 0:
                return
            depth, stop = 1, begin + 1
            while depth:
                depth += {"{": 1, "}": -1}.get(self.masked[stop], 0)
                stop += 1
            if self.masked[stop : stop + 1] == ",":
                stop += 1
            self.add(where, "drop", begin, stop, "")
            at = stop

    def all(self):
        for name, start, end, is_function in regions(self.masked):
            if is_function:
                self.swaps(name, start, end)
                self.conditions(name, start, end)
                self.statements(name, start, end)
            else:
                self.rows(name, start, end)
        return sorted(self.mutants, key=lambda m: (m.start, m.end, m.text))


def mutants_of(path):
    with open(path, encoding="utf-8") as f:
        return File(path, f.read()).all()
