#include "service/daemon_table.h"

#include "service/daemons.h"

#define STAYS DAEMON_IN_FOREGROUND
#define LEAVES DAEMON_IN_BACKGROUND
#define DEPENDS DAEMON_UNKNOWN

#define AT_END DAEMON_AT_END
#define CONFIGURED DAEMON_CONFIGURED
#define STRAYS DAEMON_STRAYS
#define NO_CLUSTERS DAEMON_NO_CLUSTERS

#define ROWS(table) (sizeof (table) / sizeof *(table))

struct daemon const daemon_table[] =
{
  /* web */
  { "nginx openresty angie", "", "*daemon -t -T -v -V -s -h", { "-g", "daemon off;" }, "add -g 'daemon off;'", LEAVES, CONFIGURED },
  { "apache2ctl apachectl", "start> -k+start", "-DFOREGROUND -DNO_DETACH -D+FOREGROUND -D+NO_DETACH -X -t -S -v -V -M -l -L configtest status fullstatus graceful graceful-stop stop restart startssl",
    { "-DFOREGROUND" }, "add -DFOREGROUND (without start)", LEAVES, 0 },
  /* busybox's httpd stays with -f, which names a file to Apache's */
  { "apache2 httpd", "-k+start", "-DFOREGROUND -DNO_DETACH -D+FOREGROUND -D+NO_DETACH -X -t -S -v -V -M -l -L -f -k+stop -k+restart -k+graceful -k+graceful-stop", { "-DFOREGROUND" }, "add -DFOREGROUND", LEAVES, 0 },
  { "lighttpd thttpd", "", "-D -t -1 -p -v -V -h", { "-D" }, "add -D", LEAVES, 0 },
  { "caddy", "start>", "", { "run" }, "caddy run, not caddy start", STAYS, 0 },
  { "php-fpm* php5-fpm", "-D --daemonize", "-F --nodaemonize -t --test -v -i -m -h", { "-F" }, "add -F", LEAVES, CONFIGURED },
  { "haproxy", "-D", "-db -W -Ws -c -v -vv", { "-db" }, "add -db", DEPENDS, CONFIGURED },
  { "varnishd", "", "-F -d -C -V -x", { "-F" }, "add -F", LEAVES, 0 },
  { "squid squid3", "", "-N --foreground -k -z -v -h", { "-N" }, "add -N", LEAVES, 0 },
  { "uwsgi*", "-d+? --daemonize+? --daemonize2+? --daemonize=", "", { 0 }, "leave --daemonize out", STAYS, 0 },
  { "gunicorn* unicorn unicorn_rails starman", "-D --daemon --daemonize", "", { 0 }, "leave -D (--daemon) out", STAYS, 0 },
  { "rails", "-d --daemon", "", { 0 }, "leave -d (--daemon) out", STAYS, 0 },
  { "catalina.sh", "start>", "", { "run" }, "catalina.sh run, not start", STAYS, 0 },
  { "zkServer.sh", "start>", "start-foreground status stop restart version print-cmd", { "start-foreground" }, "zkServer.sh start-foreground, not start", DEPENDS, 0 },
  { "pm2", "start&", "--no-daemon --attach", { "--no-daemon" }, "add --no-daemon, or use pm2-runtime", DEPENDS, AT_END },
  { "celery", "-D --detach multi!", "", { 0 }, "leave --detach out; celery worker, not celery multi", STAYS, 0 },

  /* databases */
  { "redis-server+*.conf valkey-server+*.conf", "--daemonize+yes", "--daemonize+no", { "--daemonize", "no" }, "add --daemonize no", DEPENDS, CONFIGURED | AT_END },
  { "redis-server redis-sentinel valkey-server keydb-server", "--daemonize+yes", "--daemonize+no", { "--daemonize", "no" }, "add --daemonize no", STAYS, AT_END },
  { "memcached mongod mongos pgbouncer", "-d --daemon --fork", "", { 0 }, "leave -d (--daemon, --fork) out", STAYS, 0 },
  { "mysqld", "-D --daemonize", "", { 0 }, "leave --daemonize out", STAYS, 0 },
  { "mysqld_safe mariadbd mariadbd-safe postgres postmaster", "", "", { 0 }, 0, STAYS, 0 },
  { "pg_ctl", "start! restart!", "", { 0 }, "run postgres -D DIR, not pg_ctl", DEPENDS, 0 },
  { "pg_ctlcluster", "start& restart&", "--foreground", { "--foreground" }, "add --foreground", DEPENDS, 0 },
  { "cassandra", "", "-f -v", { "-f" }, "add -f", LEAVES, 0 },
  { "elasticsearch opensearch", "-d --daemonize --daemon", "", { 0 }, "leave -d (--daemonize) out", STAYS, 0 },
  { "slapd", "", "-d -T -V -VV -VVV -?", { "-d", "0" }, "add -d 0", LEAVES, 0 },

  /* time, tasks, logs */
  { "cron", "", "-f -N", { "-f" }, "add -f", LEAVES, 0 },
  { "crond", "", "-f -n -i -s -c+? -V -h", { "-f" }, "add -f", LEAVES, 0 },
  { "atd", "", "-f -d -s", { "-f" }, "add -f", LEAVES, 0 },
  { "chronyd", "", "-d -n -q -Q -p -v -h", { "-d" }, "add -d", LEAVES, 0 },
  { "ntpd", "", "-n -d -D -q -V --nofork --quit --wait-sync", { "-n" }, "add -n", LEAVES, 0 },
  { "rsyslogd", "", "-n -v -N", { "-n" }, "add -n", LEAVES, 0 },
  { "syslogd klogd", "", "-n -F -d --no-detach --foreground", { "-n" }, "add -n", LEAVES, 0 },
  { "syslog-ng", "", "-F --foreground -s --syntax-only -e -d -V", { "-F" }, "add -F", LEAVES, 0 },

  /* names and networks */
  { "named", "", "-f -g -v -V -C", { "-f" }, "add -f", LEAVES, 0 },
  { "unbound", "", "-d -h -V", { "-d" }, "add -d", LEAVES, CONFIGURED },
  { "dnsmasq", "", "-k -d -w -v --keep-in-foreground --no-daemon --test --help", { "-k" }, "add -k", LEAVES, CONFIGURED },
  { "nsd", "", "-d -h -v", { "-d" }, "add -d", LEAVES, 0 },
  { "pdns_server pdns_recursor", "--daemon", "--daemon=no", { 0 }, "leave --daemon out", STAYS, 0 },
  { "dhcpd", "", "-f -d -t -T --version", { "-f" }, "add -f", LEAVES, 0 },
  { "keepalived", "", "-n -v -h -t --dont-fork --config-test --signum", { "-n" }, "add -n", LEAVES, 0 },
  { "openvpn", "--daemon", "", { 0 }, "leave --daemon out", STAYS, 0 },
  { "autossh", "-f", "", { 0 }, "leave -f out", STAYS, 0 },
  { "stunnel stunnel4", "", "-help -version -sockets -options", { 0 }, "write foreground = yes into its configuration", LEAVES, CONFIGURED },
  { "tor", "--RunAsDaemon+1 RunAsDaemon+1", "", { 0 }, "leave --RunAsDaemon 1 out", STAYS, 0 },
  { "privoxy", "", "--no-daemon --config-test", { "--no-daemon" }, "add --no-daemon", LEAVES, 0 },
  { "turnserver", "-o --daemon", "", { 0 }, "leave -o (--daemon) out", STAYS, 0 },
  { "avahi-daemon", "-D --daemonize", "", { 0 }, "leave -D (--daemonize) out", STAYS, 0 },
  { "inetd", "", "-i -f -d", { "-i" }, "add -i (busybox: -f)", LEAVES, 0 },
  { "xinetd", "", "-dontfork -d -version", { "-dontfork" }, "add -dontfork", LEAVES, 0 },
  { "sshd", "", "-D -d -t -T -i -G -V", { "-D" }, "add -D", LEAVES, STRAYS },
  { "dropbear", "", "-F -i -V -h", { "-F" }, "add -F", LEAVES, STRAYS },
  { "rpcbind rpc.idmapd rpc.gssd rpc.svcgssd", "", "-f -d -h", { "-f" }, "add -f", LEAVES, 0 },
  { "rpc.statd rpc.mountd", "", "-F -h -v --foreground --help --version --no-notify", { "-F" }, "add -F", LEAVES, 0 },
  { "smbd nmbd winbindd", "-D --daemon", "-F -i -S -b --foreground --interactive --build-options", { "--foreground", "--no-process-group" },
    "add --foreground --no-process-group", LEAVES, 0 },
  { "samba", "-D --daemon", "-F -i --foreground --interactive", { "--foreground", "--no-process-group" }, "add --foreground --no-process-group", LEAVES, 0 },
  { "rsync", "--daemon&", "--no-detach", { "--no-detach" }, "add --no-detach", DEPENDS, AT_END },
  { "in.tftpd", "-l> --listen>", "-L --foreground", { "-L" }, "-L, not -l", DEPENDS, 0 },
  { "proftpd", "", "-n -t -l -v -vv -V -S -h --nodaemon", { "-n" }, "add -n", LEAVES, 0 },
  { "vsftpd", "-obackground=YES", "", { 0 }, "leave -obackground=YES out", STAYS, 0 },

  /* mail */
  { "postfix", "start>", "start-fg", { "start-fg" }, "postfix start-fg, not start", DEPENDS, 0 },
  { "dovecot", "", "-F -a -n --version --help --build-options --hostdomain stop reload", { "-F" }, "add -F", LEAVES, 0 },
  { "exim exim4", "-bd>", "-bdf", { "-bdf" }, "-bdf, not -bd", DEPENDS, 0 },
  { "opendkim opendmarc", "", "-f -n -t -T -V", { "-f" }, "add -f", LEAVES, CONFIGURED },
  { "clamd", "", "-F --foreground -V --version -h", { "-F" }, "add -F", LEAVES, CONFIGURED },
  { "freshclam", "-d& --daemon&", "-F --foreground", { "-F" }, "add -F", DEPENDS, AT_END },
  { "spamd postgrey", "-d --daemonize", "", { 0 }, "leave -d (--daemonize) out", STAYS, 0 },
  { "saslauthd", "", "-d -v -h", { "-d" }, "add -d", LEAVES, 0 },

  /* watching and printing */
  { "supervisord", "", "-n --nodaemon -v --version -h", { "-n" }, "add -n", LEAVES, CONFIGURED },
  { "monit", "", "-I -t -V -H -h start stop restart monitor unmonitor reload status summary report quit validate procmatch", { "-I" }, "add -I", DEPENDS, CONFIGURED },
  { "fail2ban-server", "", "-f -t -d --dp -V --test -h", { "-f" }, "add -f", LEAVES, 0 },
  { "fail2ban-client", "start!", "-f", { 0 }, "run fail2ban-server -f, not fail2ban-client", DEPENDS, 0 },
  { "collectd", "", "-f -t -T -h", { "-f" }, "add -f", LEAVES, 0 },
  { "snmpd snmptrapd", "", "-f -v -h -H", { "-f" }, "add -f", LEAVES, NO_CLUSTERS },
  { "zabbix_server zabbix_proxy zabbix_agentd", "", "-f -t -p -R -V -T -h --foreground --test --print --runtime-control --test-config", { "-f" }, "add -f", LEAVES, 0 },
  { "icinga2 nagios fluent-bit fluentd", "-d --daemonize --daemon", "-f --foreground", { 0 }, "leave -d (--daemon) out", DEPENDS, 0 },
  { "cupsd", "", "-f -F -l -t -h", { "-f" }, "add -f", LEAVES, 0 },

  /* accounts, buses */
  { "dbus-daemon", "--system& --fork", "--nofork --introspect --version", { "--nofork" }, "add --nofork", STAYS, 0 },
  { "nscd", "", "-d -F --debug --foreground -g -K -i -V --statistics --shutdown --invalidate", { "-F" }, "add -F", LEAVES, 0 },
  { "nslcd", "", "-n -d -c -V --nofork --debug --check --version", { "-n" }, "add -n", LEAVES, 0 },
  { "sssd", "-D --daemon", "-i --interactive -g --genconf", { "-i" }, "add -i", LEAVES, 0 },
  { "freeradius radiusd", "", "-f -X -C -v -h", { "-f" }, "add -f", LEAVES, 0 },

  /* others */
  { "rabbitmq-server erl beam.smp", "-detached", "", { 0 }, "leave -detached out", STAYS, 0 },
  { "asterisk", "-F", "-f -c -r -R -x -V -h", { "-f" }, "add -f", LEAVES, 0 },
  { "transmission-daemon", "", "-f -d -V -h --foreground --dump-settings --version", { "-f" }, "add -f", LEAVES, 0 },

  /* those whose children are meant to live on */
  { "dockerd containerd crio lxd incusd k3s rke2 nomad kubelet", "", "", { 0 }, 0, STAYS, STRAYS },
  { "libvirtd virtqemud", "-d --daemon", "", { 0 }, "leave -d (--daemon) out", STAYS, STRAYS },
  { "tmux", "-d!", "-D", { 0 }, "run the program itself, not in tmux", DEPENDS, 0 },
  { "screen", "-d! -dm! -dmS! -dmLS!", "-D", { 0 }, "run the program itself, not in screen", DEPENDS, 0 },

  { "start-stop-daemon", "-b! --background!", "", { 0 }, "run the program itself, without start-stop-daemon", DEPENDS, 0 },
  { "daemonize daemon", "", "-f --foreground", { 0 }, "run the program itself", LEAVES, 0 },

  { "java node python* ruby perl traefik consul vault etcd prometheus alertmanager grafana-server node_exporter influxd telegraf filebeat envoy minio "
    "uvicorn daphne puma pm2-runtime sleep tail cat socat gitea coredns",
    "", "", { 0 }, 0, STAYS, 0 },
} ;

struct wrapper const wrapper_table[] =
{
  { "exec command nohup busybox tini dumb-init catatonit with-contenv pgrphack s6-setsid chronic authbind dbus-run-session", "aperN", 0, WRAPPER_SEEN_THROUGH },
  { "reeve-exec", "ueCnlL0r", 0, WRAPPER_REEVE },
  { "env", "uC", 0, WRAPPER_ASSIGNS },
  { "sudo", "ugCchpTrtDRU", 0, WRAPPER_ASSIGNS },
  { "setsid", "", 0, WRAPPER_LEAVES },
  { "s6-fghack fghack", "", 0, WRAPPER_HOLDS },
  { "nice ionice stdbuf setpriv s6-applyuidgid", "nciouegG", 0, WRAPPER_SEEN_THROUGH },
  { "gosu su-exec s6-setuidgid setuidgid s6-envuidgid envuidgid envdir chroot", "", 1, WRAPPER_SEEN_THROUGH },
  { "s6-envdir", "cL", 1, WRAPPER_SEEN_THROUGH },
  { "s6-setlock setlock", "t", 1, WRAPPER_SEEN_THROUGH },
  { "flock", "wE", 1, WRAPPER_SEEN_THROUGH },
  { "timeout", "ks", 1, WRAPPER_SEEN_THROUGH },
  { "taskset", "", 1, WRAPPER_SEEN_THROUGH },
  { "chrt", "TPD", 1, WRAPPER_SEEN_THROUGH },
  { "s6-softlimit softlimit", "acdflmoprst", 0, WRAPPER_SEEN_THROUGH },
  { "chpst", "uUbe/CnlLmdopfcrt", 0, WRAPPER_SEEN_THROUGH },
  { "s6-notifyoncheck", "3sTtwnc", 0, WRAPPER_SEEN_THROUGH },
  { "fdmove", "", 2, WRAPPER_SEEN_THROUGH },
  { "redirfd", "", 2, WRAPPER_SEEN_THROUGH },
} ;

struct init_script const init_script_table[] =
{
  { "apache2", { "apache2ctl", "-DFOREGROUND" } },
  { "ssh sshd openssh-server", { "/usr/sbin/sshd", "-D" } }, /* it refuses a relative path */
  { "rsyslog", { "rsyslogd", "-n" } },
  { "mysql mariadb mysqld", { "mysqld_safe" } },
  { "redis redis-server", { "redis-server", "/etc/redis/redis.conf", "--daemonize", "no" } },
  { "memcached", { "memcached", "-u", "memcache" } },
  { "php-fpm", { "php-fpm", "-F" } },
  { "php7.0-fpm", { "php-fpm7.0", "-F" } },
  { "php7.1-fpm", { "php-fpm7.1", "-F" } },
  { "php7.2-fpm", { "php-fpm7.2", "-F" } },
  { "php7.3-fpm", { "php-fpm7.3", "-F" } },
  { "php7.4-fpm", { "php-fpm7.4", "-F" } },
  { "php8.0-fpm", { "php-fpm8.0", "-F" } },
  { "php8.1-fpm", { "php-fpm8.1", "-F" } },
  { "php8.2-fpm", { "php-fpm8.2", "-F" } },
  { "php8.3-fpm", { "php-fpm8.3", "-F" } },
  { "php8.4-fpm", { "php-fpm8.4", "-F" } },
  { "postfix", { "postfix", "start-fg" } },
  { "exim4", { "exim4", "-bdf", "-q30m" } },
  { "bind9 named", { "named", "-f", "-u", "bind" } },
  { "dbus", { "dbus-daemon", "--system", "--nofork" } },
  { "cups", { "cupsd", "-f" } },
  { "slapd", { "slapd", "-d", "0", "-u", "openldap", "-g", "openldap" } },
  { "supervisor", { "supervisord", "-n" } },
  { "chrony", { "chronyd", "-d" } },
  { "ntp ntpsec", { "ntpd", "-n" } },
  { "fail2ban", { "fail2ban-server", "-f" } },
  { "winbind", { "winbindd", "--foreground", "--no-process-group" } },
  { "haproxy", { "haproxy", "-f", "/etc/haproxy/haproxy.cfg", "-db" } },
  { "varnish", { "varnishd", "-F", "-a", ":6081", "-f", "/etc/varnish/default.vcl" } },
  { "lighttpd", { "lighttpd", "-D", "-f", "/etc/lighttpd/lighttpd.conf" } },
  { "privoxy", { "privoxy", "--no-daemon", "/etc/privoxy/config" } },
  { "openbsd-inetd", { "inetd", "-i" } },
  { "mongod mongodb", { "mongod", "--config", "/etc/mongod.conf" } },
  { "docker", { "dockerd" } },
  { "icinga2", { "icinga2", "daemon" } },
  { "zabbix-server", { "zabbix_server", "-f" } },
  { "zabbix-proxy", { "zabbix_proxy", "-f" } },
  { "zabbix-agent", { "zabbix_agentd", "-f" } },
  { "zabbix-agent2", { "zabbix_agent2" } },
  { "clamav-daemon", { "clamd", "-F" } },
  { "clamav-freshclam", { "freshclam", "-d", "-F" } },
  { "isc-dhcp-server", { "dhcpd", "-f" } },
  { "rsync", { "rsync", "--daemon", "--no-detach" } },
  { "caddy", { "caddy", "run", "--config", "/etc/caddy/Caddyfile" } },
  { "nginx", { "nginx" } },
  { "httpd", { "httpd" } },
  { "squid", { "squid" } },
  { "rpcbind", { "rpcbind" } },
  { "smbd", { "smbd" } },
  { "nmbd", { "nmbd" } },
  { "snmpd", { "snmpd" } },
  { "opendkim", { "opendkim" } },
  { "freeradius", { "freeradius" } },
  { "rabbitmq-server", { "rabbitmq-server" } },
  { "containerd", { "containerd" } },
  { "inetd", { "inetd" } },
  { "pdns", { "pdns_server", "--daemon=no" } },
} ;

size_t const daemon_table_rows = ROWS(daemon_table) ;
size_t const wrapper_table_rows = ROWS(wrapper_table) ;
size_t const init_script_table_rows = ROWS(init_script_table) ;
