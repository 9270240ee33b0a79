"""A small machine in which an image runs: the system's own files below, what the image adds above them, and a
stand-in for each program that its scripts name. In namespaces of its own, without a network."""

import glob
import os
import re
import shlex
import shutil
import subprocess
import time
import zlib

from image import read, write

# Programs and words of the shell that stay what they are.
REAL = set(
    """[ arch awk mawk gawk base64 basename bash cat chgrp chmod chown chroot cksum cmp comm cp cut date dash dd df diff dir
    dirname du echo egrep env expand expr factor false fgrep find flock fmt fold getent getopt grep head hostname id join
    kill less link ln logname ls md5sum mkdir mkfifo mknod mktemp more mv nice nl nohup nproc numfmt od paste pgrep pidof
    pkill printenv printf ps pwd readlink realpath rev rm rmdir run-parts sed seq setpriv setsid sh sha1sum sha256sum shuf
    sort split stat stdbuf stty su runuser sum sync tac tail tee test timeout touch tr true truncate tsort tty uname
    unexpand uniq unlink uptime vdir wait wc which who whoami xargs yes install
    if then else elif fi case esac for while until do done function in select time export local readonly declare set unset
    shift trap exec eval source cd exit return break continue let read jobs bg fg disown alias type hash umask ulimit
    command builtin times getopts shopt mapfile
    with-contenv chpst envdir logutil-service printcontenv""".split()
)
# Programs that execute what stands behind their options.
WRAPPERS = {
    "gosu": 'u=${1%%:*}; shift; HOME=$(getent passwd "$u" | cut -d: -f6) exec setpriv --reuid="$u" --regid="$(id -g "$u")" --init-groups "$@"',
    "sudo": 'u=root; while [ $# -gt 0 ]; do case $1 in -u) u=$2; shift 2 ;; -*) shift ;; *=*) export "$1"; shift ;; *) break ;; esac; done\n'
    'HOME=$(getent passwd "$u" | cut -d: -f6) exec setpriv --reuid="$u" --regid="$(id -g "$u")" --init-groups "$@"',
    "start-stop-daemon": 'u= d=/ p= b=; while [ $# -gt 0 ]; do case $1 in --) shift; break ;; -x | --exec | -a | --startas) p=$2; shift 2 ;; -b | --background) b=1; shift ;;\n'
    '-c | --chuid | -u | --user) u=${2%%:*}; shift 2 ;; -d | --chdir) d=$2; shift 2 ;; -p | --pidfile | -n | --name | -g | --group) shift 2 ;; *) shift ;; esac; done\n'
    'cd "$d"; set -- "$p" "$@"; [ -z "$u" ] || set -- setpriv --reuid="$u" --regid="$(id -g "$u")" --init-groups "$@"; [ "$b" ] || exec "$@"; setsid "$@" & sleep 0.1',
    "tini": 'while [ $# -gt 0 ]; do case $1 in --) shift; break ;; -*) shift ;; *) break ;; esac; done; "$@"',
    "supervisorctl": 'case " $* " in *" pid ") echo 1 ;; *) exec /stand-in/as supervisorctl "$@" ;; esac',
    "docker-entrypoint.sh": 'case $1 in /init | *.sh | */*) exec "$@" ;; esac; n=${0##*/}; exec /stand-in/as "$n" "$@"',
}
WRAPPERS["wait-for-it.sh"] = WRAPPERS["wait-for-it"] = WRAPPERS["wait-for"] = 'while [ $# -gt 0 ]; do case $1 in --) shift; exec "$@" ;; esac; shift; done'
WRAPPERS["su-exec"] = WRAPPERS["gosu"]
WRAPPERS["dumb-init"] = WRAPPERS["tini"]
WRAPPERS["docker-entrypoint"] = WRAPPERS["docker-php-entrypoint"] = WRAPPERS["docker-entrypoint.sh"]

NAMED = re.compile(r"[A-Za-z0-9_./+-]+")
PROGRAM_FOLDER = re.compile(r"/(s?bin|libexec|init\.d|scripts?)$|^/(app|opt|srv)(/|$)|^/$")
DATA = re.compile(r"\.(conf|log|pid|sock|env|json|ya?ml|cnf|ini|sql|txt|crt|key|pem|html|lock|xml|db|tmpl|template|d)$")
NOT_OURS = ("/proc", "/dev", "/sys", "/run", "/var/run", "/tmp", "/stand-in", "/init", "/command", "/etc/services.d", "/etc/cont-")
USERS = re.compile(r"(?:su|sudo|gosu|su-exec|runuser|USER|--user|--reuid|--chuid|chown)[ =](?:-\S+ +)*\"?([a-z_][a-z0-9_-]*)")
STILL_S, MOST_S, END_S = 1.6, 14, 2.5


def link(path, target="/stand-in/program"):
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)
    except OSError:  # the image has something there
        pass


def is_entered(path, scripts):
    """Is it a folder, by what the scripts do with it?"""
    return re.search(r"((?<![\w-])(mkdir|chown -R|chmod -R|cd|-d|ls|find|cp -\w+)(?![\w-])[^\n;&|]*|--chdir[ =]\"?)" + re.escape(path) + r"/?[\"'\s;&)]", scripts)


def add_users(root, image, scripts):
    passwd, group = read("/etc/passwd"), read("/etc/group")
    for user in set(USERS.findall(scripts)) | {image.user or "root"}:
        uid = 3000 + zlib.crc32(user.encode()) % 50000  # the same before and after
        if not user.isdigit() and not re.search(rf"(?m)^{re.escape(user)}:", passwd):
            passwd += f"{user}:x:{uid}:{uid}::/home/{user}:/bin/sh\n"
            if not re.search(rf"(?m)^{re.escape(user)}:", group):
                group += f"{user}:x:{uid}:\n"
    write(root + "/etc/passwd", passwd, 0o644)
    write(root + "/etc/group", group, 0o644)


def add_programs(root, image, scripts):
    own = image.names()
    for name, code in WRAPPERS.items():
        if name not in own:
            write(f"{root}/stand-in/bin/{name}", f"#!/bin/sh\n{code}\n")
    write(root + "/stand-in/as", '#!/bin/bash\nexec -a "$1" /stand-in/program "${@:2}"\n')
    entered = {image.workdir} | {os.path.join(image.workdir, folder) for folder in re.findall(r"\bcd\s+\"?([/\w.-]+)", scripts)}
    sourced = set(re.findall(r"(?m)(?:^|[\s;&|(])(?:\.|source)\s+\"?([\w./-]+)", scripts))
    for word in (set(NAMED.findall(scripts)) | {"sleep"}) - sourced:
        name, folder = os.path.basename(word), os.path.dirname(word)
        program = f"/stand-in/bin/{name}" if name in WRAPPERS else "/stand-in/program"
        if (name in REAL and (not folder or folder.endswith("bin"))) or name.startswith("reeve") or not re.match(r"[A-Za-z_]", name):
            continue
        if not folder and name not in WRAPPERS and name not in own:
            link(f"{root}/stand-in/bin/{name}")
            for path in glob.glob(f"/usr/*bin/{name}"):
                link(root + path)
        elif folder.startswith("/") and PROGRAM_FOLDER.search(folder) and not DATA.search(name) and not word.startswith(NOT_OURS):
            if not os.path.isdir(word) and not is_entered(word, scripts) and re.search(r"(?m)(^|[\s\"'`(;&|])" + re.escape(word) + r"([\s\"');&|]|$)", scripts):
                link(root + word, program)
        elif folder.startswith(".") and word != "./run" and re.search(r"(?m)(^|\s|\()" + re.escape(word) + r"(\s|$)", scripts):
            for base in entered:
                link(root + os.path.normpath(os.path.join(base, word)), program)


def add_folders(root, scripts):
    """What the scripts enter, fill and hand over is there."""
    for path in set(re.findall(r"(?<![\w.}/-])/[A-Za-z0-9_./-]+", scripts)):
        path = path.rstrip("/")
        if path.startswith(NOT_OURS) or "//" in path or ".." in path:
            continue
        folder = path if is_entered(path, scripts) and "." not in os.path.basename(path) else os.path.dirname(path)
        if folder and not os.path.lexists(root + folder) and not os.path.lexists(folder):
            try:
                os.makedirs(root + folder)
            except OSError:  # a stand-in has that name
                pass
    followed = " ".join(re.findall(r"\btail\s+-[^\n;&|]*", scripts))
    for path in re.findall(r"(?m)(?:^\s*(?:\.|source)|[^<]<)\s+\"?(/[\w./-]+)", scripts) + re.findall(r"(?<=[\s\"'])/[\w./-]+(?![\w./*?{$-])", followed):
        if not os.path.lexists(root + path) and not path.startswith(NOT_OURS) and any(map(os.path.isdir, (os.path.dirname(root + path), os.path.dirname(path)))):
            write(root + path, "")


def merge(root):
    """/bin and the like are links into /usr in the layer below; /run is a tmpfs."""
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.isdir(f"{root}/{name}") and not os.path.islink(f"{root}/{name}"):
            shutil.copytree(f"{root}/{name}", f"{root}/usr/{name}", dirs_exist_ok=True, symlinks=True)
            shutil.rmtree(f"{root}/{name}")
    shutil.rmtree(root + "/var/run", ignore_errors=True)


def asked_for(scripts):
    """Variables that the scripts cannot do without."""
    names = set(re.findall(r"\$\{(\w+):?\?", scripts))
    if re.search(r"(?m)^\s*set -\w*u|set -o nounset", scripts):
        names |= {name for name in re.findall(r"\$\{?([A-Z][A-Z0-9_]+)(?![\w:+-])", scripts) if not re.search(rf"\b{name}=|read[^\n]*\b{name}\b|for {name}\b", scripts)}
    return names - {"BASH_SOURCE", "LINENO", "FUNCNAME", "PPID", "RANDOM", "SECONDS", "EUID", "UID", "PATH", "PWD", "HOME", "PIPESTATUS", "IFS"}


class World:
    def __init__(self, folder, image, layers, scripts, roles, standin):
        self.folder, self.image, self.process, self.patience = folder, image, None, 1
        above = folder + "/above"
        os.makedirs(above)
        os.makedirs(folder + "/mounts")
        os.makedirs(folder + "/stand-in")
        image.install(above)
        for layer in layers:
            shutil.copytree(layer, above, dirs_exist_ok=True, symlinks=True)
        add_users(above, image, scripts)
        add_programs(above, image, scripts)
        add_folders(above, scripts)
        merge(above)
        shutil.copytree(above + "/stand-in", folder + "/stand-in", dirs_exist_ok=True, symlinks=True)
        shutil.copy(standin, folder + "/stand-in/program")
        write(folder + "/stand-in/roles", roles, 0o644)
        sockets = re.findall(r"unix:(/[\w./-]+)|-S \"?(/[\w./-]+)", scripts)
        write(folder + "/stand-in/sockets", "".join(f"{one or other}\n" for one, other in sorted(set(sockets))), 0o644)
        self.ports = sorted(set(re.findall(r"(?:tcp:(?:[\w.\[\]:-]+:)?|https?://[\w.-]+:|nc -z \S+ |/dev/tcp/[\w.-]+/)(\d+)", scripts)) | {"80", "3306", "5432", "6379"})
        self.env = {"PATH": "/stand-in/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "HOSTNAME": "box"}
        self.env |= {name: "x" for name in asked_for(scripts)} | image.env
        if "/stand-in/bin" not in self.env["PATH"]:
            self.env["PATH"] = "/stand-in/bin:" + self.env["PATH"]
        self.log = folder + "/stand-in/log"

    def start(self):
        """Anew each time: what an earlier start has written is gone."""
        for path in glob.glob(self.folder + "/stand-in/end.*"):
            os.unlink(path)
        write(self.log, "", 0o666)
        os.chmod(self.folder + "/stand-in", 0o777)
        here = os.path.dirname(os.path.abspath(__file__))
        user = self.image.user
        inside = ["chroot", "root", "/usr/bin/env", "-i", *(f"{name}={value}" for name, value in self.env.items())]
        if user not in (None, "root", "0"):
            inside.insert(1, f"--userspec={user}:{user}" if user.isdigit() else f"--userspec={user}")
        inside += ["/bin/sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", self.image.workdir, *self.image.argv]
        with open(self.folder + "/output", "wb") as output:
            self.process = subprocess.Popen(
                # Nothing of it outlives this program, however that ends.
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL",
                 here + "/outside.sh", here, ",".join(self.ports), *inside],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def settle(self):
        """Waits until nothing new happens any more."""
        began, still, seen = time.monotonic(), time.monotonic(), set()
        while time.monotonic() - began < MOST_S * self.patience and time.monotonic() - still < STILL_S * self.patience:
            time.sleep(0.2)
            now = {record["words"] for record in self.records()}
            if now - seen:
                seen, still = seen | now, time.monotonic()
            if self.process.poll() is not None:
                break

    def code(self):
        """The container's exit code; None: it runs."""
        return self.process.poll()

    def end(self):
        self.process.kill()
        self.process.wait()

    def finish(self, record, code):
        """Lets that program end with that code. Returns the container's, or None: it goes on."""
        path = f"{self.folder}/stand-in/end.{record['pid']}"
        write(path + ".new", str(code), 0o644)
        os.rename(path + ".new", path)
        try:
            return self.process.wait(END_S * self.patience)
        except subprocess.TimeoutExpired:
            return None

    def output(self):
        return read(self.folder + "/output")

    def records(self):
        """Of each program that was executed, the first first. standin.c has the format."""
        found, by_pid = [], {}
        for line in read(self.log).split("\n")[:-1]:
            fields = line.split("\t")
            if fields[0] == "began":
                words = fields[8].split("\x1f")
                words[0] = os.path.basename(words[0])
                record = dict(zip(("role", "pid", "at", "folder", "uid", "stdout", "stderr"), fields[1:8]), end=None, how=None)
                record |= {"at": int(record["at"]), "words": " ".join(words), "env": dict(entry.partition("=")[::2] for entry in fields[9].split("\x1f"))}
                found.append(record)
                by_pid[record["pid"]] = record
            elif fields[1] in by_pid:
                by_pid[fields[1]] |= {"end": int(fields[2]), "how": fields[3]}
        return found
