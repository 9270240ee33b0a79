# What the script came to only behind a server in the foreground, or behind what kept the container alive.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what the script ends with behind a late start is a service with a question, and no work at the server's end" {
  wrapper <<<$'#!/bin/sh\nnginx -g "daemon off;"\nagent &\nsleep 10\nmesh connect'
  migrate
  services nginx agent mesh
  has nginx/flag-main
  lacks nginx/finish mesh/flag-main
  told 'line 4: dropped: a bare sleep, to give agent time'
  told 'line 5: services.d/mesh/run: service mesh, behind a program in the foreground; TODO: the script came here only when the program of line 2 had ended'
  wrapper <<<$'#!/bin/sh\nagent &\nnginx -g "daemon off;"\nsleep 1\n./report' # nothing was started behind it
  migrate
  services agent nginx
  has nginx/finish
}

@test "what by its name stops something is not started where the script never came to it" {
  local stop
  for stop in stop-all.sh /opt/hadoop/sbin/stop-dfs.sh mysql_stop ./shutdown.sh; do
    wrapper <<<$'#!/bin/sh\ndb &\ntail -f /var/log/db.log\n'"$stop"
    migrate
    services db logs
    told 'line 4: dropped: it did not run as long as line 3 did, which kept the container alive'
  done
}

@test "work behind a server in the foreground is asked for, where more starts behind it" {
  local work
  for work in $'puma\nrake fetch' 'puma && rake fetch' $'if puma; then\nrake fetch\nfi'; do
    wrapper <<<$'#!/bin/sh\ncron -f &\n'"$work"$'\nweb --listen 80 &\nwait'
    migrate
    services cron fetch puma web
    has fetch/flag-oneshot
    told 'the script came here only when the program of line 3 had ended: is it wanted? It is done now; what belongs to that end is for its finish'
  done
}

@test "a file that says that all is up, written ahead of what keeps the container alive, is not called late" {
  wrapper <<<$'#!/bin/sh\nredsocks &\niptables -A x\ndnsmasq -k &\nsleep 2\necho ready >/tmp/is_ready\nexec tail -f /dev/null'
  migrate
  has write-is_ready/flag-oneshot
  untold 'came here only when'
}
