"""What a tree goes through. Each is told when its program is traced:
start: from its first instruction on; now: at t.arm(), in the middle of its life;
next: the first process of it after t.arm()."""

import os
import shutil
import signal

from tree import kill, send, stopped, write
from trial import Ended, Lost

SCENARIOS = {}
LATER = ("supervisor-killed", "finishing-supervisor-killed", "task-supervisor-killed", "upgrade")  # left out where there is no `reeve upgrade` yet


def scenario(**programs):
    """Keyword arguments: when each program is traced. What is traced in the middle of
    its life is followed into its children, too, as a program of its own."""

    def register(function):
        when = {name.replace("_log", "/log"): moment for name, moment in programs.items()}
        for name in [name for name, moment in when.items() if moment == "now"]:
            when[name + ":child"] = "now"
        SCENARIOS[function.__name__.replace("_", "-")] = function, when
        return function

    return register


def go(t, *arguments):
    """Web with a logger, worker without, and one that is to stay down."""
    tree = t.tree
    tree.web(tree.scan + "/web")
    tree.worker(tree.scan + "/worker")
    tree.worker(tree.scan + "/spare")
    write(tree.scan + "/spare/down", "")
    write(tree.scan + "/spare/instance/any", "any\n")
    tree.start(*(arguments or (tree.scan,)))
    t.running = ["web", "web/log", "worker"]
    for name in t.running:
        t.do(f"{name} does not start", lambda: None, lambda: tree.up(name), again=lambda: tree.order("a"))
    t.do("spare has no supervisor", lambda: None, lambda: tree.down("spare"), again=lambda: tree.order("a"))
    t.expect("web does not become ready", lambda: tree.ready("web"))
    t.expect("web's first line is not in the log", lambda: line_of_web(t))


def line_of_web(t):
    return f"up {t.tree.status('web').pid}" in t.tree.logged()


def finish(t, code=0):
    """The tree is told to end; web's ./finish must run."""
    tree = t.tree
    t.check()
    finished = tree.finished()
    lines = tree.logged()
    kill(tree.scanner.pid, signal.SIGTERM)
    t.end(code)
    t.expect("web's finish has not run", lambda: tree.finished() > finished)
    t.expect("lines have gone from the log", lambda: tree.logged()[: len(lines)] == lines)


@scenario(scan="start", web="start", web_log="start", worker="start")
def start(t):
    go(t)
    finish(t)


@scenario(scan="start")
def in_place(t):
    tree = t.tree
    tree.live = tree.scan
    go(t)
    tree.worker(tree.directory + "/new")
    t.do(
        "a new service does not start",
        lambda: (os.rename(tree.directory + "/new", tree.scan + "/new"), tree.order("a")),
        lambda: tree.up("new"),
        again=lambda: tree.order("a"),
    )
    os.rename(tree.scan + "/new", tree.directory + "/new")
    live, tree.live = tree.live, tree.directory
    t.do("what is gone is not let go", lambda: send(live + "/.s6-svscan/control", "h"), lambda: not tree.supervisor("new"))
    tree.live = live
    finish(t)


@scenario(scan="start")
def command(t):
    """A CMD that ends by itself ends the tree, with its exit code."""
    tree = t.tree
    go(t, tree.scan, "--", "/bin/sh", "-c", "until test -e $FAULTS_DIR/enough; do sleep 0.02; done; exit 3")
    t.check()
    write(tree.directory + "/enough", "")
    t.end(3)


@scenario(web="now", web_log="now")
def commands(t):
    tree = t.tree
    go(t)
    tree.listen("web")
    t.arm()
    finished = tree.finished()
    t.do("web does not stop", lambda: tree.command("web", "d"), lambda: tree.down("web"))
    t.expect("web's finish has not run", lambda: tree.finished() > finished)
    t.do("web does not start", lambda: tree.command("web", "u"), lambda: tree.up("web"))
    t.expect("web does not become ready", lambda: tree.ready("web"))
    old = tree.status("web").pid
    t.do("web is not restarted", lambda: tree.command("web", "r"), lambda: tree.up_anew("web", old))
    t.do("web is not paused", lambda: tree.command("web", "p"), lambda: tree.status("web").paused and stopped(tree.status("web").pid))
    t.do("web is not continued", lambda: tree.command("web", "c"), lambda: not tree.status("web").paused and not stopped(tree.status("web").pid))
    t.do("web does not go down for good", lambda: tree.command("web", "D"), lambda: tree.down("web"))
    t.expect("there is no file down", lambda: os.path.exists(tree.live + "/web/down"))
    t.do("web does not come up for good", lambda: tree.command("web", "U"), lambda: tree.up("web"))
    t.expect("the file down stays", lambda: not os.path.exists(tree.live + "/web/down"))
    t.expect("events are missing", lambda: subsequence("dDudDudDu", tree.heard("web")))
    t.expect("web's line is not in the log", lambda: line_of_web(t))  # cat, when killed, loses what it has read
    old = tree.status("web/log").pid
    t.do("the logger is not restarted", lambda: tree.command("web/log", "r"), lambda: tree.up_anew("web/log", old))
    old = tree.status("web").pid
    t.do("web is not restarted", lambda: tree.command("web", "r"), lambda: tree.up_anew("web", old))
    t.expect("web's last line is not in the log", lambda: line_of_web(t))
    finish(t)


def subsequence(events, heard):
    left = iter(heard)
    return all(event in left for event in events)


@scenario(web="now", web_log="now")
def crash(t):
    tree = t.tree
    go(t)
    tree.listen("web")
    t.arm()
    for name in ("web", "web/log", "web"):
        deaths, finished, old = tree.deaths(name), tree.finished(), tree.status(name).pid
        t.do(
            f"{name} does not come up again",
            lambda: kill(tree.status(name).pid or old),
            lambda: tree.up_anew(name, old),
        )
        t.expect(f"the death of {name} is not recorded", lambda: tree.deaths(name) > deaths)
        if name == "web":
            t.expect("web's finish has not run", lambda: tree.finished() > finished)
    t.expect("web's last line is not in the log", lambda: line_of_web(t))
    t.expect("events are missing", lambda: subsequence("dDudDu", tree.heard("web")))
    finish(t)


@scenario(scan="now")
def change(t):
    """Service directories are moved in, made in place, changed, removed."""
    tree = t.tree
    go(t)
    t.arm()
    tree.web(tree.directory + "/moved")
    t.do(
        "a service that was moved in does not start",
        lambda: os.rename(tree.directory + "/moved", tree.scan + "/moved"),
        lambda: tree.up("moved") and tree.up("moved/log"),
        again=lambda: tree.order("a"),
    )
    t.do(
        "a service that was made in place does not start",
        lambda: tree.worker(tree.scan + "/made"),
        lambda: tree.up("made"),
        again=lambda: tree.order("a"),
    )
    tree.worker(tree.scan + "/web/added")
    t.do("a rescan brings no new link", lambda: tree.order("a"), lambda: os.path.islink(tree.live + "/web/added"))
    shutil.rmtree(tree.scan + "/web/added")
    t.do("a rescan removes no old link", lambda: tree.order("a"), lambda: not os.path.islink(tree.live + "/web/added"))
    for name in ("moved", "made"):
        os.rename(f"{tree.scan}/{name}", f"{tree.directory}/{name}")
    t.do(
        "what was removed is not let go",
        lambda: None,
        lambda: not any(os.path.exists(f"{tree.live}/{name}") for name in ("moved", "made")),
        again=lambda: tree.order("h"),
    )
    finish(t)


@scenario(scan="now", stubborn="now")
def budget(t):
    """A stop that has to kill."""
    tree = t.tree
    tree.stubborn(tree.scan + "/stubborn")
    go(t, "-T", "1300", tree.scan)
    t.do("stubborn does not start", lambda: None, lambda: tree.up("stubborn") and os.path.exists(tree.directory + "/deaf"))
    t.arm()
    kill(tree.scanner.pid, signal.SIGTERM)
    t.end(137)


@scenario(checked="now")
def health(t):
    """An unhealthy service is stopped and started again."""
    tree = t.tree
    tree.checked(tree.scan + "/checked")
    go(t)
    t.do("checked does not start", lambda: None, lambda: tree.up("checked"))
    t.arm()
    old = tree.status("checked").pid
    t.do(
        "an unhealthy service is not started again",
        lambda: write(tree.directory + "/sick", ""),
        lambda: tree.up_anew("checked", old),
    )
    os.unlink(tree.directory + "/sick")
    t.running.append("checked")
    finish(t)


@scenario(scan="now", worker="next")
def supervisor_killed(t):
    """The supervisor of worker is replaced, and its service goes on."""
    tree = t.tree
    go(t)
    t.arm()
    supervisor, pid = tree.supervisor("worker"), tree.status("worker").pid
    t.do("no supervisor replaces the killed one", lambda: kill(supervisor), lambda: tree.supervisor("worker") not in (0, supervisor))
    t.do("worker is not up again", lambda: None, lambda: tree.up("worker"))
    t.expect("worker was restarted", lambda: tree.status("worker").pid == pid)
    finish(t)


@scenario(scan="now", slow="next")
def finishing_supervisor_killed(t):
    """Its successor waits for the end of ./finish, and obeys then."""
    tree = t.tree
    tree.slow(tree.scan + "/slow")
    go(t)
    t.do("slow does not start", lambda: None, lambda: tree.up("slow"))
    t.do("slow does not stop", lambda: tree.command("slow", "d"), lambda: tree.status("slow").finishing)
    t.arm()
    supervisor = tree.supervisor("slow")
    t.do("no supervisor replaces the killed one", lambda: kill(supervisor), lambda: tree.supervisor("slow") not in (0, supervisor))
    write(tree.directory + "/enough", "")
    t.do("slow does not get down", lambda: None, lambda: tree.down("slow") and not tree.status("slow").finishing)
    t.do("slow does not start again", lambda: tree.command("slow", "u"), lambda: tree.up("slow"))
    t.running.append("slow")
    finish(t)


@scenario(scan="next", web="now", web_log="now")
def scanner_killed(t):
    """The next scanner takes the tree over; one that cannot start leaves it to the next."""
    tree = t.tree
    go(t)
    pids = [tree.status(name).pid for name in t.running]
    t.arm()
    tree.scanner.kill()
    tree.scanner.wait()
    try:
        take_over(t)
    except Ended:
        if tree.scanner.returncode != 111 or not t.words():
            raise
        t.again = True
        take_over(t)
    t.expect("services were restarted", lambda: [tree.status(name).pid for name in t.running] == pids)
    finish(t)


def take_over(t):
    t.tree.start(t.tree.scan)
    t.do("the new scanner does not take over", lambda: None, t.tree.obeys, again=lambda: t.tree.order("a"))


@scenario(scan="now", web="now", web_log="now")
def upgrade(t):
    """Everybody executes the program that is on disk, and nobody notices."""
    tree = t.tree
    go(t)
    pids = [tree.status(name).pid for name in t.running]
    t.arm()
    client = tree.client("upgrade")
    if not t.within(lambda: client.poll() is not None):
        client.kill()
        raise Lost("reeve upgrade does not end")
    if client.returncode and not t.words():
        raise Lost("silently: the upgrade")
    t.expect("services were restarted", lambda: [tree.status(name).pid for name in t.running] == pids)
    finish(t)


def never_twice(t):
    """But for what was ordered again."""
    if t.tree.tasks("ran") > (2 if t.again else 1) or t.tree.tasks("undone") > 1:
        raise Lost("a task has run twice")


@scenario(schema="start")
def task(t):
    """It runs once, and is undone once it was done."""
    tree = t.tree
    tree.task(tree.scan + "/schema")
    go(t)
    t.do("the task does not run", lambda: None, lambda: tree.tasks("ran"), again=lambda: tree.command("schema", "u"))
    write(tree.directory + "/enough", "")
    t.expect("the task does not end", lambda: tree.down("schema"))
    finish(t)
    t.expect("the task was not undone", lambda: tree.tasks("undone"))
    never_twice(t)


@scenario(scan="now", schema="next")
def task_supervisor_killed(t):
    """Its successor waits for the end of the task, and never runs it again."""
    tree = t.tree
    tree.task(tree.scan + "/schema")
    go(t)
    t.do("the task does not run", lambda: None, lambda: tree.up("schema"))
    t.arm()
    supervisor = tree.supervisor("schema")
    t.do("no supervisor replaces the killed one", lambda: kill(supervisor), lambda: tree.supervisor("schema") not in (0, supervisor))
    write(tree.directory + "/enough", "")
    t.do("the task does not end", lambda: None, lambda: tree.down("schema"))
    finish(t)
    never_twice(t)
