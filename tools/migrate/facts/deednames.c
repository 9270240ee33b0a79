/* What a name says that its program does: configure-db.sh, load-users. */

#include <ctype.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* The next word of configure-db.sh, initProcess, in small letters; "" at the end. *name is moved behind it. */
static char const *next_word (char const **name, char *word, size_t size)
{
  size_t n = 0 ;
  char const *p = *name + strspn(*name, "-_.") ;
  for (; *p && !strchr("-_.", *p) && (!n || !isupper((unsigned char)*p) || isupper((unsigned char)p[-1])) ; p++)
    if (n + 1 < size) word[n++] = (char)tolower((unsigned char)*p) ;
  word[n] = 0 ;
  *name = p ;
  return word ;
}

#define GOES_ON "server serve daemon worker workers watch watcher monitor agent api web loop queue scheduler cron"
#define GIVES "balancer gateway proxy listener service bot"

/* configure-db.sh & : its name says that it prepares something, and ends. Some verbs say it only ahead of what they are
   done to: load-users.sh, no load-balancer; `app update` may be anything. Where that is data, they may stand anywhere: db-update. */
int says_task (char const *name)
{
  char word[32] ;
  int says = 0 ;
  int verb = 0 ;
  int has_verb = 0 ;
  int has_data = 0 ;
  for (unsigned int n = 0 ; *next_word(&name, word, sizeof(word)) ; n++)
  {
    if (shell_one_of(word, GOES_ON)) return 0 ;
    has_verb |= shell_one_of(word, "update upgrade sync export backup dump restore load insert refresh rebuild reindex clean cleanup fill reset") ;
    has_data |= shell_one_of(word, "db database databases data schema table tables fixtures records indexes indices") ;
    says |= shell_one_of(word, "configure setup install create prepare download populate init initdb initialize initialise migrate migration migrations seed provision import importer loader seeder migrator restore register notify announce warmup preload once oneshot generate dhparam") ;
    if (!n) verb = shell_one_of(word, "add load bootstrap update enable grant warm upload fetch insert apply") ;
    else if (shell_one_of(word, GIVES)) verb = 0 ;
    else if (verb && word[1] && !isdigit((unsigned char)*word)) verb = 2 ; /* load-2 is the second one of its name */
  }
  return says || verb == 2 || (has_verb && has_data) ;
}

/* db-update.sh &, sync-data.sh &: a verb of work and what it is done to, wherever each stands, and no word of what goes on.
   Without any other word, backup.sh may be a loop as well. */
int may_be_task (char const *name)
{
  char word[32] ;
  int verb = 0 ;
  int other = 0 ;
  for (unsigned int n = 0 ; *next_word(&name, word, sizeof(word)) ; n++)
    if (shell_one_of(word, GOES_ON " " GIVES " auto live stream realtime continuous continuously periodic hourly daily loop timer git dns ddns time clock ntp log logs metrics prometheus")) return 0 ;
    else if (shell_one_of(word, "add load bootstrap update enable grant warm upload fetch insert apply export backup dump copy build compile patch cleanup purge") || (!n && !strcmp(word, "sync") && !strstr(name, "file"))) verb = 1 ; /* not shairport-sync; sync-files may mirror them for ever */
    else if (word[1] && !isdigit((unsigned char)*word) && !shell_one_of(word, "sh bash py js ts rb pl php jar app all run start")) other = 1 ;
  return verb && other ;
}

#define VERBS "configure config setup init initialize prepare prep wait check test install build create generate make add update register get fetch download " \
    "gen render login load import export copy clean kill stop remove delete show print list seed sync fix enable disable apply set unset write link convert compile bundle bootstrap dump backup restore rotate " \
    "clear cleanup teardown upload archive purge patch mount umount notify announce report send ensure verify validate migrate populate warm warmup replace substitute edit helper pre before change reset unpack extract deploy do"
#define PREPARED "prestart post env environment cert certs certificate certificates crt ssl tls key keys keystore truststore secret secrets credentials token tokens password passwords permission permissions perms owner ownership user users uid gid group groups account accounts " \
    "db database data schema table tables migration migrations fixtures fixture template templates settings configs conf initial initialization provision provisioning seeds seeder health healthcheck status ready version help tests client cli shell " \
    "declare crontab plugin plugins extension extensions modules static assets collectstatic cache folders directories dirs paths volume volumes hosts network firewall iptables routes timezone locale locales banner logo info welcome vars variables envs links symlinks"

/* configure-server, wait-for-server: a verb, and what it is done to */
int names_deed (char const *program)
{
  char word[32] ;
  return shell_one_of(next_word(&program, word, sizeof(word)), VERBS) ;
}

/* broker, collector: who does it. Not installer: that work ends. */
static int is_doer (char const *word)
{
  static char const *const ending[] = { "init", "pre", "setup", "set", "fix", "gen", "check", "wait", "make", "conf", "creat", "updat", "upgrad", "install", "migrat", "seed", "clean", "copy", "load", "download", "upload",
    "import", "export", "print", "test", "link", "build", "provision", "compil", "compos", "convert", "format", "lint", "docker", "enter", "filter", "order", "trigger", "error", "folder", "owner" } ;
  size_t len = strlen(word) ;
  for (size_t i = 0 ; i < ROWS(ending) ; i++)
    if (!strncmp(word, ending[i], strlen(ending[i]))) return 0 ;
  return len > 4 && (!strcmp(word + len - 2, "er") || !strcmp(word + len - 2, "or")) ;
}

int names_what_stays (char const *program, int is_own)
{
  char word[32] ;
  int stays = 0 ;
  while (*next_word(&program, word, sizeof(word)))
    if (shell_one_of(word, VERBS " " PREPARED)) return 0 ;
    else stays |= shell_one_of(word, GOES_ON " " GIVES " broker backend frontend") || (is_own && is_doer(word)) ;
  return stays ;
}

int names_going_on (char const *program)
{
  char word[32] ;
  while (*next_word(&program, word, sizeof(word)))
    if (shell_one_of(word, GOES_ON " " GIVES)) return 1 ;
  return 0 ;
}

int names_nothing (char const *program)
{
  size_t len = strcspn(program, ".") ;
  return len == 1 || (len < 8 && shell_one_of(program, "app app.py app.js app.rb app.php main main.py main.js index.js index.php index.ts")) ;
}

/* lldpd, miniupnpd: is it called like a daemon? Not useradd, chmod, mkpasswd, esbuild. */
int names_daemon (char const *program)
{
  static char const *const others[] = { "ed", "add", "mod", "passwd", "pwd", "cmd", "ild", "oad", "ead", "end", "and", "ord", "ard", "old", "loud", "find", "wind", "uid", "kid", "sid", "hod", "xxd", "std", "popd", "pushd", "argocd", "rpc.nfsd" } ;
  size_t len = strlen(program) ;
  if (len < 4 || program[len - 1] != 'd' || strspn(program, "abcdefghijklmnopqrstuvwxyz0123456789_-.") != len) return 0 ;
  for (size_t i = 0 ; i < sizeof(others) / sizeof(*others) ; i++)
    if (!strcmp(program + len - (strlen(others[i]) < len ? strlen(others[i]) : len), others[i])) return 0 ;
  return !names_deed(program) && !says_task(program) ;
}
