"""The tree as it looks from outside: formats, locks, processes."""

import ctypes
import errno
import fcntl
import os
import signal
import struct
import time

PAUSED, FINISHING, WANT_UP, READY = 1, 2, 4, 8
LETTERS = "abqhkti12pcyrlPCKodUDuxOQn"
PR_SET_CHILD_SUBREAPER = 36
FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE = 1, 2
TICKS = os.sysconf("SC_CLK_TCK")

libc = ctypes.CDLL(None, use_errno=True)


def become_subreaper():
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "become a subreaper")


def punch_hole(fd, length):
    """Gives back the room of what has been read; the file's size stays."""
    libc.fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, ctypes.c_long(0), ctypes.c_long(length))


def lock_holder(path):
    """The pid that holds the fcntl lock of a file; 0: nobody."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        packed = fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    finally:
        os.close(fd)
    kind, _, _, _, pid = struct.unpack("hhqqi4x", packed)
    return 0 if kind == fcntl.F_UNLCK else pid


class Process:
    """One line of /proc/PID/stat."""

    def __init__(self, pid):
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
        comm, rest = text[text.index(b"(") + 1:].rsplit(b")", 1)
        fields = rest.split()
        self.pid = pid
        self.comm = comm.decode(errors="replace")
        self.state = fields[0].decode()
        self.parent = int(fields[1])
        self.start = int(fields[19])

    def identity(self):
        return (self.pid, self.start)

    def age_s(self):
        return time.clock_gettime(time.CLOCK_BOOTTIME) - self.start / TICKS


def process(pid):
    """None when there is none."""
    try:
        return Process(pid) if pid > 0 else None
    except (OSError, ValueError):
        return None


def identity(pid):
    found = process(pid)
    return found.identity() if found and found.state != "Z" else None


def processes():
    """All that are below us: in our PID namespace, or by descent."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            one = process(int(entry))
            if one:
                found[one.pid] = one
    me = os.getpid()
    found.pop(me, None)
    if me == 1:
        return found

    def below(one):
        while one and one.parent != me:
            one = found.get(one.parent)
        return one is not None
    return {pid: one for pid, one in found.items() if below(one)}


def arguments(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").rstrip("\0").replace("\0", " ")
    except OSError:
        return "?"


def kill_exactly(who, sig):
    """Signals the process (pid, start) and no other. False when it is gone."""
    pid, _ = who
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if identity(pid) != who:
            return False
        signal.pidfd_send_signal(fd, sig)
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def send(fifo, text):
    """Writes to a fifo as a client would. Returns None, or the error's name."""
    try:
        fd = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return errno.errorcode[error.errno]
    try:
        os.write(fd, text.encode())
        return None
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        os.close(fd)


class Status:
    def __init__(self, packed):
        self.since = packed[:12]
        self.pid, self.wstat, self.flags = struct.unpack(">QHB", packed[24:])

    def wanted(self):
        return bool(self.flags & WANT_UP)


def status(directory):
    try:
        with open(directory + "/supervise/status", "rb") as file:
            packed = file.read()
    except OSError:
        return None
    return Status(packed) if len(packed) == 35 else None


def resources(pid):
    """(descriptors, private memory in kB), or None."""
    try:
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        with open(f"/proc/{pid}/status", "r", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return descriptors, int(line.split()[1])
    except OSError:
        pass
    return None
