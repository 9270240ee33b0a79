"""tests/faults.tsv: what came of each fault."""

from trial import OUTCOMES

HEADER = """\
# What comes of system calls that fail. Made by `make faults`.
#
# scenario  what the tree goes through (tools/faults/scenarios.py)
# program   whose calls fail: scan, or the name of a service for its supervisor;
#           NAME:child is what it forks, before that executes something
# call, error
# reached   1 to this one, counted from the program's main() or from when it is traced:
#           each was made to fail, in a run of its own; the next was not reached
# outcomes  ok        all went on, silently
#           said      all went on, or a message said what did not
#           again     a message said what did not; ordered again, it did
#           replaced  the supervisor ended with a message and was replaced
#           refused   the scanner did not start: 111, a message, nothing left behind
#           LOST      a failure of the test
# The counts of calls that depend on timing (poll, read) differ between runs.
"""


def rows(results):
    """results: fault -> result, of those that were reached."""
    groups = {}
    for (*group, n), result in results.items():
        reached, outcomes = groups.setdefault(tuple(group), [0, set()])
        groups[tuple(group)][0] = max(reached, n)
        outcomes.add(result["outcome"])
    for group, (reached, outcomes) in sorted(groups.items()):
        yield (*group, str(reached), ",".join(sorted(outcomes, key=OUTCOMES.index)))


def write(path, results):
    with open(path, "w", encoding="ascii") as file:
        file.write(HEADER)
        file.write("scenario\tprogram\tcall\terror\treached\toutcomes\n")
        for row in rows(results):
            file.write("\t".join(row) + "\n")
