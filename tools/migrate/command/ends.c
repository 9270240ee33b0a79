/* Programs that work and end, by their own words: manage.py migrate, npm ci, ollama pull. The counterpart of servers.c. */

#include <string.h>

#include "migrate/command/command.h"

#define MIGRATES "migrate db:migrate migrate:latest migration:run migrations:migrate upgrade up"

static struct
{
  char const *programs ;
  char const *words ; /* the first word behind its options is one of them; *:x: it ends so, x:*: it begins so; 0: whatever comes */
} const table[] =
{
  { "manage.py django-admin django-admin.py", "migrate makemigrations collectstatic createsuperuser loaddata dumpdata compilemessages check flush createcachetable "
    "showmigrations clearsessions compress rebuild_index update_index sqlmigrate ensure_adminuser wait_for_db" },
  { "artisan", "migrate migrate:* db:* *:cache *:clear key:generate storage:link optimize jwt:secret passport:keys passport:install vendor:publish package:discover scribe:generate schedule:run" },
  { "console", "doctrine:* cache:* assets:* lexik:jwt:generate-keypair secrets:* importmap:install" },
  { "rake rails", "db:* assets:* tmp:* log:* zeitwerk:check stats" },
  { "flask", "db init-db" },
  { "alembic flyway liquibase dbmate goose", 0 },
  { "prisma", "migrate generate db" },
  { "sequelize sequelize-cli knex typeorm node-pg-migrate", MIGRATES " db:* migrate:* migration:* seed:*" },
  { "airflow", "db users connections variables pools version initdb upgradedb" },
  { "superset", "db init fab load_examples load-examples import-dashboards" },
  { "ollama", "pull create push cp rm list ls show ps stop" },
  { "git", "clone pull fetch checkout reset config" },
  { "npm yarn pnpm bun", "install ci i add build test" },
  { "pip pip3 composer bundle gem poetry", "install update" },
  { "apt apt-get apk yum dnf microdnf dpkg-reconfigure", 0 },
  { "dotnet", "ef restore build publish tool" },
  { "certbot", "certonly renew register" },
  { "mc", "alias config mb rb cp mv rm mirror ls stat admin policy anonymous ready ping" },
  { "vault", "operator auth secrets policy login write read kv status" },
  { "consul", "kv join leave members acl" },
  { "wp", "core plugin theme config db option user rewrite cache post language search-replace eval eval-file" },
  { "drush", "cr cim cex updb si en deploy status cache:rebuild config:import updatedb:status site:install pm:enable" },
  { "magento", "setup:* cache:* indexer:* deploy:* module:* config:*" },
  { "occ", "maintenance:* app:* config:* db:* user:* files:* upgrade" },
  { "aws", "s3 ssm secretsmanager sts ecr configure" },
  { "gcloud", "auth config secrets storage" },
  { "kubectl", "apply get create delete config wait label annotate" },
  { "ip", "link addr address route rule tuntap neigh" },
  { "crontab gsutil helm terraform ansible-playbook keytool gomplate rabbitmq-plugins rabbitmq-diagnostics kafka-configs.sh kafka-storage.sh elasticsearch-plugin elasticsearch-keystore elasticsearch-users "
    "iptables ip6tables iptables-restore nft ipset ethtool modprobe mknod sysctl ifconfig route locale-gen update-locale fc-cache update-desktop-database gtk-update-icon-cache "
    "xrandr xset xsetroot setxkbmap xmodmap xrdb xauth xhost vncpasswd pactl pacmd amixer alsactl", 0 },
  { "docker podman", "pull load login" },
  { "systemd-notify svc svok svstat s6-svc s6-svstat s6-svscanctl s6-rc grafana-cli ansible-galaxy pulsar-admin mysql_install_db mariadb-install-db mysql_upgrade pg_createcluster pg_dropcluster pg_lsclusters pg_basebackup vacuumdb reindexdb dropdb", 0 },
  { "nats", "pub publish request req stream str consumer con kv object context account" },
  { "hdfs", "dfs dfsadmin" },
  { "hadoop", "fs" },
  { "kc.sh", "build export import show-config bootstrap-admin" },
  { "solr", "create create_core create_collection zk auth healthcheck" },
  { "gitea forgejo", "admin migrate doctor dump" },
  { "hasura", "migrate metadata seed seeds" },
  { "n8n", "import:* export:* db:*" },
  { "directus", "bootstrap database schema" },
  { "huggingface-cli hf", "download login" },
  { "rosservice rosparam", "call set load get delete dump list info type args find" },
  { "gz ign", "service" },
  { "ros2", "service param lifecycle control pkg" },
  { "tailscale", "up down login logout set status ip ping cert" },
} ;

/* Is the word one of the list? */
static int is_of (char const *word, char const *list)
{
  for (char const *p = list ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    size_t len = strcspn(p, " ") ;
    size_t length = strlen(word) ;
    if (*p == '*' ? length >= len - 1 && !strncmp(word + length - (len - 1), p + 1, len - 1)
      : p[len - 1] == '*' ? !strncmp(word, p, len - 1) : length == len && !strncmp(word, p, len)) return 1 ;
  }
  return 0 ;
}

/* Options with which one of them goes on until the other side ends it: curl -N URL, kubectl get pods -w */
static struct
{
  char const *programs ;
  char const *words ;
} const streaming[] =
{
  { "curl", "-N --no-buffer -sN -Ns -sSN -NsS -NL -sNL -sSNL -fsN -fsSN -fsSNL" },
  { "kubectl oc", "-w -w=true" },
  { "aws heroku", "--follow" },
  { "redis-cli valkey-cli", "--stat --latency --latency-history -1" }, /* -r -1 */
  { "etcdctl", "watch" },
} ;

int command_goes_on (char const *const *argv)
{
  for (char const *const *one = argv + !!*argv ; *one ; one++)
  {
    if (is_of(*one, "--watch --watch=true --watchAll *:watch *-watch subscribe")) return 1 ; /* yarn build --watch, npm run build:watch, pactl subscribe */
    for (size_t row = 0 ; row < ROWS(streaming) ; row++)
      if (shell_one_of(shell_basename(argv[0]), streaming[row].programs) && is_of(*one, streaming[row].words)) return 1 ;
  }
  return 0 ;
}

/* npm run build, yarn run build:css: not dev, start, serve */
static int builds_package (char const *program, char const *const *argv)
{
  return shell_one_of(program, "npm yarn pnpm bun") && argv[0] && shell_one_of(argv[0], "run run-script") && argv[1]
   && is_of(argv[1], "build build:* migrate migrate:* db:* seed seed:* test test:* lint generate compile") ;
}

/* supervisorctl -c FILE start X; not tail -f X, which stays. */
static int is_control (char const *const *argv)
{
  int any = 0 ;
  if (strcmp(shell_basename(argv[0]), "supervisorctl") != 0) return 0 ;
  for (; *argv ; argv++)
    if (shell_one_of(*argv, "tail maintail fg")) return 0 ;
    else any |= shell_one_of(*argv, "start stop restart status update reread reload add remove signal clear pid version") ;
  return any ;
}

int command_ends (char const *const *argv)
{
  if (!argv[0]) return 0 ;
  if (is_control(argv)) return 1 ;
  if (command_goes_on(argv)) return 0 ;
  for (unsigned int i = 0 ; argv[i] ; i++)
    for (size_t row = 0 ; command_is_program(argv, i) && row < ROWS(table) ; row++)
    {
      char const *const *word = argv + i + 1 ;
      if (!shell_one_of(shell_basename(argv[i]), table[row].programs)) continue ;
      if (builds_package(shell_basename(argv[i]), word)) return 1 ;
      while (*word && **word == '-') word++ ; /* tailscale --socket=PATH up */
      if (!table[row].words || (*word && is_of(*word, table[row].words))) return 1 ;
    }
  return 0 ;
}

int command_tests (char const *const *argv)
{
  for (unsigned int i = 0 ; argv[i] ; i++)
  {
    char const *program = shell_basename(argv[i]) ;
    char const *const *word = argv + i + 1 ;
    if (!command_is_program(argv, i)) continue ;
    if (shell_one_of(program, "pytest tox nox rspec phpunit behave ctest bats robot jest mocha")) return 1 ;
    while (*word && **word == '-') word++ ;
    if (shell_one_of(program, "npm yarn pnpm bun") && *word && shell_one_of(*word, "run run-script")) word++ ;
    if (shell_one_of(program, "npm yarn pnpm bun go cargo make mvn mvnw gradle gradlew dotnet mix deno manage.py artisan") && *word) return is_of(*word, "test test:* verify") ;
  }
  return 0 ;
}
