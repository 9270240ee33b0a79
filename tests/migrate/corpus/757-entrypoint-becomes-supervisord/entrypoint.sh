#!/bin/sh
set -eu
export SECRET_KEY="${SECRET_KEY:-$(head -c 32 /dev/urandom | base64)}"
if [ ! -e /data/settings.yml ]; then
  cp /usr/share/app/settings.yml /data/settings.yml
fi
chown -R app: /data
exec /usr/bin/supervisord -n -c /etc/supervisor/supervisord.conf
