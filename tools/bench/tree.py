"""One tree of services that runs: when its services have started, what it costs, when it has gone.

All times are of CLOCK_MONOTONIC, in nanoseconds: the services' own (service.c) and ours."""

import fcntl
import glob
import os
import select
import signal
import subprocess
import time

LIMIT = int(os.environ.get("LIMIT", "120"))  # seconds: what takes longer counts as hung
PIPE_BYTES = 1 << 20  # room for the lines of 20,000 services: none waits for us


class Hung(Exception):
    """Something has not happened within LIMIT."""


def read(path):
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children(pid):
    return [int(child) for child in read(f"/proc/{pid}/task/{pid}/children").split()]


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child] + descendants(child)
    return found


def kilobytes(text, key):
    for line in text.splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return 0


def memory(pid):
    """kB: private and dirty, its share of all, page tables."""
    rollup = read(f"/proc/{pid}/smaps_rollup")
    return kilobytes(rollup, "Private_Dirty"), kilobytes(rollup, "Pss"), kilobytes(read(f"/proc/{pid}/status"), "VmPTE")


def switches(pids):
    return look(pids)[0]


def look(pids):
    """How often they have been switched between so far, and whether all of them sleep."""
    total = 0
    sleep = True
    for pid in pids:
        for line in read(f"/proc/{pid}/status").splitlines():
            if "ctxt_switches" in line:
                total += int(line.split()[1])
            elif line.startswith("State:"):
                sleep = sleep and line.split()[1] in "SZ"
    return total, sleep


def cpu_ms(pid):
    """Its processor time so far."""
    exact = read(f"/proc/{pid}/schedstat").split()
    if exact:
        return int(exact[0]) / 1e6
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def reap():
    """What was left to us, who are PID 1 here."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def others():
    """Processes of this PID namespace besides us."""
    reap()
    pids = (int(path.split("/")[2]) for path in glob.glob("/proc/[0-9]*/stat"))
    return [pid for pid in pids if pid != os.getpid()]


def left_over():
    """How many processes a run has left behind: there still after two seconds. Ends them."""
    until = time.monotonic() + 2
    while others() and time.monotonic() < until:
        time.sleep(0.01)
    found = others()
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    until = time.monotonic() + LIMIT
    while others() and time.monotonic() < until:
        time.sleep(0.01)
    return len(found)


class Fifo:
    """What services write to when they start: a line with their pid and the time; `begin` with pid 0."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self.fd, 1031, PIPE_BYTES)  # F_SETPIPE_SZ
        self.rest = b""
        self.began = 0
        self.starts = []

    def take(self):
        *lines, self.rest = (self.rest + os.read(self.fd, PIPE_BYTES)).split(b"\n")
        for line in lines:
            pid, when = map(int, line.split())
            if pid:
                self.starts.append((pid, when))
            else:
                self.began = when

    def wait(self, count):
        """The next `count` starts: pids, and when the last of them was. It sleeps between two looks, so
        as not to be in the way of what it measures."""
        until = time.monotonic() + LIMIT
        while len(self.starts) < count:
            if not select.select([self.fd], [], [], max(0, until - time.monotonic()))[0]:
                raise Hung(f"{len(self.starts)} of {count} services have started within {LIMIT} s")
            time.sleep(0.001)
            self.take()
        found, self.starts = self.starts[:count], self.starts[count:]
        return [pid for pid, _ in found], max(when for _, when in found)

    def surplus(self):
        """How many starts have come that nobody waits for. Forgets them."""
        if select.select([self.fd], [], [], 0)[0]:
            self.take()
        found, self.starts = len(self.starts), []
        return found

    def close(self):
        os.close(self.fd)
        os.unlink(self.path)


class Tree:
    def __init__(self, subject, fifo, wrapper=()):
        self.subject = subject
        self.fifo = fifo
        self.pids = []
        with open(os.devnull, "r+b") as null:
            self.process = subprocess.Popen(
                [subject.tools.begin, *wrapper, *subject.command],
                stdin=null, stdout=null, stderr=null,
                env={"PATH": subject.path, "BENCH_FIFO": fifo.path, **subject.environment},
                start_new_session=True,
            )
        self.pid = self.process.pid

    def started(self, count):
        """Milliseconds from the execution of the scanner until that many services have run; their pids."""
        pids, last = self.fifo.wait(count)
        return (last - self.fifo.began) / 1e6, pids

    def stop(self):
        """Milliseconds from the signal until the scanner and all that was in the tree have gone; None for
        one that does not end its services."""
        if not self.subject.ends:
            self.kill()
            return None
        left = self.pids
        fd = os.pidfd_open(self.pid)
        try:
            began = time.monotonic_ns()
            os.kill(self.pid, self.subject.stop_signal)
            if not select.select([fd], [], [], LIMIT)[0]:
                raise Hung(f"not ended {LIMIT} s after its signal")
            ended = time.monotonic_ns()
        finally:
            os.close(fd)
        self.process.wait()
        while True:
            reap()
            left = [pid for pid in left if alive(pid)]
            if not left:
                return (ended - began) / 1e6
            if time.monotonic_ns() - began > LIMIT * 10**9:
                raise Hung(f"{len(left)} processes are left {LIMIT} s after its signal")
            time.sleep(0.0005)
            ended = time.monotonic_ns()

    def kill(self):
        """All of it, parents first, so that nothing is started again."""
        if self.process.poll() is not None:
            return
        for pid in [self.pid, *descendants(self.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def supervisors(self):
        return children(self.pid)

    def settle(self):
        """Waits until the whole tree has slept for a fifth of a second; its pids. On a busy machine a process
        may wait longer than that for a processor: it does not sleep."""
        before = None
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            self.pids = [self.pid, *descendants(self.pid)]
            total, sleep = look(self.pids)
            now = (len(self.pids), total)
            if sleep and now == before:
                return self.pids
            before = now
            time.sleep(0.2)
        raise Hung("never idle")


def busy(seconds=0.2):
    """The share of the processors, in percent, that others use while we sleep."""
    before = ticks()
    time.sleep(seconds)
    after = ticks()
    total = sum(after) - sum(before)
    idle = after[3] + after[4] - before[3] - before[4]
    return 100 * (total - idle) / total if total else 0


def ticks():
    """Of all processors: user, nice, system, idle, iowait, irq, softirq, steal."""
    return [int(field) for field in read("/proc/stat").split("\n", 1)[0].split()[1:9]]
