#!/bin/sh
cd /srv/shop || exit 1
php bin/console cache:warmup
exec supervisord -n -c /etc/supervisord.conf
