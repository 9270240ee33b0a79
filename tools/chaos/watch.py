"""What must be true all the time, whatever is killed."""

import os
import time

import tree
from tempers import TEMPERS

BOUND_S = 30  # in which what is wanted is up again, and what is gone has ended
CALM_S = 7  # after which a command has had its effect, with the timeout-kill of 5 s that one may be waiting for
ZOMBIE_S = 10
YOUNG_S = 3
SAMPLES = 5  # what a process has is the most of its first ones, and the least of its last ones
DESCRIPTORS_MORE = 2  # one for readiness, one for a directory being read
STARTING = "uoUrwn"
FORCING = set("uoU")
MEMORY_MORE_KB = {"scanner": 128, "supervisor": 64}


class Failure(Exception):
    pass


class Unit:
    """A supervised directory: a service, or a logger."""

    def __init__(self, chaos, name, temper):
        self.name = name
        self.producer = chaos.units[name[:-len("/log")]] if temper == "logger" else None
        self.needs = []
        self.dependents = []
        self.ready_lock = f"{chaos.state}/{name}.ready"
        self.ready_at = 0.0  # when it was last seen to be
        self.forced_at = 0.0  # when a start was last ordered that waits for nobody
        self.temper = temper
        self.former = temper  # what runs may still be of this one
        self.starts_of_former = 0
        self.live = f"{chaos.live}/{name}"
        self.lock = f"{chaos.state}/{name.replace('/', ':')}.lock"
        self.instances = f"{chaos.state}/{name.replace('/', ':')}.instances"
        self.present = False
        self.touched = 0.0  # when a command, a kill or a change last came to it
        self.supervisor_touched = 0.0
        self.leaving = False  # was told `x`: its supervisor is replaced when the service ends, whenever that is
        self.leaving_supervisor = 0  # 0: is not known yet
        self.clients = 0
        self.want = None  # what the status says, and has to say until the next command
        self.strange_since = None
        self.well_at = 0.0
        self.starts = 0
        self.asked = 0  # how many starts somebody may have asked for: of a task there are no more
        self.gone_at = 0.0

    def becomes(self, temper):
        self.former, self.temper = self.temper, temper
        self.starts_of_former = self.count_starts()
        self.touch()

    def settled(self):
        if self.count_starts() > self.starts_of_former:
            self.former = self.temper

    def is_logger(self):
        return self.temper == "logger"

    def stable(self):
        return TEMPERS[self.temper].stable and TEMPERS[self.former].stable

    def gives_up(self):
        return TEMPERS[self.temper].gives_up or TEMPERS[self.former].gives_up

    def ask(self, letters):
        """Each of these letters may start it once."""
        self.asked += sum(letter in STARTING for letter in letters)
        if set(letters) & FORCING:
            self.forced_at = time.monotonic()

    def with_relatives(self):
        """Whom a client may start or stop with it."""
        found = [self]
        for kin in ("needs", "dependents"):
            line = [self]
            for one in line:
                line += [other for other in getattr(one, kin) if other not in line]
            found += line[1:]
        return found

    def look_whether_it_is_ready(self):
        if self.dependents and tree.lock_holder(self.ready_lock):
            self.ready_at = time.monotonic()

    def not_ready_s(self):
        """It may have got ready and have ended between two looks."""
        try:
            file = os.stat(self.ready_lock)
            got_ready = file.st_mtime if file.st_size else 0  # else somebody has only looked
        except OSError:
            got_ready = 0
        return min(time.monotonic() - self.ready_at, time.time() - got_ready)

    def lacks(self):
        """One that it needs is not there, and it waits for it."""
        return any(not one.present or one.lacks() for one in self.needs)

    def is_held(self):
        """It may have to wait for one that it needs."""
        return any(not one.present or not one.calm() or not one.status() or not one.status().pid or one.is_held() for one in self.needs)

    def is_task(self):
        return TEMPERS[self.temper].task

    def leaves(self):
        return TEMPERS[self.temper].leaves or TEMPERS[self.former].leaves

    def holder(self):
        return tree.lock_holder(self.lock)

    def supervisor(self):
        return tree.lock_holder(self.live + "/supervise/lock")

    def status(self):
        return tree.status(self.live)

    def count_starts(self):
        try:
            return os.stat(self.instances).st_size // 32
        except OSError:
            return 0

    def touch(self, supervisor=False):
        self.touched = time.monotonic()
        self.want = None
        self.strange_since = None
        if supervisor:
            self.supervisor_touched = self.touched

    def told_to_leave(self):
        self.touch(supervisor=True)
        self.leaving = True
        self.leaving_supervisor = self.supervisor()

    def supervisor_killed(self):
        self.supervisor_touched = time.monotonic()
        self.leaving_supervisor = 0

    def look_whether_it_has_left(self):
        supervisor = self.supervisor()
        if self.leaving and supervisor and not self.clients:
            self.leaving_supervisor = self.leaving_supervisor or supervisor
            self.leaving = supervisor == self.leaving_supervisor

    def producer_leaves(self, since):
        """A logger may come to the end of its input then, and ends having read all."""
        producer = self.producer
        return bool(producer) and (not producer.present or producer.leaving or not producer.supervisor() or producer.supervisor_touched >= since)

    def calm(self):
        return not self.clients and time.monotonic() - self.touched > CALM_S


class Pledge:
    """That the death of somebody else changes nothing for a process."""

    def __init__(self, unit, who, since, cause, is_supervisor=False):
        self.unit = unit
        self.who = who
        self.since = since
        self.cause = cause
        self.is_supervisor = is_supervisor
        self.made = time.monotonic()

    def void(self):
        if not self.is_supervisor and self.unit.producer_leaves(self.made):
            return True
        return (self.unit.supervisor_touched if self.is_supervisor else self.unit.touched) >= self.made


class Watch:
    def __init__(self, chaos):
        self.chaos = chaos
        self.pledges = []
        self.kept = {"the same service instance": 0, "the same supervisor": 0}
        self.zombies = {}
        self.clashes_read = 0
        self.early = {}  # (pid, start): the first samples of its resources
        self.late = {}  # ... the last samples
        self.largest = {"scanner": (0, 0), "supervisor": (0, 0)}
        self.compared = {"scanner": 0, "supervisor": 0}
        self.tolerated_strays = 0
        self.tolerated_starts = 0  # of which one was ordered, or what they need had been disturbed
        self.fallen = set()  # strays that fell to us, for want of a scanner above their supervisor: nobody can know them
        self.left_alone = set()  # strays in a session of their own, whose supervisor was killed while it ended them
        self.longest_down_s = 0.0

    # ---- pledges ----

    def pledge_instance(self, unit, cause):
        status = unit.status()
        who = tree.identity(unit.holder())
        if unit.producer_leaves(time.monotonic() - CALM_S):
            return
        if unit.stable() and unit.present and unit.calm() and status and who and status.pid == who[0] and not status.flags & tree.FINISHING:
            self.pledges.append(Pledge(unit, who, status.since, cause))

    def pledge_supervisor(self, unit, cause):
        who = tree.identity(unit.supervisor())
        if who and unit.present and not unit.leaving and time.monotonic() - unit.supervisor_touched > CALM_S:
            self.pledges.append(Pledge(unit, who, None, cause, True))

    def check_pledges(self):
        kept = []
        for pledge in self.pledges:
            unit = pledge.unit
            if pledge.void():
                continue
            if tree.identity(pledge.who[0]) != pledge.who:
                what = "supervisor" if pledge.is_supervisor else "instance"
                raise Failure(f"{unit.name}: its {what}, pid {pledge.who[0]}, did not outlive this: {pledge.cause}")
            if pledge.is_supervisor:
                if time.monotonic() - pledge.made > BOUND_S / 2:
                    self.kept["the same supervisor"] += 1
                    continue
            else:
                status = unit.status()
                supervisor = unit.supervisor()
                if supervisor and status and (status.pid, status.since) == (pledge.who[0], pledge.since) \
                        and time.monotonic() - pledge.made > CALM_S:
                    self.kept["the same service instance"] += 1
                    continue
                if time.monotonic() - pledge.made > BOUND_S:
                    said = f"pid {status.pid}" if status else "nothing"
                    raise Failure(f"{unit.name}: pid {pledge.who[0]} runs on, and {BOUND_S} s later its status says {said}"
                                  f" (supervisor {supervisor}), or another time of its start: {pledge.cause}")
            kept.append(pledge)
        self.pledges = kept

    # ---- two at once ----

    def check_clashes(self):
        try:
            with open(self.chaos.state + "/clashes", "r", encoding="ascii") as file:
                file.seek(self.clashes_read)
                text = file.read()
        except FileNotFoundError:
            return
        for line in text.splitlines():
            what, name, pid, other = line.split()
            if what in ("early", "late"):
                self.disorder(what, self.chaos.units[name], pid, self.chaos.units[other])
                continue
            if what == "instance":
                raise Failure(f"two instances of {name} at once: pid {pid} was started while {other} was running ({tree.arguments(other)})")
            if "strays" not in self.chaos.without:
                self.stray(self.chaos.units[name], pid, int(other))
        self.clashes_read += len(text)

    def stray(self, unit, pid, stray):
        """What a supervisor that was killed knew of strays nobody else may know."""
        who = tree.identity(stray)
        if who in self.fallen or (not who and stray in {pid for pid, _ in self.fallen}):  # reaped since
            self.tolerated_strays += 1
            return
        since = tree.process(stray)
        age = since.age_s() if since else BOUND_S
        if unit.leaves() or time.monotonic() - max(unit.supervisor_touched, self.chaos.scanner_died) < age + CALM_S:
            self.tolerated_strays += 1
            if who:
                self.left_alone.add(who)
            return
        raise Failure(f"{unit.name}: pid {pid} was started while a stray of an earlier instance, pid {stray}, was alive")

    # ---- order ----

    def disorder(self, what, unit, pid, other):
        """That one was ready when it was decided, or the order is not kept for whoever is told by name."""
        now = time.monotonic()
        if what == "late":
            raise Failure(f"{unit.name}: pid {pid} was told to stop with the tree while {other.name}, which needs it, was there")
        if now - unit.forced_at > CALM_S and other.not_ready_s() > CALM_S:
            raise Failure(f"{unit.name}: pid {pid} was started while {other.name}, which it needs, was not ready since {other.not_ready_s():.1f} s")
        self.tolerated_starts += 1

    # ---- up again ----

    def check_units(self):
        now = time.monotonic()
        for unit in self.chaos.units.values():
            unit.look_whether_it_has_left()
            unit.look_whether_it_is_ready()
            holder = unit.holder()
            if not unit.present:
                if (holder or unit.supervisor()) and now - unit.gone_at > BOUND_S:
                    raise Failure(f"{unit.name}: its directory is gone since {now - unit.gone_at:.0f} s, and it still runs"
                                  f" (pid {holder}, supervisor {unit.supervisor()})")
                continue
            status = unit.status()
            starts = unit.count_starts()
            if unit.is_task() and starts > unit.asked:
                raise Failure(f"{unit.name}: a task that has run {starts} times, and was asked to {unit.asked} times at most")
            wanted = status is None or status.wanted()
            if holder or starts != unit.starts or not wanted or unit.is_held():
                unit.well_at = now
            unit.starts = starts
            self.longest_down_s = max(self.longest_down_s, now - unit.well_at)
            if now - max(unit.well_at, unit.touched) > BOUND_S and not unit.gives_up():
                raise Failure(f"{unit.name}: wanted, and not up for {now - unit.well_at:.0f} s (supervisor {unit.supervisor()})")
            self.check_want(unit, status, now)

    def check_want(self, unit, status, now):
        if not unit.calm() or unit.gives_up() or not status or not unit.supervisor():
            return
        if unit.want is None:
            unit.want = status.wanted()
        if status.wanted() == unit.want:
            unit.strange_since = None
            return
        unit.strange_since = unit.strange_since or now
        if now - unit.strange_since > CALM_S:
            raise Failure(f"{unit.name}: was wanted {'up' if unit.want else 'down'}, and no longer is; nobody has asked for that")

    # ---- zombies, descriptors, memory ----

    def check_processes(self, found):
        now = time.monotonic()
        ours = {self.chaos.scanner: "scanner", os.getpid(): "driver"}
        for unit in self.chaos.units.values():
            ours[unit.supervisor()] = "supervisor"
        ours.pop(0, None)
        zombies = {}
        for one in found.values():
            if one.state == "Z" and one.parent in ours:
                zombies[one.identity()] = self.zombies.get(one.identity(), now)
                if now - zombies[one.identity()] > ZOMBIE_S:
                    raise Failure(f"pid {one.pid} ({one.comm}) is a zombie since {ZOMBIE_S} s; its parent: {tree.arguments(one.parent)}")
            if one.comm == "chaos-stray" and self.fell_to_us(one, found, ours):
                self.fallen.add(one.identity())
            kind = ours.get(one.pid)
            if kind in MEMORY_MORE_KB and one.state != "Z":
                self.sample(kind, one)
        self.zombies = zombies

    @staticmethod
    def fell_to_us(one, found, ours):
        """It, or the service that is its parent, has no supervisor and no scanner above."""
        while one and one.parent not in ours:
            one = found.get(one.parent)
        return bool(one) and ours[one.parent] == "driver" and one.pid not in ours

    def sample(self, kind, one):
        now = tree.resources(one.pid)
        if not now or one.age_s() < YOUNG_S:
            return
        first = self.early.setdefault(one.identity(), [])
        if len(first) < SAMPLES:
            first.append(now)
            return
        last = self.late.setdefault(one.identity(), [])
        last.append(now)
        del last[:-SAMPLES]
        if len(last) < SAMPLES:
            return
        descriptors, memory = map(min, *last)
        self.compared[kind] += 1
        self.largest[kind] = tuple(map(max, self.largest[kind], (descriptors, memory)))
        early = tuple(map(max, *first))  # one that has just executed itself anew has next to nothing
        if descriptors > early[0] + DESCRIPTORS_MORE:
            raise Failure(f"pid {one.pid} ({tree.arguments(one.pid)}) has {descriptors} descriptors open; when it was young: {early[0]}")
        if memory > early[1] + MEMORY_MORE_KB[kind]:
            raise Failure(f"pid {one.pid} ({tree.arguments(one.pid)}) has {memory} kB of its own; when it was young: {early[1]}")
