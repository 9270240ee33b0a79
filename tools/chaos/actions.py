"""What is done to the tree. What is chosen depends on the seed and on nothing else,
so that the same seed does the same again; whether it could be done may differ."""

import os
import signal
import time

import tempers
import tree

SVC_OPTIONS = ["-u", "-d", "-o", "-r", "-t", "-k", "-i", "-q", "-h", "-a", "-b", "-1", "-2", "-p", "-c", "-y", "-O", "-x", "-D", "-U", "-Q",
               "-l", "-P", "-C", "-K"]
KILLS = set("kK")
EXCHANGEABLE = ["quick", "mute", "slow", "stubborn", "stubborn-group", "forker", "crasher"]


class Actions:
    def __init__(self, chaos):
        self.chaos = chaos
        self.rng = chaos.rng
        self.services = [name for name, _ in chaos.services]
        self.names = list(chaos.units)
        self.chatty = [name for name, temper in chaos.services if temper == "chatty"]
        table = [
            (12, self.kill_service), (8, self.kill_supervisor), (3, self.kill_many_supervisors), (3, self.kill_logger),
            (2, self.kill_loggers_supervisor), (1, self.kill_scanner), (1, self.kill_scanner_and_supervisors),
            (24, self.letter), (8, self.svc), (10, self.command), (4, self.scan_letter), (2, self.rescan),
            (4, self.add), (3, self.remove), (2, self.change), (2, self.replace), (1, self.break_run), (1, self.upgrade),
        ]
        table = [(weight, function) for weight, function in table if self.name(function) not in chaos.without]
        self.weights = [weight for weight, _ in table]
        self.functions = [function for _, function in table]

    @staticmethod
    def name(function):
        return function.__name__.replace("_", "-")

    def one(self):
        function = self.rng.choices(self.functions, self.weights)[0]
        target, outcome = function()
        return f"{self.name(function)} {target}", outcome

    def unit(self, names=None):
        return self.chaos.units[self.rng.choice(names or self.names)]

    # ---- kills ----

    def end(self, unit, who, supervisor=False):
        """SIGKILL for a process of that unit."""
        if not who:
            return "there is none"
        if unit.is_logger():
            if not self.may_lose(unit):
                return "not now: the logger and its supervisor at once is more than may die"
            unit.fragile_until = time.monotonic() + 5
            if not supervisor:
                self.chaos.lines[unit.name].kills += 1
        if supervisor:
            self.chaos.watch.pledge_instance(unit, f"supervisor {who[0]} killed")
        if not tree.kill_exactly(who, signal.SIGKILL):
            return "it had just gone"
        if supervisor:
            unit.supervisor_killed()
        else:
            unit.touch()
        return f"pid {who[0]}"

    def may_lose(self, unit):
        """The lines in a logger's fifo live as long as somebody holds it open."""
        status = unit.status()
        return time.monotonic() > unit.fragile_until and unit.supervisor() and status and status.pid and status.pid == unit.holder()

    def kill_service(self):
        unit = self.unit(self.services)
        return unit.name, self.end(unit, tree.identity(unit.holder()))

    def kill_logger(self):
        unit = self.chaos.units[self.rng.choice(self.chatty) + "/log"]
        return unit.name, self.end(unit, tree.identity(unit.holder()))

    def kill_supervisor(self):
        unit = self.unit(self.services)
        return unit.name, self.end(unit, tree.identity(unit.supervisor()), True)

    def kill_loggers_supervisor(self):
        unit = self.chaos.units[self.rng.choice(self.chatty) + "/log"]
        return unit.name, self.end(unit, tree.identity(unit.supervisor()), True)

    def kill_many_supervisors(self):
        chosen = self.rng.sample(self.services, self.rng.randint(2, 8))
        return ",".join(chosen), "; ".join(self.end(unit, tree.identity(unit.supervisor()), True)
                                           for unit in map(self.chaos.units.get, chosen))

    def kill_scanner(self):
        by = self.rng.choice(["SIGKILL", "SIGKILL", "SIGABRT", "b"])
        pause_s = self.rng.choice([0, 0.1, 0.5, 2])
        return f"by {by}, the next {pause_s} s later", self.end_scanner(by, pause_s)

    def end_scanner(self, by, pause_s):
        who = tree.identity(self.chaos.scanner)
        if not who or self.chaos.scanner_ends:
            return "there is none"
        for unit in self.chaos.units.values():
            self.chaos.watch.pledge_instance(unit, f"scanner {who[0]} ended by {by}")
            self.chaos.watch.pledge_supervisor(unit, f"scanner {who[0]} ended by {by}")
        self.chaos.scanner_will_end(pause_s)
        if by == "b":
            return tree.send(self.chaos.live + "/.s6-svscan/control", "b") or f"pid {who[0]}"
        tree.kill_exactly(who, getattr(signal, by))
        return f"pid {who[0]}"

    def kill_scanner_and_supervisors(self):
        first = self.rng.choice(["scanner", "supervisors"])
        pause_s = self.rng.choice([0, 0.5])
        chosen = self.rng.sample(self.services, self.rng.randint(1, 5))

        def supervisors():
            return "; ".join(self.end(unit, tree.identity(unit.supervisor()), True) for unit in map(self.chaos.units.get, chosen))
        outcome = supervisors() if first == "supervisors" else ""
        outcome += " scanner: " + self.end_scanner("SIGKILL", pause_s)
        if first == "scanner":
            outcome += " " + supervisors()
        return f"{first} first, the next {pause_s} s later, " + ",".join(chosen), outcome

    # ---- commands ----

    def lethal(self, unit, letters):
        """Counts what may cost a logger its buffer, or its service's last lines. False: not now."""
        if unit.is_logger() and not unit.present:
            self.chaos.lines[unit.name].deserted += 1
        if not unit.is_logger() or not KILLS & set(letters):
            return True
        if not self.may_lose(unit):
            return False
        unit.fragile_until = time.monotonic() + 5
        self.chaos.lines[unit.name].kills += 1
        return True

    def letter(self):
        unit = self.unit()
        letters = "".join(self.rng.choices(tree.LETTERS, k=self.rng.choice([1, 1, 1, 2, 3])))
        if not self.lethal(unit, letters):
            return f"{unit.name} {letters}", "not now"
        unit.touch()
        if "x" in letters:
            unit.told_to_leave()
        self.later_continue(unit, letters)
        unit.ask(letters)
        return f"{unit.name} {letters}", tree.send(unit.live + "/supervise/control", letters)

    def later_continue(self, unit, letters):
        if "p" in letters or "P" in letters:
            self.chaos.later(1, lambda: tree.send(unit.live + "/supervise/control", "cC"))

    def svc(self):
        unit = self.unit()
        option = self.rng.choice(SVC_OPTIONS)
        if not self.lethal(unit, option):
            return f"{unit.name} {option}", "not now"
        self.later_continue(unit, option)
        if option == "-x":
            unit.told_to_leave()
        unit.ask(option)
        return f"{unit.name} {option}", self.chaos.client(["s6-svc", option, unit.live], unit)

    def command(self):
        unit = self.unit()
        words = self.rng.choice([["start"], ["stop"], ["restart"], ["start"], ["restart"], ["reload"], ["kill", "TERM"], ["kill", "KILL"],
                                 ["kill", "STOP"], ["kill", "CONT"], ["status"], ["wait", "ready"], ["wait", "finished"]])
        no_wait = self.rng.choice([[], [], ["-n"]]) if words[0] in ("start", "stop", "restart") else []
        limit = [] if words[0] == "status" else ["--timeout", self.rng.choice(["10", "300ms"])]
        target = " ".join(words + [unit.name] + no_wait)
        if not self.lethal(unit, "k" if words[-1] == "KILL" else ""):
            return target, "not now"
        self.later_continue(unit, "p" if words[-1] == "STOP" else "")
        unit.ask({"start": "ww", "restart": "nn"}.get(words[0], ""))  # a successor of the supervisor is told again
        return target, self.chaos.client(["reeve", "-l", self.chaos.live] + no_wait + limit + words + [unit.name],
                                         None if words[0] in ("status", "wait") else unit)

    def scan_letter(self):
        letter = self.rng.choice("ahnNz?")
        return letter, tree.send(self.chaos.live + "/.s6-svscan/control", letter)

    def rescan(self):
        words = self.rng.choice([["reeve", "-l", self.chaos.live, "rescan"], ["s6-svscanctl", "-a", self.chaos.live],
                                 ["s6-svscanctl", "-an", self.chaos.live], ["reeve", "-l", self.chaos.live, "status", "--json"]])
        return " ".join(words[:1] + words[-1:]), self.chaos.client(words, None)

    def upgrade(self):
        if not self.chaos.can_upgrade:
            return "", "reeve has no such command"
        for unit in self.chaos.units.values():
            self.chaos.watch.pledge_instance(unit, "upgrade")
            self.chaos.watch.pledge_supervisor(unit, "upgrade")
        self.chaos.install()
        return "", self.chaos.client(["reeve", "-l", self.chaos.live, "upgrade"], None)

    # ---- directories ----

    def add(self):
        unit = self.unit(self.services)
        way = self.rng.choice(["moved in", "made there"])
        if unit.present:
            return f"{unit.name} {way}", "it is there"
        path = f"{self.chaos.scan}/{unit.name}"
        if way == "moved in":
            aside = self.chaos.aside(unit.name)
            self.chaos.maker.directory(aside, unit.name, unit.temper)
            os.rename(aside, path)
        else:
            self.chaos.maker.directory(path, unit.name, unit.temper)
        self.chaos.appeared(unit)
        return f"{unit.name} {way}", None

    def remove(self):
        unit = self.unit(self.services)
        way = self.rng.choice(["moved away", "removed"])
        if not unit.present:
            return f"{unit.name} {way}", "it is not there"
        path = f"{self.chaos.scan}/{unit.name}"
        logger = self.chaos.units.get(unit.name + "/log")
        if logger and not (logger.calm() and self.chaos.running_well(logger)):
            self.chaos.lines[logger.name].deserted += 1
        if way == "moved away":
            os.rename(path, self.chaos.aside(unit.name))
        else:
            tempers.remove(path)
        self.chaos.disappeared(unit)
        return f"{unit.name} {way}", None

    def change(self):
        """Another temper, in place; it takes effect at the restart."""
        unit = self.unit(self.services)
        to = self.rng.choice(EXCHANGEABLE)
        if not unit.present or unit.temper not in EXCHANGEABLE:
            return f"{unit.name} to {to}", "not this one"
        self.chaos.maker.other_temper(f"{self.chaos.scan}/{unit.name}", unit.name, unit.temper, to)
        unit.becomes(to)
        tree.send(self.chaos.live + "/.s6-svscan/control", "a")  # files that are new are seen at a rescan
        return f"{unit.name} to {to}", tree.send(unit.live + "/supervise/control", "r")

    def replace(self):
        """Another directory under the same name."""
        unit = self.unit(self.services)
        to = self.rng.choice(EXCHANGEABLE)
        if not unit.present:
            return f"{unit.name} by {to}", "it is not there"
        to = to if unit.temper in EXCHANGEABLE else unit.temper
        fresh = self.chaos.aside(unit.name)
        self.chaos.maker.directory(fresh, unit.name, to)
        os.rename(f"{self.chaos.scan}/{unit.name}", self.chaos.aside(unit.name))
        os.rename(fresh, f"{self.chaos.scan}/{unit.name}")
        unit.becomes(to)
        unit.asked += 1  # it may be seen to be gone in between
        return f"{unit.name} by {to}", None

    def break_run(self):
        """A ./run that cannot be executed for a while, and the service killed."""
        unit = self.unit(self.services)
        how = self.rng.choice(["no execute permission", "empty", "no interpreter", "missing"])
        if not unit.present:
            return f"{unit.name} {how}", "it is not there"
        directory = f"{self.chaos.scan}/{unit.name}"
        tempers.write_script(directory + "/run", {"empty": "", "no interpreter": "#!/nonexistent\n"}.get(how, "#!/bin/sh\n"))
        if how == "no execute permission":
            os.chmod(directory + "/run", 0o644)
        if how == "missing":
            os.unlink(directory + "/run")

        def mend():
            if unit.present:
                self.chaos.maker.run(directory, unit.temper)
                unit.touch()
        self.chaos.later(2, mend)
        unit.touch()
        return f"{unit.name} {how}", self.end(unit, tree.identity(unit.holder()))
