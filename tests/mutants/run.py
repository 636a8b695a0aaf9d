#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do the tests notice when a decision is made otherwise?

Changes the decision core in one place at a time, compiles that one object, links it in front of the
library, and runs the tests until one fails: unit suites that are near first, then all suites that
can reach the core, then the command line. A crash and a test that does not end count as noticed.
What nobody notices must be argued in argued.txt, or the exit code is 1.

Variables, also of `make mutants`:
  MUTANTS         only files, or functions of them, that match one of these patterns:
                  'safe/timelock* verify/checks_tx.c:check_nonce'
  MUTANTS_SAMPLE  so many, chosen by MUTANTS_SEED and by what they read, not by where they stand
  MUTANTS_TIME    start no further one after so many seconds
  MUTANTS_JOBS    at once; default: cores
  MUTANTS_AGAIN   1: only those that were not noticed the last time
"""
import concurrent.futures
import fnmatch
import glob
import hashlib
import json
import os
import queue
import re
import resource
import shlex
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
from mutate import mutants_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CORE = """verify/checks*.c verify/report*.c verify/catalogue.c verify/nodes.c verify/node_values.c
    safe/call_tree*.c safe/call_carry.c safe/multisend.c safe/profile_policy.c safe/safe_tx*.c
    safe/timelock*.c src/base/yaml*.c""".split()

# What is near to a file, by the first pattern that matches: unit suites, and folders of tests/cli.
NEAR = [
    ("verify/checks_chain*", "checks_chain*|checks|nodes", "verify"),
    ("verify/*", "checks|checks_[!c]*|checks_compose|nodes|report|checks_chain*",
     "verify git images measure"),
    ("safe/call_*", "call_tree|multisend|checks|checks_[!c]*|nodes", "decode verify"),
    ("safe/multisend*", "multisend|call_tree|checks", "decode"),
    ("safe/profile*", "profile*", "profile verify"),
    ("safe/safe_tx*", "safe_tx*|eip712|checks", "hash verify sign"),
    ("safe/timelock*", "timelock*|checks|propose|execute*", "timelock decode verify"),
    ("src/base/yaml*", "yaml*|profile|compose_pinned|compose", "compose profile verify"),
]
# Suites that never reach the core, or only walk over bytes for ever.
FAR = re.compile(r"trezor|ledger|hid|usb|hw_|http|socket|interrupt|secret|terminal|keystore|preview|"
                 r"library|clock|registry|deadline|sigstore|rlp|keccak|u256|utf8|digest|base64|signer|queue|"
                 r"^chain$|chain_send|chain_rpc|^file$|^git")
SLOW = re.compile(r"tamper")
SLOW_FOR = re.compile(r"verify/(?!checks_chain|report)|safe/(safe_tx|timelock)\w*\.c")
TEST_S, STAGE_S = 30, 180


def environment(name, default=None):
    return os.environ.get(name) or default


def limits():
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (STAGE_S, STAGE_S))


def run(command, timeout, env=None):
    """True if it ended with 0 in time."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, preexec_fn=limits,
                               env={**os.environ, **(env or {})})
    try:
        return process.wait(timeout) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        process.wait()


class Bench:
    """Where one mutant at a time is built and tried."""

    def __init__(self, number, build):
        self.dir = os.path.join(build, "mutants", str(number))
        os.makedirs(os.path.join(self.dir, "tests"), exist_ok=True)
        self.build = build
        self.unit = os.path.join(self.dir, "tests", "unit")
        self.program = os.path.join(self.dir, "countersign")
        self.object = os.path.join(self.dir, "mutant.o")

    def compile(self, path, source):
        file = os.path.join(self.dir, "mutant.c")
        with open(file, "w", encoding="utf-8") as f:
            f.write(f'#line 1 "{path}"\n{source}')
        return run([*CC, *CFLAGS, "-O0", "-w", "-c", "-o", self.object, file], STAGE_S)

    def link(self, out, *objects):
        library = os.path.join(self.build, "libcountersign.a")
        return run([*CC, *CFLAGS, *LDFLAGS, "-w", "-o", out, self.object, *objects, library, *LIBS], STAGE_S)

    def link_unit(self):
        return self.link(self.unit, *UNIT_OBJECTS, "-lcriterion")

    def link_program(self):
        return self.link(self.program, os.path.join(self.build, "obj/src/cli/main.o"))

    def suites_pass(self, suites):
        if not suites:
            return True
        return run([self.unit, "-j1", "--fail-fast", "--timeout", str(TEST_S),
                    "--filter", f"@({'|'.join(suites)})/*"], STAGE_S)

    def cli_passes(self, *files):
        return run(["tests/cli/run.sh", *files], STAGE_S, {"COUNTERSIGN": os.path.abspath(self.program)})


def cli_files(folders):
    return [f for d in folders.split() for f in sorted(glob.glob(f"tests/cli/{d}/*.test"))]


def stages(path, suites, before):
    """(name, function of a bench) in the order in which a mutant is most likely to be noticed."""
    patterns, folders = next((p, d) for files, p, d in NEAR if fnmatch.fnmatch(path, files))
    near = [s for s in suites if any(fnmatch.fnmatch(s, p) for p in patterns.split("|"))]
    slow = [s for s in suites if SLOW.search(s)]
    far = [s for s in suites if s not in near and s not in slow]
    units = [("near", near), ("all", far), ("slow", slow if SLOW_FOR.match(path) else [])]
    found = [(n, lambda b, s=s: b.suites_pass(s)) for n, s in units]
    found[1:1] = [(f, lambda b, f=f: b.cli_passes(f)) for f in cli_files(folders)]
    found.sort(key=lambda f: f[0] != before)
    return found


def judge(bench, mutant, suites, before):
    """(word, by): killed, survived, or invalid if it does not compile or changes nothing."""
    with open(mutant.path, encoding="utf-8") as f:
        source = f.read()
    if not bench.compile(mutant.path, mutant.apply(source)):
        return "invalid", "compiler"
    if not bench.link_unit() or not bench.link_program():
        return "invalid", "linker"
    for name, passes in stages(mutant.path, suites, before):
        if not passes(bench):
            return "killed", name
    return "survived", ""


def argued(path):
    """Keys of argued.txt, each with its sentence."""
    entries, key, why = {}, [], []

    def finish():
        if not key and not why:
            return
        if len(key) != 3 or not why:
            sys.exit(f"{path}: an entry without its three lines or without a reason: {key} {why}")
        entries["\n".join(key)] = " ".join(why)

    with open(path, encoding="utf-8") as f:
        for line in [*f.read().split("\n"), ""]:
            if not line.strip():
                finish()
                key, why = [], []
            elif not line.startswith("#"):
                (why if len(key) == 3 else key).append(line.strip() if len(key) == 3 else line)
    return entries


def chosen(mutants):
    sample = environment("MUTANTS_SAMPLE")
    if not sample:
        return mutants
    seed = environment("MUTANTS_SEED", "1")
    order = sorted(mutants, key=lambda m: hashlib.sha256(f"{seed}\n{m.key}".encode()).digest())
    return order[: int(sample)]


def core_mutants():
    patterns = environment("MUTANTS", "*").split()
    files = sorted({f for p in CORE for f in glob.glob(p)})
    return [m for f in files for m in mutants_of(f)
            if any(fnmatch.fnmatch(f, p) or fnmatch.fnmatch(f"{f}:{m.where}", p) for p in patterns)]


def baseline(bench, suites):
    """The tests must pass on what is not changed, or everything would look noticed."""
    path = sorted(glob.glob(CORE[0]))[0]
    folders = sorted({d for _, _, dirs in NEAR for d in dirs.split()})
    with open(path, encoding="utf-8") as f:
        good = bench.compile(path, f.read()) and bench.link_unit() and bench.link_program()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        unit = pool.submit(bench.suites_pass, suites)
        cli = pool.submit(bench.cli_passes, *cli_files(" ".join(folders)))
    if not good or not unit.result() or not cli.result():
        sys.exit("mutants: the tests fail, or do not build, without any change")


def unit_suites(unit):
    out = subprocess.run([unit, "--list"], capture_output=True, text=True, check=True)
    names = re.findall(r"^(\w+): \d+ tests?", out.stdout + out.stderr, re.M)
    return [n for n in names if not FAR.search(n)]


def report(results, arguments, mutants, whole, seconds):
    survivors = [k for k, (word, _) in results.items() if word == "survived"]
    stale = sorted(set(arguments) - {m.key for m in mutants}) if whole else []
    for key in sorted(survivors):
        print(f"\nsurvived: {key}")
    for key in stale:
        print(f"\nargued.txt has no such mutant any more: {key}")
    count = {w: sum(1 for r in results.values() if r[0] == w)
             for w in ("killed", "survived", "invalid", "argued", "not run")}
    print(f"\n{len(mutants)} mutants in the core, {len(results)} chosen: "
          + ", ".join(f"{n} {w}" for w, n in count.items()) + f"; {seconds:.0f} s")
    return 1 if survivors or stale or not count["killed"] + count["argued"] else 0


def work(mutants, arguments, suites, benches, memory, start):
    limit = float(environment("MUTANTS_TIME", "1e9"))
    results, lock, done = {}, threading.Lock(), 0

    def one(mutant):
        nonlocal done
        if mutant.key in arguments:
            return mutant.key, ("argued", "")
        if time.monotonic() - start > limit:
            return mutant.key, ("not run", "")
        bench = benches.get()
        try:
            before = memory.get(mutant.key, ["", ""])[1]
            result = judge(bench, mutant, suites, before)
        finally:
            benches.put(bench)
        with lock:
            done += 1
            memory[mutant.key] = result
            if result[0] == "survived":
                print(f"survived: {mutant.key}", flush=True)
            if done % 20 == 0:
                print(f"{done} of {len(mutants)}, {time.monotonic() - start:.0f} s", flush=True)
            save(memory)
        return mutant.key, result

    with concurrent.futures.ThreadPoolExecutor(benches.qsize()) as pool:
        results.update(pool.map(one, mutants))
    return results


def save(memory):
    with open(MEMORY + ".new", "w", encoding="utf-8") as f:
        json.dump(memory, f)
    os.replace(MEMORY + ".new", MEMORY)


def load():
    try:
        with open(MEMORY, encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return {}


def main():
    start = time.monotonic()
    os.chdir(os.path.join(HERE, "..", ".."))
    jobs = int(environment("MUTANTS_JOBS", str(os.cpu_count())))
    benches = queue.Queue()
    for i in range(jobs):
        benches.put(Bench(i, BUILD))
    suites = unit_suites(os.path.join(BUILD, "tests/unit"))
    mutants = core_mutants()
    memory = load()
    picked = chosen(mutants)
    if environment("MUTANTS_AGAIN"):
        picked = [m for m in picked if memory.get(m.key, ["", ""])[0] != "killed"]
    first = benches.get()
    baseline(first, suites)
    benches.put(first)
    arguments = argued(os.path.join(HERE, "argued.txt"))
    results = work(picked, arguments, suites, benches, memory, start)
    save(memory)
    whole = not any(environment(v) for v in ("MUTANTS", "MUTANTS_SAMPLE", "MUTANTS_AGAIN"))
    return report(results, arguments, mutants, whole, time.monotonic() - start)


BUILD = environment("BUILD", "build")
MEMORY = os.path.join(BUILD, "mutants", "last.json")
CC = shlex.split(environment("CC", "cc"))
CFLAGS = shlex.split(environment("MUTANT_CFLAGS", ""))
LDFLAGS = shlex.split(environment("MUTANT_LDFLAGS", ""))
LIBS = shlex.split(environment("MUTANT_LIBS", ""))
UNIT_OBJECTS = shlex.split(environment("MUTANT_UNIT_OBJECTS", ""))

if __name__ == "__main__":
    sys.exit(main())
