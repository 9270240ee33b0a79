"""tests/faults.tsv: what came of each fault."""

import os

from matrix import LASTING
from trial import OUTCOMES

HEADER = """\
# What comes of system calls that fail. Made by `make faults`.
#
# scenario  what the tree goes through (tools/faults/scenarios.py)
# program   whose calls fail: scan, or the name of a service for its supervisor;
#           NAME:child is what it forks, before that executes something
# call, error
# reached   N: from the first to the N-th call, counted from the program's main() or
#           from when it is traced, each was made to fail, in a run of its own; the
#           next one was not reached
# once      what came of these
# lasting   what came of it when the first 30 failed, or those of half a second
#
# ok        all went on, silently
# said      all went on, or a message said what did not
# again     a message said what did not; ordered again, it did
# replaced  the supervisor ended with a message and was replaced
# refused   the scanner did not start: 111, a message, nothing left behind
# lost1of3  lost, but not when it was repeated twice by itself
# LOST      lost again when it was repeated: a failure of the test
#
# Calls that cannot fail (fcntl() on flags) are counted, but left alone.
# Counts of calls that depend on timing (poll, read) differ between runs.
"""


def rows(results):
    """results: fault -> result, of those that were reached."""
    groups = {}
    for (*group, n), result in results.items():
        reached, once, lasting = groups.setdefault(tuple(group), ([], set(), set()))
        if n == LASTING:
            lasting.add(result["outcome"])
        else:
            reached.append(n)
            once.add(result["outcome"])
    for group, (reached, *outcomes) in sorted(groups.items()):
        yield (*group, str(max(reached, default=0)), *(",".join(sorted(some, key=OUTCOMES.index)) or "-" for some in outcomes))


def write(path, results):
    fresh = path + ".new"
    with open(fresh, "w", encoding="ascii") as file:
        file.write(HEADER)
        file.write("scenario\tprogram\tcall\terror\treached\tonce\tlasting\n")
        for row in rows(results):
            file.write("\t".join(row) + "\n")
    os.replace(fresh, path)
