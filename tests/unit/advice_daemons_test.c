#include "advice/daemons.h"

#include <string.h>

#include "unit.h"

#define WORDS_MAX 32

/* Words with spaces between them; `~` stands for a space inside of one. */
struct line
{
  char text[256] ;
  char const *words[WORDS_MAX] ;
} ;

static char const *const *split (struct line *line, char const *text)
{
  size_t n = 0 ;
  char *rest ;
  snprintf(line->text, sizeof line->text, "%s", text) ;
  for (char *word = strtok_r(line->text, " ", &rest) ; word ; word = strtok_r(0, " ", &rest))
  {
    for (char *c = word ; *c ; c++) if (*c == '~') *c = ' ' ;
    line->words[n++] = word ;
  }
  line->words[n] = 0 ;
  return line->words ;
}

static struct daemon_advice look (char const *text)
{
  static struct line line ;
  struct daemon_advice advice ;
  memset(&advice, 0x55, sizeof advice) ;
  daemon_look(split(&line, text), &advice) ;
  return advice ;
}

static int stays (char const *text) { return look(text).stays == DAEMON_IN_FOREGROUND ; }
static int leaves (char const *text) { return look(text).stays == DAEMON_IN_BACKGROUND && look(text).mend ; }
static int unknown (char const *text) { return look(text).stays == DAEMON_UNKNOWN ; }

static int same (char const *const *words, size_t n, char const *expected)
{
  struct line line = { 0 } ;
  char const *const *wanted = split(&line, expected) ;
  size_t i = 0 ;
  for (; i < n && wanted[i] && !strcmp(words[i], wanted[i]) ; i++) ;
  if (i == n && !wanted[i] && (!n || !words[n])) return 1 ;
  printf("#") ;
  for (i = 0 ; i < n ; i++) printf(" %s", words[i]) ;
  printf("\n") ;
  return 0 ;
}

/* The foreground form; "" when there is none. */
static int becomes (char const *text, char const *expected)
{
  struct line line = { 0 } ;
  char const *out[WORDS_MAX] ;
  return same(out, daemon_foreground(split(&line, text), out, WORDS_MAX), expected) ;
}

static int init_becomes (char const *name, char const *expected)
{
  char const *out[WORDS_MAX] ;
  return same(out, daemon_of_init_script(name, out, WORDS_MAX), expected) ;
}

TEST(what_leaves_by_itself)
{
  static char const *const lines[] =
  {
    "nginx", "/usr/sbin/nginx -c /etc/nginx/nginx.conf", "apache2ctl start", "apachectl -k start", "httpd -k start", "php-fpm", "php-fpm8.2 -c /etc/php.ini",
    "/usr/sbin/sshd -e", "cron", "crond -l 2", "rsyslogd", "syslog-ng", "syslog-ng -e", "rpc.statd --no-notify --port 4000", "rpc.gssd -d /tmp", "ntpd -g --wait-sync 30", "keepalived", "dnsmasq", "named -u bind", "unbound", "postfix start", "dovecot",
    "exim4 -bd -q30m", "proftpd", "smbd", "smbd -D", "rpcbind -w", "chronyd", "ntpd -g", "supervisord -c /etc/supervisord.conf", "squid", "varnishd -a :80",
    "lighttpd -f /etc/lighttpd.conf", "privoxy", "stunnel", "fail2ban-server start", "xinetd", "atd", "dbus-daemon --system", "cupsd", "slapd -h ldap:///",
    "freeradius", "collectd", "snmpd -Lsd -Lf /dev/null", "zabbix_agentd", "pg_ctl -D /data start", "catalina.sh start", "daemonize /bin/foo",
    "httpd -p 8080 -h /www", "vncserver :1", "xrdp", "xrdp-sesman", "guacd -b 0.0.0.0", "twistd web", "tinyproxy", "netdata", "rspamd", "proxysql", "kamailio -f x",
    "deluged -c x", "znc", "sshfs a:b c", "xl2tpd", "glusterd", "bird -c x", "udhcpd", "telnetd -l /bin/sh", "mpd", "start-jira.sh", "pgpool -c x", "unitd"
  } ;
  for (size_t i = 0 ; i < sizeof lines / sizeof *lines ; i++)
  {
    if (!leaves(lines[i])) printf("# %s\n", lines[i]) ;
    CHECK(leaves(lines[i])) ;
  }
}

TEST(what_leaves_when_told)
{
  static char const *const lines[] =
  {
    "redis-server --daemonize yes", "memcached -d -u nobody", "mysqld --daemonize", "mongod --fork --logpath /x", "haproxy -D -f x", "gunicorn --daemon app",
    "uwsgi --daemonize /log", "uwsgi --daemonize=/log", "celery multi start w1", "celery worker --detach", "caddy start", "tor --RunAsDaemon 1",
    "avahi-daemon -D", "rabbitmq-server -detached", "openvpn --config x --daemon", "icinga2 daemon -d", "start-stop-daemon --start -b -x /bin/foo",
    "screen -dmS x foo", "tmux new-session -d foo", "pdns_server --daemon=yes", "rsync --daemon",
    "x11vnc -display :1 -bg -forever", "ssh -f -N -L 1:b:2 c", "ssh -fN c", "puma -d", "sidekiq -d -L x", "mosquitto -d", "clickhouse-server --daemon", "websockify -D 1 2",
    "kafka-server-start.sh -daemon x", "neo4j start", "nexus start", "solr start", "emqx start", "bin/delayed_job start", "bin/delayed_job restart", "apachectl -k restart", "pulseaudio --start", "xpra start :1",
    "pure-ftpd -B", "svnserve -d -r /x", "sendmail -bd", "hostapd -B x", "icecast2 -b -c x", "freeswitch -nc", "prosody -D", "bitcoind -daemon", "rclone mount a: b --daemon",
    "php-fpm -F -D", "php-fpm8.2 -F -R --daemonize", "redis-server --daemonize no --daemonize yes", "redis-server /etc/redis.conf --daemonize no --daemonize yes",
    "pdns_server --daemon=no --daemon", "fail2ban-server -f -b", "dbus-daemon --nofork --fork", "pulseaudio --daemonize=no -D", "haproxy -W -D -f x"
  } ;
  for (size_t i = 0 ; i < sizeof lines / sizeof *lines ; i++)
  {
    if (!leaves(lines[i])) printf("# %s\n", lines[i]) ;
    CHECK(leaves(lines[i])) ;
  }
}

TEST(what_stays)
{
  static char const *const lines[] =
  {
    "nginx -g daemon~off;", "apache2ctl -DFOREGROUND", "apache2 -D FOREGROUND", "php-fpm -F", "php-fpm -FR", "php-fpm --nodaemonize", "/usr/sbin/sshd -D", "sshd -eD",
    "cron -f", "crond -n", "crond -fd8", "redis-server", "redis-server --daemonize no", "memcached -u nobody", "rsyslogd -n", "syslog-ng -F", "mysqld_safe", "mysqld",
    "postgres -D /data", "mongod", "haproxy -db -f x", "haproxy -W -f x", "keepalived --dont-fork", "dnsmasq -kd", "named -g", "postfix start-fg", "exim -bdf -q15m",
    "proftpd -n", "smbd -F --no-process-group", "smbd --foreground", "ntpd -gn", "supervisord -n", "gunicorn app:app", "uwsgi --ini x", "celery worker", "squid -NYC",
    "varnishd -F", "caddy run", "tor", "slapd -d 0", "pdns_server --daemon=no", "rabbitmq-server", "java -jar x.jar", "node x.js", "containerd", "dbus-daemon --session",
    "httpd -f -p 80", "x11vnc -forever", "vncserver :1 -fg", "xrdp --nodaemon", "xrdp -n", "guacd -f", "puma -p 1", "mosquitto -c x", "twistd -n web", "neo4j console",
    "freeswitch -nc -nf", "pulseaudio --daemonize=no", "xpra start :1 --daemon=no", "bitcoind", "sshfs -f a:b c", "solr start -f",
    "ollama serve", "streamlit run app.py", "jupyter lab --port 9000", "/opt/mssql/bin/sqlservr --accept-eula", "tensorboard --logdir /x", "Xvfb :1",
    "php-fpm -D -F", "php-fpm -D -F -R", "redis-server --daemonize yes --daemonize no", "pdns_server --daemon --daemon=no", "fail2ban-server -b -f",
    "dbus-daemon --fork --nofork", "dbus-daemon --nofork --system", "pulseaudio -D --daemonize=no", "haproxy -D -db -f x", "haproxy -db -W -D -f x"
  } ;
  for (size_t i = 0 ; i < sizeof lines / sizeof *lines ; i++)
  {
    if (!stays(lines[i])) printf("# %s\n", lines[i]) ;
    CHECK(stays(lines[i])) ;
  }
}

TEST(what_is_not_certain_is_unknown)
{
  CHECK(unknown("my-server")) ;
  CHECK(unknown("nginx $NGINX_OPTIONS")) ;
  CHECK(unknown("redis-server $@")) ;
  CHECK(unknown("nginx --help")) ;
  CHECK(unknown("ollama run x")) ;
  CHECK(unknown("service nginx")) ;
  CHECK(unknown("s6-softlimit --what app nginx")) ;
  CHECK(leaves("setpriv --reuid app nginx")) ;
  CHECK(unknown("env")) ;
  CHECK(unknown("")) ;
}

TEST(a_letter_and_its_argument_are_no_letters)
{
  CHECK(leaves("snmpd -Lf /dev/null")) ;
  CHECK(leaves("sshd -oPermitRootLogin=noD")) ;
  CHECK(leaves("rsyslogd -iNONE")) ;
}

TEST(command_that_looks_is_no_wrapper)
{
  CHECK(leaves("command nginx")) ;
  CHECK(leaves("command -p nginx")) ;
  CHECK(unknown("command -v nginx")) ;
  CHECK(unknown("command -pV nginx")) ;
}

TEST(wrappers_are_seen_through)
{
  CHECK(leaves("exec nginx")) ;
  CHECK(leaves("s6-setuidgid www nginx")) ;
  CHECK(leaves("env -i A=b C=d nginx")) ;
  CHECK(leaves("env - A=b nginx")) ;
  CHECK(leaves("env -u SECRET nginx")) ;
  CHECK(leaves("env -iu SECRET -C /srv A=b nginx")) ;
  CHECK(leaves("env --unset SECRET --chdir /srv nginx")) ;
  CHECK(unknown("env -S nginx~-p~/srv")) ;
  CHECK(leaves("sudo -Eu app nginx")) ;
  CHECK(leaves("nice --adjustment 5 ionice -c 2 -n 7 nginx")) ;
  CHECK(leaves("stdbuf --output L -e 0 nginx")) ;
  CHECK(leaves("timeout --signal INT -k 5 1h nginx")) ;
  CHECK(leaves("setpriv --reuid app --clear-groups --groups a,b nginx")) ;
  CHECK(leaves("chroot --userspec app /jail nginx")) ;
  CHECK(leaves("unshare -n --mount-proc --map-user 1000 nginx")) ;
  CHECK(leaves("xvfb-run -a -s -screen~0 -n 99 nginx")) ;
  CHECK(leaves("taskset -c 0,1 nginx")) ;
  CHECK(leaves("setsid --wait nginx")) ;
  CHECK(leaves("chronic -e nginx")) ;
  CHECK(leaves("dbus-run-session --config-file /x nginx")) ;
  CHECK(leaves("chpst -u www -o 1024 nginx")) ;
  CHECK(leaves("nice -n 5 /usr/sbin/nginx")) ;
  CHECK(leaves("setpriv --reuid=app --clear-groups -- nginx")) ;
  CHECK(leaves("reeve-exec --user app -- nginx")) ;
  CHECK(leaves("reeve-exec --user app -l nofile=10 --session nginx")) ;
  CHECK(leaves("reeve-exec --umask=022 -0 web -uwww --sd-notify nginx")) ;
  CHECK(leaves("reeve-exec --keep-home nginx")) ;
  CHECK(leaves("reeve-exec --sd-notify --watchdog 30s nginx")) ;
  CHECK(unknown("reeve-exec --lock nginx my-server")) ;
  CHECK(leaves("gosu www nginx")) ;
  CHECK(leaves("bundle exec puma -e production -d")) ;
  CHECK(leaves("poetry run gunicorn -D app")) ;
  CHECK(unknown("bundle install")) ;
  CHECK(stays("exec gosu redis redis-server")) ;
  CHECK(!strcmp(look("gosu www /usr/sbin/nginx").program, "nginx")) ;
}

TEST(setsid_leaves_and_fghack_holds)
{
  CHECK(leaves("setsid my-server")) ;
  CHECK(!strcmp(look("setsid my-server").program, "setsid")) ;
  CHECK(unknown("setsid -w my-server")) ;
  CHECK(stays("s6-fghack nginx")) ;
  CHECK(stays("fghack my-server")) ;
}

TEST(the_configuration_may_decide)
{
  CHECK(look("nginx").unless_configured && look("nginx").stays == DAEMON_IN_BACKGROUND) ;
  CHECK(!look("cron").unless_configured) ;
  CHECK(!look("php-fpm -D").unless_configured) ;
  CHECK(!look("php-fpm_exporter server").program && look("php-fpm-8.2").program && look("kafka-server-start.sh").program) ;
  CHECK(look("php-fpm$V").program && look("php-fpm${V:-8.2}").program && !look("php-fpm${V}_exporter").program && !look("php-fpm${V").program) ;
  CHECK(unknown("redis-server /etc/redis/redis.conf") && look("redis-server /etc/redis/redis.conf").mend) ;
  CHECK(unknown("haproxy -f /etc/haproxy/haproxy.cfg") && look("haproxy -f x").mend) ;
}

TEST(strays_may_be_meant)
{
  CHECK(look("/usr/sbin/sshd -D").means_strays) ;
  CHECK(look("containerd").means_strays) ;
  CHECK(!look("nginx").means_strays) ;
  CHECK(!look("my-server").means_strays) ;
}

TEST(what_only_does_something_else_ends)
{
  static char const *const lines[] =
  {
    "nginx -t", "nginx -s reload", "apache2ctl configtest", "apachectl -D DUMP_INCLUDES", "httpd -D DUMP_VHOSTS", "php-fpm8.2 -t", "sshd -t", "named -v", "dovecot -n", "mysqld --initialize-insecure --user=mysql",
    "postgres --single -D $PGDATA", "celery -A app inspect ping", "haproxy -c -f x", "gunicorn --check-config app", "chronyd -q",
    "jupyter nbconvert --to notebook x.ipynb", "sqlservr --reset-sa-password"
  } ;
  for (size_t i = 0 ; i < sizeof lines / sizeof *lines ; i++)
  {
    if (!look(lines[i]).ends) printf("# %s\n", lines[i]) ;
    CHECK(look(lines[i]).ends) ;
  }
  CHECK(!look("nginx -g daemon~off;").ends) ;
  CHECK(!look("sshd -D").ends) ;
  CHECK(!look("mysqld --user=mysql").ends) ;
  CHECK(!look("nginx").ends) ;
  CHECK(stays("postgres -D $PGDATA")) ;
  CHECK(unknown("rails db:migrate")) ;
  CHECK(unknown("caddy fmt")) ;
}

TEST(the_mend_is_in_words)
{
  CHECK(!strcmp(look("nginx").mend, "add -g 'daemon off;'")) ;
  CHECK(!look("cron -f").mend) ;
  CHECK(!look("my-server").mend) ;
}

TEST(options_are_added)
{
  CHECK(becomes("nginx", "nginx -g daemon~off;")) ;
  CHECK(becomes("/usr/sbin/nginx -c x", "/usr/sbin/nginx -g daemon~off; -c x")) ;
  CHECK(becomes("sshd -e", "sshd -D -e")) ;
  CHECK(becomes("smbd -D -s x", "smbd --foreground --no-process-group -s x")) ;
  CHECK(becomes("slapd -h ldap:///", "slapd -d 0 -h ldap:///")) ;
  CHECK(becomes("dbus-daemon --system", "dbus-daemon --nofork --system")) ;
  CHECK(becomes("redis-server /etc/redis.conf --daemonize yes", "redis-server /etc/redis.conf --daemonize no")) ;
  CHECK(becomes("redis-server /etc/redis.conf", "redis-server /etc/redis.conf --daemonize no")) ;
  CHECK(becomes("haproxy -f x", "haproxy -db -f x")) ;
  CHECK(becomes("php-fpm -F -R -D", "php-fpm -F -R")) ;
  CHECK(becomes("redis-server --daemonize no --port 1 --daemonize yes", "redis-server --daemonize no --port 1")) ;
  CHECK(becomes("haproxy -W -D -f x", "haproxy -db -W -f x")) ;
  CHECK(becomes("rsync --daemon --port 873", "rsync --daemon --port 873 --no-detach")) ;
  CHECK(becomes("httpd -p 80 -h /www", "httpd -f -p 80 -h /www")) ;
  CHECK(becomes("vncserver :1 -geometry 1x1", "vncserver -fg :1 -geometry 1x1")) ;
  CHECK(becomes("xpra start :1", "xpra start :1 --daemon=no")) ;
  CHECK(becomes("svnserve -d -r /x", "svnserve -d -r /x --foreground")) ;
  CHECK(becomes("fetchmail -d 300", "fetchmail --nodetach -d 300")) ;
}

TEST(options_are_taken_out_or_replaced)
{
  CHECK(becomes("memcached -d -u nobody", "memcached -u nobody")) ;
  CHECK(becomes("uwsgi --daemonize /log --ini x", "uwsgi --logto /log --ini x")) ;
  CHECK(becomes("uwsgi --daemonize=/log --ini x", "uwsgi --logto /log --ini x")) ;
  CHECK(becomes("spawn-fcgi -s /run/x -F 1 -- fcgiwrap", "spawn-fcgi -n -s /run/x -- fcgiwrap")) ;
  CHECK(!becomes("spawn-fcgi -s /run/x -F 4 -- fcgiwrap", "spawn-fcgi -n -s /run/x -- fcgiwrap")) ;
  CHECK(becomes("mongod --fork --config x", "mongod --config x")) ;
  CHECK(becomes("postfix start", "postfix start-fg")) ;
  CHECK(becomes("postfix -c /etc/postfix start", "postfix -c /etc/postfix start-fg")) ;
  CHECK(becomes("caddy start --config x", "caddy run --config x")) ;
  CHECK(becomes("exim4 -bd -q30m", "exim4 -bdf -q30m")) ;
  CHECK(becomes("apache2ctl start", "apache2ctl -DFOREGROUND")) ;
  CHECK(becomes("httpd -k start -e info", "httpd -DFOREGROUND -e info")) ;
  CHECK(becomes("in.tftpd -l -s /srv", "in.tftpd -L -s /srv")) ;
  CHECK(becomes("x11vnc -display :1 -bg -forever", "x11vnc -display :1 -forever")) ;
  CHECK(becomes("ssh -f -N -L 1:b:2 c", "ssh -N -L 1:b:2 c")) ;
  CHECK(becomes("ssh -fN -L 1:b:2 c", "ssh -N -L 1:b:2 c")) ;
  CHECK(becomes("autossh -M 0 -CNf c", "autossh -M 0 -CN c")) ;
  CHECK(becomes("neo4j start", "neo4j console")) ;
  CHECK(becomes("amavisd-new -c x start", "amavisd-new -c x foreground")) ;
  CHECK(becomes("freeswitch -nonat -nc", "freeswitch -nonat -nf")) ;
  CHECK(becomes("hdfs --daemon start namenode", "hdfs namenode")) ;
  CHECK(becomes("fluentd -c x -d /run/pid", "fluentd -c x")) ;
  CHECK(becomes("forever start app.js", "forever app.js")) ;
}

TEST(what_stays_is_kept_as_it_is)
{
  CHECK(becomes("cron -f -L 15", "cron -f -L 15")) ;
  CHECK(becomes("java -jar x", "java -jar x")) ;
  CHECK(becomes("s6-fghack nginx", "s6-fghack nginx")) ;
}

TEST(wrappers_are_kept_but_setsid)
{
  CHECK(becomes("exec gosu www nginx", "exec gosu www nginx -g daemon~off;")) ;
  CHECK(becomes("env A=b setsid java -jar x", "env A=b java -jar x")) ;
  CHECK(becomes("setsid cron", "cron -f")) ;
  CHECK(becomes("bundle exec puma -e production -d", "bundle exec puma -e production")) ;
}

TEST(what_is_added_at_the_end_stands_ahead_of_another_programs_words)
{
  CHECK(becomes("pm2 start app.js", "pm2 start app.js --no-daemon")) ;
  CHECK(becomes("pm2 start uv --name api -- run app.py", "pm2 start uv --name api --no-daemon -- run app.py")) ;
  CHECK(becomes("pm2 start --no-daemon uv -- run app.py", "pm2 start --no-daemon uv -- run app.py")) ;
}

TEST(there_may_be_no_foreground_form)
{
  CHECK(becomes("my-server --daemon", "")) ;
  CHECK(becomes("pg_ctl -D /data start", "")) ;
  CHECK(becomes("stunnel /etc/stunnel.conf", "")) ;
  CHECK(becomes("celery multi start", "")) ;
  CHECK(becomes("yarn-daemon.sh --config /etc start nodemanager", "")) ;
  CHECK(becomes("nginx $OPTIONS", "")) ;
  CHECK(becomes("daemonize /bin/foo", "")) ;
  CHECK(becomes("prosodyctl start", "")) ;
  CHECK(becomes("ssh -fnN -f", "")) ; /* without one of the words, it still leaves */
}

TEST(without_room_there_is_none)
{
  struct line line = { 0 } ;
  char const *out[4] ;
  out[3] = "untouched" ;
  CHECK(!daemon_foreground(split(&line, "nginx"), out, 3)) ;
  CHECK(!strcmp(out[3], "untouched")) ;
  CHECK(daemon_foreground(split(&line, "nginx"), out, 4) == 3) ;
  CHECK(!daemon_foreground(split(&line, "nginx"), out, 0)) ;
}

TEST(init_scripts)
{
  CHECK(init_becomes("nginx", "nginx -g daemon~off;")) ;
  CHECK(init_becomes("ssh", "/usr/sbin/sshd -D")) ;
  CHECK(init_becomes("cron", "cron -f")) ;
  CHECK(init_becomes("apache2", "apache2ctl -DFOREGROUND")) ;
  CHECK(init_becomes("php8.2-fpm", "php-fpm8.2 -F")) ;
  CHECK(init_becomes("redis-server", "redis-server /etc/redis/redis.conf --daemonize no")) ;
  CHECK(init_becomes("postfix", "postfix start-fg")) ;
  CHECK(init_becomes("supervisor", "supervisord -n")) ;
  CHECK(init_becomes("mysql", "mysqld_safe")) ;
  CHECK(init_becomes("squid", "squid -N")) ;
  CHECK(init_becomes("dovecot", "dovecot -F")) ;
  CHECK(init_becomes("mosquitto", "mosquitto -c /etc/mosquitto/mosquitto.conf")) ;
  CHECK(init_becomes("saslauthd", "saslauthd -d -a pam -c -m /var/run/saslauthd")) ;
  CHECK(init_becomes("rspamd", "rspamd -f -u _rspamd -g _rspamd")) ;
  CHECK(init_becomes("lsyncd", "lsyncd -nodaemon /etc/lsyncd/lsyncd.conf.lua")) ;
  CHECK(init_becomes("postgresql", "")) ;
  CHECK(init_becomes("my-server", "")) ;
  CHECK(init_becomes("", "")) ;
}
