#!/usr/bin/env python3
"""circles.py ROOT: proves that calls go one way, or says where they do not.

Reads the sources in ROOT/src/* and ROOT/tools/migrate, and their object files in
ROOT/$BUILD/obj, which must have been built. A file calls another one if it uses a symbol
that the other one defines (`nm`). The tool fails, and names each file with its reason, if
  - files of one program, or of the layers together, call each other in a circle;
  - headers include each other in a circle;
  - a file calls or includes what stands above it: base stands below wire, wire below
    service, service below advice, advice below the programs, and no program may use another
    one's folder. The folders of tools/migrate are such layers, too: see MIGRATE.
"""
import os
import pathlib
import re
import subprocess
import sys

LAYERS = ["src/base", "src/wire", "src/service", "src/advice"]  # each may use those before it
MIGRATE = LAYERS + [*(f"tools/migrate/{folder}" for folder in (
    "text", "shell", "plan", "dockerfile", "command", "facts", "services", "waits", "loops", "traps", "write", "audit", "script",
    "supervisord", "procfile", "dockerpatch")), "tools/migrate"]
MAINS = {"PROG", "main"}  # skalibs wants the program's name as PROG, beside main()

root = pathlib.Path(sys.argv[1])
obj = root / os.environ.get("BUILD", "build") / "obj"
faults = 0


def fault(*lines):
    global faults
    faults += 1
    print("circles:", "\n  ".join(lines), file=sys.stderr)


def folder_of(file):
    return str(pathlib.Path(file).parent)


def circles(edges):
    """The strongly connected components of two files or more (Tarjan's algorithm)."""
    number, low, stack, found = {}, {}, [], []

    def visit(file):
        number[file] = low[file] = len(number)
        stack.append(file)
        for other in edges[file]:
            if other not in number:
                visit(other)
            if other in stack:
                low[file] = min(low[file], low[other])
        if low[file] == number[file]:
            at = stack.index(file)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for file in edges:
        if file not in number:
            visit(file)
    return found


def tell_circles(what, verb, edges):
    for circle in circles(edges):
        fault(f"{what}: {len(circle)} files {verb} each other in a circle",
              *(f"{file} {verb}s {other}: {reason}"
                for file in circle for other, reason in sorted(edges[file].items()) if other in circle))


def tell_if_above(file, verb, other, reason):
    here, there = folder_of(file), folder_of(other)
    layers = MIGRATE if here in MIGRATE else LAYERS
    below = layers[:layers.index(here)] if here in layers else layers
    if there != here and there not in below:
        fault(f"{file} {verb}s {other}: {reason}; {here} may know nothing of {there}")


folders = [str(path.relative_to(root)) for path in [*sorted(root.glob("src/*/")), *(root / folder for folder in MIGRATE if folder not in LAYERS)] if path.is_dir()]
sources = [str(path.relative_to(root)) for folder in folders for path in sorted((root / folder).iterdir())
           if path.suffix in (".c", ".h", ".def")]

# What includes what. The compiler searches src and tools, too.
includes = {file: {} for file in sources}
for file in sources:
    for header in re.findall(r'^#\s*include\s*"([^"]+)"', (root / file).read_text(), re.M):
        for other in (f"{folder_of(file)}/{header}", f"src/{header}", f"tools/{header}"):
            if other in includes:
                includes[file][other] = f'"{header}"'
                tell_if_above(file, "include", other, f'"{header}"')
                break
tell_circles("the headers", "include", includes)

# What each object file defines and uses.
defined, used = {}, {}  # symbol -> folder -> file; file -> symbols
for file in sources:
    if not file.endswith(".c"):
        continue
    path = obj.joinpath(*pathlib.Path(file).with_suffix(".o").parts[1:])
    if not path.exists():
        sys.exit(f"circles: there is no {path}: build it first")
    used[file] = set()
    for kind, symbol in re.findall(r"(\S) (\S+)$", subprocess.check_output(["nm", path], text=True), re.M):
        if symbol in MAINS:
            continue
        if kind in "Uw":
            used[file].add(symbol)
        elif kind.isupper():
            defined.setdefault(symbol, {})[folder_of(file)] = file

# What calls what. A symbol is looked for in the file's own folder first, as by the linker.
calls = {file: {} for file in used}
for file in used:
    for symbol in sorted(used[file]):
        places = defined.get(symbol, {})
        place = next((place for place in (folder_of(file), *MIGRATE, *places) if place in places), None)
        if place and places[place] != file:
            calls[file].setdefault(places[place], symbol)
            tell_if_above(file, "call", places[place], symbol)

for what, parts in [("the layers", LAYERS), *((folder, [folder]) for folder in folders if folder not in LAYERS)]:
    within = [file for file in calls if folder_of(file) in parts]
    tell_circles(what, "call", {file: {other: symbol for other, symbol in calls[file].items() if other in within}
                                for file in within})
if faults:
    sys.exit(1)
print(f"circles: none in {len(used)} files")
