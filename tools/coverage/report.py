#!/usr/bin/env python3
"""usage: report.py BUILD

Prints how many lines and branches of each folder of src have been executed, and names
the lines of the core that have not. Fails when these are more than one in twenty."""

import collections
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

CORE = ("scan", "supervise", "wire", "service")
ENOUGH = 95  # percent of the lines of each


class Source:
    def __init__(self, lines):
        self.lines = {}  # how often each was executed
        self.branches = []
        for line in lines:
            number = line["line_number"]
            self.lines[number] = self.lines.get(number, 0) + line["count"]
            self.branches += [branch["count"] for branch in line["branches"]]

    def missed(self):
        """Ranges: lines between which there is no code but missed code."""
        ordered = sorted(self.lines)
        for executed, group in itertools.groupby(ordered, key=lambda number: self.lines[number] > 0):
            if not executed:
                numbers = list(group)
                yield numbers[0], numbers[-1]


def read(build):
    """Each source below src by its name; headers are left out."""
    notes = sorted(str(path) for path in pathlib.Path(build, "obj").rglob("*.gcno"))
    answer = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", *notes], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    sources = {}
    for text in answer.stdout.decode().splitlines():
        for file in json.loads(text)["files"]:
            name = file["file"]
            if not re.fullmatch(r"src/.*\.c", name) or not os.path.exists(name):
                continue
            if os.path.getmtime(name) > os.path.getmtime(re.sub(r"^src(.*)\.c$", rf"{build}/obj\1.gcno", name)):
                sys.exit(f"coverage: {name} has changed since it was compiled: run make coverage again")
            sources[name] = Source(file["lines"])
    return sources


def share(counts):
    counts = list(counts)
    executed = sum(1 for count in counts if count)
    return executed, len(counts), 100 * executed / len(counts) if counts else 100


def main():
    sources = read(sys.argv[1])
    folders = collections.defaultdict(list)
    for name, source in sources.items():
        folders[str(pathlib.Path(name).parent)].append(source)
        folders["all"].append(source)
    bad = []
    for folder, name in ((folder, name) for folder in CORE for name in sorted(sources) if name.startswith(f"src/{folder}/")):
        text = pathlib.Path(name).read_text(encoding="utf-8").splitlines()
        for first, last in sources[name].missed():
            print(f"{name}:{first}" + (f"-{last}" if last > first else "") + f": {text[first - 1].strip()}")
    print(f"{'folder':<16} {'lines':>20} {'branches':>20}")
    for folder in sorted(folders, key=lambda name: (name == "all", name)):
        lines = share(count for source in folders[folder] for count in source.lines.values())
        branches = share(count for source in folders[folder] for count in source.branches)
        print(f"{folder:<16} {lines[0]:>6} of {lines[1]:>5} {lines[2]:>4.1f} % {branches[0]:>6} of {branches[1]:>5} {branches[2]:>4.1f} %")
        if folder.removeprefix("src/") in CORE and lines[2] < ENOUGH:
            bad.append(folder)
    for folder in bad:
        print(f"coverage: less than {ENOUGH} % of the lines of {folder}")
    return 1 if bad else 0


sys.exit(main())
