#include "service/daemon_table.h"

#include <string.h>

#include "service/daemons.h"

#define STAYS "f"
#define LEAVES "b"
#define DEPENDS "u"

#define AT_END "e"
#define CONFIGURED "c"
#define STRAYS "s"
#define NO_CLUSTERS "n"

#define ADD "add "

/* One text, as pointers to each string would take as much room again in an image. An
   empty `mend` is "add ..." with the word to be added. */
#define ROW_2(names, background, foreground, add, and, mend, stays, flags) \
  names "\0" background "\0" foreground "\0" ADD add "\0" and "\0" mend "\0" stays flags "\0"
#define ROW(names, background, foreground, add, mend, stays, flags) ROW_2(names, background, foreground, add, "", mend, stays, flags)

#define AND "\0"
#define SCRIPT(names, words) names "\0" words "\0" "\0"

#define ROWS(table) (sizeof (table) / sizeof *(table))

/* NOLINTBEGIN(bugprone-string-literal-with-embedded-nul) */
char const daemon_table[] =
  /* web */
  ROW_2("nginx openresty angie", "", "*daemon | -t -T -v -V -s -h", "-g", "daemon off;", "add -g 'daemon off;'", LEAVES, CONFIGURED)
  ROW("apache2ctl apachectl", "start> -k+start", "-DFOREGROUND -DNO_DETACH -D+FOREGROUND -D+NO_DETACH -X | -t -S -v -V -M -l -L configtest status fullstatus graceful graceful-stop stop restart startssl",
    "-DFOREGROUND", "add -DFOREGROUND (without start)", LEAVES, "")
  /* busybox's, known by a port or a home, which Apache's does not take */
  ROW("httpd+*-p httpd+*-h", "", "-f -i -d -e -m", "-f", "", LEAVES, "")
  /* -f names a file to Apache's, but may be busybox's */
  ROW("apache2 httpd", "-k+start", "-DFOREGROUND -DNO_DETACH -D+FOREGROUND -D+NO_DETACH -X -f | -t -S -v -V -M -l -L -k+stop -k+restart -k+graceful -k+graceful-stop", "-DFOREGROUND", "", LEAVES, "")
  ROW("lighttpd thttpd", "", "-D | -t -1 -p -v -V -h", "-D", "", LEAVES, "")
  ROW("caddy", "start>", "run file-server reverse-proxy respond", "run", "caddy run, not caddy start", DEPENDS, "")
  ROW("php-fpm* php5-fpm", "-D --daemonize", "-F --nodaemonize | -t --test -v -i -m -h", "-F", "", LEAVES, CONFIGURED)
  ROW("haproxy", "-D", "-db -W -Ws | -c -v -vv", "-db", "", DEPENDS, CONFIGURED)
  ROW("varnishd", "", "-F -d | -C -V -x", "-F", "", LEAVES, "")
  ROW("squid squid3", "", "-N --foreground | -k -z -v -h", "-N", "", LEAVES, "")
  ROW("uwsgi*", "-d+? --daemonize+? --daemonize2+? --daemonize=", "", "", "leave --daemonize out", STAYS, "")
  ROW("gunicorn* unicorn unicorn_rails rainbows starman", "-D --daemon --daemonize", "| --check-config --print-config -v", "", "leave -D (--daemon) out", STAYS, "")
  ROW("rails", "-d --daemon", "", "", "leave -d (--daemon) out", DEPENDS, "")
  ROW("puma sidekiq thin tracd", "-d --daemon --daemonize", "", "", "leave -d (--daemon) out", STAYS, "")
  ROW("passenger", "-d --daemonize", "", "", "leave -d (--daemonize) out", DEPENDS, "")
  ROW("overmind airflow", "-D --daemonize --daemon", "", "", "leave -D out", DEPENDS, "")
  ROW("delayed_job clockworkd jetty.sh nifi.sh nexus teamcity-server.sh", "start>", "run | stop restart status", "run", "run, not start", DEPENDS, "")
  ROW("activemq neo4j sonar.sh", "start>", "console | stop restart status", "console", "console, not start", DEPENDS, "")
  ROW("ejabberdctl emqx", "start>", "foreground | stop restart status", "foreground", "foreground, not start", DEPENDS, "")
  ROW("jobmanager.sh taskmanager.sh", "start>", "start-foreground | stop", "start-foreground", "start-foreground, not start", DEPENDS, "")
  ROW("start-jira.sh start-confluence.sh start-bitbucket.sh", "", "-fg", "-fg", "", LEAVES, "")
  ROW("twistd twistd3", "", "-n --nodaemon", "-n", "", LEAVES, "")
  ROW("spawn-fcgi", "", "-n | -v -h -?", "-n", "", LEAVES, "")
  ROW("unitd", "", "--no-daemon", "--no-daemon", "", LEAVES, "")
  ROW("mini_httpd", "", "-D | -V", "-D", "", LEAVES, "")
  ROW("darkhttpd hitch circusd", "--daemon", "", "", "leave --daemon out", STAYS, "")
  ROW("nghttpx", "-D --daemon", "", "", "leave -D (--daemon) out", STAYS, "")
  ROW("varnishncsa varnishlog", "-D", "", "", "leave -D out", STAYS, "")
  ROW("goaccess", "--daemonize", "", "", "leave --daemonize out", DEPENDS, "")
  ROW("forever", "start", "| stop stopall restart list logs", "", "leave start out", DEPENDS, "")
  ROW("catalina.sh", "start>", "| stop configtest version", "run", "catalina.sh run, not start", STAYS, "")
  ROW("zkServer.sh", "start>", "start-foreground | status stop restart version print-cmd", "start-foreground", "zkServer.sh start-foreground, not start", DEPENDS, "")
  ROW("pm2", "start&", "--no-daemon --attach", "--no-daemon", "add --no-daemon, or use pm2-runtime", DEPENDS, AT_END)
  ROW("celery", "-D --detach multi!", "| inspect control purge status call list report migrate result shell upgrade", "", "leave --detach out; celery worker, not celery multi", STAYS, "")

  /* databases */
  ROW_2("redis-server+*.conf valkey-server+*.conf", "--daemonize+yes", "--daemonize+no", "--daemonize", "no", "add --daemonize no", DEPENDS, CONFIGURED AT_END)
  ROW_2("redis-server redis-sentinel valkey-server keydb-server", "--daemonize+yes", "--daemonize+no", "--daemonize", "no", "add --daemonize no", STAYS, AT_END)
  ROW("memcached mongod mongos pgbouncer", "-d --daemon --fork", "| --repair --shutdown", "", "leave -d (--daemon, --fork) out", STAYS, "")
  ROW("mysqld", "-D --daemonize", "| --initialize --initialize-insecure --bootstrap --validate-config -V", "", "leave --daemonize out", STAYS, "")
  ROW("mysqld_safe mariadbd mariadbd-safe postgres postmaster", "", "| --bootstrap --single --check --describe-config -V -C", "", "", STAYS, "")
  ROW("pg_ctl", "start! restart!", "", "", "run postgres -D DIR, not pg_ctl", DEPENDS, "")
  ROW("pg_ctlcluster", "start& restart&", "--foreground", "--foreground", "", DEPENDS, "")
  ROW("cassandra", "", "-f | -v", "-f", "", LEAVES, "")
  ROW("elasticsearch opensearch", "-d --daemonize --daemon", "", "", "leave -d (--daemonize) out", STAYS, "")
  ROW("clickhouse-server rethinkdb arangod i2pd", "--daemon", "", "", "leave --daemon out", STAYS, "")
  ROW("kafka-server-start* zookeeper-server-start* connect-distributed* connect-standalone*", "-daemon", "", "", "leave -daemon out", STAYS, "")
  ROW("solr", "start& restart&", "-f --foreground", "-f", "", DEPENDS, AT_END)
  ROW("hdfs yarn mapred", "--daemon+start", "", "", "leave --daemon start out", DEPENDS, "")
  ROW("mosquitto gearmand nutcracker", "-d --daemon --daemonize", "", "", "leave -d (--daemon) out", STAYS, "")
  ROW("pgpool", "", "-n | -h -v stop reload", "-n", "", LEAVES, NO_CLUSTERS)
  ROW("proxysql", "", "-f --foreground | -V -h", "-f", "", LEAVES, "")
  ROW("maxscale", "", "-d --nodaemon | -c -v -V -h", "-d", "", LEAVES, "")
  ROW_2("slapd", "", "-d | -T -V -VV -VVV -?", "-d", "0", "add -d 0", LEAVES, "")

  /* time, tasks, logs */
  ROW("cron", "", "-f -N", "-f", "", LEAVES, "")
  ROW("crond", "", "-f -n -i -s -c+? | -V -h", "-f", "", LEAVES, "")
  ROW("atd", "", "-f -d | -s", "-f", "", LEAVES, "")
  ROW("chronyd", "", "-d -n | -q -Q -p -v -h", "-d", "", LEAVES, "")
  ROW("ntpd", "", "-n -d -D --nofork | -q -V --quit --wait-sync", "-n", "", LEAVES, "")
  ROW("fcron", "", "-f --foreground | -V -h", "-f", "", LEAVES, "")
  ROW("incrond", "", "-n --foreground | -V -h", "-n", "", LEAVES, "")
  ROW("inotifywait", "-d> --daemon>", "-m", "-m", "-m, not -d", DEPENDS, "")
  ROW("lsyncd", "", "-nodaemon | -version -help", "-nodaemon", "", LEAVES, "")
  ROW("rsyslogd", "", "-n | -v -N", "-n", "", LEAVES, "")
  ROW("syslogd klogd", "", "-n -F -d --no-detach --foreground", "-n", "", LEAVES, "")
  ROW("syslog-ng", "", "-F --foreground -e -d | -s --syntax-only -V", "-F", "", LEAVES, "")

  /* names and networks */
  ROW("named", "", "-f -g | -v -V -C", "-f", "", LEAVES, "")
  ROW("unbound", "", "-d | -h -V", "-d", "", LEAVES, CONFIGURED)
  ROW("dnsmasq", "", "-k -d --keep-in-foreground --no-daemon | -w -v --test --help", "-k", "", LEAVES, CONFIGURED)
  ROW("nsd", "", "-d | -h -v", "-d", "", LEAVES, "")
  ROW("pdns_server pdns_recursor", "--daemon", "--daemon=no", "", "leave --daemon out", STAYS, "")
  ROW("dhcpd", "", "-f -d | -t -T --version", "-f", "", LEAVES, "")
  ROW("keepalived", "", "-n --dont-fork | -v -h -t --config-test --signum", "-n", "", LEAVES, "")
  ROW("openvpn", "--daemon", "", "", "leave --daemon out", STAYS, "")
  /* -f among other letters, as it is usually written */
  ROW("ssh+*-fN ssh+*-Nf autossh+*-fN autossh+*-Nf", "-fN> -Nf>", "", "-N", "leave f out of its letters", STAYS, "")
  ROW("ssh+*-fNT ssh+*-fTN ssh+*-NfT ssh+*-NTf autossh+*-fNT autossh+*-fTN autossh+*-NfT autossh+*-NTf", "-fNT> -fTN> -NfT> -NTf>", "", "-NT", "leave f out of its letters", STAYS, "")
  ROW("ssh+*-fnN ssh+*-fNn ssh+*-nNf ssh+*-nfN autossh+*-fnN autossh+*-fNn autossh+*-nNf autossh+*-nfN", "-fnN> -fNn> -nNf> -nfN>", "", "-nN", "leave f out of its letters", STAYS, "")
  ROW("ssh+*-nNTf ssh+*-fnNT autossh+*-nNTf autossh+*-fnNT", "-nNTf> -fnNT>", "", "-nNT", "leave f out of its letters", STAYS, "")
  ROW("ssh+*-CfN ssh+*-fCN ssh+*-CNf ssh+*-fNC autossh+*-CfN autossh+*-fCN autossh+*-CNf autossh+*-fNC", "-CfN> -fCN> -CNf> -fNC>", "", "-CN", "leave f out of its letters", STAYS, "")
  ROW("ssh", "-f", "", "", "leave -f out", DEPENDS, "")
  ROW("autossh", "-f", "", "", "leave -f out", STAYS, "")
  ROW("stunnel stunnel4", "", "| -help -version -sockets -options", "", "write foreground = yes into its configuration", LEAVES, CONFIGURED)
  ROW("tor", "--RunAsDaemon+1 RunAsDaemon+1", "", "", "leave --RunAsDaemon 1 out", STAYS, "")
  ROW("privoxy", "", "--no-daemon | --config-test", "--no-daemon", "", LEAVES, "")
  ROW("zerotier-one knotd salt-minion salt-master salt-api", "-d --daemon --daemonize", "", "", "leave -d out", STAYS, "")
  ROW("tincd", "", "-D --no-detach | -K -k", "-D", "", LEAVES, "")
  ROW("wireguard-go boringtun boringtun-cli", "", "-f --foreground", "-f", "", LEAVES, "")
  ROW("openconnect", "-b --background", "", "", "leave -b (--background) out", STAYS, "")
  ROW("vpnc", "", "--no-detach", "--no-detach", "", LEAVES, "")
  ROW("pppd", "", "nodetach", "nodetach", "", LEAVES, "")
  ROW("ipsec", "start&", "--nofork", "--nofork", "", DEPENDS, AT_END)
  ROW("xl2tpd", "", "-D | -v", "-D", "", LEAVES, "")
  ROW("pptpd", "", "-f --fg | -v -h", "-f", "", LEAVES, "")
  ROW("ocserv", "", "-f --foreground | -t -v -h", "-f", "", LEAVES, "")
  ROW("vpnserver vpnclient vpnbridge", "start>", "execsvc | stop", "execsvc", "execsvc, not start", DEPENDS, "")
  ROW("hostapd wpa_supplicant", "-B", "", "", "leave -B out", STAYS, "")
  ROW("radvd", "", "-n --nodaemon | -c -v -h", "-n", "", LEAVES, "")
  ROW("bird bird6", "", "-f -d | -p", "-f", "", LEAVES, "")
  ROW("udhcpd", "", "-f", "-f", "", LEAVES, "")
  ROW("tinyproxy", "", "-d | -v -h", "-d", "", LEAVES, "")
  ROW("sockd danted", "-D", "", "", "leave -D out", STAYS, "")
  ROW("ss-server ss-local ss-redir ss-tunnel ss-manager", "-f+?", "", "", "leave -f FILE out", STAYS, "")
  ROW("stubby", "-g", "", "", "leave -g out", STAYS, "")
  ROW("smartdns", "", "-f | -v -h", "-f", "", LEAVES, "")
  ROW("pihole-FTL", "", "no-daemon -f debug | test version -v -vv --config sql sqlite3 lua", "no-daemon", "", LEAVES, "")
  ROW("NetworkManager", "", "-n --no-daemon | -V --print-config", "--no-daemon", "", LEAVES, "")
  ROW("inadyn", "", "-n --foreground | -1 -V -h", "-n", "", LEAVES, "")
  ROW("ddclient", "-daemon&", "-foreground", "-foreground", "", DEPENDS, CONFIGURED)
  ROW("telnetd", "", "-F -i", "-F", "", LEAVES, "")
  ROW("turnserver", "-o --daemon", "", "", "leave -o (--daemon) out", STAYS, "")
  ROW("avahi-daemon", "-D --daemonize", "", "", "leave -D (--daemonize) out", STAYS, "")
  ROW("inetd", "", "-i -f -d", "-i", "add -i (busybox: -f)", LEAVES, "")
  ROW("xinetd", "", "-dontfork -d | -version", "-dontfork", "", LEAVES, "")
  ROW("sshd", "", "-D -d -i | -t -T -G -V", "-D", "", LEAVES, STRAYS)
  ROW("dropbear", "", "-F -i | -V -h", "-F", "", LEAVES, STRAYS)
  ROW("rpcbind rpc.idmapd rpc.gssd rpc.svcgssd", "", "-f -d | -h", "-f", "", LEAVES, "")
  ROW("rpc.statd rpc.mountd", "", "-F --foreground --no-notify | -h -v --help --version", "-F", "", LEAVES, "")
  ROW_2("smbd nmbd winbindd", "-D --daemon", "-F -i -S --foreground --interactive | -b --build-options", "--foreground", "--no-process-group", "add --foreground --no-process-group", LEAVES, "")
  ROW_2("samba", "-D --daemon", "-F -i --foreground --interactive", "--foreground", "--no-process-group", "add --foreground --no-process-group", LEAVES, "")
  ROW("krb5kdc", "", "-n", "-n", "", LEAVES, "")
  ROW("kadmind", "", "-nofork", "-nofork", "", LEAVES, "")
  ROW("ganesha.nfsd", "", "-F | -v -h", "-F", "", LEAVES, "")
  ROW("afpd netatalk", "", "-d -F | -v -V -h", "-d", "", LEAVES, "")
  ROW("glusterd", "", "-N --no-daemon --debug | -V", "-N", "", LEAVES, "")
  ROW("ceph-mon ceph-osd ceph-mds ceph-mgr radosgw", "", "-f -d --foreground | -v --mkfs --mkkey", "-f", "", LEAVES, "")
  ROW("iscsid tgtd", "", "-f --foreground | -v -V -h", "-f", "", LEAVES, "")
  ROW("automount", "", "-f --foreground | -V -h", "-f", "", LEAVES, "")
  ROW("sshfs s3fs goofys", "", "-f -d | -V -h", "-f", "", LEAVES, "")
  ROW("gcsfuse", "", "--foreground | -v", "--foreground", "", LEAVES, "")
  ROW("rclone", "--daemon", "", "", "leave --daemon out", DEPENDS, "")
  ROW("svnserve", "-d& --daemon&", "--foreground -i -X | -t", "--foreground", "", DEPENDS, AT_END)
  ROW("atftpd", "--daemon&", "--no-fork", "--no-fork", "", DEPENDS, "")
  ROW("pure-ftpd pure-ftpd-mysql pure-ftpd-ldap pure-ftpd-postgresql", "-B --daemonize", "", "", "leave -B (--daemonize) out", STAYS, "")
  ROW("rsync", "--daemon&", "--no-detach", "--no-detach", "", DEPENDS, AT_END)
  ROW("in.tftpd", "-l> --listen>", "-L --foreground", "-L", "-L, not -l", DEPENDS, "")
  ROW("proftpd", "", "-n --nodaemon | -t -l -v -vv -V -h", "-n", "", LEAVES, "")
  ROW("vsftpd", "-obackground=YES", "", "", "leave -obackground=YES out", STAYS, "")

  /* mail */
  ROW("postfix", "start>", "start-fg", "start-fg", "postfix start-fg, not start", DEPENDS, "")
  ROW("dovecot", "", "-F | -a -n --version --help --build-options --hostdomain stop reload", "-F", "", LEAVES, "")
  ROW("exim exim4", "-bd>", "-bdf", "-bdf", "-bdf, not -bd", DEPENDS, "")
  ROW("opendkim opendmarc", "", "-f | -n -t -T -V", "-f", "", LEAVES, CONFIGURED)
  ROW("clamd", "", "-F --foreground | -V --version -h", "-F", "", LEAVES, CONFIGURED)
  ROW("freshclam", "-d& --daemon&", "-F --foreground", "-F", "", DEPENDS, AT_END)
  ROW("spamd postgrey", "-d --daemonize", "", "", "leave -d (--daemonize) out", STAYS, "")
  ROW("sendmail", "-bd>", "-bD", "-bD", "-bD, not -bd", DEPENDS, "")
  ROW("rspamd", "", "-f --no-fork | -t -v -h", "-f", "", LEAVES, "")
  ROW("amavisd amavisd-new", "start", "foreground debug | stop reload", "foreground", "foreground, not start", LEAVES, AT_END)
  ROW("milter-greylist", "", "-D | -c -r", "-D", "", LEAVES, "")
  ROW("postsrsd", "-D", "", "", "leave -D out", STAYS, "")
  ROW("fetchmail", "-d& --daemon&", "-N --nodetach | -q -V", "--nodetach", "", DEPENDS, "")
  ROW("saslauthd", "", "-d | -v -h", "-d", "", LEAVES, "")

  /* watching and printing */
  ROW("supervisord", "", "-n --nodaemon | -v --version -h", "-n", "", LEAVES, CONFIGURED)
  ROW("monit", "", "-I -H | -t -V -h start stop restart monitor unmonitor reload status summary report quit validate procmatch", "-I", "", DEPENDS, CONFIGURED)
  ROW("fail2ban-server", "", "-f | -t -d --dp -V --test -h", "-f", "", LEAVES, "")
  ROW("fail2ban-client", "start!", "-f", "", "run fail2ban-server -f, not fail2ban-client", DEPENDS, "")
  ROW("collectd", "", "-f | -t -T -h", "-f", "", LEAVES, "")
  ROW("snmpd snmptrapd", "", "-f | -v -h -H", "-f", "", LEAVES, NO_CLUSTERS)
  ROW("zabbix_server zabbix_proxy zabbix_agentd", "", "-f --foreground | -t -p -R -V -T -h --test --print --runtime-control --test-config", "-f", "", LEAVES, "")
  ROW("icinga2 nagios fluent-bit", "-d --daemonize --daemon", "-f --foreground", "", "leave -d (--daemon) out", DEPENDS, "")
  ROW("fluentd td-agent", "-d+? --daemon+? --daemon=", "", "", "leave -d (--daemon) out", STAYS, "")
  ROW("netdata", "", "-D | -h -v -V", "-D", "", LEAVES, "")
  ROW("nrpe", "-d>", "-f -i -s | -V -h", "-f", "-f, not -d", DEPENDS, "")
  ROW("gmond", "", "-f --foreground | -V -h -t", "-f", "", LEAVES, "")
  ROW("carbon-cache carbon-cache.py carbon-relay carbon-relay.py carbon-aggregator carbon-aggregator.py", "start&", "--nodaemon --debug | stop status", "--nodaemon", "", DEPENDS, "")
  ROW("smartd", "", "-n --no-fork | -q -V -h -D", "-n", "", LEAVES, "")
  ROW("apcupsd", "", "-b | -V -h", "-b", "", LEAVES, "")
  ROW("gpsd", "", "-N | -h -V -l", "-N", "", LEAVES, "")
  ROW("acpid", "", "-f -d | -v -h", "-f", "", LEAVES, "")
  ROW("buildbot buildbot-worker", "start& restart&", "--nodaemon", "--nodaemon", "", DEPENDS, AT_END)
  ROW("cupsd", "", "-f -F -l | -t -h", "-f", "", LEAVES, "")

  /* desktops, sound, downloads */
  ROW("x11vnc", "-bg", "", "", "leave -bg out", STAYS, "")
  ROW("vncserver tigervncserver", "", "-fg | -kill -list -help -version", "-fg", "", LEAVES, "")
  ROW("websockify", "-D --daemon", "", "", "leave -D (--daemon) out", STAYS, "")
  ROW("xrdp xrdp-sesman", "", "-n --nodaemon | -k --kill -v -h", "--nodaemon", "", LEAVES, "")
  ROW("xpra", "start& start-desktop& seamless& desktop& shadow&", "--daemon=no --no-daemon", "--daemon=no", "", DEPENDS, AT_END)
  ROW("guacd", "", "-f | -v", "-f", "", LEAVES, "")
  ROW("shellinaboxd", "-b --background", "", "", "leave -b (--background) out", STAYS, "")
  ROW("picom compton", "-b --daemon", "", "", "leave -b (--daemon) out", STAYS, "")
  ROW("pulseaudio", "-D --daemonize --start", "--daemonize=no --daemonize=false | --check -k --kill", "", "leave -D (--daemonize, --start) out", STAYS, "")
  ROW("mpd", "", "--no-daemon | --kill", "--no-daemon", "", LEAVES, "")
  ROW("icecast icecast2 janus", "-b --daemon", "", "", "leave -b out", STAYS, "")
  ROW("shairport-sync qbittorrent-nox sabnzbdplus", "-d --daemon", "", "", "leave -d (--daemon) out", STAYS, "")
  ROW("minidlnad", "", "-S -d | -V -h", "-S", "", LEAVES, "")
  ROW("owntone forked-daapd", "", "-f | -v", "-f", "", LEAVES, "")
  ROW("deluged", "", "-d --do-not-daemonize | -v -h", "-d", "", LEAVES, "")
  ROW("aria2c", "-D --daemon", "", "", "leave -D (--daemon) out", DEPENDS, "")
  ROW("nzbget", "-D> --daemon>", "-s --server", "-s", "-s, not -D", DEPENDS, "")
  ROW("adb", "start-server!", "nodaemon", "", "run adb nodaemon server", DEPENDS, "")

  /* accounts, buses */
  ROW("dbus-daemon", "--system& --fork", "--nofork | --introspect --version", "--nofork", "", STAYS, "")
  ROW("systemd-udevd udevd", "-d --daemon", "", "", "leave --daemon out", STAYS, "")
  ROW("nscd", "", "-d -F --debug --foreground | -g -K -i -V --statistics --shutdown --invalidate", "-F", "", LEAVES, "")
  ROW("nslcd", "", "-n -d --nofork --debug | -c -V --check --version", "-n", "", LEAVES, "")
  ROW("sssd", "-D --daemon", "-i --interactive | -g --genconf", "-i", "", LEAVES, "")
  ROW("freeradius radiusd", "", "-f -X | -C -v -h", "-f", "", LEAVES, "")

  /* others */
  ROW("rabbitmq-server erl beam.smp", "-detached", "", "", "leave -detached out", STAYS, "")
  ROW("freeswitch", "-nc> -ncwait>", "-nf -c", "-nf", "-nf, not -nc", DEPENDS, NO_CLUSTERS)
  ROW("kamailio", "", "-DD -D | -c -v -V -h -I", "-DD", "", LEAVES, NO_CLUSTERS)
  ROW("opensips", "", "-F -D | -C -V -h", "-F", "", LEAVES, NO_CLUSTERS)
  ROW("rtpengine", "", "-f --foreground | -v", "-f", "", LEAVES, "")
  ROW("prosody", "-D --daemonize", "-F", "-F", "", DEPENDS, CONFIGURED)
  ROW("prosodyctl", "start!", "", "", "run prosody -F, not prosodyctl", DEPENDS, "")
  ROW("znc", "", "-f --foreground -D --debug | -c --makeconf -s --makepass -p --makepem -v -h", "-f", "", LEAVES, "")
  ROW("ngircd", "", "-n --nodaemon | -t --configtest -V -h", "-n", "", LEAVES, "")
  ROW("apt-cacher-ng", "", "ForeGround=1 | -h", "ForeGround=1", "", LEAVES, CONFIGURED AT_END)
  ROW("bitcoind litecoind dogecoind dashd", "-daemon -daemonwait -daemon=1 -daemonwait=1", "", "", "leave -daemon out", STAYS, "")
  ROW("monerod", "--detach>", "--non-interactive", "--non-interactive", "--non-interactive, not --detach", STAYS, "")
  ROW("asterisk", "-F", "-f -c | -r -R -x -V -h", "-f", "", LEAVES, "")
  ROW("transmission-daemon", "", "-f --foreground | -d -V -h --dump-settings --version", "-f", "", LEAVES, "")

  /* those whose children are meant to live on */
  ROW("dockerd containerd crio lxd incusd k3s rke2 nomad kubelet", "", "", "", "", STAYS, STRAYS)
  ROW("libvirtd virtqemud", "-d --daemon", "", "", "leave -d (--daemon) out", STAYS, STRAYS)
  ROW("tmux", "-d!", "-D", "", "run the program itself, not in tmux", DEPENDS, "")
  ROW("screen", "-d! -dm! -dmS! -dmLS!", "-D", "", "run the program itself, not in screen", DEPENDS, "")

  ROW("start-stop-daemon", "-b! --background!", "", "", "run the program itself, without start-stop-daemon", DEPENDS, "")
  ROW("daemonize daemon", "", "-f --foreground", "", "run the program itself", LEAVES, "")

  ROW("influxd telegraf filebeat", "", "| version upgrade backup restore inspect setup test config export keystore modules", "", "", STAYS, "")
  ROW("consul vault minio gitea", "", "agent server proxy web", "", "", DEPENDS, "")
  ROW("java node python* ruby perl traefik etcd prometheus alertmanager grafana-server node_exporter envoy uvicorn daphne pm2-runtime sleep tail cat socat coredns", "", "", "", "", STAYS, "") ;

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
  /* their first word is exec or run */
  { "bundle poetry pipenv uv pdm hatch", "", 1, WRAPPER_SEEN_THROUGH },
  { "taskset", "", 1, WRAPPER_SEEN_THROUGH },
  { "chrt", "TPD", 1, WRAPPER_SEEN_THROUGH },
  { "s6-softlimit softlimit", "acdflmoprst", 0, WRAPPER_SEEN_THROUGH },
  { "chpst", "uUbe/CnlLmdopfcrt", 0, WRAPPER_SEEN_THROUGH },
  { "s6-notifyoncheck", "3sTtwnc", 0, WRAPPER_SEEN_THROUGH },
  { "fdmove", "", 2, WRAPPER_SEEN_THROUGH },
  { "redirfd", "", 2, WRAPPER_SEEN_THROUGH },
} ;

char const init_script_table[] =
  SCRIPT("apache2", "apache2ctl" AND "-DFOREGROUND")
  SCRIPT("ssh sshd openssh-server", "/usr/sbin/sshd" AND "-D") /* it refuses a relative path */
  SCRIPT("rsyslog", "rsyslogd" AND "-n")
  SCRIPT("mysql mariadb mysqld", "mysqld_safe")
  SCRIPT("redis redis-server", "redis-server" AND "/etc/redis/redis.conf" AND "--daemonize" AND "no")
  SCRIPT("memcached", "memcached" AND "-u" AND "memcache")
  SCRIPT("php-fpm", "php-fpm" AND "-F")
  SCRIPT("php7.0-fpm", "php-fpm7.0" AND "-F")
  SCRIPT("php7.1-fpm", "php-fpm7.1" AND "-F")
  SCRIPT("php7.2-fpm", "php-fpm7.2" AND "-F")
  SCRIPT("php7.3-fpm", "php-fpm7.3" AND "-F")
  SCRIPT("php7.4-fpm", "php-fpm7.4" AND "-F")
  SCRIPT("php8.0-fpm", "php-fpm8.0" AND "-F")
  SCRIPT("php8.1-fpm", "php-fpm8.1" AND "-F")
  SCRIPT("php8.2-fpm", "php-fpm8.2" AND "-F")
  SCRIPT("php8.3-fpm", "php-fpm8.3" AND "-F")
  SCRIPT("php8.4-fpm", "php-fpm8.4" AND "-F")
  SCRIPT("postfix", "postfix" AND "start-fg")
  SCRIPT("exim4", "exim4" AND "-bdf" AND "-q30m")
  SCRIPT("bind9 named", "named" AND "-f" AND "-u" AND "bind")
  SCRIPT("dbus", "dbus-daemon" AND "--system" AND "--nofork")
  SCRIPT("cups", "cupsd" AND "-f")
  SCRIPT("slapd", "slapd" AND "-d" AND "0" AND "-u" AND "openldap" AND "-g" AND "openldap")
  SCRIPT("supervisor", "supervisord" AND "-n")
  SCRIPT("chrony", "chronyd" AND "-d")
  SCRIPT("ntp ntpsec", "ntpd" AND "-n")
  SCRIPT("fail2ban", "fail2ban-server" AND "-f")
  SCRIPT("winbind", "winbindd" AND "--foreground" AND "--no-process-group")
  SCRIPT("haproxy", "haproxy" AND "-f" AND "/etc/haproxy/haproxy.cfg" AND "-db")
  SCRIPT("varnish", "varnishd" AND "-F" AND "-a" AND ":6081" AND "-f" AND "/etc/varnish/default.vcl")
  SCRIPT("lighttpd", "lighttpd" AND "-D" AND "-f" AND "/etc/lighttpd/lighttpd.conf")
  SCRIPT("privoxy", "privoxy" AND "--no-daemon" AND "/etc/privoxy/config")
  SCRIPT("openbsd-inetd", "inetd" AND "-i")
  SCRIPT("mongod mongodb", "mongod" AND "--config" AND "/etc/mongod.conf")
  SCRIPT("mosquitto", "mosquitto" AND "-c" AND "/etc/mosquitto/mosquitto.conf")
  SCRIPT("rspamd", "rspamd" AND "-u" AND "_rspamd" AND "-g" AND "_rspamd")
  SCRIPT("lsyncd", "lsyncd" AND "/etc/lsyncd/lsyncd.conf.lua")
  SCRIPT("saslauthd", "saslauthd" AND "-a" AND "pam" AND "-c" AND "-m" AND "/var/run/saslauthd")
  SCRIPT("docker", "dockerd")
  SCRIPT("icinga2", "icinga2" AND "daemon")
  SCRIPT("zabbix-server", "zabbix_server" AND "-f")
  SCRIPT("zabbix-proxy", "zabbix_proxy" AND "-f")
  SCRIPT("zabbix-agent", "zabbix_agentd" AND "-f")
  SCRIPT("zabbix-agent2", "zabbix_agent2")
  SCRIPT("clamav-daemon", "clamd" AND "-F")
  SCRIPT("clamav-freshclam", "freshclam" AND "-d" AND "-F")
  SCRIPT("isc-dhcp-server", "dhcpd" AND "-f")
  SCRIPT("rsync", "rsync" AND "--daemon" AND "--no-detach")
  SCRIPT("caddy", "caddy" AND "run" AND "--config" AND "/etc/caddy/Caddyfile")
  SCRIPT("nginx", "nginx")
  SCRIPT("httpd", "httpd")
  SCRIPT("squid", "squid")
  SCRIPT("rpcbind", "rpcbind")
  SCRIPT("smbd", "smbd")
  SCRIPT("nmbd", "nmbd")
  SCRIPT("snmpd", "snmpd")
  SCRIPT("opendkim", "opendkim")
  SCRIPT("freeradius", "freeradius")
  SCRIPT("rabbitmq-server", "rabbitmq-server")
  SCRIPT("containerd", "containerd")
  SCRIPT("inetd", "inetd")
  SCRIPT("pdns", "pdns_server" AND "--daemon=no") ;
/* NOLINTEND(bugprone-string-literal-with-embedded-nul) */

static char const *take (char const **at)
{
  char const *text = *at ;
  *at += strlen(text) + 1 ;
  return text ;
}

char const *daemon_row (struct daemon *row, char const *at)
{
  static char const stays[] = { [DAEMON_UNKNOWN] = 'u', [DAEMON_IN_FOREGROUND] = 'f', [DAEMON_IN_BACKGROUND] = 'b' } ;
  char const *add ;
  char const *and ;
  char const *last ;
  if (!*at) return 0 ;
  row->names = take(&at) ;
  row->background = take(&at) ;
  row->foreground = take(&at) ;
  add = take(&at) ;
  and = take(&at) ;
  row->add[0] = add[sizeof ADD - 1] ? add + sizeof ADD - 1 : 0 ;
  row->add[1] = *and ? and : 0 ;
  row->mend = take(&at) ;
  if (!*row->mend) row->mend = row->add[0] ? add : 0 ;
  last = take(&at) ;
  row->stays = (unsigned char)((char const *)memchr(stays, *last, sizeof stays) - stays) ;
  row->at_end = !!strchr(last + 1, *AT_END) ;
  row->configured = !!strchr(last + 1, *CONFIGURED) ;
  row->strays = !!strchr(last + 1, *STRAYS) ;
  row->no_clusters = !!strchr(last + 1, *NO_CLUSTERS) ;
  return at ;
}

size_t const wrapper_table_rows = ROWS(wrapper_table) ;

char const *init_script_row (struct init_script *row, char const *at)
{
  size_t n = 0 ;
  if (!*at) return 0 ;
  row->names = take(&at) ;
  while (*at) row->words[n++] = take(&at) ;
  row->words[n] = 0 ;
  return at + 1 ;
}
