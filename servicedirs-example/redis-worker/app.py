"""Jobs in a queue: `web` for gunicorn, and python3 app.py migrate | worker | beat.

A job is a line: its name, and how many seconds of work it is. Redis has them in three lists:
jobs (waiting), taken (being worked at) and done.
"""
import signal
import sys
import threading

import redis

queue = redis.Redis(decode_responses=True)
stop = threading.Event()


def migrate():
    """What a new version needs; to run it again does no harm."""
    queue.set("version", 1)
    waiting = queue.lrange("jobs", 0, -1)
    print(f"migrate: version 1, {len(waiting)} waiting: {', '.join(waiting)}")


def give_back(why):
    """To the end from which the worker takes: these come first."""
    while job := queue.lmove("taken", "jobs", "LEFT", "RIGHT"):
        print(f"worker: gives back {job} ({why})")


def worker():
    give_back("a worker was killed")
    while not stop.is_set():
        # A second at most, and not interrupted by a signal: what Redis has moved is known here.
        job = queue.blmove("jobs", "taken", 1, "RIGHT", "LEFT")
        if not job:
            continue
        print(f"worker: takes {job}")
        if stop.wait(float(job.split()[-1])):
            break
        queue.lmove("taken", "done", "LEFT", "LEFT")
        queue.ltrim("done", 0, 9)
    give_back("stopped")


def beat():
    """Gives the worker something to do every ten seconds, unless it is behind."""
    while not stop.wait(10):
        if queue.llen("jobs") < 10:
            queue.lpush("jobs", "beat 0.1")


def web(environ, start_response):
    """POST adds the request's body as a job; GET / answers with all, /alive with nothing."""
    if environ["REQUEST_METHOD"] == "POST":
        queue.lpush("jobs", environ["wsgi.input"].read().decode())
    lines = []
    if environ["PATH_INFO"] != "/alive":
        lines = [f"{name}: {job}\n" for name in ("taken", "jobs", "done") for job in queue.lrange(name, 0, -1)]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [line.encode() for line in lines]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    {"migrate": migrate, "worker": worker, "beat": beat}[sys.argv[1]]()
