"""All trials that there are, found by recording each scenario once without a fault."""

import os
import subprocess
import tempfile

from errors import ERRORS, NEVER
from pool import Pool
from scenarios import LATER, SCENARIOS
from trial import LOST, Trial, plain, programs

LASTING = "lasting"  # in place of N: the first MANY calls fail, but only for a while
MANY = 30
USUAL = {"messages": (), "descriptors": {}}
BEYOND = 50  # calls more than without a fault: what fails is tried again


class Failure(Exception):
    """The matrix cannot be made."""


class Matrix:
    def __init__(self, directory, binaries, gate, jobs):
        self.directory = directory
        self.jobs = jobs
        self.programs = programs(os.path.join(directory, "programs"), binaries, gate)
        self.recorded = {}
        later = () if self._knows_upgrade() else LATER
        self.pairs = [(name, program) for name in SCENARIOS if name not in later for program in SCENARIOS[name][1]]

    def _knows_upgrade(self):
        command = [self.programs + "/real/reeve", "-l", self.directory, "upgrade"]
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != 100

    def _trial(self, pair, fault=None, usual=None):
        scenario, programs_traced = SCENARIOS[pair[0]]
        directory = tempfile.mkdtemp(dir=self.directory)
        moment = programs_traced[pair[1]]
        return Trial(directory, self.programs, pair[1], moment, fault, usual or USUAL).run(scenario)

    def record(self, pairs):
        pool = Pool(self.jobs)
        pool.queue.extend((pair, lambda pair=pair: self._trial(pair)) for pair in pairs)
        for pair, result in pool.results():
            if result["outcome"] == LOST:
                raise Failure(f"{' '.join(pair)}: lost without any fault: {result['what']}: {result['messages']}")
            if not result["calls"] and ":" not in pair[1]:
                raise Failure(f"{' '.join(pair)}: no call was recorded")
            self.recorded[pair] = result
            unknown = set(result["calls"]) - set(ERRORS) - NEVER
            if unknown:
                raise Failure(f"errors.py does not say what can happen to: {' '.join(sorted(unknown))}")

    def groups(self):
        """(scenario, program, call, error): the first N calls that can fail, as numbers."""
        return {
            (*pair, call, error): numbers
            for pair in sorted(self.recorded)
            for call, numbers in sorted(self.recorded[pair]["calls"].items())
            for error in ERRORS.get(call, ())
        }

    def faults(self):
        for group, numbers in self.groups().items():
            if numbers[-1] == len(numbers):  # all of them can fail
                yield (*group, LASTING)
            for n in numbers:
                yield (*group, n)

    def trial(self, fault):
        """A function for the pool. `fault`: scenario, program, call, error, N or LASTING."""
        scenario, program, call, error, n = fault
        recorded = self.recorded[scenario, program]
        usual = {"messages": {plain(line) for line in recorded["messages"]}, "descriptors": recorded["held"]}
        before = recorded["before"].get(call, 0)  # strace counts what libc does before main(), too
        when = f"{before + 1}..{before + MANY}" if n == LASTING else str(before + n)
        return lambda: self._trial((scenario, program), (call, error, when), usual)

    def run(self, faults, go_on=lambda: True, beyond=False):
        """Yields (fault, result) for each; `beyond`: and for more, until the call is no longer reached."""
        groups = self.groups()
        pool = Pool(self.jobs)
        waiting = iter(faults)

        def feed():
            while go_on() and len(pool.queue) < self.jobs:
                fault = next(waiting, None)
                if not fault:
                    return
                pool.queue.append((fault, self.trial(fault)))

        feed()
        for fault, result in pool.results():
            *group, n = fault
            last = groups[tuple(group)][-1]
            if beyond and result["hit"] and n != LASTING and last <= n < last + BEYOND:
                pool.queue.append(((*group, n + 1), self.trial((*group, n + 1))))
            feed()
            yield fault, result
