#!/bin/sh
# supervisorctl knows what to do with a new version
inotifywait -m -e create --format %f /srv/new | while read -r name; do
  mv "/srv/new/$name" /srv/node
  supervisorctl restart node
done
