"""A tree of services, seen and driven from outside through s6's wire."""

import collections
import fcntl
import os
import re
import shutil
import signal
import struct
import subprocess

LOCK = "hh4xqqi4x"  # struct flock
Status = collections.namedtuple("Status", "pid paused finishing wanted ready")
DOWN = Status(0, False, False, False, False)


def script(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fresh = path + ".new"
    with open(fresh, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n" + text + "\n")
    os.chmod(fresh, 0o755)
    os.rename(fresh, path)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def alive(pid):
    """Zombies are not."""
    text = read(f"/proc/{pid}/stat")
    return bool(text) and text.rpartition(")")[2].split()[0] not in "ZX"


def stopped(pid):
    return read(f"/proc/{pid}/stat").rpartition(")")[2].split()[:1] == ["T"]


def descends(pid):
    """From this process."""
    while pid > 1 and pid != os.getpid():
        fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        pid = int(fields[1]) if fields else 0
    return pid == os.getpid()


def kill(pid, sig=signal.SIGKILL):
    """Of this trial only: what could not be told names a pid that may be another's by now."""
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if descends(pid):
            signal.pidfd_send_signal(fd, sig)
    except ProcessLookupError:
        pass
    finally:
        os.close(fd)


def lock_holder(path):
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return 0
    try:
        answer = fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack(LOCK, fcntl.F_WRLCK, 0, 0, 0, 0))
    finally:
        os.close(fd)
    kind, _, _, _, pid = struct.unpack(LOCK, answer)
    return 0 if kind == fcntl.F_UNLCK else pid


def send(fifo, letters):
    try:
        fd = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return  # whoever should read it is being replaced
    os.write(fd, letters.encode())
    os.close(fd)


class Tree:
    def __init__(self, directory, programs):
        self.directory = directory
        self.programs = programs
        self.scan = os.path.join(directory, "scan")
        self.live = os.path.join(directory, "live")
        self.stderr = os.path.join(directory, "stderr")
        self.scanner = None
        self.listeners = {}
        os.mkdir(self.scan)

    # ---- services ----

    def web(self, where):
        """With all that a service can have: a logger, readiness, a finish."""
        script(where + "/run", 'echo "up $$"\necho >&3\nexec sleep 1001 3>&-')
        script(where + "/finish", 'echo "$1 $2" >>"$FAULTS_DIR/finished"')
        write(where + "/notification-fd", "3\n")
        write(where + "/data/content", "any\n")
        script(where + "/log/run", 'exec cat >>"$FAULTS_DIR/logged"')

    def worker(self, where):
        script(where + "/run", "exec sleep 1002")

    def stubborn(self, where):
        script(where + "/run", "trap '' TERM\n: >$FAULTS_DIR/deaf\nexec sleep 1003")

    def slow(self, where):
        """Slow to finish."""
        script(where + "/run", "exec sleep 1004")
        script(where + "/finish", "until test -e $FAULTS_DIR/enough; do sleep 0.02; done")

    def checked(self, where):
        """Its health is checked, and fails while there is a file `sick`."""
        script(where + "/run", "exec sleep 1005")
        script(where + "/health", "test ! -e $FAULTS_DIR/sick || { echo sick; exit 1; }")
        for name, value in (("interval", 50), ("retries", 2), ("start-period", 0)):
            write(f"{where}/health-{name}", f"{value}\n")

    def task(self, where):
        """A task, which is done when there is enough."""
        script(where + "/run", 'echo "ran" >>"$FAULTS_DIR/tasks"\nuntil test -e $FAULTS_DIR/enough; do sleep 0.02; done')
        script(where + "/undo", 'echo "undone" >>"$FAULTS_DIR/tasks"')
        write(where + "/flag-oneshot", "")

    # ---- the scanner ----

    def start(self, *arguments):
        self.scanner = self._start(self.programs + "/scan", *arguments)

    def client(self, *arguments):
        return self._start(self.programs + "/real/reeve", *arguments)

    def _start(self, program, *arguments):
        environment = dict(os.environ, FAULTS_DIR=self.directory, FAULTS_PROGRAMS=self.programs)
        environment.pop("REEVE_LIVE", None)
        with open(self.stderr, "ab") as stderr:
            return subprocess.Popen(
                [program, "-l", self.live, *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, env=environment,
            )

    def obeys(self):
        """Does a scanner read its commands?"""
        try:
            os.close(os.open(self.live + "/.s6-svscan/control", os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    def order(self, letters):
        send(self.live + "/.s6-svscan/control", letters)

    def messages(self):
        return [line for line in read(self.stderr).splitlines() if line.startswith(("reeve-", "reeve:"))]

    # ---- a service ----

    def command(self, name, letters):
        send(f"{self.live}/{name}/supervise/control", letters)

    def status(self, name):
        try:
            with open(f"{self.live}/{name}/supervise/status", "rb") as file:
                packed = file.read()
        except FileNotFoundError:
            return DOWN
        pid, flags = struct.unpack_from(">Q", packed, 24)[0], packed[34]
        return Status(pid, bool(flags & 1), bool(flags & 2), bool(flags & 4), bool(flags & 8))

    def supervisor(self, name):
        return lock_holder(f"{self.live}/{name}/supervise/lock")

    def up(self, name):
        return self._is_up(name, self.status(name))

    def up_anew(self, name, old):
        """Up, but not as the process `old`. One status is read: of two, the second may be ./finish's."""
        status = self.status(name)
        return status.pid != old and self._is_up(name, status)

    def _is_up(self, name, status):
        return status.pid and not status.finishing and alive(status.pid) and self.supervisor(name)

    def ready(self, name):
        return self.up(name) and self.status(name).ready

    def down(self, name):
        status = self.status(name)
        return not status.pid and not status.wanted and self.supervisor(name)

    def deaths(self, name):
        try:
            return os.stat(f"{self.live}/{name}/supervise/death_tally").st_size // 14
        except FileNotFoundError:
            return 0

    def listen(self, name):
        """Events of the service, from now on, through s6's fifodir."""
        unique = "ftrig1:@" + "4" + "0" * 23 + ":faults"
        events = f"{self.live}/{name}/event"
        os.mkfifo(f"{events}/.{unique}", 0o622)
        self.listeners[name] = [os.open(f"{events}/.{unique}", os.O_RDONLY | os.O_NONBLOCK), ""]
        os.rename(f"{events}/.{unique}", f"{events}/{unique}")

    def heard(self, name):
        listener = self.listeners[name]
        try:
            listener[1] += os.read(listener[0], 4096).decode()
        except BlockingIOError:
            pass
        return listener[1]

    # ---- from outside ----

    def descriptors(self, pid):
        try:
            return len(os.listdir(f"/proc/{pid}/fd"))
        except FileNotFoundError:
            return 0

    def logged(self):
        return read(self.directory + "/logged").splitlines()

    def finished(self):
        return len(read(self.directory + "/finished").splitlines())


    def tasks(self, word):
        return read(self.directory + "/tasks").splitlines().count(word)


def children():
    """Of this process, which is a subreaper: all that a tree has left, but zombies."""
    found = []
    for task in os.listdir("/proc/self/task"):
        found += map(int, read(f"/proc/self/task/{task}/children").split())
    return [pid for pid in found if alive(pid)]


def name_of(pid):
    command = read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
    return f"{pid} ({command or re.sub('.*[(]|[)].*', '', read(f'/proc/{pid}/stat'))})"


def end_all():
    """Whatever a failed trial has left; what a killed process leaves becomes ours."""
    while True:
        for pid in children():
            kill(pid)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def remove(directory):
    shutil.rmtree(directory, ignore_errors=True)
