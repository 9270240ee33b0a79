#!/bin/bash
set -e
if [ -n "$TZ" ]; then
  ln -snf /usr/share/zoneinfo/$TZ /etc/localtime && echo $TZ > /etc/timezone
fi
usermod -u ${PUID:-1000} app
exec "$@"
