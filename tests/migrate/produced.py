"""What reeve-migrate produced for an entry of the corpus, as check-expect sees it."""

import os
import re
import shutil
import subprocess
import tempfile

KNOWN = """run finish down log notification-fd lock-fd timeout-kill flag-timeout-killpg
timeout-strays flag-down-group timeout-finish max-death-tally down-signal reload-signal flag-newpidns data env restart
restart-delay flag-main flag-keep-strays flag-forks pidfile flag-oneshot dependencies.d
timeout-up success-codes enable-if count flag-console""".split()
INPUTS = ("input", "supervisord.conf", "Procfile")
REPORT_LINE = re.compile(r"lines? (\d+)(?:-(\d+))?: \S")
TODO = re.compile(r"# TODO reeve-migrate: lines? (\d+)(?:-(\d+))?: \S")


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def plain(text):
    """Without quotes and with single spaces, as texts are compared."""
    text = re.sub(r"\\\n", " ", text)
    return " ".join(re.sub(r"[\"']", "", text).split())


def without_comments(text):
    return "\n".join(line for line in text.split("\n") if not re.match(r"\s*#", line))


def covers(match, number):
    first = int(match[1])
    return first <= number <= int(match[2] or first)


def last_command(run):
    text = re.sub(r"\\\n", " ", without_comments(run)).rstrip()
    return text.rsplit("\n", 1)[-1].strip()


class Service:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)
        self.run = read(os.path.join(path, "run"))
        self.last = last_command(self.run)
        self.code = without_comments(self.run)

    def file(self, name):
        path = os.path.join(self.path, name)
        return read(path) if os.path.isfile(path) else None

    def exists(self, name):
        return os.path.lexists(os.path.join(self.path, name))

    def listing(self, name):
        path = os.path.join(self.path, name)
        return sorted(os.listdir(path)) if os.path.isdir(path) else []

    def files(self):
        for folder, _, names in os.walk(self.path):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    yield path

    def anywhere(self, text):
        return any(text in plain(without_comments(read(path))) for path in self.files())


class Produced:
    """What the tool wrote and printed for an entry, and what must hold for all of it."""

    def __init__(self, entry, etc, report, code):
        self.entry = entry
        self.etc = etc
        self.output = read(report)
        self.code = code
        self.failures = []
        lines = self.output.split("\n")
        starts = [i for i, line in enumerate(lines) if line.startswith("--- ")]
        self.report = lines[:starts[0]] if starts else lines
        self.diff = lines[starts[0]:] if starts else []
        self.services = self.find_services()
        self.cont_init = self.find_cont_init()

    def fail(self, text):
        self.failures.append(text)

    def find_services(self):
        top = os.path.join(self.etc, "services.d")
        found = []
        for name in sorted(os.listdir(top)) if os.path.isdir(top) else []:
            path = os.path.join(top, name)
            if os.path.isfile(os.path.join(path, "run")):
                found.append(Service(path))
            else:
                self.fail(f"services.d/{name} has no run")
        return found

    def find_cont_init(self):
        top = os.path.join(self.etc, "cont-init.d")
        return [os.path.join(top, name) for name in sorted(os.listdir(top))] if os.path.isdir(top) else []

    def cont_init_text(self):
        return plain("\n".join(without_comments(read(path)) for path in self.cont_init))

    # What always holds

    def check_always(self):
        self.check_accounting()
        for entry in sorted(os.listdir(self.etc)) if os.path.isdir(self.etc) else []:
            if entry not in ("services.d", "cont-init.d"):
                self.fail(f"{entry} was written beside services.d and cont-init.d")
        for path in self.cont_init:
            self.check_script(path)
        names = {service.name for service in self.services}
        for service in self.services:
            self.check_script(os.path.join(service.path, "run"))
            for name in ("finish", "log/run", "log/finish", "data/check"):
                if service.exists(name):
                    self.check_script(os.path.join(service.path, name))
            for name in sorted(os.listdir(service.path)):
                if name not in KNOWN:
                    self.fail(f"{service.name}/{name} is not a file that Reeve knows")
            for name in service.listing("dependencies.d"):
                if name not in names or name == service.name:
                    self.fail(f"{service.name} depends on {name}, which is not another service")
        if self.diff:
            self.check_patch_applies()

    def check_script(self, path):
        where = os.path.relpath(path, self.etc)
        text = read(path)
        first = text.split("\n", 1)[0]
        if not os.access(path, os.X_OK):
            self.fail(f"{where} is not executable")
        if "\r" in text:
            self.fail(f"{where} has a carriage return")
        shell = re.match(r"#!\s*(?:/usr/bin/env\s+|\S*/with-contenv\s+)?\S*?\b(sh|bash|dash|ash)\b", first)
        if not first.startswith("#!"):
            self.fail(f"{where} has no #!")
        elif shell:
            name = "bash" if shell[1] == "bash" else "sh"
            run = subprocess.run([name, "-n", path], capture_output=True, check=False)
            if run.returncode:
                said = run.stderr.decode(errors="replace").strip()
                self.fail(f"{where} is not valid for {name}: {said}")

    def check_accounting(self):
        path = next(os.path.join(self.entry, name) for name in INPUTS if os.path.exists(os.path.join(self.entry, name)))
        lines = read(path).split("\n")
        if lines[-1] == "":
            lines.pop()
        accounted = set()
        for line in self.report:
            match = REPORT_LINE.match(line)
            if match:
                first, last = int(match[1]), int(match[2] or match[1])
                if not 1 <= first <= last <= len(lines):
                    self.fail(f"the report speaks of lines that do not exist: {line}")
                accounted.update(range(first, last + 1))
        lost = [str(i) for i, line in enumerate(lines, 1) if line.strip() and i not in accounted]
        if lost and not self.refused_wanted():
            self.fail(f"the report does not account for line {' '.join(lost)}")
        for number, where in self.todos():
            if not any(covers(m, number) for m in map(REPORT_LINE.match, self.report) if m):
                self.fail(f"{where} has a TODO about line {number}, the report has nothing")

    def refused_wanted(self):
        return any(line.split()[:1] == ["refused"] for line in read(os.path.join(self.entry, "expect")).split("\n"))

    def all_files(self):
        for service in self.services:
            yield from service.files()
        yield from self.cont_init

    def todos(self):
        for path in self.all_files():
            for match in TODO.finditer(read(path)):
                for number in range(int(match[1]), int(match[2] or match[1]) + 1):
                    yield number, os.path.relpath(path, self.etc)

    def check_patch_applies(self):
        dockerfile = os.path.join(self.entry, "Dockerfile")
        if not os.path.exists(dockerfile):
            return self.fail("there is a patch, but no Dockerfile")
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(self.entry, folder, dirs_exist_ok=True, symlinks=True)
            copy = os.path.join(folder, "Dockerfile")
            starts = [i for i, line in enumerate(self.diff) if line.startswith("--- ")]
            for first, behind in zip(starts, [*starts[1:], len(self.diff)]): # one file each
                name = os.path.relpath(os.path.join(self.entry, self.diff[first][4:]), self.entry)
                text = "\n".join([*self.diff[first:behind], ""]).encode()
                run = subprocess.run(["patch", "-s", "-f", "-F", "0", os.path.join(folder, name)], input=text, capture_output=True, check=False)
                if run.returncode:
                    self.fail(f"the patch does not apply: {run.stdout.decode(errors='replace').strip()}")
                    return None
            self.check_patched(instructions(dockerfile), instructions(copy))
        return None

    def check_patched(self, old, new):
        """What the patched Dockerfile says, against what it said: read again, by a reader of our own."""
        last = max((i for i, (name, _) in enumerate(old) if name == "FROM"), default=0)
        if old[:last] != new[:last]:
            return self.fail("the patch changes another stage than the last")
        old, new = old[last:], new[last:]
        if [text for name, text in new if name == "ENTRYPOINT"] != [text for name, text in new if name == "ENTRYPOINT" and '"/init"]' in text]:
            self.fail("the patched Dockerfile has another ENTRYPOINT than /init")
        if sum(name == "ENTRYPOINT" for name, _ in new) != 1:
            self.fail("the patched Dockerfile has not one ENTRYPOINT")
        free = ("COPY", "ADD", "RUN", "ENV", "ARG", "CMD", "ENTRYPOINT", "STOPSIGNAL")
        if [one for one in old if one[0] not in free] != [one for one in new if one[0] not in free]:
            self.fail("the patch changes more than it may")
        gone = [text.split() for name, text in old if name in ("COPY", "ADD") and (name, text) not in new]
        for name, text in new:
            if name == "RUN" and (not text or re.search(r"(&&|\||;)\s*$|^\s*(&&|\|)|&&\s*&&", text)):
                self.fail(f"a RUN is left that is none: {text}")
            for words in gone:
                base = os.path.basename(words[-1].rstrip("/\"]")) if not words[-1].endswith("/") else os.path.basename(words[-2])
                if name in ("RUN", "HEALTHCHECK") and base not in ("tini", "dumb-init", ".") and re.search(rf"(?<![\w.-]){re.escape(base)}(?![\w.-])", text):
                    self.fail(f"the COPY of {base} goes, but {name} needs it: {text}")
        return None


def instructions(path):
    """(NAME, arguments) for each instruction; here-documents belong to their instruction."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().replace("\r\n", "\n").split("\n")
    escape, found, i = "\\", [], 0
    while i < len(lines) and (match := re.match(r"#\s*(\w+)\s*=\s*(\S+)", lines[i])):
        escape = match[2] if match[1].lower() == "escape" else escape
        i += 1
    while i < len(lines):
        text, first = "", True
        while i < len(lines):
            line, i = lines[i], i + 1
            if line.lstrip().startswith("#") or not line.strip():
                if first:
                    break
                continue
            first = False
            stripped = line.rstrip()
            if not stripped.endswith(escape):
                text += line
                break
            text += stripped[:-1] + " "
        if first:
            continue
        name, _, rest = text.strip().partition(" ")
        for word in re.findall(r"(?<![<\w])<<-?[\"']?([A-Za-z_]\w*)", rest) if name.upper() in ("RUN", "COPY", "ADD") else []:
            while i < len(lines) and lines[i].strip("\t") != word:
                rest, i = rest + "\n" + lines[i], i + 1
            i += 1
        found.append((name.upper(), re.sub(r"[ \t]+", " ", rest.strip())))
    return found
