"""What each system call can fail with when something runs out, breaks or is refused.

Errors that would lie about the world (ENOENT for a file that is there, ESRCH for a
living process, ECHILD) are no faults of resources and are left out."""

import re

FILES = ["EMFILE", "ENOMEM", "EIO", "EACCES", "ENOSPC"]
NAMES = ["EIO", "ENOMEM", "EACCES"]
WRITES = ["ENOSPC", "EIO", "EROFS"]

ERRORS = {
    "access": NAMES,
    "brk": [],  # before main() the C library cannot do without it; later malloc() goes on with mmap()
    "capget": ["EINVAL", "EPERM"],
    "chdir": NAMES,
    "chmod": ["EPERM", "EIO", "EROFS"],
    "chown": ["EPERM", "EIO", "EROFS"],
    "clone": ["EAGAIN", "ENOMEM", "EPERM"],
    "clone3": ["EAGAIN", "ENOMEM", "ENOSYS", "EPERM"],
    "close_range": ["ENOSYS", "EPERM", "ENOMEM"],
    "copy_file_range": WRITES,
    "dup": ["EMFILE"],
    "dup2": ["EINTR", "EBUSY"],
    "dup3": ["EINTR", "EBUSY"],
    "epoll_create1": ["EMFILE", "ENFILE", "ENOMEM"],
    "epoll_ctl": ["ENOMEM", "ENOSPC"],
    "epoll_pwait": ["EINTR"],
    "epoll_wait": ["EINTR"],
    "execve": ["ENOMEM", "EACCES", "EAGAIN", "E2BIG", "EIO"],
    "faccessat": NAMES,
    "faccessat2": NAMES + ["ENOSYS"],
    "fchdir": ["EIO", "EACCES"],
    "fchmod": ["EPERM", "EIO", "EROFS"],
    "fchmodat": ["EPERM", "EIO", "EROFS"],
    "fchown": ["EPERM", "EIO", "EROFS"],
    "fchownat": ["EPERM", "EIO", "EROFS"],
    "fcntl": ["EMFILE", "ENOLCK"],
    "flock": ["EINTR", "ENOLCK"],
    "fork": ["EAGAIN", "ENOMEM"],
    "fstat": ["EIO", "ENOMEM"],
    "fstatfs": ["EIO", "ENOMEM"],
    "fsync": ["EIO", "ENOSPC", "EINTR"],
    "ftruncate": ["EIO", "ENOSPC", "EINTR"],
    "getcwd": ["ENOMEM", "EACCES"],
    "getdents64": ["EIO", "ENOMEM"],
    "inotify_add_watch": ["ENOSPC", "ENOMEM", "EACCES"],
    "inotify_init1": ["EMFILE", "ENFILE", "ENOMEM", "ENOSYS"],
    "inotify_rm_watch": ["EINVAL"],
    "ioctl": ["EIO", "ENOTTY"],
    "kill": ["EPERM"],
    "lchown": ["EPERM", "EIO", "EROFS"],
    "linkat": WRITES,
    "lseek": ["EIO"],
    "lstat": NAMES,
    "memfd_create": ["EMFILE", "ENFILE", "ENOMEM", "ENOSYS", "EPERM"],
    "mkdir": WRITES,
    "mkdirat": WRITES,
    "mknod": WRITES,
    "mknodat": WRITES,
    "mmap": ["ENOMEM"],
    "mremap": ["ENOMEM"],
    "newfstatat": NAMES,
    "open": FILES,
    "openat": FILES,
    "pidfd_open": ["EMFILE", "ENFILE", "ENOMEM", "ENOSYS", "EPERM"],
    "pidfd_send_signal": ["EPERM", "ENOSYS"],
    "pipe2": ["EMFILE", "ENFILE"],
    "poll": ["EINTR", "ENOMEM"],
    "ppoll": ["EINTR", "ENOMEM"],
    "prctl": ["EPERM", "EINVAL"],
    "pread64": ["EIO", "EINTR"],
    "pwrite64": ["EIO", "ENOSPC", "EINTR"],
    "read": ["EINTR", "EIO", "EAGAIN", "ENOMEM"],
    "readlink": NAMES,
    "readlinkat": NAMES,
    "rename": WRITES,
    "renameat": WRITES,
    "renameat2": WRITES,
    "rmdir": ["EIO", "EROFS", "EBUSY"],
    "sendfile": ["EIO", "ENOSPC", "EAGAIN"],
    "setpgid": ["EPERM"],
    "setsid": ["EPERM"],
    "signalfd4": ["EMFILE", "ENFILE", "ENOMEM"],
    "stat": NAMES,
    "statfs": ["EIO", "ENOMEM"],
    "statx": NAMES + ["ENOSYS"],
    "symlinkat": WRITES,
    "tgkill": ["EPERM"],
    "truncate": ["EIO", "EROFS", "EACCES"],
    "unlink": ["EIO", "EROFS", "EPERM"],
    "unlinkat": ["EIO", "EROFS", "EPERM"],
    "utimensat": ["EPERM", "EROFS"],
    "vfork": ["EAGAIN", "ENOMEM"],
    "wait4": ["EINTR"],
    "waitid": ["EINTR"],
    "write": ["EAGAIN", "EIO", "ENOSPC", "EINTR"],
    "writev": ["EAGAIN", "EIO", "ENOSPC", "EINTR"],
}

# These never fail for a reason that is not the program's own bug; close() does its
# work whatever it returns, and a fault would only keep the descriptor open.
NEVER = frozenset(
    """alarm arch_prctl clock_gettime clock_nanosleep close exit exit_group getegid geteuid getgid getpgrp getpgid
    getpid getppid getrandom getsid gettid getuid madvise mprotect munmap nanosleep pause prlimit64 restart_syscall
    rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigtimedwait sched_yield set_robust_list set_tid_address
    sigaltstack umask uname""".split()
)

# Flags that are looked at or set: that never fails either.
CERTAIN = re.compile(r"fcntl\([^,]*, F_[GS]ET(FD|FL)\b")


def injection(call, error, when):
    """The argument of strace's --inject. `when`: N, the N-th call; N..M, all of these."""
    # A failed brk() is one that does not move: glibc takes what it returns for the address.
    what = "retval=0" if call == "brk" else "error=" + error
    return f"{call}:{what}:when={when}"
