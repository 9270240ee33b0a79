"""What differs between two runs of an image: before its migration, and after."""

import re

# Questions whether something is ready: the tree asks otherwise, and as often as it likes.
ASKS = re.compile(r"(curl|wget|nc|ncat|netcat|pg_isready|mysqladmin|mariadb-admin|redis-cli|valkey-cli|mongo|mongosh|xdpyinfo|ss|lsof|wait-for\S*|rabbitmqctl|ollama list)\b")
# Set by shells, by Reeve, or by what changes the user, each in its own way.
OF_OTHERS = re.compile(r"REEVE_\w*|PWD|OLDPWD|SHLVL|_|LOGNAME|USER|SHELL|MAIL|TERM|UID|GID|BASH\w*|SUPERVISOR_\w*|LC_CTYPE")
SAME = {"mysql": "mysqld", "mariadb": "mysqld", "mariadbd": "mysqld", "mysqld_safe": "mysqld", "ssh": "sshd", "apache2ctl": "apache2", "apachectl": "apache2",
        "httpd": "apache2", "redis": "redis-server", "postgresql": "postgres", "pg_ctl": "postgres", "pg_ctlcluster": "postgres", "rsyslog": "rsyslogd", "crond": "cron"}


def program(record):
    """Its name, however it was started: service X start, /etc/init.d/X start, X -D."""
    words = [word for number, word in enumerate(record["words"].split(" ")) if not number or not word.startswith("--")]
    name = words[1] if words[0] in ("service", "invoke-rc.d") and len(words) > 1 else words[0]
    name = re.sub(r"^php.*-fpm.*|^php-fpm.*", "php-fpm", name)
    return SAME.get(name, name)


def living(records):
    return [record for record in records if record["role"] in ("stays", "leaves") and record["end"] is None]


def env(record):
    entries = {name: value for name, value in record["env"].items() if not OF_OTHERS.fullmatch(name)}
    entries["PATH"] = re.sub(r"(^|:)/command(?=:|$)", "", entries.get("PATH", "")).strip(":")
    return entries


def compare_two(before, after):
    words = before["words"]
    by_script = before["is_init"] or words.startswith(("service ", "invoke-rc.d "))  # which changes user and folder itself
    for what in ("folder", "uid"):
        if before[what] != after[what] and not by_script:
            yield f"{what} {before[what]} -> {after[what]}: {words}"
    was, now = env(before), env(after)
    for name in sorted(set(was) | set(now)):
        if was.get(name) != now.get(name) and not (by_script and name == "HOME"):
            yield f"env {name} {was.get(name)!r} -> {now.get(name)!r}: {words}"
    for what in ("stdout", "stderr"):
        if before[what] != after[what] and re.match(r"/(?!dev/null)\S*", before[what]) and not before[what].endswith("/output"):
            yield f"{what} {before[what]} -> {after[what]}: {words}"


def by_words(records):
    found = {}
    for record in records:
        found.setdefault(record["words"], []).append(record)
    return found


def compare_living(before, after):
    was, now = by_words(living(before)), by_words(living(after))
    for words in was.keys() & now.keys():
        if len(was[words]) != len(now[words]):
            yield f"runs {len(was[words])} times -> {len(now[words])} times: {words}"
        for record in was[words]:  # that one with the same words which is most like it
            yield from min((list(compare_two(record, other)) for other in now[words]), key=len)
    new = [now[words][0] for words in now.keys() - was.keys()]
    for words in sorted(was.keys() - now.keys()):
        record = was[words][0]
        same = next((one for one in new if program(one) == program(record) and ("leaves" in (record["role"], one["role"]) or set(record["words"].split()) < set(one["words"].split()))), None)
        if same:  # a daemon, in the foreground now
            new.remove(same)
            yield from compare_two(record, same)
        else:
            yield f"runs no more: {words}"
    yield from sorted(f"runs only after: {record['words']}" for record in new)


def compare_done(before, after):
    was, now = (by_words(record for record in records if record["role"] == "ends" and not ASKS.match(record["words"])) for records in (before, after))
    for words in was.keys() & now.keys():
        yield from compare_two(was[words][0], now[words][0])
    for words in sorted(was.keys() - now.keys()):
        yield f"executed no more: {words}"
    for words in sorted(now.keys() - was.keys()):
        yield f"executed only after: {words}"


def compare_order(before, after):
    """What had ended when another began, and what ran when another was executed."""
    def first(records):
        return {record["words"] if record["role"] == "ends" else program(record): record for record in reversed(records) if not ASKS.match(record["words"])}

    was, now = first(before), first(after)
    for work in was.keys() & now.keys():
        if was[work]["role"] != "ends" or None in (was[work]["end"], now[work]["end"]):
            continue
        for other in was.keys() & now.keys() - {work}:
            if was[work]["end"] <= was[other]["at"] and now[work]["end"] > now[other]["at"]:
                yield f"order: {work} had ended when {other} began"
            if was[other]["role"] != "ends" and was[other]["at"] < was[work]["at"] and now[work]["end"] < now[other]["at"]:
                yield f"order: {other} ran when {work} was executed"


def differences(before, after):
    return [*compare_living(before, after), *compare_done(before, after), *sorted(compare_order(before, after))]


def counterpart(record, records):
    """The same program in the other run; None: there is none."""
    same = [one for one in living(records) if one["words"] == record["words"]] or [one for one in living(records) if program(one) == program(record)]
    return same[0] if same else None
