"""What is measured. Each function makes one tree of one subject, and returns its figures by name: a
number, or one for each time."""

import os
import statistics
import subprocess
import time

from tree import LIMIT, Tree, children, cpu_ms, memory, switches

PAUSE_SECONDS = 0.05  # between two events, so that each finds the tree asleep
IDLE_SECONDS = int(os.environ.get("IDLE_SECONDS", "30"))


def output(command, environment=None):
    env = {**os.environ, **(environment or {})}
    return subprocess.run(command, check=True, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LIMIT).stdout


def order(subject):
    """Told of what is new, not waited for: what it brings about tells when it is done."""
    env = {**os.environ, **subject.environment}
    return subprocess.Popen(subject.rescan, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Running:
    """A tree that has started and sleeps; at the end it is stopped."""

    def __init__(self, subject, fifo, wrapper=()):
        self.tree = Tree(subject, fifo, wrapper)
        self.subject, self.fifo = subject, fifo

    def __enter__(self):
        try:
            self.start_ms, self.services = self.tree.started(self.subject.reports)
            self.tree.settle()
            self.subject.started_again = self.fifo.surplus()
        except BaseException:
            self.tree.kill()
            raise
        return self

    def __exit__(self, *_):
        self.tree.kill()


def start_and_stop(subject, fifo):
    with Running(subject, fifo) as running:
        return {"start": running.start_ms, "stop": running.tree.stop()}


def events(subject, fifo):
    """A death, a new directory, its clients: each beside all the others, which sleep."""
    with Running(subject, fifo) as running:
        return {
            "killed, until it runs again": restarts(running),
            "moved in, until it runs": moves(running) if subject.scans or subject.notices else None,
            **clients(running),
        }


def restarts(running):
    """Each of another service: for the second end in a row there is a delay."""
    found = []
    time.sleep(running.subject.up_seconds)
    for pid in running.services[: running.subject.events]:
        began = time.monotonic_ns()
        os.kill(pid, 15)
        _, ended = running.fifo.wait(1)
        found.append((ended - began) / 1e6)
        time.sleep(PAUSE_SECONDS)
    return found


def moves(running):
    found = []
    subject = running.subject
    for i in range(subject.events):
        began = subject.move_in(f"fresh{i}")
        told = order(subject) if subject.rescan and not subject.notices else None
        _, ended = running.fifo.wait(1)
        found.append((ended - began) / 1e6)
        if told:
            told.wait()
        time.sleep(PAUSE_SECONDS)
    return found


def clients(running):
    """The floor's client does not wait for the start: so until the service runs, if that is later."""
    found = {}
    subject = running.subject
    for _ in range(subject.events):
        for who, (stop, start) in subject.clients(running.tree, "s0").items():
            began, ended = map(int, output([subject.tools.commands, *stop, "--", *start], subject.environment).split())
            _, runs = running.fifo.wait(1)
            found.setdefault(f"stop, wait, start, wait by {who}", []).append((max(ended, runs) - began) / 1e6)
            time.sleep(PAUSE_SECONDS)
    return found


def rescan(subject, fifo):
    """One of them is new: until it runs, and what looking at all of them costs the scanner."""
    with Running(subject, fifo) as running:
        before = cpu_ms(running.tree.pid)
        began = subject.move_in("fresh")
        told = order(subject) if subject.rescan else None
        _, ended = fifo.wait(1)
        if told:
            told.wait()
        running.tree.settle()
        return {"until the new one runs": (ended - began) / 1e6, "the scanner's processor time": cpu_ms(running.tree.pid) - before}


def cost_of_memory(subject, fifo):
    names = ("private and dirty", "Pss", "page tables")
    with Running(subject, fifo) as running:
        figures = {}
        if subject.supervisors:
            each = [memory(pid) for pid in running.tree.supervisors()]
            for name, values in zip(names, zip(*each)):
                figures[f"one supervisor, {name}"] = statistics.median(values)
        for name, value in zip(names, memory(running.tree.pid)):
            figures[f"the scanner, {name}"] = value
        return figures


def idle(subject, fifo):
    with Running(subject, fifo) as running:
        time.sleep(1)
        pids = running.tree.settle()
        before = switches(pids)
        time.sleep(IDLE_SECONDS)
        woken = switches(pids) - before
        command = ["timeout", "-s", "INT", str(IDLE_SECONDS), "strace", "-f", "-qq", "-e", "signal=none", "-o", "/dev/stdout"]
        trace = subprocess.run([*command, *(f"-p{pid}" for pid in pids)], capture_output=True, text=True, check=False)
        # That in which a process sleeps all the time has no result.
        return {"context switches": woken, "system calls": sum(" = " in line for line in trace.stdout.splitlines())}


def orphans(subject, fifo, count):
    """As PID 1 of a PID namespace, with one service: until it has reaped all that end at once."""
    with Running(subject, fifo, ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")) as running:
        init = children(running.tree.pid)[0]
        before = cpu_ms(init)
        took = float(output(["nsenter", f"--target={init}", "--pid", subject.tools.orphans, str(count)]))
        return {"until all are reaped": took, "the scanner's processor time": cpu_ms(init) - before}
