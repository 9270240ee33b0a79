#!/usr/bin/env python3
"""System calls and instructions in one service's life: the same on every machine, whatever else it does.

  tools/bench/counts.py PROGRAMS TOOLS [--write FILE | --compare FILE]

PROGRAMS is the folder with Reeve's programs, TOOLS that with the programs that measure. A service is moved
into an empty tree, dies after a while, and is stopped with the tree; a phase ends when all processes sleep.
What a child does before it executes something counts as its parent's. The instructions are those of one
restart, in user space, as callgrind counts them. All is in a PID namespace of its own.

Without an option the table goes to stdout. --compare fails when a sum is more than 3 % above the one in
FILE. A process may be woken once or twice for the same, as it happens: so what is above is counted again,
up to 5 times, and the least counts; --write writes what is usual in 5."""

import argparse
import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import subjects
from tree import Fifo, Tree, children, left_over, read

INSIDE = "REEVE_BENCH_INSIDE"
MARGIN = 0.03
TIMES = 5
CALL = re.compile(r"^(\d+) +(<\.\.\. )?([a-z_0-9]+)(?:\(| resumed>)(.*)")
MADE = re.compile(r" = (\d+)$")
ALL = "all"
BOTH = "both programs"


class Tools:
    path = "/usr/bin:/bin"

    def __init__(self, options, work):
        self.bin = os.path.join(work, "bin")
        os.makedirs(self.bin)
        for name in ("begin", "service"):
            shutil.copy(os.path.join(options.tools, name), self.bin)
            setattr(self, name, os.path.join(self.bin, name))
        for name in ("reeve-scan", "reeve-supervise"):
            shutil.copy(os.path.join(options.programs, name), self.bin)

    def ours(self, name):
        return os.path.join(self.bin, name)


class Trace:
    """strace's file, read in portions: one for each phase."""

    def __init__(self, path):
        self.path = path
        self.at = 0

    def portion(self):
        """What has come since the last time."""
        with open(self.path, encoding="latin-1") as file:
            file.seek(self.at)
            text = file.read()
            self.at = file.tell()
        return text


class Counter:
    """Calls by program and name. Knows from one phase to the next which process executes what."""

    def __init__(self):
        self.programs = {}  # by pid: what it has executed
        self.parents = {}

    def count(self, text):
        lines = [match.groups() for match in map(CALL.match, text.splitlines()) if match]
        for pid, _, call, rest in lines:
            made = MADE.search(rest)
            if call in ("fork", "vfork", "clone", "clone3") and made:
                self.parents[int(made.group(1))] = int(pid)
        found = collections.Counter()
        executing = {}
        for pid, resumed, call, rest in lines:
            if not resumed:
                found[self.program(int(pid)), call] += 1
            if call == "execve":
                path = executing.pop(pid) if resumed else rest.split('"')[1]
                if rest.endswith("<unfinished ...>"):
                    executing[pid] = path
                elif rest.endswith(" = 0"):
                    self.programs[int(pid)] = os.path.basename(path)
        return found

    def program(self, pid):
        while pid not in self.programs and pid in self.parents:
            pid = self.parents[pid]
        return self.programs.get(pid, "unknown")


def system_calls(tools, work):
    path = os.path.join(work, "trace")
    fifo = Fifo(os.path.join(work, "fifo"))
    subject = subjects.Reeve(tools, os.path.join(work, "tree"), 0)
    tree = Tree(subject, fifo, ("strace", "-f", "-qq", "-e", "signal=none", "-o", path))
    trace = Trace(path)
    counter = Counter()
    phases = {}
    try:
        while not os.path.exists(os.path.join(subject.live, ".s6-svscan", "control")):
            time.sleep(0.1)
        tree.settle()
        counter.count(trace.portion())
        subject.move_in("web")
        (service,), _ = fifo.wait(1)
        tree.settle()
        phases["from nothing to running"] = counter.count(trace.portion())
        time.sleep(1)
        os.kill(service, signal.SIGTERM)
        fifo.wait(1)
        tree.settle()
        phases["from death to running"] = counter.count(trace.portion())
        os.kill(children(tree.pid)[0], signal.SIGTERM)
        tree.process.wait()
        phases["from SIGTERM to gone"] = counter.count(trace.portion())
    finally:
        tree.kill()
        fifo.close()
        subject.remove()
        os.unlink(path)
    # What the service itself does, the tools' own, says nothing about Reeve.
    return {(phase, program, call): n for phase, calls in phases.items() for (program, call), n in calls.items() if program != "run"}


def dumped(folder, pid):
    """What the process has executed since the last time, and begins to count anew."""
    before = set(os.listdir(folder))
    subprocess.run(["vgdb", f"--vgdb-prefix={folder}/vgdb", f"--pid={pid}", "dump"], check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    (name,) = [name for name in set(os.listdir(folder)) - before if name.startswith(f"out.{pid}.")]
    return int(re.search(r"^totals: (\d+)", read(os.path.join(folder, name)), re.M).group(1))


def instructions(tools, work):
    """Of scanner and supervisor, from a death until all sleep again."""
    fifo = Fifo(os.path.join(work, "fifo"))
    subject = subjects.Reeve(tools, os.path.join(work, "tree"), 1)
    out = os.path.join(work, "callgrind")
    os.makedirs(out)
    grind = ("valgrind", "-q", "--tool=callgrind", "--trace-children=yes", "--trace-children-skip=*/run", f"--callgrind-out-file={out}/out.%p", f"--vgdb-prefix={out}/vgdb")
    tree = Tree(subject, fifo, grind)
    try:
        (service,), _ = fifo.wait(1)
        tree.settle()
        supervisor = children(tree.pid)[0]
        time.sleep(1)
        for pid in (tree.pid, supervisor):
            dumped(out, pid)
        os.kill(service, signal.SIGTERM)
        fifo.wait(1)
        tree.settle()
        return {("from death to running", name, "instructions"): dumped(out, pid) for name, pid in (("reeve-scan", tree.pid), ("reeve-supervise", supervisor))}
    finally:
        tree.kill()
        fifo.close()
        subject.remove()
        shutil.rmtree(out)


def sums(calls):
    """With a row for all calls of each program in a phase, and one for both."""
    found = collections.Counter()
    for (phase, program, _), n in calls.items():
        found[phase, program, ALL] += n
        found[phase, BOTH, ALL] += n
    return {**calls, **found}


def begin_pids_at(pid):
    """So that all have as many digits: a program that prints them does more for more."""
    try:
        with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
            file.write(str(pid))
    except OSError:
        pass  # a kernel that cannot be told


def counted(tools, work):
    left_over()
    begin_pids_at(1000)
    return {**sums(system_calls(tools, work)), **instructions(tools, work)}


def load(path):
    with open(path, encoding="ascii") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return {(phase, program, what): int(n) for phase, program, what, n in rows}


def is_sum(key):
    return key[2] in (ALL, "instructions")


def worse(now, before):
    return {key: n for key, n in now.items() if is_sum(key) and n > before.get(key, 0) * (1 + MARGIN)}


def least(one, other):
    return {key: min(n, other.get(key, n)) for key, n in one.items()}


def usual(several):
    """The second most of all: the least may be rare, and the most an accident."""
    several = sorted(several, key=lambda calls: sum(n for key, n in calls.items() if key[1] == BOTH))
    return several[-2:][0]


def compare(tools, work, path):
    before = load(path)
    now = counted(tools, work)
    for _ in range(TIMES - 1):
        if not worse(now, before):
            break
        now = least(now, counted(tools, work))
    for (phase, program, what), n in worse(now, before).items():
        was = before.get((phase, program, what), 0)
        what = "system calls" if what == ALL else what
        print(f"counts: {phase}, {program}: {n} {what}, more than the {was} in {path}: make them fewer, or run make bench-counts", file=sys.stderr)
        for key, calls in sorted(now.items()):
            if key[:2] == (phase, program) and not is_sum(key) and calls != before.get(key, 0):
                print(f"counts:   {key[2]}: {calls}, was {before.get(key, 0)}", file=sys.stderr)
    return 1 if worse(now, before) else 0


def text(calls):
    """By phase, program, and how often; sums first."""
    rows = sorted(calls.items(), key=lambda row: (row[0][:2], not is_sum(row[0]), -row[1], row[0][2]))
    return "# phase\tprogram\twhat\tnumber\n" + "".join("\t".join((*key, str(n))) + "\n" for key, n in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", metavar="PROGRAMS")
    parser.add_argument("tools", metavar="TOOLS")
    parser.add_argument("--write", metavar="FILE")
    parser.add_argument("--compare", metavar="FILE")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("counts: only root can have it run, for the namespaces")
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory(prefix="reeve-bench.", dir="/tmp") as work:
        tools = Tools(options, work)
        if options.compare:
            sys.exit(compare(tools, work, options.compare))
        calls = usual([counted(tools, work) for _ in range(TIMES if options.write else 1)])
    with open(options.write, "w", encoding="ascii") if options.write else sys.stdout as file:
        file.write(text(calls))


if __name__ == "__main__":
    main()
