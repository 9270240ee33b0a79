"""What a Dockerfile makes of a build context, as far as files of the context go: the last stage's COPY, ENV,
WORKDIR, USER, ENTRYPOINT and CMD. Nothing is downloaded, and no RUN is executed."""

import glob
import json
import os
import re
import shlex
import shutil


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def write(path, text, mode=0o755):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.chmod(path, mode)


def instructions(text):
    """Of the last stage: the instruction, its words, and the here-documents behind it."""
    found, lines = [], text.replace("\r\n", "\n").split("\n")
    while lines:
        line = lines.pop(0).rstrip()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        while line.endswith("\\") and lines:
            following = lines.pop(0).rstrip()
            if not following.lstrip().startswith("#"):
                line = line[:-1] + " " + following
        name, _, rest = line.strip().partition(" ")
        documents = []
        for end in re.findall(r"<<-?\s*['\"]?(\w+)['\"]?", rest) if name.upper() in ("RUN", "COPY", "ADD") else []:
            body = []
            while lines and lines[0].strip() != end:
                body.append(lines.pop(0))
            lines = lines[1:]
            documents.append("\n".join(body) + "\n")
        if name.upper() == "FROM":
            found = []
        found.append((name.upper(), rest.strip(), documents))
    return found


def json_words(text):
    try:
        return json.loads(text) if text.startswith("[") else None
    except ValueError:
        return None


class Image:
    def __init__(self, dockerfile, context, default):
        self.context = context
        self.env, self.workdir, self.user = {}, "/", None
        self.copies = []  # (source, target); a source that is no path is a here-document's text
        entrypoint, cmd = None, None
        for name, rest, documents in instructions(dockerfile):
            if name in ("ENV", "ARG"):
                self.set_env(name, rest)
            elif name == "WORKDIR":
                self.workdir = os.path.normpath(os.path.join(self.workdir, self.expand(rest.strip('"'))))
            elif name == "USER":
                self.user = self.expand(rest).split(":")[0]
            elif name in ("COPY", "ADD"):
                self.add_copy(rest, documents)
            elif name == "ENTRYPOINT":
                entrypoint, cmd = json_words(rest) or ["/bin/sh", "-c", rest], None
            elif name == "CMD":
                cmd = json_words(rest) or ["/bin/sh", "-c", rest]
        self.argv = (entrypoint or []) + ((cmd or []) if not entrypoint or entrypoint[:2] != ["/bin/sh", "-c"] else [])
        self.argv = self.argv or default

    def expand(self, text):
        return re.sub(r"\$\{?(\w+)\}?", lambda match: self.env.get(match[1], ""), text)

    def set_env(self, name, rest):
        if "=" not in rest.split()[0]:
            if name == "ENV":
                key, _, value = rest.partition(" ")
                self.env[key] = self.expand(value.strip())
            return
        for word in shlex.split(rest):
            key, equals, value = word.partition("=")
            if equals:
                self.env[key] = self.expand(value)

    def add_copy(self, rest, documents):
        options = re.findall(r"--\S+", rest)
        rest = re.sub(r"--\S+\s*", "", rest)
        words = json_words(rest) or rest.split()
        if len(words) < 2 or any(option.startswith("--from") for option in options):
            return
        target = os.path.join(self.workdir, self.expand(words[-1]))
        if len(words) > 2 or words[-1] in (".", "./"):
            target = target.rstrip("./") + "/"
        sources = words[:-1]
        if documents:
            self.copies += [("\n" + text, target) for text in documents]
            return
        for source in sources:
            source = self.expand(source).lstrip("/")
            found = glob.glob(os.path.join(self.context, source))
            self.copies += [(path, target) for path in found]
            if not found and "." in os.path.basename(source):  # not in this context: empty
                self.copies.append(("\n", target + (os.path.basename(source) if target.endswith("/") else "")))

    def names(self):
        """Of the files that it has of its own."""
        return {os.path.basename(path.rstrip("/")) for copy in self.copies for path in copy}

    def install(self, root):
        for source, target in self.copies:
            target = root + target
            if source.startswith("\n"):
                if not os.path.exists(target) and not target.endswith("/"):
                    write(target, source[1:])
            elif os.path.isdir(source):
                shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
            else:
                if target.endswith("/") or os.path.isdir(target):
                    target = os.path.join(target, os.path.basename(source))
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy(source, target)
        for folder, _, names in os.walk(root):  # what a RUN with chmod would do
            for name in names:
                if not os.path.islink(os.path.join(folder, name)):
                    os.chmod(os.path.join(folder, name), 0o755)
        os.makedirs(root + self.workdir, exist_ok=True)
