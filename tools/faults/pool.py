"""Runs functions in processes of their own, several at a time."""

import collections
import ctypes
import json
import os
import selectors
import signal
import sys
import traceback

PR_SET_CHILD_SUBREAPER = 36


class Told(Exception):
    """To end, by the pool or by a signal that has gone astray."""


def _told(*_):
    raise Told


def _in_child(function, out):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.setsid()
    signal.signal(signal.SIGTERM, _told)
    try:
        result = function()
    except Told:
        result = {"told": True}
    except BaseException:  # the parent shows it
        result = {"broken": traceback.format_exc()}
    with os.fdopen(out, "w", encoding="utf-8") as pipe:
        json.dump(result, pipe)
    os._exit(0)


class Pool:
    """`queue`: (key, function); may grow while results() goes on. What a function
    returns must be what JSON can carry; what it leaves running becomes its child."""

    def __init__(self, jobs):
        self.jobs = jobs
        self.queue = collections.deque()
        self.selector = selectors.DefaultSelector()

    def _start(self):
        key, function = self.queue.popleft()
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            _in_child(function, writing)
        os.close(writing)
        self.selector.register(reading, selectors.EVENT_READ, (key, function, pid, bytearray()))

    def results(self):
        try:
            while self.queue or self.selector.get_map():
                while self.queue and len(self.selector.get_map()) < self.jobs:
                    self._start()
                for event, _ in self.selector.select():
                    yield from self._read(event)
        finally:
            self._end()

    def _read(self, event):
        key, function, pid, text = event.data
        part = os.read(event.fd, 65536)
        if part:
            text += part
            return
        self._close(event)
        os.waitpid(pid, 0)
        result = json.loads(text or '{"told": true}')
        if "broken" in result:
            raise RuntimeError(f"{key}: {result['broken']}")
        if "told" in result:
            print(f"somebody has ended the process of {key}; repeated", file=sys.stderr)
            self.queue.append((key, function))
        else:
            yield key, result

    def _close(self, event):
        self.selector.unregister(event.fd)
        os.close(event.fd)

    def _end(self):
        """Of those that still run, when something went wrong."""
        left = list(self.selector.get_map().values())
        for event in left:
            os.kill(event.data[2], signal.SIGTERM)
        for event in left:
            os.waitpid(event.data[2], 0)
            self._close(event)
