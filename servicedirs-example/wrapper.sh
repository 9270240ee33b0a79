#!/bin/bash
# What django-postgres/ replaces: the usual wrapper script. As PID 1 it gets no
# SIGTERM that it has not trapped, so a stop reaches nobody, and after the grace
# time everything is killed: PostgreSQL recovers at its next start.
for newest in /usr/lib/postgresql/*/bin; do :; done
: "${PGBIN:=$newest}"
: "${PGDATA:=/var/lib/postgresql/reeve}" "${PGHOST:=/var/run/postgresql}" "${PGPORT:=5432}"
: "${APP:=/app}" "${LISTEN:=0.0.0.0:8000}" "${LOGDIR:=/var/log}"
export PGHOST PGPORT PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
cd "$APP" || exit 1
setpriv --reuid=postgres --regid=postgres --init-groups \
  "$PGBIN/postgres" -D "$PGDATA" -k "$PGHOST" -p "$PGPORT" -h 127.0.0.1 >>"$LOGDIR/postgres.log" 2>&1 &
until "$PGBIN/pg_isready" -q -h "$PGHOST" -p "$PGPORT"; do sleep 1; done
python3 manage.py migrate --noinput >>"$LOGDIR/django.log" 2>&1
python3 manage.py runserver --noreload "$LISTEN" >>"$LOGDIR/django.log" 2>&1 &
wait -n
exit $?
