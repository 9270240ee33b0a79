#!/usr/bin/env python3
"""Kills, commands and changes at random in a tree of more than 50 services, and checks from
outside, all the time, that nothing is lost.

usage: chaos.py MINUTES SEED BUILD [WITHOUT...]

SEED may be empty: the time's. WITHOUT: actions (kill-scanner, ...) that are left
out, or `strays`: that these have ended before the next start is not checked."""

import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import actions
import lines
import tempers
import tree
import watch
from watch import BOUND_S, Failure

ACTIONS_BETWEEN_SETTLES = 150
PAUSE_S = (0.02, 0.2)  # between two actions
CLIENT_S = 60  # in which every client of ours has ended
STOP_S = 60
KILLED_STRAYS = 137  # the exit code when strays had to be killed: some of these ignore every signal but SIGKILL
PROGRAMS = ("reeve-scan", "reeve-supervise", "reeve")


class Chaos:
    def __init__(self, seed, build, without):
        self.rng = random.Random(seed)
        self.seed = seed
        self.without = without
        self.bin_from = os.path.abspath(build + "/bin")
        self.dir = tempfile.mkdtemp(prefix="reeve-chaos.")
        self.scan, self.live, self.state, self.bin, self.trash = (f"{self.dir}/{name}" for name in ("scan", "live", "state", "bin", "aside"))
        for path in (self.scan, self.state, self.bin, self.trash):
            os.mkdir(path)
        self.install()
        self.environment = dict(os.environ, CHAOS_STATE=self.state, PATH=f"{self.bin}:{os.environ['PATH']}")
        self.environment.pop("REEVE_LIVE", None)
        self.maker = tempers.Maker(os.path.abspath(build + "/chaos/service"), self.state)
        self.services, self.lacking = tempers.population(self.bin + "/reeve-supervise")
        self.units = {}
        self.lines = {}
        for name, temper in self.services:
            self.add_unit(name, temper)
            if temper == "chatty":
                self.add_unit(name + "/log", "logger")
                self.lines[name + "/log"] = lines.Lines(self.state, name)
        self.know_dependencies()
        self.can_upgrade = b"upgrade" in subprocess.run([self.bin + "/reeve", "--help"], stdout=subprocess.PIPE, check=True).stdout
        self.scanner = 0
        self.scanner_ends = False
        self.scanner_died = 0.0
        self.scanners = 0
        self.clients = {}
        self.client_codes = collections.Counter()
        self.timers = []
        self.watch = watch.Watch(self)
        self.actions = actions.Actions(self)
        self.done = collections.Counter()
        self.began = time.monotonic()
        self.asides = 0
        self.ticked = 0.0
        self.log = open(self.dir + "/actions", "w", buffering=1, encoding="utf-8")
        self.recent = collections.deque(maxlen=60)

    def add_unit(self, name, temper):
        self.units[name] = watch.Unit(self, name, temper)
        self.units[name].fragile_until = 0.0

    def know_dependencies(self):
        """Of what is there: without the feature, there are none."""
        for name, others in tempers.DEPENDENCIES.items():
            for other in others:
                self.units[name].needs.append(self.units[other])
                self.units[other].dependents.append(self.units[name])
        for name, unit in self.units.items():
            with open(f"{self.state}/{name.replace('/', ':')}.dependents", "w", encoding="ascii") as file:
                file.write("".join(one.name + "\n" for one in unit.dependents))

    def install(self):
        """New files under the same names, as an upgrade of a package leaves them."""
        for program in PROGRAMS:
            shutil.copy(f"{self.bin_from}/{program}", f"{self.bin}/{program}.new")
            os.rename(f"{self.bin}/{program}.new", f"{self.bin}/{program}")

    def say(self, text):
        line = f"{time.monotonic() - self.began:9.3f} {text}"
        self.log.write(line + "\n")
        self.recent.append(line)

    # ---- processes ----

    def spawn(self, argv, output):
        out = os.open(f"{self.dir}/{output}", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        null = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.posix_spawnp(argv[0], argv, self.environment, setsid=True,
                                   file_actions=[(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)])
        finally:
            os.close(out)
            os.close(null)

    def start_scanner(self):
        self.scanner = self.spawn([self.bin + "/reeve-scan", "-l", self.live, self.scan], "messages")
        self.scanner_ends = False
        self.scanners += 1
        self.say(f"scanner {self.scanner} started")

    def scanner_will_end(self, pause_s):
        self.scanner_ends = True
        self.scanner_died = time.monotonic()
        self.scanner_pause_s = pause_s

    def client(self, argv, unit):
        pid = self.spawn([f"{self.bin}/reeve" if argv[0] == "reeve" else argv[0]] + argv[1:], "clients")
        self.clients[pid] = (argv, unit, time.monotonic())
        for one in unit.with_relatives() if unit else []:
            one.touch()
            one.clients += 1
        return f"pid {pid}"

    def client_ended(self, pid, wstat):
        argv, unit, _ = self.clients.pop(pid)
        for one in unit.with_relatives() if unit else []:
            one.touch()
            one.clients -= 1
        code = os.waitstatus_to_exitcode(wstat)
        self.client_codes[f"{os.path.basename(argv[0])} {code}"] += 1
        if code < 0:
            raise Failure(f"{' '.join(argv)} ended by signal {-code}")

    def reap(self):
        """Our children, and all orphans."""
        while True:
            try:
                pid, wstat = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid in self.clients:
                self.client_ended(pid, wstat)
            elif pid == self.scanner:
                self.scanner = 0
                if not self.scanner_ends:
                    raise Failure(f"the scanner ended by itself: {os.waitstatus_to_exitcode(wstat)}")
                self.say(f"scanner {pid} has ended: {os.waitstatus_to_exitcode(wstat)}")
                self.scanner_code = os.waitstatus_to_exitcode(wstat)
                self.scanner_died = time.monotonic()
                if self.scanner_pause_s is not None:
                    self.later(self.scanner_pause_s, self.start_scanner)
            else:
                self.say(f"orphan {pid} has ended: {os.waitstatus_to_exitcode(wstat)}")

    def later(self, seconds, what):
        self.timers.append((time.monotonic() + seconds, what))

    def run_timers(self):
        now = time.monotonic()
        due = [what for when, what in self.timers if when <= now]
        self.timers = [(when, what) for when, what in self.timers if when > now]
        for what in due:
            what()

    # ---- directories ----

    def aside(self, name):
        self.asides += 1
        return f"{self.trash}/{name}.{self.asides}"

    def family(self, unit):
        return [one for one in (unit, self.units.get(unit.name + "/log")) if one]

    def appeared(self, unit):
        for one in self.family(unit):
            one.present = True
            one.asked += 1
            one.well_at = time.monotonic()
            one.touch(supervisor=True)

    def disappeared(self, unit):
        for one in self.family(unit):
            one.present = False
            one.gone_at = time.monotonic()
            one.touch(supervisor=True)

    # ---- the run ----

    def tick(self):
        self.reap()
        self.run_timers()
        self.watch.check_clashes()
        now = time.monotonic()
        if now - self.ticked < 0.5:
            return
        self.ticked = now
        self.watch.check_pledges()
        self.watch.check_units()
        self.watch.check_processes(tree.processes())
        for one in self.lines.values():
            fault = one.read()
            if fault:
                raise Failure(fault)
        for argv, _, since in self.clients.values():
            if now - since > CLIENT_S:
                raise Failure(f"this client has not ended in {CLIENT_S} s: {' '.join(argv)}")

    def wait(self, condition, seconds, what):
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                raise Failure(f"not so in {seconds} s: {what()}")
            self.tick()
            time.sleep(0.02)

    def not_up(self):
        return [name for name, unit in self.units.items() if unit.present and not unit.gives_up() and not unit.lacks()
                and not self.running_well(unit) and (unit.stable() or unit.count_starts() == self.starts_before[name])]

    def not_gone(self):
        return [name for name, unit in self.units.items() if not unit.present and (unit.holder() or unit.supervisor())]

    @staticmethod
    def running_well(unit):
        status = unit.status()
        return status and status.pid and status.pid == unit.holder() and unit.supervisor() and not status.flags & tree.FINISHING

    def settle(self):
        """Nothing is done for a while; all must be up again, and the tree in order."""
        self.say("settle")
        self.wait(lambda: not self.clients and not self.timers and self.scanner, CLIENT_S, lambda: "every client has ended")
        self.starts_before = {name: unit.count_starts() for name, unit in self.units.items()}
        began = time.monotonic()
        told = set()

        def tell():
            """A supervisor that is being replaced hears nothing."""
            for name, unit in self.units.items():
                status = unit.status()
                if unit.present and name not in told and status and unit.supervisor():
                    letters = "Cc" if status.wanted() else "CcU"  # what is wanted has to come by itself
                    if unit.leaving:  # its supervisor leaves now, and the next one begins afresh
                        letters = "CcUt" if unit.is_logger() else "CcUk"
                    unit.touch()
                    unit.ask(letters)
                    if not tree.send(unit.live + "/supervise/control", letters):
                        told.add(name)
            return not [name for name, unit in self.units.items() if unit.present and name not in told]
        self.wait(tell, BOUND_S, lambda: f"every service has a supervisor: {[n for n, u in self.units.items() if u.present and n not in told]}")
        self.wait(lambda: not self.not_up(), BOUND_S, lambda: f"these are up: {self.not_up()}")
        self.wait(lambda: not self.not_gone(), BOUND_S, lambda: f"these have ended, as their directories have gone: {self.not_gone()}")
        self.say(f"all up {time.monotonic() - began:.1f} s later")
        self.one_supervisor_each()
        for unit in self.units.values():
            unit.settled()
            unit.want = True

    def one_supervisor_each(self):
        names = {}
        parents = {}
        for pid, one in tree.processes().items():
            words = tree.arguments(pid).split()
            if one.state != "Z" and words and os.path.basename(words[0]) == "reeve-supervise" and "-c" not in words:  # an upgrade's trial
                names[pid] = words[-1]
                parents[pid] = one.parent
        # A child of a supervisor that has not executed ./run yet is called as that is.
        count = collections.Counter(name for pid, name in names.items() if names.get(parents[pid]) != name)
        for name, number in count.items():
            if number > 1:
                raise Failure(f"{name} has {number} supervisors")

    def begin(self):
        for name, temper in self.services:
            self.maker.directory(f"{self.scan}/{name}", name, temper)
            self.appeared(self.units[name])
        self.start_scanner()
        self.starts_before = {name: 0 for name in self.units}
        self.wait(lambda: not self.not_up(), BOUND_S, lambda: f"at the start, these are up: {self.not_up()}")
        for unit in self.units.values():
            unit.want = True
        self.say("all up")

    def rage(self, seconds):
        until = time.monotonic() + seconds
        number = 0
        while time.monotonic() < until:
            number += 1
            what, outcome = self.actions.one()
            self.say(f"#{number} {what}: {outcome or 'done'}")
            self.done[what.split(" ", 1)[0]] += 1
            pause_until = time.monotonic() + self.rng.uniform(*PAUSE_S)
            while True:
                self.tick()
                if time.monotonic() >= pause_until:
                    break
                time.sleep(0.01)
            if number % ACTIONS_BETWEEN_SETTLES == 0:
                self.settle()
        self.settle()

    def stop(self):
        self.say("SIGTERM to the scanner")
        began = time.monotonic()
        for unit in self.units.values():
            unit.touch(supervisor=True)
        with open(self.state + "/stopping", "wb"):
            pass
        self.scanner_will_end(None)
        os.kill(self.scanner, signal.SIGTERM)
        until = began + STOP_S
        while self.scanner:
            self.reap()
            self.watch.check_clashes()
            if time.monotonic() > until:
                raise Failure(f"the scanner has not ended in {STOP_S} s after SIGTERM")
            time.sleep(0.02)
        took = time.monotonic() - began
        if self.scanner_code not in (0, KILLED_STRAYS):
            raise Failure(f"the scanner's exit code is {self.scanner_code}")
        self.nothing_is_left()
        for one in self.lines.values():
            fault = one.complete()
            if fault:
                raise Failure(fault)
        return took

    def nothing_is_left(self):
        """But for strays of services that keep them, and orphans that are ending."""
        self.reap()
        left = [one for one in tree.processes().values() if one.state != "Z" and not self.may_stay(one)]
        if left:
            raise Failure("left after the end:" + "".join(f"\n  {one.pid} {one.comm}: {tree.arguments(one.pid)}" for one in left))

    def may_stay(self, one):
        unit = self.units.get(tree.arguments(one.pid).split(" ")[-1])
        return one.comm == "chaos-stray" and ("strays" in self.without or (unit and unit.leaves()) or one.identity() in self.watch.fallen | self.watch.left_alone)

    # ---- what it was ----

    def report_failure(self, failure):
        print(f"\nchaos: FAILED after {time.monotonic() - self.began:.1f} s: {failure}")
        print(f"chaos: seed {self.seed}; all is in {self.dir}: actions, messages, clients, state, live, scan")
        print("chaos: the last actions:")
        for line in self.recent:
            print("  " + line)
        print("chaos: the last messages of the tree:")
        self.tail("messages", 30)
        print("chaos: the processes:")
        for pid, one in sorted(tree.processes().items()):
            print(f"  {pid} parent {one.parent} {one.state} {one.comm}: {tree.arguments(pid)}")

    def tail(self, file, count):
        try:
            with open(f"{self.dir}/{file}", "r", encoding="utf-8", errors="replace") as text:
                for line in collections.deque(text, count):
                    print("  " + line.rstrip())
        except FileNotFoundError:
            pass

    def report(self, took):
        seen = sum(one.seen for one in self.lines.values())
        missing = sum(one.missing() for one in self.lines.values())
        kills = sum(one.kills for one in self.lines.values())
        print(f"chaos: {sum(self.done.values())} actions: " + ", ".join(f"{count} {name}" for name, count in sorted(self.done.items())))
        print(f"chaos: {self.scanners} scanners, {sum(unit.count_starts() for unit in self.units.values())} instances, never two at once")
        deserted = sum(one.deserted for one in self.lines.values())
        print(f"chaos: {seen} lines, each once; {missing} missing after {kills} SIGKILLs of loggers (at most {lines.BUFFER_LINES} for each)"
              f" and {deserted} removals of a service whose logger was told to be down (at most {lines.PIPE_LINES} for each)")
        print("chaos: outlived a death or an upgrade: " + ", ".join(f"{what} {count} times" for what, count in self.watch.kept.items()))
        print(f"chaos: the longest that a wanted service was not up: {self.watch.longest_down_s:.1f} s (bound {BOUND_S} s)")
        for kind, (descriptors, memory) in self.watch.largest.items():
            print(f"chaos: a {kind} had at most {descriptors} descriptors and {memory} kB of its own ({self.watch.compared[kind]} comparisons)")
        print(f"chaos: {self.watch.tolerated_starts} starts before what is needed was ready, each as somebody ordered it or had disturbed that one")
        if self.watch.tolerated_strays:
            print(f"chaos: {self.watch.tolerated_strays} strays of which no living supervisor could know, or that are kept")
        print("chaos: exit codes of clients: " + ", ".join(f"{what} ({count})" for what, count in sorted(self.client_codes.items())))
        print(f"chaos: ended {took:.1f} s after SIGTERM, and left nothing")

    def kill_all(self):
        """We are PID 1 of a namespace, or the subreaper of all this."""
        for _ in range(100):
            left = [one for one in tree.processes().values() if one.state != "Z"]
            if not left:
                break
            for one in left:
                tree.kill_exactly(one.identity(), signal.SIGKILL)
            time.sleep(0.05)
            while True:
                try:
                    if not os.waitpid(-1, os.WNOHANG)[0]:
                        break
                except ChildProcessError:
                    break


def enter_namespace():
    """A PID namespace of our own, where that is allowed: nothing can get lost then."""
    if os.environ.get("CHAOS_INSIDE"):
        return
    os.environ["CHAOS_INSIDE"] = "1"
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run(command + ["true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        os.execvp(command[0], command + [sys.executable] + sys.argv)


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 100
    enter_namespace()
    tree.become_subreaper()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = sys.argv[2] or str(int(time.time()))
    print(f"chaos: seed {seed}", flush=True)
    chaos = Chaos(seed, sys.argv[3], sys.argv[4:])
    for what in chaos.lacking:
        print(f"chaos: without {what}, which this reeve-supervise does not know")
    if not chaos.can_upgrade:
        print("chaos: without upgrades: reeve has no such command")
    try:
        chaos.begin()
        chaos.rage(float(sys.argv[1]) * 60)
        took = chaos.stop()
    except Failure as failure:
        chaos.report_failure(failure)
        chaos.kill_all()
        return 1
    except KeyboardInterrupt:
        chaos.kill_all()
        raise
    chaos.report(took)
    chaos.kill_all()
    shutil.rmtree(chaos.dir)
    return 0


if __name__ == "__main__":
    sys.exit(main())
