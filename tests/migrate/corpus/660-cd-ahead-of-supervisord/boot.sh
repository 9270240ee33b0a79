#!/bin/sh
cd /srv/shop
php bin/console cache:warmup
exec supervisord -n -c /etc/supervisord.conf
