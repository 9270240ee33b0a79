#!/bin/sh
set -e
echo "tables"
alembic upgrade head
# everything
/usr/bin/supervisord -c /etc/app.conf
