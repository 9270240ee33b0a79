"""Is every line that was written in the logger's file exactly once?"""

import os
import struct

import tree

LINE = 64
BUFFER_LINES = 4096 // LINE  # what a logger that is killed may have read
RECORD = struct.Struct("=QQQQ")


class Instance:
    def __init__(self):
        self.following = 1  # the number that comes next
        self.missing = set()


class Lines:
    """The lines of one service, as they come to its logger's file."""

    def __init__(self, state, name):
        self.name = name
        self.out = f"{state}/{name}:log.out"
        self.instances_file = f"{state}/{name}.instances"
        self.offset = 0
        self.instances = {}
        self.seen = 0
        self.kills = 0  # SIGKILLs that the logger was, or may have been, sent

    def read(self):
        """Takes in what is new. Returns a fault, or None."""
        try:
            fd = os.open(self.out, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            while True:
                data = os.pread(fd, 1 << 20, self.offset)
                data = data[:len(data) // LINE * LINE]
                if not data:
                    tree.punch_hole(fd, self.offset // 4096 * 4096)
                    return None
                self.offset += len(data)
                for at in range(0, len(data), LINE):
                    fault = self.line(data[at:at + LINE])
                    if fault:
                        return f"{self.out}, byte {self.offset - len(data) + at}: {fault}"
        finally:
            os.close(fd)

    def line(self, text):
        parts = text.split(b" ")
        if len(parts) != 4 or text[-1:] != b"\n" or parts[0].decode() != self.name:
            return f"not a line of {self.name}'s: {text!r}"
        instance = self.instances.setdefault(int(parts[1]), Instance())
        number = int(parts[2])
        self.seen += 1
        if number == instance.following:
            instance.following += 1
        elif number > instance.following:
            instance.missing.update(range(instance.following, number))
            instance.following = number + 1
        elif number in instance.missing:
            instance.missing.remove(number)
        else:
            return f"line {number} of instance {parts[1].decode()} is there twice"
        return self.too_many_missing()

    def missing(self):
        return sum(len(instance.missing) for instance in self.instances.values())

    def allowed(self):
        return self.kills * BUFFER_LINES

    def too_many_missing(self):
        if self.missing() <= self.allowed():
            return None
        return f"{self.missing()} lines are missing; at most {self.allowed()} may be, after {self.kills} SIGKILLs"

    def written(self):
        """Of each instance, the numbers of lines certainly and possibly written."""
        try:
            with open(self.instances_file, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return {}
        records = RECORD.iter_unpack(data[:len(data) // RECORD.size * RECORD.size])
        return {instance: (written, begun) for instance, _, begun, written in records}

    def complete(self):
        """When nothing runs any more: a fault, or None."""
        fault = self.read()
        if fault:
            return fault
        known = self.written()
        for number in self.instances:
            if number not in known:
                return f"{self.name}: lines of instance {number}, which nobody knows"
        for number, (written, begun) in known.items():
            instance = self.instances.setdefault(number, Instance())
            if instance.following > begun + 1:
                return f"{self.name}: instance {number} has written {begun} lines, and line {instance.following - 1} is there"
            instance.missing.update(range(instance.following, written + 1))
            instance.following = max(instance.following, written + 1)
        fault = self.too_many_missing()
        return f"{self.name}: {fault}" if fault else None
