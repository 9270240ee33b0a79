/* Programs that several packages have by the same name, or that older releases have without a word: which one is it, by
   the Dockerfile? */

#include <string.h>

#include "advice/daemons.h"
#include "migrate/command/variants.h"

enum family { NO_FAMILY, RPM, ALPINE } ; /* RPM: Arch Linux, too */

static struct
{
  char const *programs ;
  enum family family ; /* the base image's; NO_FAMILY: only a package tells */
  char const *packages ; /* a RUN names one of these */
  char const *others ; /* and none of these; 0: whatever else it names */
  char const *word ; /* which this one does not have */
  char const *instead ; /* 0: it has none */
  char const *mend ; /* what to do then */
  char const *until ; /* the last release of each system that has this one; 0: the release tells nothing */
} const table[] =
{
  { "vncserver", NO_FAMILY, "tightvncserver vnc4server xtightvncserver", FG_VNC, "-fg", 0,
    "this vncserver has no -fg, which TigerVNC's has (tigervnc-standalone-server): take that, or make services of its X server (Xtightvnc, Xvnc4) and of what xstartup starts", 0 },
  { "crond cron", RPM, "cronie", "dcron busybox", "-f", "-n", 0, 0 }, /* an older cronie has no -f */
  { "ntpd", NO_FAMILY, "openntpd", "ntpsec", "-n", "-d", 0, 0 }, /* with -n it only checks its configuration */
  { "inetd", NO_FAMILY, "inetutils-inetd", "openbsd-inetd", "-i", "-d", 0, 0 },
  { "inetd", ALPINE, "busybox-extras", "openbsd-inetd", "-i", "-f", 0, 0 },
  { "sendmail", NO_FAMILY, "exim4 exim", 0, "-bD", "-bdf", 0, 0 },
  { "sendmail", NO_FAMILY, "postfix", 0, "-bD", 0, "this sendmail is Postfix's, which has no -bD: run postfix start-fg in its place", 0 },
  { "postfix", NO_FAMILY, 0, 0, "start-fg", 0,
    "this Postfix is older than 3.3, which has no start-fg: run `postfix check && exec \"$(postconf -h daemon_directory)/master\" -c /etc/postfix -d` in its place",
    "debian:9 ubuntu:16.04 alpine:3.7 centos:7 oraclelinux:7 amazonlinux:2" },
  { "fail2ban-server", NO_FAMILY, 0, 0, "-f", 0,
    "this fail2ban is older than 0.10, whose server has no foreground form that reads its configuration: fail2ban-client gives it that", "debian:9 ubuntu:16.04" },
  { "zabbix_server zabbix_proxy zabbix_agentd", NO_FAMILY, 0, 0, "-f", 0, "this Zabbix is older than 3.0, which has no -f: take it from a newer base image", "debian:8 ubuntu:16.04" },
  { "nslcd", NO_FAMILY, 0, 0, "-n", "-d", 0, "centos:7 oraclelinux:7 amazonlinux:2" }, /* older than 0.9 */
} ;

static int is_named (struct plan const *plan, char const *packages)
{
  for (struct text const *run = plan->image_runs.first ; run ; run = run->next)
    for (char const *p = packages ; p && *(p += strspn(p, " ")) ; p += strcspn(p, " "))
      if (shell_mentions(run->text, pool_copy(plan->pool, p, strcspn(p, " ")))) return 1 ;
  return 0 ;
}

/* Is the image of one of these releases, or older? */
static int is_until (struct plan const *plan, char const *releases)
{
  char const *system = plan->image_system ? plan->image_system : "-" ;
  size_t len = strlen(system) ;
  for (char const *p = releases ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *number = p + len + 1 ;
    char const *minor ;
    if (strncmp(p, system, len) != 0 || p[len] != ':') continue ;
    minor = number + strcspn(number, ". ") ;
    return plan->image_release <= shell_number(number, 9999, 0) * 100 + (*minor == '.' ? shell_number(minor + 1, 99, 0) : 99) ;
  }
  return 0 ;
}

static enum family family_of (struct plan const *plan)
{
  return plan->sh_is_bash ? RPM : plan->has_other_sh ? ALPINE : NO_FAMILY ;
}

void variant_of (struct plan const *plan, struct foreground *foreground)
{
  char const *const *program = (foreground->in_background || foreground->may_leave) && foreground->argv[0] ? daemon_command(foreground->argv) : 0 ;
  for (size_t i = 0 ; program && i < ROWS(table) ; i++)
  {
    unsigned int n = 0 ;
    if (!shell_one_of(shell_basename(*program), table[i].programs)) continue ;
    if (table[i].until ? !is_until(plan, table[i].until) : !is_named(plan, table[i].packages) && (!table[i].family || table[i].family != family_of(plan))) continue ;
    if (is_named(plan, table[i].others)) continue ;
    while (foreground->argv[n] && strcmp(foreground->argv[n], table[i].word) != 0) n++ ;
    if (!foreground->argv[n]) continue ;
    foreground->mend = table[i].mend ;
    if (table[i].instead) foreground->argv[n] = table[i].instead ;
    else
    {
      foreground->argv[0] = 0 ;
      foreground->in_background = foreground->is_daemon = 1 ; /* no variable can have a word that keeps it */
      foreground->may_leave = 0 ;
    }
    return ;
  }
}

/* workers 4, in its configuration that is here: 0: it has one process */
static unsigned int squid_workers (struct plan const *plan)
{
  for (struct configuration const *one = plan->configurations ; one ; one = one->next)
    for (char const *at = strstr(one->path, "squid") ? strstr(one->text, "workers ") : 0 ; at ; at = strstr(at + 1, "workers "))
      if (at == one->text || at[-1] == '\n') return shell_number(at + strlen("workers "), 9999, 0) ;
  return 0 ;
}

void variant_note (struct plan *plan, uint32_t line, struct foreground const *foreground)
{
  char const *const *program = foreground->argv[0] ? daemon_command(foreground->argv) : 0 ;
  if (program && shell_one_of(shell_basename(*program), "squid squid3") && squid_workers(plan) > 1)
    texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: line %u: squid -N is one process, and its configuration asks for %u workers: write --foreground in place of -N, which Squid 4 and newer have", line, squid_workers(plan))) ;
  if (!plan->has_dockerfile || !program || strcmp(shell_basename(*program), "vncserver") != 0 || is_named(plan, FG_VNC)) return ;
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "line %u: vncserver -fg is TigerVNC's and TurboVNC's: no RUN says which one this image has, and TightVNC's has no -fg", line)) ;
}
