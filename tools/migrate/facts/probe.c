/* Whom does the condition of a waiting loop ask? */

#include <string.h>

#include "migrate/facts/facts.h"

/* A probe's program, or the port that it asks, and what the service's text has. */
struct relation
{
  char const *probe ;
  char const *programs ;
} ;

static struct relation const relations[] =
{
  { "pg_isready", "postgres postgresql pgbouncer pg_ctl pg_ctlcluster postmaster" },
  { "psql", "postgres postgresql pg_ctlcluster" },
  { "redis-cli", "redis-server redis valkey-server keydb-server" },
  { "valkey-cli", "valkey-server redis-server" },
  { "mysqladmin", "mysqld mysqld_safe mariadbd mariadbd-safe mysql mariadb" },
  { "mariadb-admin", "mysqld mysqld_safe mariadbd mariadbd-safe mysql mariadb" },
  { "mysql", "mysqld mysqld_safe mariadbd mariadbd-safe" },
  { "mariadb", "mysqld mysqld_safe mariadbd mariadbd-safe" },
  { "mongo", "mongod mongos" },
  { "mongosh", "mongod mongos" },
  { "rabbitmqctl", "rabbitmq-server rabbitmq" },
  { "rabbitmq-diagnostics", "rabbitmq-server rabbitmq" },
  { "docker", "dockerd" },
  { "etcdctl", "etcd" },
  { "cqlsh", "cassandra" },
  { "nodetool", "cassandra" },
  { "createdb", "postgres postgresql pg_ctlcluster" },
  { "createuser", "postgres postgresql pg_ctlcluster" },
  { "pg_restore", "postgres postgresql pg_ctlcluster" },
  { "mysqlimport", "mysqld mariadbd" },
  { "clickhouse-client", "clickhouse-server clickhouse" },
  { "ldapsearch", "slapd" },
  { "ldapadd", "slapd" },
  { "ldapmodify", "slapd" },
  { "ldapwhoami", "slapd" },
  { "rndc", "named" },
  { "kinit", "krb5kdc" },
  { "influx", "influxd" },
  { "vault", "vault" },
  { "supervisorctl", "supervisord" },
  { "consul", "consul" },
  { "ollama", "ollama" },
  { "cypher-shell", "neo4j" },
  { "mosquitto_pub", "mosquitto" },
  { "kafka-topics.sh", "kafka-server-start.sh" },
  { "pactl", "pulseaudio pipewire-pulse" },
  { "pacmd", "pulseaudio pipewire-pulse" },
  { "paplay", "pulseaudio pipewire-pulse" },
  { "parec", "pulseaudio pipewire-pulse" },
  { "clamdscan", "clamd" },
  { "torsocks", "tor" },
  { "torify", "tor" },
  { "socks5", "tor" },
  { "socks5-hostname", "tor" },
  { "lpadmin", "cupsd cups" },
  { "lpstat", "cupsd cups" },
  { "mosquitto_sub", "mosquitto" },
  { "avahi-browse", "avahi-daemon" },
  { "varnishadm", "varnishd" },
  { "virsh", "libvirtd" },
  { "ovs-vsctl", "ovs-vswitchd ovsdb-server ovs-ctl openvswitch-switch" },
  { "vtysh", "zebra bgpd ospfd watchfrr frrinit.sh frr" },
  { "birdc", "bird" },
  { "chronyc", "chronyd" },
  { "swanctl", "charon ipsec strongswan" },
  { "transmission-remote", "transmission-daemon" },
  { "warp-cli", "warp-svc" },
  { "zerotier-cli", "zerotier-one" },
  { "crictl", "containerd" },
  { "ctr", "containerd" },
  { "nerdctl", "containerd" },
  { "buildctl", "buildkitd" },
  { "bluetoothctl", "bluetoothd" },
  { "nmcli", "NetworkManager" },
  { "exportfs", "rpcbind" },
  { "asterisk", "asterisk" },
  { "389", "slapd" },
  { "25", "postfix exim4 master" },
  { "53", "dnsmasq named unbound pdns_server coredns" },
  { "631", "cupsd" },
  { "2375", "dockerd" },
  { "3100", "loki" },
  { "3128", "squid" },
  { "4444", "selenium-server" },
  { "5000", "registry" },
  { "6333", "qdrant" },
  { "8888", "jupyter" },
  { "9093", "alertmanager" },
  { "9222", "chrome chromium google-chrome" },
  { "11434", "ollama" },
  { "19530", "milvus" },
  { "61616", "activemq" },
  { "xdpyinfo", "Xvfb Xorg Xvnc" },
  { "xset", "Xvfb Xorg Xvnc" },
  { "5432", "postgres postgresql pgbouncer" },
  { "6379", "redis-server redis valkey-server keydb-server" },
  { "3306", "mysqld mysqld_safe mariadbd mariadbd-safe mysql mariadb" },
  { "27017", "mongod" },
  { "5672", "rabbitmq-server" },
  { "9200", "elasticsearch opensearch" },
  { "11211", "memcached" },
  { "80", "nginx apache2 httpd apache2ctl caddy lighttpd" },
  { "8080", "nginx apache2 httpd caddy catalina.sh" },
  { "2181", "zookeeper zkServer.sh" },
  { "2379", "etcd" },
  { "8200", "vault" },
  { "8500", "consul" },
  { "9000", "php-fpm minio" },
  { "9092", "kafka-server-start.sh kafka" },
  { "22", "sshd" },
  { "3000", "grafana-server grafana" },
  { "4222", "nats-server" },
  { "5601", "kibana" },
  { "5984", "couchdb" },
  { "7474", "neo4j" },
  { "7687", "neo4j" },
  { "7700", "meilisearch" },
  { "8086", "influxd" },
  { "8123", "clickhouse-server clickhouse" },
  { "8529", "arangod" },
  { "8983", "solr" },
  { "9042", "cassandra scylla" },
  { "9090", "prometheus" },
  { "15672", "rabbitmq-server" },
  { "1883", "mosquitto" },
  { "443", "nginx apache2 httpd apache2ctl caddy haproxy" },
  { "fpm", "php-fpm" },
  { "mysqld", "mysqld mariadbd mysqld_safe mariadbd-safe" },
  { "5900", "x11vnc Xvnc Xtigervnc vncserver tigervncserver tightvncserver vnc4server wayvnc" },
} ;

/* Of daemons whom others ask as well: for their socket, or what the socket's folder has. */
static struct relation const clients[] =
{
  { "pactl", "pulseaudio" },
  { "pacmd", "pulseaudio" },
  { "jack_lsp", "jackd jackdbus" },
  { "mpc", "mpd" },
  { "transmission-remote", "transmission-daemon" },
  { "doveadm", "dovecot" },
  { "lpadmin", "cupsd" },
  { "lpstat", "cupsd" },
  { "vtysh", "zebra bgpd ospfd" },
  { "kamcmd", "kamailio" },
  { "fs_cli", "freeswitch" },
  { "swanctl", "ipsec charon charon-systemd" },
} ;

/* Does a word of the text name the program? postgres_exporter only asks a postgres. */
static int names_program (char const *text, char const *name)
{
  for (char const *at = text ; (at = strstr(at, name)) ; at++)
  {
    size_t rest = strcspn(at, " \t\n\"'/") ;
    size_t len = strlen(name) ;
    if (len < 5 && ((at > text && strchr(NAME_LETTERS, at[-1])) || (at[len] && strchr(NAME_LETTERS, at[len])))) continue ; /* tor is no part of a monitor */
    if (at - text > 1 && !strncmp(at - 2, "--", 2)) continue ; /* --etcd URL: whom it asks */
    if (!memmem(at, rest, "exporter", 8)) return 1 ;
  }
  return 0 ;
}

/* Is it one of the programs? 2: by its own name, 1: its words name one. */
static int has_program (struct service const *service, char const *programs)
{
  int found = 0 ;
  for (char const *p = programs ; *(p += strspn(p, " ")) && found < 2 ; )
  {
    char name[64] ;
    size_t len = strcspn(p, " ") ;
    if (len < sizeof(name))
    {
      memcpy(name, p, len) ;
      name[len] = 0 ;
      if (!strcmp(service->program, name) || !strcmp(service->name, name)) found = 2 ;
      else if (names_program(service->text, name)) found = 1 ;
    }
    p += len ;
  }
  return found ;
}

/* Not a port: a part of 127.0.0.1, or how long it may take: -w 30, --timeout=60 */
static int is_other_number (char const *condition, char const *number, size_t digits)
{
  static char const *const options[] = { "-w ", "-t ", "-m ", "-T ", "-W ", "timeout ", "timeout=", "max-time ", "sleep " } ;
  size_t before = (size_t)(number - condition) ;
  if (number[digits] == '.' || (before && strchr(".-", number[-1]))) return 1 ;
  for (size_t i = 0 ; i < ROWS(options) ; i++)
    if (before >= strlen(options[i]) && !strncmp(number - strlen(options[i]), options[i], strlen(options[i]))) return 1 ;
  return 0 ;
}

/* redis://localhost:6380: a number in a URL is whose service it uses, unless nothing else has that. */
static int has_own_number (char const *text, char const *number)
{
  size_t len = strlen(number) ;
  for (char const *at = text ; (at = strstr(at, number)) ; at += len)
  {
    char const *word = at ;
    if ((at > text && strchr(NAME_LETTERS, at[-1])) || (at[len] && strchr(NAME_LETTERS, at[len]))) continue ;
    while (word > text && !strchr(" \t\n\"'=,", word[-1])) word-- ;
    if (!memmem(word, (size_t)(at - word), "://", 3)) return 1 ;
  }
  return 0 ;
}

/* A number of two digits or more, or a path, that both have: 5; a number of a URL: 3. */
static int shares_address (struct service const *service, char const *condition)
{
  int found = 0 ;
  for (char const *p = condition ; *p ; )
  {
    size_t digits = strspn(p, "0123456789") ;
    size_t path = *p == '/' ? strcspn(p, " \t\n\"';|&)]") : 0 ;
    char word[256] ;
    size_t len = digits >= 2 ? digits : path > 4 ? path : 0 ;
    if (len && len < sizeof(word) && !(digits && is_other_number(condition, p, digits)) && strncmp(p, "/dev/", 5) != 0)
    {
      memcpy(word, p, len) ;
      word[len] = 0 ;
      if (digits ? has_own_number(service->text, word) : strstr(service->text, word) != 0) return 5 ;
      if (digits && shell_mentions(service->text, word)) found = 3 ;
      p += digits ? len : 1 ;
    }
    else p += digits ? digits : 1 ;
  }
  return found ;
}

/* $DB_PORT in both, or the port that the loop gave it. */
static int shares_variable (struct service const *service, char const *condition)
{
  for (char const *p = condition ; (p = strchr(p, '$')) ; )
  {
    char name[128] ;
    size_t len ;
    p += strspn(p, "${") ;
    len = strspn(p, NAME_LETTERS) ;
    if (!len || len >= sizeof(name)) continue ;
    memcpy(name, p, len) ;
    name[len] = 0 ;
    if ((strcasestr(name, "port") || strcasestr(name, "sock")) && shell_mentions(service->text, name)) return 1 ;
  }
  for (struct placed const *placed = service->positional ; placed ; placed = placed->outer)
  {
    char const *value = placed->text + strcspn(placed->text, "=") ;
    if (strlen(value) > 2 && strspn(value + 1, "0123456789") == strlen(value + 1) && shell_mentions(condition, value + 1)) return 1 ;
  }
  return 0 ;
}

/* How much speaks for it; the later of two alike wins. */
static int likelihood (struct service const *service, char const *condition)
{
  int known = 0 ;
  int address = shares_address(service, condition) ;
  if (service->is_oneshot || shell_one_of(service->program, "wait-for-it wait-for-it.sh wait-for wait-for.sh wait4ports")) return -1 ;
  if (address == 5 || shares_variable(service, condition)) return 5 ;
  for (size_t i = 0 ; i < ROWS(relations) + ROWS(clients) ; i++)
  {
    struct relation const *one = i < ROWS(relations) ? relations + i : clients + (i - ROWS(relations)) ;
    int has = shell_mentions(condition, one->probe) ? has_program(service, one->programs) : 0 ;
    if (has > known) known = has ;
  }
  if (shell_mentions(condition, "celery") && shell_mentions(service->text, "celery") && shell_mentions(service->text, "worker")) return 3 ; /* its beat and flower answer nobody */
  if (known && 2 + known > address) return 2 + known ;
  if (address) return address ;
  if (*service->program && shell_mentions(condition, service->program)) return 2 ;
  if (shell_mentions(condition, service->name)) return 2 ;
  return 0 ;
}

int is_client_of (struct service const *service, char const *text)
{
  for (size_t i = 0 ; i < ROWS(relations) + ROWS(clients) ; i++)
  {
    struct relation const *one = i < ROWS(relations) ? relations + i : clients + (i - ROWS(relations)) ;
    if (!strchr("0123456789", *one->probe) && shell_mentions(text, one->probe) && has_program(service, one->programs)) return 1 ;
  }
  return 0 ;
}

/* A later task has already been done with it: the script did not wait before that. What the loop
   asks may come true only by that task, which would wait for it in turn. */
int has_been_used (struct service const *service)
{
  for (struct service const *one = service->next ; one ; one = one->next)
    if (one->is_oneshot && texts_has(&one->dependencies, service->name)) return 1 ;
  return 0 ;
}

/* Is it a program whose own clients are known? Then another client's question is not for it. */
int has_known_clients (struct service const *service)
{
  for (size_t i = 0 ; i < ROWS(relations) ; i++)
    if (has_program(service, relations[i].programs)) return 1 ;
  return 0 ;
}

/* They answer nobody. */
#define ONLY_READ "tee cat logger tail sleep rotatelogs cronolog multilog svlogd s6-log"

/* http://localhost/x : port 80 */
static char const *with_port (struct analysis *a, char const *condition)
{
  static struct { char const *scheme ; char const *port ; } const schemes[] = { { "http://", "80" }, { "https://", "443" } } ;
  for (size_t i = 0 ; i < ROWS(schemes) ; i++)
  {
    char const *at = strstr(condition, schemes[i].scheme) ;
    char const *host = at ? at + strlen(schemes[i].scheme) : 0 ;
    if (host && *host != '[' && *host != '$' && host[strcspn(host, ":/ \"'\n")] != ':') return pool_printf(a->pool, "%s %s", condition, schemes[i].port) ;
  }
  return condition ;
}

struct service *probed_service (struct analysis *a, char const *condition, int *certain)
{
  struct service *best = 0 ;
  int most = 1 ;
  condition = with_port(a, condition) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    int is = likelihood(service, condition) ;
    if (is < most || is_excluded_here(a, service)) continue ;
    most = is ;
    best = service ;
  }
  if (best) return best ;
  *certain = 0 ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (!service->is_oneshot && !service->check && !has_known_clients(service) && !shell_one_of(service->program, ONLY_READ) && !is_excluded_here(a, service)) best = service ;
  return best ;
}
