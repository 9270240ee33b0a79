/* Programs that leave a process in the background, beside those that reeve check knows (advice/daemons.h). */

#include <string.h>

#include "migrate/command/command.h"

#define OTHERS "--version --help -h -V --oneshot -k --stop --stopwait --status --test --verify-installation=1" /* then it does something else, and ends */

static struct
{
  char const *programs ;
  char const *words ; /* one of them says so; 0: it does so by itself */
  char const *stays ; /* with one of these it stays in the foreground; 0: it never does */
  char const *add ; /* with this word it stays; 0: there is none */
  char const *mend ; /* advice, if `add` is 0 */
  char const *values ; /* its options that have a value: with another word it executes that; 0: it executes none */
  char const *folders ; /* only with one of these in its path; 0: wherever it is */
} const table[] =
{
  { "rserver", 0, "--server-daemonize=0", "--server-daemonize=0", 0, 0, 0 },
  { "rstudio-server", "start restart", 0, 0, "run rserver --server-daemonize=0 in its place", 0, 0 },
  { "ssh-agent", 0, "-D -d", 0, "run ssh-agent -D -a SOCKET, and give SSH_AUTH_SOCK=SOCKET to what asks it", "-a -t -E -P", 0 },
  { "gpg-agent", "--daemon", "--supervised", 0, "gpg starts it where it needs it: leave it out", 0, 0 },
  { "gnome-keyring-daemon", "--daemonize -d --start", "--foreground -f", 0, "run gnome-keyring-daemon --foreground", 0, 0 },
  { "dbus-launch", 0, 0, 0, "run dbus-daemon --session --nofork --address=unix:path=SOCKET, and give DBUS_SESSION_BUS_ADDRESS=unix:path=SOCKET to what asks it", "--config-file", 0 },
  { "munged", 0, "-F --foreground", "-F", 0, 0, 0 },
  { "slurmctld slurmd slurmdbd", 0, "-D", "-D", 0, 0, 0 },
  { "lswsctrl", "start restart", 0, 0, "run lshttpd -d, or openlitespeed -d, in its place", 0, 0 },
  { "gerrit.sh", "start restart", 0, 0, "gerrit.sh run stays in the foreground", 0, 0 },
  { "mysqld_multi", "start", 0, 0, "make a service of each mysqld", 0, 0 },
  { "hypnotoad", 0, "-f --foreground", "-f", 0, 0, 0 },
  { "searchd", 0, "--nodetach --console", "--nodetach", 0, 0, 0 },
  { "mailcatcher", 0, "-f --foreground", "--foreground", 0, 0, 0 },
  { "clickhouse", "start restart", 0, 0, "run clickhouse-server --config-file=/etc/clickhouse-server/config.xml in its place", 0, 0 },
  { "cockroach", "--background", 0, 0, "leave --background out", 0, 0 },
  { "yugabyted", "start", "--background=false --daemon=false", "--background=false", 0, 0, 0 },
  { "cntlm", 0, "-f", "-f", 0, 0, 0 },
  { "zebra bgpd ospfd ospf6d ripd staticd isisd bfdd", "-d --daemon", 0, 0, "leave -d out", 0, 0 },
  { "watchfrr", "-d --daemon", 0, 0, "leave -d out", 0, 0 },
  { "frrinit.sh", "start restart", 0, 0, "make a service of each of its daemons, without -d", 0, 0 },
  { "irqbalance", 0, "-f --foreground -d --debug", "--foreground", 0, 0, 0 },
  { "lldpd miniupnpd openntpd", 0, "-d", "-d", 0, 0, 0 },
  { "rinetd", 0, "-f --foreground", "-f", 0, 0, 0 },
  { "lircd", 0, "-n --nodaemon", "--nodaemon", 0, 0, 0 },
  { "murmurd mumble-server", 0, "-fg", "-fg", 0, 0, 0 },
  { "pluto", 0, "--nofork", "--nofork", 0, 0, 0 },
  { "thermald", 0, "--no-daemon --systemd", "--no-daemon", 0, 0, 0 },
  { "k5start krenew", "-b", 0, 0, "leave -b out", 0, 0 },
  { "ulogd conntrackd", "-d --daemon", 0, 0, "leave -d out", 0, 0 },
  { "ovs-ctl", "start restart", 0, 0, "run ovsdb-server and ovs-vswitchd, without --detach", 0, 0 },
  { "ovsdb-server ovs-vswitchd", "--detach", 0, 0, "leave --detach out", 0, 0 },
  { "couchdb", "-b", 0, 0, "leave -b out", 0, 0 },
  { "riak", "start", 0, 0, "riak foreground stays", 0, 0 },
  { "multipathd", 0, "-d", "-d", 0, 0, 0 },
  { "start-pulseaudio-x11", 0, 0, 0, "run pulseaudio in its place", 0, 0 },
  { "pcscd usbmuxd rngd", 0, "-f --foreground", "-f", 0, 0, 0 },
  { "haveged", 0, "-F --Foreground", "-F", 0, 0, 0 },
  { "iperf3 suricata snort nfcapd", "-D --daemon", 0, 0, "leave -D out", 0, 0 },
  { "softflowd", 0, "-d -D", "-d", 0, 0, 0 },
  { "xdm", 0, "-nodaemon", "-nodaemon", 0, 0, 0 },
  { "deluge-web", "-f --fork", "-d --do-not-daemonize", 0, "leave -f (--fork) out", 0, 0 },
  { "ibus-daemon", "-d --daemonize -dx -drx -dxr -rxd -xrd -xd", 0, 0, "leave -d out", 0, 0 },
  { "dtach", "-n", 0, 0, "run the program itself, not in dtach", 0, 0 },
  { "rtpproxy iodined sslh fwknopd uptimed ypserv", 0, "-f --foreground", "-f", 0, 0, 0 },
  { "rbldnsd ser2net", 0, "-n -d", "-n", 0, 0, 0 },
  { "darkstat", 0, "--no-daemon", "--no-daemon", 0, 0, 0 },
  { "condor_master", 0, "-f", "-f", 0, 0, 0 },
  { "auditd", 0, "-f -n", "-n", 0, 0, 0 },
  { "c-icap e2guardian", 0, "-N", "-N", 0, 0, 0 },
  { "gssproxy", 0, "-i --interactive", "-i", 0, 0, 0 },
  { "corosync", 0, "-f -t", "-f", 0, 0, 0 },
  { "oidentd", 0, "-i --foreground", "-i", 0, 0, 0 },
  { "inspircd", 0, "--nofork", "--nofork", 0, 0, 0 },
  { "charybdis solanum ircd-hybrid", 0, "-foreground", "-foreground", 0, 0, 0 },
  { "pbs_mom pbs_server pbs_sched", 0, "-D", "-D", 0, 0, 0 },
  { "virtuoso-t", 0, "+foreground +f -f", "+foreground", 0, 0, 0 },
  { "noip2", 0, 0, 0, "it has no foreground form", "-c -I -p", 0 },
  { "startup.sh", 0, 0, 0, "run catalina.sh run, which is beside it", 0, "tomcat catalina" },
} ;

static int has_one (char const *const *argv, char const *words)
{
  for (; words && *argv ; argv++)
    if (shell_one_of(*argv, words)) return 1 ;
  return 0 ;
}

/* --server-daemonize 0, --server-daemonize=off: the value of --server-daemonize=0 in other words, or in the next word */
static int says_no (char const *const *argv, char const *words)
{
  for (char const *p = words ; p && *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    size_t len = strcspn(p, "= ") ;
    for (char const *const *one = argv ; p[len] == '=' && *one ; one++)
    {
      char const *value = strncmp(*one, p, len) != 0 ? 0 : (*one)[len] == '=' ? *one + len + 1 : (*one)[len] ? 0 : one[1] ;
      if (value && shell_one_of(value, "0 no off false")) return 1 ;
    }
  }
  return 0 ;
}

/* -D, also among other letters: -Dvvv */
static int stays (char const *const *argv, char const *words)
{
  if (has_one(argv, words) || says_no(argv, words)) return 1 ;
  for (; words && *argv ; argv++)
    for (char const *letter = *argv + 1 ; **argv == '-' && strspn(*argv + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(*argv + 1) && *letter ; letter++)
      if (shell_one_of((char const []){ '-', *letter, 0 }, words)) return 1 ;
  return 0 ;
}

/* ssh-agent ./web: does it execute a program? */
static int executes (char const *const *argv, char const *values)
{
  for (; values && *argv ; argv++)
    if (**argv != '-') return 1 ;
    else if (shell_one_of(*argv, values) && argv[1]) argv++ ;
  return 0 ;
}

static int is_in (char const *path, char const *folders)
{
  for (char const *p = folders ; p && *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char name[32] = "" ;
    strncat(name, p, strcspn(p, " ") < sizeof(name) ? strcspn(p, " ") : sizeof(name) - 1) ;
    if (strcasestr(path, name)) return 1 ;
  }
  return !folders ;
}

int command_leaves (char const *const *argv, struct foreground *foreground)
{
  char const *const *program = command_program(argv) ;
  for (size_t row = 0 ; *argv && row < ROWS(table) ; row++)
  {
    unsigned int n = 0 ;
    if (!shell_one_of(shell_basename(*program), table[row].programs) || !is_in(*program, table[row].folders)) continue ;
    if ((table[row].words && !has_one(program + 1, table[row].words)) || executes(program + 1, table[row].values)) return 0 ;
    *foreground = (struct foreground){ .ends = has_one(program + 1, OTHERS) } ;
    if (foreground->ends) return 1 ;
    *foreground = (struct foreground){ .is_daemon = 1, .in_background = !stays(program + 1, table[row].stays), .by_letter = !table[row].words, .mend = table[row].mend } ;
    if (!foreground->in_background) return 1 ;
    for (; table[row].add && n < COMMAND_WORDS_MAX - 2 && argv[n] ; n++) foreground->argv[n] = argv[n] ;
    if (table[row].add) foreground->argv[n] = table[row].add ;
    return 1 ;
  }
  return 0 ;
}
