"""The systems that are measured: how each is laid out, started, told and stopped.

A subject is made anew for each run, in a folder of its own. `command` is what is executed, `scan` the
directory that a new service is moved into."""

import os
import shutil
import signal
import time

from tree import children


def make_service(folder, program):
    """A hard link: the least that a file can cost."""
    os.makedirs(folder)
    os.link(program, os.path.join(folder, "run"))


class Subject:
    """What most have in common: a scan directory with a folder for each service."""

    name = None
    program = None  # the one by which it is found
    largest = 10**6  # as many services as it can have
    events = 5  # how often a tree is asked for one event; 1 where that takes seconds
    up_seconds = 1.2  # how long a service has been up when it is killed: its end is no early one
    stop_signal = signal.SIGTERM
    ends = True  # the whole tree, when it is told
    scans = True  # looks at a directory
    supervisors = True  # has one for each service
    loggers = ()  # ways in which services have loggers
    rescan = None  # what tells it that there is something new
    notices = False  # what is new, untold
    environment = {}  # beside PATH; its clients have it, too
    started_again = 0  # services that have, though nothing has happened to them

    def __init__(self, tools, folder, count, loggers=None):
        self.tools = tools
        self.path = tools.path
        self.folder = folder
        self.scan = os.path.join(folder, "scan")
        self.reports = count  # how many services say that they run
        os.makedirs(self.scan)
        for i in range(count):
            self.add(f"s{i}", loggers)

    def add(self, name, loggers=None):
        make_service(os.path.join(self.scan, name), self.tools.service)
        if loggers == "each":
            make_service(os.path.join(self.scan, name, "log"), self.tools.drain)

    def move_in(self, name):
        """When it was moved."""
        fresh = os.path.join(self.folder, "fresh")
        make_service(fresh, self.tools.service)
        now = time.monotonic_ns()
        os.rename(fresh, os.path.join(self.scan, name))
        return now

    def supervised(self, name):
        """Where its clients find the service."""
        return os.path.join(self.scan, name)

    def clients(self, _tree, _name):
        """What stops a service and starts it again, and waits: figure, and the two commands."""
        return {}

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Floor(Subject):
    """Only what must be done. With loggers: twice as many services."""

    name = "floor"
    loggers = ("each",)
    notices = True

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, 0)
        self.reports = 2 * count if loggers else count
        self.command = [tools.floor, str(self.reports), tools.standin, tools.service]

    def clients(self, tree, _name):
        standin = tree.supervisors()[0]
        service = children(standin)[0]
        ctl = self.tools.floorctl
        return {"own client": [[ctl, "stop", str(standin), str(service)], [ctl, "start", str(standin)]]}


class FloorWithFiles(Floor):
    """Each stand-in makes what s6's clients need: the least for a supervisor that they can drive."""

    name = "floor, and s6's files"
    loggers = ()

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        self.environment = {"BENCH_FILES": folder}


class FloorThatWatches(Floor):
    """It looks at a directory, too."""

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        self.command += [self.scan]


class Reeve(Subject):
    """With a live directory, as in an image."""

    name = "Reeve"
    loggers = ("each", "default")
    notices = True

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        self.live = os.path.join(folder, "live")
        self.command = [tools.ours("reeve-scan"), "-l", self.live]
        if loggers == "default":
            self.command += ["-L", "prefix"]
        self.command += [self.scan]
        self.rescan = [tools.ours("reeve"), "-l", self.live, "rescan"]

    def supervised(self, name):
        return os.path.join(self.live, name)

    def clients(self, _tree, name):
        reeve = [self.tools.ours("reeve"), "-l", self.live]
        found = {"own client": [reeve + ["stop", name], reeve + ["start", name]]}
        svc = self.tools.find("s6-svc", self.path)
        if svc:
            found["s6-svc"] = svc_commands(svc, self.supervised(name))
        return found


class Independent(Reeve):
    """Reeve's measure for those below."""

    name = "none needs another"


class Chain(Reeve):
    name = "each needs the one before"

    def add(self, name, loggers=None):
        super().add(name, loggers)
        number = int(name[1:])
        if number:
            self.need(name, f"s{number - 1}")

    def need(self, name, other):
        folder = os.path.join(self.scan, name, "dependencies.d")
        os.mkdir(folder)
        with open(os.path.join(folder, other), "xb"):
            pass


class Star(Chain):
    name = "all need the first"

    def add(self, name, loggers=None):
        Reeve.add(self, name, loggers)
        if name != "s0":
            self.need(name, "s0")


def svc_commands(svc, folder):
    return [[svc, "-wD", "-d", folder], [svc, "-wu", "-u", folder]]


class Peer(Subject):
    """Found by its program's name: Debian's, and one more of each folder in PEERS_DIR that has it."""

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        if self.where:
            self.path = f"{self.where}:{self.path}"
        self.main = self.tools.find(self.program, self.path)

    where = None

    @classmethod
    def from_folder(cls, folder):
        label = os.path.basename(os.path.normpath(folder))
        return type(cls.__name__, (cls,), {"where": os.path.abspath(folder), "name": f"{cls.name} ({label})"})


class S6(Peer):
    name = "s6"
    program = "s6-svscan"
    loggers = ("each",)

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        self.command = [self.main, "-c", "50000", self.scan]
        self.rescan = [self.tools.find("s6-svscanctl", self.path), "-a", self.scan]

    def clients(self, _tree, name):
        return {"own client": svc_commands(self.tools.find("s6-svc", self.path), self.supervised(name))}


class Runit(Peer):
    name = "runit"
    program = "runsvdir"
    largest = 1000
    events = 1
    loggers = ("each",)
    stop_signal = signal.SIGHUP

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        self.command = [self.main, self.scan]

    def clients(self, _tree, name):
        sv = self.tools.find("sv", self.path)
        return {"own client": [[sv, "stop", self.supervised(name)], [sv, "start", self.supervised(name)]]}


class Daemontools(Peer):
    """svscan ends alone: nothing tells its tree to end."""

    name = "daemontools"
    program = "svscan"
    largest = 1000
    events = 1
    ends = False

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        self.command = [self.main, self.scan]


class Supervisord(Peer):
    name = "supervisord"
    program = "supervisord"
    largest = 1000
    events = 1
    scans = False
    supervisors = False

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, 0)
        self.reports = count
        config = os.path.join(folder, "supervisord.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(
                "[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\n"
                f"pidfile={folder}/pid\nminfds=20000\n"
            )
            for i in range(count):
                file.write(f"[program:s{i}]\ncommand={tools.service}\nstdout_logfile=NONE\nstderr_logfile=NONE\nstartsecs=0\n")
        self.command = [self.main, "-c", config]


class Nitro(Peer):
    """It supervises all services itself. As it comes it has at most 499: -DMAXSV=2000 when it is compiled makes
    room for what is measured. In its first two seconds a service is not yet up: an end is an early one, and
    `nitroctl start` waits until they are over. `up` does not wait: so its figure is until the service runs."""

    name = "nitro"
    program = "nitro"
    largest = 1001
    supervisors = False
    up_seconds = 2.2

    def __init__(self, tools, folder, count, loggers=None):
        super().__init__(tools, folder, count, loggers)
        self.command = [self.main, self.scan]
        self.environment = {"NITRO_SOCK": os.path.join(folder, "nitro.sock")}
        self.ctl = self.tools.find("nitroctl", self.path)
        self.rescan = [self.ctl, "scan"]

    def clients(self, _tree, name):
        stop = [self.ctl, "stop", name]
        return {"own client": [stop, [self.ctl, "up", name]], "nitroctl start": [stop, [self.ctl, "start", name]]}


OURS = [Floor, FloorWithFiles, Reeve]
IN_ORDER = [Independent, Chain, Star]
PEERS = [S6, Nitro, Runit, Daemontools, Supervisord]
