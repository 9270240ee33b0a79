"""One trial: a scenario with one fault, or none, and what came of it."""

import os
import re
import shutil
import signal
import struct
import time
import traceback

from tracer import Tracer
from tree import Tree, children, end_all, name_of, remove

PATIENCE = 60  # seconds for what goes on by itself, also on a machine under load
AFTER_WORDS = 4  # seconds until it is ordered again, when a message has said that something did not work
LIMIT = 300  # seconds, of a trial
LEFT = 20  # seconds until what the scanner leaves, or a descriptor that is still open, counts as left behind

# From the best to the worst.
LOST_ONCE = "lost1of3"  # not lost when repeated
LOST = "LOST"
OUTCOMES = ("ok", "said", "again", "replaced", "refused", LOST_ONCE, LOST)


class Lost(Exception):
    """What the fault has lost."""


class Ended(Exception):
    """The scanner, untold; with its exit code."""


def programs(directory, binaries, gate):
    """The scanner finds reeve-supervise beside itself: here it is the gate to it."""
    real = os.path.join(directory, "real")
    os.makedirs(real)
    for name in ("reeve", "reeve-scan", "reeve-supervise"):
        shutil.copy(os.path.join(binaries, name), real)
    os.link(os.path.join(real, "reeve-scan"), os.path.join(directory, "reeve-scan"))
    for name in ("scan", "reeve-supervise"):
        shutil.copy(gate, os.path.join(directory, name))
    return directory


class Trial:
    def __init__(self, directory, binaries, program, moment, fault, usual):
        self.tree = Tree(directory, binaries)
        self.moment = moment
        self.tracer = Tracer(directory, program, fault)
        self.usual = usual  # what a run without fault says and holds
        self.again = False
        self.held = {}
        self.running = []  # the services that must be up at the end
        self.told = False  # to end

    # ---- for the scenarios ----

    def arm(self):
        """From here on the program is traced, or its next process is."""
        name = self.tracer.name
        if not self.tracer.fault:
            self.hold(["scan"] + self.running)
        if self.moment == "next":
            self.tracer.hold_next()
        elif self.moment == "now":
            self.tracer.attach(self.tree.scanner.pid if name == "scan" else self.tree.supervisor(name))

    def within(self, condition, patient=True, limit=PATIENCE):
        """`patient`: also when a message has said that something does not work."""
        began = time.monotonic()
        while True:
            self.tracer.look()
            if condition():
                return True
            if not self.told and self.tree.scanner and self.tree.scanner.poll() is not None:
                raise Ended(self.tree.scanner.returncode)
            if time.monotonic() - began > (limit if patient or not self.words() else AFTER_WORDS):
                return False
            time.sleep(0.005)

    def do(self, what, action, condition, again=None):
        """What must come true; ordered again if a message has said why it did not."""
        action()
        if self.within(condition, patient=False):
            return
        if self.words():
            self.again = True
            (again or action)()
            if self.within(condition):
                return
            what += ", also when ordered again"
        raise Lost(what)

    def expect(self, what, condition):
        """What must come true, or a message must say that it did not."""
        if not self.within(condition, patient=False) and not self.words():
            raise Lost("silently: " + what)

    # ---- what came of it ----

    def words(self):
        """Messages that a run without fault does not have."""
        return [line for line in self.tree.messages() if plain(line) not in self.usual["messages"]]

    def replaced(self):
        """A supervisor ended; its successor may hold more, a pidfd for one."""
        return any(line.startswith("reeve-supervise ") and ": fatal: " in line for line in self.words())

    def check(self):
        """All that shall run is supervised and runs; nothing holds more than usual."""
        tree = self.tree
        for name in self.running:
            if not self.within(lambda: tree.up(name)):
                raise Lost(f"{name} is not up, its supervisor is {tree.supervisor(name) or 'missing'}")
        for name in ["scan"] + self.running:
            pid = tree.scanner.pid if name == "scan" else tree.supervisor(name)
            allowed = self.usual["descriptors"].get(name)
            if allowed is None:
                self.hold([name])
            elif not self.replaced() and not self.within(lambda: tree.descriptors(pid) <= allowed, limit=LEFT):
                raise Lost(f"{name} holds {tree.descriptors(pid)} descriptors, not {allowed}")

    def hold(self, names):
        """Remembers how many descriptors these hold; before and after what happens, the most of them:
        with a fault it may not happen."""
        for name in names:
            pid = self.tree.scanner.pid if name == "scan" else self.tree.supervisor(name)
            held = self.settled(lambda pid=pid: self.tree.descriptors(pid))
            self.held[name] = max(held, self.held.get(name, 0))

    @staticmethod
    def settled(count):
        """When it has been the same for a while."""
        last = None
        while (now := count()) != last:
            last = now
            time.sleep(0.2)
        return now

    def end(self, expected):
        """The scanner has been told, or knows itself that it is to end."""
        self.told = True
        if not self.within(lambda: self.tree.scanner.poll() is not None):
            raise Lost("the scanner does not end")
        self.nothing_left()
        code = self.tree.scanner.returncode
        if code != expected and not self.words():
            raise Lost(f"silently: the exit code is {code}, not {expected}")

    def nothing_left(self):
        self.tracer.detach()
        until = time.monotonic() + LEFT
        while children():
            if time.monotonic() > until:
                raise Lost("left behind: " + ", ".join(map(name_of, children())))
            time.sleep(0.005)

    def _ended(self, code):
        if code != 111 or not self.words():
            raise Lost(f"the scanner ended with {code}")
        self.nothing_left()
        return "refused"

    def _outcome(self, scenario):
        try:
            scenario(self)
        except Ended as ended:
            return self._ended(ended.args[0])
        if self.again:
            return "again"
        if self.replaced():
            return "replaced"
        return "said" if self.words() else "ok"

    def run(self, scenario):
        result = {"what": ""}
        began = time.monotonic()
        signal.signal(signal.SIGALRM, too_long)
        signal.alarm(LIMIT)
        if self.moment == "start":
            self.tracer.hold_next()
        try:
            result["outcome"] = self._outcome(scenario)
        except Lost as lost:
            result.update(outcome=LOST, what=str(lost))
        except TimeoutError:
            result.update(outcome=LOST, what="the trial itself does not end")
        except (OSError, RuntimeError, ValueError, struct.error):  # what a fault has brought about, or the driver's own
            result.update(outcome=LOST, what=traceback.format_exc())
        finally:
            signal.alarm(0)
            self.tracer.detach()
            if not self.tracer.fault:
                result["calls"], result["before"] = self.tracer.calls()
            result["messages"] = self.tree.messages()
            end_all()
            remove(self.tree.directory)
        result.update(hit=self.tracer.hit, held=self.held, seconds=time.monotonic() - began)
        return result


def too_long(*_):
    raise TimeoutError


def plain(message):
    return re.sub("[0-9]+", "N", message)
