"""The services: of what temper they are, and their directories."""

import os
import shutil


class Temper:
    def __init__(self, script, stable=True, gives_up=False, leaves=False, finish="finish", health=None, **settings):
        self.script = script  # of service.c
        self.stable = stable  # ends only when it is told to, or killed
        self.gives_up = gives_up  # may go down for good by itself
        self.leaves = leaves  # strays, on purpose
        self.task = "flag_oneshot" in settings  # never starts unasked, but once
        self.finish = finish
        self.health = health  # a command
        # A stubborn one may get another's directory before it is stopped.
        self.settings = {"timeout-kill": "5000"} if script != "logger" else {}
        self.settings.update({file.replace("_", "-"): text for file, text in settings.items()})


DELAY = "50 1000"  # so that a bound on coming back can be short

CHECKS = {"health_interval": "50", "health_timeout": "20000"}

TEMPERS = {
    "quick": Temper("quick", restart_delay=DELAY, notification_fd="3"),
    "mute": Temper("quick", finish=None),
    "slow": Temper("slow", restart_delay=DELAY, notification_fd="3", lock_fd="7"),
    "needed": Temper("needed", restart_delay=DELAY, notification_fd="3"),
    "stubborn": Temper("stubborn", restart_delay=DELAY, timeout_kill="300"),
    "stubborn-group": Temper("stubborn", restart_delay=DELAY, timeout_kill="300", flag_timeout_killpg="", finish=None),
    "forker": Temper("forker", restart_delay=DELAY),
    "crasher": Temper("crasher", stable=False, restart_delay="20 500"),
    "quitter": Temper("crasher", stable=False, gives_up=True, finish="quit"),
    "limited": Temper("crasher", stable=False, gives_up=True, restart="on-failure:3", restart_delay="20 100"),
    "task": Temper("task", stable=False, gives_up=True, flag_oneshot=""),
    "keeper": Temper("forker", leaves=True, flag_keep_strays="", restart_delay=DELAY),
    "background": Temper("background", flag_forks="", restart_delay=DELAY),
    "pidfile": Temper("pidfile", flag_forks="", restart_delay=DELAY),
    "checked": Temper("quick", restart_delay=DELAY, notification_fd="3", health="exec sleep 0.02", **CHECKS),
    "sick": Temper("quick", stable=False, restart_delay="20 500", health="exit $(($$ % 4 == 0))", health_retries="1", health_start_period="0", **CHECKS),
    "chatty": Temper("chatty", restart_delay=DELAY, finish=None),
    "logger": Temper("logger", finish=None),
}

# How many of each; what needs a feature that is not there yet is quick instead.
POPULATION = [("quick", 4), ("needed", 4), ("mute", 4), ("slow", 7), ("stubborn", 4), ("stubborn-group", 2), ("forker", 7), ("crasher", 5), ("quitter", 1),
              ("limited", 1), ("task", 3), ("keeper", 1), ("background", 3), ("pidfile", 1), ("checked", 3), ("sick", 1), ("chatty", 6)]
# What each needs to be ready; each is stopped before these.
DEPENDENCIES = {"needed-01": ["needed-00"], "needed-02": ["needed-01"], "needed-03": ["needed-00", "checked-00"], "chatty-00": ["needed-02"],
                "slow-06": ["needed-00", "needed-03"]}
NEEDS = {"limited": b"on-failure", "task": b"flag-oneshot", "keeper": b"flag-keep-strays", "background": b"flag-forks",
         "pidfile": b"flag-forks", "checked": b"health-interval", "sick": b"health-interval", "needed": b"dependencies.d"}


def population(supervise):
    """Names and tempers, and what cannot be had from this supervisor."""
    with open(supervise, "rb") as file:
        program = file.read()
    services = []
    lacking = []
    for temper, count in POPULATION:
        there = NEEDS.get(temper, b"") in program
        if not there:
            lacking.append(NEEDS[temper].decode())
        services += [(f"{temper}-{i:02}", temper if there else "quick") for i in range(count)]
    return services, sorted(set(lacking))


def write_script(path, text):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path + ".new", 0o755)
    os.rename(path + ".new", path)


class Maker:
    """Makes service directories."""

    def __init__(self, program, state):
        self.program = program
        self.state = state

    def script(self, word):
        return f"#!{self.program} {word}\n"

    def settings(self, path, name, temper):
        for file, text in TEMPERS[temper].settings.items():
            with open(f"{path}/{file}", "w", encoding="ascii") as out:
                out.write(text + "\n")
        if TEMPERS[temper].health:
            write_script(path + "/health", f"#!/bin/sh\n{TEMPERS[temper].health}\n")
        for other in DEPENDENCIES.get(name, []):
            os.makedirs(path + "/dependencies.d", exist_ok=True)
            with open(f"{path}/dependencies.d/{other}", "wb"):
                pass
        if temper == "pidfile":
            with open(f"{path}/pidfile", "w", encoding="ascii") as out:
                out.write(f"{self.state}/{name}.pid\n")

    def directory(self, path, name, temper):
        """All of it; ./run comes last, as when somebody makes it by hand."""
        os.mkdir(path)
        self.settings(path, name, temper)
        if TEMPERS[temper].finish:
            write_script(path + "/finish", self.script(TEMPERS[temper].finish))
        if temper == "chatty":
            os.mkdir(path + "/log")
            write_script(path + "/log/run", self.script("logger"))
        self.run(path, temper)

    def run(self, path, temper):
        write_script(path + "/run", self.script(TEMPERS[temper].script))

    def other_temper(self, path, name, temper, to):
        """Changes a directory in place: what is no longer of it goes."""
        for file in TEMPERS[temper].settings:
            if file not in TEMPERS[to].settings:
                os.unlink(f"{path}/{file}")
        if TEMPERS[temper].health and not TEMPERS[to].health:
            os.unlink(path + "/health")
        self.settings(path, name, to)
        if TEMPERS[to].finish:
            write_script(path + "/finish", self.script(TEMPERS[to].finish))
        elif os.path.exists(path + "/finish"):
            os.unlink(path + "/finish")
        self.run(path, to)


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
