# Which words keep a daemon in the foreground, by the package that the Dockerfile names; what is lost there; who its clients are.
# shellcheck disable=SC2154 # tree: of migrate.bash
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

dockerfile() { printf 'FROM %s\nRUN %s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$1" "$2" >Dockerfile; } # IMAGE RUN

@test "the vncserver of TightVNC has no -fg: it leaves, and a TODO says so" {
  local package start
  for start in 'tightvncserver :1 -geometry 1280x1024' 'vnc4server :1' 'su - dev -c "tightvncserver :1"' 'tightvncserver :1 && xrdp-sesman && xrdp'; do
    wrapper <<<"$start"$'\nexec websockify 80 localhost:5901'
    migrate
    [ -n "$(find "$tree" -name flag-forks)" ] || { echo "# $start"; return 1; }
    told "TODO: it puts itself into the background: it has no -fg, which TigerVNC's has"
  done
  for package in tightvncserver vnc4server; do
    dockerfile debian "apt-get install -y $package"
    for start in 'vncserver :1 -geometry 1280x800' 'USER=root vncserver :1' 'vncserver :1 -geometry $SIZE' 'su - user -c "vncserver :1"' 'su user -c "USER=user vncserver :1 -geometry $SIZE"'; do
      wrapper <<<"$start"$'\nexec websockify 80 localhost:5901'
      migrate --dockerfile Dockerfile
      has vncserver/flag-forks websockify/flag-main || { echo "# $package: $start"; return 1; }
      [ -z "$(grep '^exec.*-fg' "$tree/vncserver/run")" ]
      told 'TODO: it puts itself into the background: this vncserver has no -fg'
    done
  done
  untold 'note: line 1: vncserver -fg'
}

@test "the vncserver of TigerVNC has -fg; where no RUN says whose it is, a note asks" {
  wrapper <<<$'vncserver :1\nexec websockify 80 localhost:5901'
  dockerfile debian 'apt-get install -y tigervnc-standalone-server'
  migrate --dockerfile Dockerfile
  becomes vncserver 'exec reeve-exec --ready unix:/tmp/.X11-unix/X1 --chdir "$workdir" -- vncserver -fg :1'
  untold 'vncserver -fg is'
  dockerfile own/desktop 'apt-get install -y websockify'
  migrate --dockerfile Dockerfile
  becomes vncserver 'exec reeve-exec --ready unix:/tmp/.X11-unix/X1 --chdir "$workdir" -- vncserver -fg :1'
  told "note: line 1: vncserver -fg is TigerVNC's and TurboVNC's: no RUN says which one this image has"
}

@test "each package's own word for the foreground" {
  local image run start expected
  while IFS='|' read -r image run start expected; do
    dockerfile "$image" "$run"
    wrapper <<<"$start"$'\nexec nginx -g "daemon off;"'
    migrate --dockerfile Dockerfile
    grep -qx "exec $expected" "$tree"/*/run || { echo "# $image: $start"; return 1; }
  done <<'EOS'
centos:7|yum install -y nginx|crond|crond -n
centos:7|yum install -y nginx|service crond start|crond -n
alpine|apk add cronie|crond|crond -n
alpine|apk add nginx|crond -l 2|crond -f -l 2
debian|apt-get install -y cron|cron|cron -f
alpine|apk add openntpd|ntpd -s|ntpd -d -s
alpine|apk add nginx|ntpd -p pool.ntp.org|ntpd -n -p pool.ntp.org
alpine|apk add busybox-extras|inetd|inetd -f
debian|apt-get install -y openbsd-inetd|inetd|inetd -i
debian|apt-get install -y exim4|sendmail -bd -q30m|sendmail -bdf -q30m
debian|apt-get install -y sendmail|sendmail -bd -q30m|sendmail -bD -q30m
EOS
  dockerfile debian 'apt-get install -y postfix'
  wrapper <<<$'sendmail -bd\nexec nginx -g "daemon off;"'
  migrate --dockerfile Dockerfile
  has sendmail/flag-forks
  told "this sendmail is Postfix's, which has no -bD: run postfix start-fg in its place"
}

@test "an option that means nothing in the foreground is not taken there" {
  local n
  for n in '-F 4' -F10 '-F ${WORKERS:-4}' '-P /run/f.pid -F "$N"'; do
    wrapper <<<"spawn-fcgi -s /run/fcgi.sock $n -- /usr/sbin/fcgiwrap && nginx"$'\ntail -f /dev/null'
    migrate
    becomes spawn-fcgi "exec spawn-fcgi -s /run/fcgi.sock $n -- /usr/sbin/fcgiwrap" || { echo "# $n"; return 1; }
    has spawn-fcgi/flag-forks
    told 'TODO: it puts itself into the background: add -n: it starts one process then, so for several, in place of -F, give fcgiwrap -c N'
  done
  wrapper <<<$'spawn-fcgi -s /run/fcgi.sock -F 1 /usr/sbin/fcgiwrap\nexec nginx -g "daemon off;"'
  migrate
  becomes spawn-fcgi 'exec spawn-fcgi -n -s /run/fcgi.sock /usr/sbin/fcgiwrap'
  untold TODO
}

@test "the log that uwsgi --daemonize names is still written" {
  local option
  for option in '--daemonize /log/u' '-d /log/u' --daemonize=/log/u '--daemonize "$LOG"' '--daemonize="$LOG"'; do
    wrapper <<<"uwsgi --ini u.ini $option"$'\nexec nginx -g "daemon off;"'
    migrate
    case $option in *LOG*) becomes uwsgi 'exec uwsgi --ini u.ini --logto "$LOG"' ;; *) becomes uwsgi 'exec uwsgi --ini u.ini --logto /log/u' ;; esac || { echo "# $option"; return 1; }
  done
}

@test "options that keep no crond in the foreground" {
  local option
  for option in '-b -c /etc/crontabs' '-c /etc/crontabs' '-s /etc/cron.d -b'; do
    wrapper <<<"crond $option"$'\nexec nginx -g "daemon off;"'
    migrate
    becomes crond "exec crond -f ${option/-b }" || becomes crond "exec crond -f ${option/ -b}" || { echo "# $option"; return 1; }
  done
}

@test "a client's name tells that a task works with a daemon that has left when it was ready" {
  local pair daemon task name
  for pair in 'pulseaudio -D|pacmd set-default-sink v1|pulseaudio' 'pulseaudio --start|pactl load-module module-null-sink|pulseaudio' 'mpd|mpc update|mpd' 'dovecot|doveadm user -l|dovecot' 'cupsd|lpadmin -p p|cupsd'; do
    IFS='|' read -r daemon task name <<<"$pair"
    wrapper <<<"$daemon"$'\n'"$task"$'\nexec web'
    migrate
    told "TODO: it left when it was ready, and ${task%% *} needs that: write data/check" || { echo "# $pair"; return 1; }
    has "$name/run" "${task%% *}/dependencies.d/$name"
  done
}

@test "smart cards, desktops, entropy, speed tests: daemons that leave, and how they stay" {
  local line start expected
  while IFS='|' read -r start expected; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    grep -qxF "exec $expected" "$tree"/*/run || { echo "# $start"; return 1; }
  done <<'EOS'
pcscd --debug|pcscd --debug -f
haveged -w 1024|haveged -w 1024 -F
xdm|xdm -nodaemon
xrdp -nodaemon &|xrdp -nodaemon
deluge-web -d -c /config &|deluge-web -d -c /config
EOS
  for line in 'iperf3 -s -D' 'ibus-daemon -drx' 'dtach -n /tmp/s rtorrent' 'deluge-web --fork'; do
    wrapper <<<"$line"$'\nexec web'
    migrate
    has "${line%% *}/flag-forks" web/flag-main || { echo "# $line"; return 1; }
    told 'TODO: it puts itself into the background: '
  done
}

@test "an older release has not each word for the foreground: its FROM tells" {
  local image start expected
  while IFS='|' read -r image start expected; do
    dockerfile "$image" true
    wrapper <<<"$start"$'\nexec nginx -g "daemon off;"'
    migrate --dockerfile Dockerfile
    grep -qxF "exec $expected" "$tree"/*/run || { echo "# $image: $start"; return 1; }
    case $expected in "$start") told 'TODO: it puts itself into the background: this ' ;; *) untold 'TODO: it puts' ;; esac || { echo "# $image: $start"; return 1; }
  done <<'EOS'
centos:7|postfix start|postfix start
centos:7.9.2009|service postfix start|service postfix start
centos:centos7|postfix start|postfix start
debian:stretch-slim|postfix start|postfix start
debian:9.13|postfix start|postfix start
python:3.6-slim-stretch|postfix start|postfix start
node:8-alpine3.6|postfix start|postfix start
ubuntu:16.04|fail2ban-server|fail2ban-server
ubuntu:xenial|service zabbix-agent start|service zabbix-agent start
centos:7|nslcd|nslcd -d
centos:8|postfix start|postfix start-fg
alpine:3.8|postfix start|postfix start-fg
ubuntu:18.04|postfix start|postfix start-fg
ubuntu:17.10|postfix start|postfix start-fg
debian|postfix start|postfix start-fg
node:8|postfix start|postfix start-fg
debian:12|fail2ban-server|fail2ban-server -f
debian:9|service zabbix-agent start|zabbix_agentd -f
EOS
  printf 'ARG V=7\nFROM centos:$V\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'postfix start\nexec web'
  migrate --dockerfile Dockerfile
  told "this Postfix is older than 3.3, which has no start-fg: run \`postfix check && exec"
}

@test "an init script that starts several, or a program of another name, is no program of its name" {
  local name expected
  while IFS='|' read -r name expected; do
    wrapper <<<"service $name start"$'\nexec web'
    migrate
    becomes "$name" "exec service $name start" || { echo "# $name"; return 1; }
    told "TODO: it puts itself into the background: $expected" || { echo "# $name"; return 1; }
  done <<'EOS'
samba|its init script starts smbd --foreground --no-process-group and nmbd
xrdp|its init script starts xrdp-sesman --nodaemon and xrdp --nodaemon
postgresql|its init script starts each cluster in /etc/postgresql
munge|its init script starts munged -F as the user munge
celery|its foreground form is not known
deluged|its foreground form is not known
x11vnc|its foreground form is not known
EOS
  while IFS='|' read -r name expected; do
    wrapper <<<"service $name start"$'\nexec web'
    migrate
    becomes "$name" "exec reeve-exec --user $expected" || { echo "# $name"; return 1; }
  done <<'EOS'
cassandra|cassandra -- cassandra -f
apt-cacher-ng|apt-cacher-ng -- apt-cacher-ng -c /etc/apt-cacher-ng ForeGround=1
transmission-daemon|debian-transmission -- transmission-daemon -f --config-dir /var/lib/transmission-daemon/info
EOS
}

@test "squid -N starts no workers: where squid.conf asks for some, a note says so" {
  local workers
  printf 'FROM debian\nCOPY squid.conf /etc/squid/\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'squid\nexec web'
  for workers in 'workers 4' '# workers 4' 'workers 1'; do
    printf 'http_port 3128\n%s\n' "$workers" >squid.conf
    migrate --dockerfile Dockerfile
    becomes squid 'exec squid -N'
    case $workers in 'workers 4') told 'TODO: line 1: squid -N is one process, and its configuration asks for 4 workers: write --foreground' ;; *) untold '--foreground' ;; esac || { echo "# $workers"; return 1; }
  done
}
