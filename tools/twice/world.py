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
# The user $u may be a number that passwd does not have.
AS_USER = """case $u in *[!0-9]*) set -- --reuid="$u" --regid="$(id -g "$u")" --init-groups "$@" ;; *) set -- --reuid="$u" --regid="$u" --clear-groups "$@" ;; esac
HOME=$(getent passwd "$u" | cut -d: -f6)
HOME=${HOME:-/} exec "${become:-setpriv}" "$@"
"""
AT_FIRST_PROGRAM = 'until command -v -- "$1" >/dev/null; do shift; done; exec "$@"'

# Programs that execute what stands behind their options.
WRAPPERS = {
    "gosu": 'u=${1%%:*}; shift; ' + AS_USER,
    "sudo": 'become=/stand-in/become; u=root; while [ $# -gt 0 ]; do case $1 in -u) u=$2; shift 2 ;; -*) shift ;; *=*) export "$1"; shift ;; *) break ;; esac; done\n' + AS_USER,
    "start-stop-daemon": 'u= d=/ p= b=; while [ $# -gt 0 ]; do case $1 in --) shift; break ;; -x | --exec | -a | --startas) p=$2; shift 2 ;; -b | --background) b=1; shift ;;\n'
    '-c | --chuid | -u | --user) u=${2%%:*}; shift 2 ;; -d | --chdir) d=$2; shift 2 ;; -p | --pidfile | -n | --name | -g | --group) shift 2 ;; *) shift ;; esac; done\n'
    'cd "$d"; set -- "$p" "$@"; [ -z "$u" ] || set -- setpriv --reuid="$u" --regid="$(id -g "$u")" --init-groups "$@"; [ "$b" ] || exec "$@"; setsid "$@" & sleep 0.1',
    "tini": 'while [ $# -gt 0 ]; do case $1 in --) shift; break ;; -[perl] | --rewrite) shift 2 ;; -*) shift ;; *) break ;; esac; done; "$@"',
    "date": 'case $* in *%s*) exec /bin/date "$@" ;; *) exec /bin/date -d @0 "$@" ;; esac',  # the same before and after
    "supervisorctl": 'case " $* " in *" pid ") echo 1 ;; *) exec /stand-in/as supervisorctl "$@" ;; esac',
    "docker-entrypoint.sh": 'case $1 in /init | *.sh | */*) exec "$@" ;; esac; n=${0##*/}; exec /stand-in/as "$n" "$@"',
}
WRAPPERS["wait-for-it.sh"] = WRAPPERS["wait-for-it"] = WRAPPERS["wait-for"] = 'while [ $# -gt 0 ]; do case $1 in --) shift; exec "$@" ;; esac; shift; done'
WRAPPERS |= dict.fromkeys(("numactl", "ionice", "taskset", "chrt", "catatonit", "dbus-run-session", "xvfb-run"), AT_FIRST_PROGRAM)
WRAPPERS["su-exec"] = WRAPPERS["gosu"]
WRAPPERS["dumb-init"] = WRAPPERS["tini"]
WRAPPERS["docker-entrypoint"] = WRAPPERS["docker-php-entrypoint"] = WRAPPERS["docker-entrypoint.sh"]



def use_supervisord(package):
    """That of an unpacked package, and not a stand-in. The image's own python may be one."""
    python, modules = os.path.realpath("/usr/bin/python3"), package + "/usr/lib/python3/dist-packages"
    code = f'import sys; sys.path.insert(0, "{modules}"); sys.argv[0] = "supervisord"; from supervisor.supervisord import main; main()'
    WRAPPERS["supervisord"] = f"exec {python} -c '{code}' \"$@\""


NAMED = re.compile(r"[A-Za-z0-9_./+-]+")
PROGRAM_FOLDER = re.compile(r"/(s?bin|libexec|init\.d|scripts?)$|^/(app|opt|srv)(/|$)|^/$")
DATA = re.compile(r"\.(conf|log|pid|sock|env|json|ya?ml|cnf|ini|sql|txt|crt|key|pem|html|lock|xml|db|tmpl|template|d)$")
NOT_OURS = ("/proc", "/dev", "/sys", "/run", "/var/run", "/tmp", "/stand-in", "/init", "/command", "/etc/services.d", "/etc/cont-")
USER_VARIABLES = re.compile(r"\b\w*(?:USER|OWNER)(?::?-|:?=)[\"']?([a-z_][a-z0-9_-]*)")
MADE_USERS = re.compile(r"(?m)\b(?:adduser|useradd)\b[^\n|;&]*?\s\"?([a-z_][a-z0-9_-]*)\"?\s*(?:[|;&]|$)")
USERS = re.compile(r"(?:su|sudo|gosu|su-exec|runuser|USER|user|--user|--reuid|--chuid|chown) *[ =] *(?:-\S+ +)*\"?([a-z_][a-z0-9_-]*)")
RANDOM = "".join(chr(33 + number * 31 % 89) for number in range(100000))  # for /dev/urandom: the same before and after
STILL_S, MOST_S, END_S = 1.6, 14, 2.5


# One with ./ may stand behind any word that executes it.
RELATIVE_PROGRAM = r"(?m)((^|[;&|({)]|\b(then|else|do|exec|if|nohup))[ \t]*|(?<=\s)(?=\.))WORD([\s;&|)\"']|$)"


def make_file(path):
    try:
        write(path, "")
    except OSError:  # a stand-in has the folder's name
        pass


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
    found = {name for pattern in (USERS, USER_VARIABLES, MADE_USERS) for name in pattern.findall(scripts)}
    for user in found | {image.user or "root"}:
        uid = 3000 + zlib.crc32(user.encode()) % 50000  # the same before and after
        if not user.isdigit() and not re.search(rf"(?m)^{re.escape(user)}:", passwd):
            os.makedirs(f"{root}/home/{user}", exist_ok=True)
            passwd += f"{user}:*:{uid}:{uid}::/home/{user}:/bin/sh\n"
            if not re.search(rf"(?m)^{re.escape(user)}:", group):
                group += f"{user}:x:{uid}:\n"
    write(root + "/etc/passwd", passwd, 0o644)
    write(root + "/etc/group", group, 0o644)
    path = "/stand-in/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    write(root + "/etc/login.defs", f"ENV_PATH PATH={path}\nENV_SUPATH PATH={path}\n", 0o644)


def entered_by(image, scripts):
    return {image.workdir} | {os.path.join(image.workdir, folder) for folder in re.findall(r"\b(?:cd|pushd)\s+\"?([/\w.-]+)", scripts)}


def add_programs(root, image, scripts):
    own = image.names()
    for name, code in WRAPPERS.items():
        if name not in own:
            write(f"{root}/stand-in/bin/{name}", f"#!/bin/sh\n{code}\n")
    write(root + "/stand-in/as", '#!/bin/bash\nexec -a "$1" /stand-in/program "${@:2}"\n')
    entered = entered_by(image, scripts)
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
            if not os.path.isdir(word) and word + "/" not in scripts and not is_entered(word, scripts) and re.search(r"(?m)(^|[\s\"'`(;&|])" + re.escape(word) + r"([\s\"');&|]|$)", scripts):
                link(root + word, program)
        elif folder and not word.startswith(("/", "./run")) and re.search(RELATIVE_PROGRAM.replace("WORD", re.escape(word)), scripts):
            for base in entered:
                link(root + os.path.normpath(os.path.join(base, word)), program)


def add_folders(root, image, scripts):
    """What the scripts enter, fill, read and hand over is there."""
    named = re.findall(r"(?:DIR|DIRECTORY|DATA|HOME|ROOT|FOLDER)(?::?-|:?=)[\"']?(/[\w./-]+)", scripts)
    for base in map(os.path.normpath, entered_by(image, scripts)):
        if not os.path.lexists(root + base) and not os.path.isdir(base):
            os.makedirs(root + base, exist_ok=True)
        for path in re.findall(r"(?m)(?:^|[\s;&|(])(?:\.|source)\s+\"?(\.?[\w-]+[./][\w./-]*|\./[\w./-]+)", scripts):
            path = os.path.normpath(os.path.join(base, path))
            if not os.path.lexists(root + path) and not os.path.exists(path):
                make_file(root + path)
    for path in set(re.findall(r"(?<![\w.}/-])/[A-Za-z0-9_./-]+", scripts)) | set(named):
        folder_of_more, path = path.endswith("/"), path.rstrip("/")
        if path.startswith(NOT_OURS) or "//" in path or ".." in path:
            continue
        folder = path if folder_of_more or path in named or is_entered(path, scripts) and "." not in os.path.basename(path) else os.path.dirname(path)
        if folder and not os.path.lexists(root + folder) and not os.path.lexists(folder):
            try:
                os.makedirs(root + folder)
            except OSError:  # a stand-in has that name
                pass
    followed = " ".join(re.findall(r"\btail\s+-[^\n;&|]*", scripts))
    for path in re.findall(r"(?m)(?:^\s*(?:\.|source)|[^<]<)\s+\"?(/[\w./-]+)", scripts) + [path.replace("*", "x") for path in re.findall(r"(?<=[\s\"'])/[\w./*-]+(?![\w./?{$-])", followed)] + re.findall(r"\[ -[fers] \"?(/[\w./-]+)\"? \]+ *\|\| *(?:exit|\{)", scripts):
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
    return names - {"BASH_SOURCE", "LINENO", "FUNCNAME", "PPID", "RANDOM", "SECONDS", "EUID", "UID", "PATH", "PWD", "HOME", "PIPESTATUS", "IFS", "OPTARG", "OPTIND"}


def asked_by_supervisord(text):
    """It does not start without them: booleans, numbers and words."""
    values = {"autostart": "true", "autorestart": "true", "numprocs": "2", "startsecs": "1"}
    return {name: values.get(key, "7000" if name.endswith("PORT") else "x") for key, line in re.findall(r"(?m)^(\w+) *=(.*)$", text) for name in re.findall(r"%\(ENV_(\w+)\)s", line)}


def compared(script):
    """The variables that the script compares, with a value that another branch is for than for none."""
    subject = r"\"?\$\{?([A-Z]\w*)(?::?-[^}\"]*)?\}?\"?"
    values = {}
    for pattern in (subject + r" *(?:!=|==?) *\"?([\w./:-]+)\"? *\]", r"\bcase " + subject + r" in\s+\(?\"?([\w./:-]+)", r"-[nz] " + subject + "()", r"\[ " + subject + r"() \]", subject + r" -(?:gt|ge|eq|ne|lt|le) (\d+)"):
        for name, value in re.findall(pattern, script):
            values.setdefault(name, value or "1")
    for name in re.findall(r"(?:if|while|&&|\|\|) +\$\{?([A-Z]\w*)\}?(?=[; \n])", script):
        values.setdefault(name, "true")
    own = set(re.findall(r"(?m)(?:^|[\s;])(?:read(?: -\w+)* |for )?([A-Z]\w*)(?:=(?![\"']?\$\{)| in )", script))
    return {name: value for name, value in values.items() if name not in own and not re.fullmatch(r"HOME|PATH|PWD|UID|EUID|USER|HOSTNAME|PIDS?|\w+_PIDS?|BASH\w*|STATUS|RC", name)}


class World:
    def __init__(self, folder, image, layers, scripts, roles, standin, env):
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
        add_folders(above, image, scripts)
        merge(above)
        shutil.copytree(above + "/stand-in", folder + "/stand-in", dirs_exist_ok=True, symlinks=True)
        shutil.copy(standin, folder + "/stand-in/program")
        shutil.copy(shutil.which("setpriv"), folder + "/stand-in/become")
        os.chmod(folder + "/stand-in/become", 0o4755)
        write(folder + "/stand-in/roles", roles, 0o644)
        write(folder + "/stand-in/random", RANDOM, 0o644)
        sockets = re.findall(r"unix:(/[\w./-]+)|-S \"?(/[\w./-]+)", scripts)
        write(folder + "/stand-in/sockets", "".join(f"{one or other}\n" for one, other in sorted(set(sockets))), 0o644)
        self.ports = sorted(set(re.findall(r"(?:tcp:(?:[\w.\[\]:-]+:)?|https?://[\w.-]+:|nc -z \S+ |/dev/tcp/[\w.-]+/)(\d+)", scripts)) | {"80", "3306", "5432", "6379"})
        self.env = {"PATH": "/stand-in/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "HOSTNAME": "box"}
        self.env |= {name: "x" for name in asked_for(scripts)} | asked_by_supervisord(scripts) | image.env | env
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
                is_init = "/init.d/" in words[0]
                words[0] = os.path.basename(words[0])
                record = dict(zip(("role", "pid", "at", "folder", "uid", "stdout", "stderr"), fields[1:8]), end=None, how=None, is_init=is_init)
                record |= {"at": int(record["at"]), "words": " ".join(words), "env": dict(entry.partition("=")[::2] for entry in fields[9].split("\x1f"))}
                found.append(record)
                by_pid[record["pid"]] = record
            elif fields[1] in by_pid:
                by_pid[fields[1]] |= {"end": int(fields[2]), "how": fields[3]}
        return found
