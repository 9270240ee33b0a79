"""One program of the tree under strace: attached from outside, so that neither its
pid nor its parent differs, and nothing that it executes is traced."""

import os
import re
import signal
import subprocess
import time

from errors import CERTAIN, injection
from tree import alive, read, stopped

LASTING = 0.5  # seconds of a fault that is not over at once
CALL = re.compile(r"^(\w+)\(")


class Tracer:
    """`program`: scan, or the name of a service for its supervisor; followed by
    :child for what it forks, until that executes something.
    `fault`: (call, error, when), as injection() takes them; None: only records."""

    def __init__(self, directory, program, fault):
        self.directory = directory
        self.name, _, child = program.partition(":")
        self.child = bool(child)
        self.fault = fault
        self.strace = None
        self.pid = None  # of the program
        self.hit = ""  # the call that was made to fail, in strace's words
        self.held = False  # traced from its start
        self.over = 0  # when what lasts is over

    # ---- holding the program at its start ----

    def _hold(self):
        return os.path.join(self.directory, "hold", self.name)

    def hold_next(self):
        """The gate to the next process of the program stops until it is traced."""
        self.held = True
        os.makedirs(self._hold(), exist_ok=True)
        with open(os.path.join(self._hold(), "wait"), "wb"):
            pass

    def _arrived(self):
        pid = read(os.path.join(self._hold(), "pid"))
        return int(pid) if pid.endswith("\n") and stopped(int(pid)) else None

    def _let_go(self):
        os.unlink(os.path.join(self._hold(), "wait"))
        os.kill(self.pid, signal.SIGCONT)

    # ---- tracing ----

    def attach(self, pid):
        self.pid = pid
        command = ["strace", "-ff", "-b", "execve"] if self.child else ["strace"]
        command += ["-o", os.path.join(self.directory, "trace"), "-p", str(pid)]
        if self.fault:
            command += ["-e", "trace=" + self.fault[0], "-e", "inject=" + injection(*self.fault)]
        self.strace = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        line = self.strace.stderr.readline()
        if "attached" not in line and alive(pid):
            raise RuntimeError("strace: " + line.strip())

    def look(self):
        """Called again and again: attaches to what waits, lets go of what was hit."""
        if not self.strace and self.held:
            pid = self._arrived()
            if pid:
                self.attach(pid)
                self._let_go()
        if not self.strace or not self.fault:
            return
        if not self.hit:
            self._look_for_hit()
        elif time.monotonic() > self.over:
            self.detach()

    def _look_for_hit(self):
        for line in "\n".join(self._logs()).splitlines():
            if "(INJECTED)" in line:
                self.hit = line
                self.over = time.monotonic() + (LASTING if self.fault[2].count("..") else 0)
                return

    def detach(self):
        if self.strace and self.strace.returncode is None:
            # Told to end, one that follows children waits for ever for a process in vfork().
            self.strace.send_signal(signal.SIGKILL if self.child and self.fault else signal.SIGINT)
            self.strace.wait()
            self.strace.stderr.close()

    def _logs(self):
        """Of the program, or of its children, one text each."""
        prefix = "trace." if self.child else "trace"
        for entry in sorted(os.listdir(self.directory)):
            if not entry.startswith(prefix) or entry == f"trace.{self.pid}":
                continue
            with open(os.path.join(self.directory, entry), encoding="latin-1") as file:
                yield file.read()

    def calls(self):
        """What was recorded: for each call, which ones since main() began can fail, and
        how many there were before, where the tracer was there."""
        made, before = {}, {}
        for text in self._logs():
            calls = [(match[1], line) for line in text.splitlines() if (match := CALL.match(line))]
            start = self._main([name for name, _ in calls]) if self.held else 0
            for name, _ in calls[:start]:
                before[name] = before.get(name, 0) + 1
            count = {}
            for name, line in calls[start:]:
                count[name] = count.get(name, 0) + 1
                if not CERTAIN.match(line):
                    made.setdefault(name, set()).add(count[name])
        return {name: sorted(numbers) for name, numbers in made.items()}, before

    @staticmethod
    def _main(names):
        """The programs begin by blocking all signals; what comes before is libc's."""
        executed = names.index("execve") + 1
        return names.index("rt_sigprocmask", executed) if "rt_sigprocmask" in names[executed:] else executed
