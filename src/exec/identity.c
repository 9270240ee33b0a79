#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/uint32.h>

#include "exec/exec.h"

static gid_t found_groups[GROUPS_MAX] ;

int identity_parse_number (char const *text, uint32_t *number)
{
  uint32_t n ;
  size_t len ;
  if (*text < '0' || *text > '9') return 0 ;
  len = uint32_scan(text, &n) ;
  if (!len || text[len] || n == UINT32_MAX) return 0 ; /* the largest number means: none */
  *number = n ;
  return 1 ;
}

static void __attribute__((noreturn)) unknown (char const *what, char const *name)
{
  strerr_dief4x(front->unknown_code, "unknown ", what, ": ", name) ;
}

static void find_account (struct identity *identity, char const *name, unsigned int forms)
{
  struct passwd *account = forms & IDENTITY_NAMES ? getpwnam(name) : 0 ;
  identity->account = name ;
  identity->home = "/" ;
  if (!account)
  {
    if (!(forms & IDENTITY_NUMBERS) || !identity_parse_number(name, &identity->uid)) unknown("user", name) ;
    if (forms & IDENTITY_NAMES) account = getpwuid(identity->uid) ;
  }
  identity->gid = account ? account->pw_gid : identity->uid ;
  found_groups[0] = identity->gid ;
  identity->count = 1 ;
  if (!account) return ;
  identity->has_account = 1 ;
  identity->uid = account->pw_uid ;
  /* Copies: the next look-up would overwrite them. */
  identity->account = strdup(account->pw_name) ;
  identity->home = strdup(account->pw_dir) ;
  if (!identity->account || !identity->home) strerr_diefu1sys(EXIT_SYSTEM, "look up an account") ;
  if (forms & IDENTITY_MEMBERSHIPS)
  {
    int n = GROUPS_MAX ;
    if (getgrouplist(identity->account, identity->gid, found_groups, &n) == -1) strerr_diefu2sys(EXIT_SYSTEM, "look up the groups of ", identity->account) ;
    identity->count = (size_t)n ;
  }
}

static gid_t find_group (char const *name, unsigned int forms)
{
  struct group *group = forms & IDENTITY_NAMES ? getgrnam(name) : 0 ;
  uint32_t gid ;
  if (group) return group->gr_gid ;
  if (!(forms & IDENTITY_NUMBERS) || !identity_parse_number(name, &gid)) unknown("group", name) ;
  return gid ;
}

void identity_find (struct identity *identity, char const *text, unsigned int forms)
{
  char *word = strdup(text) ;
  char *next ;
  if (!word) strerr_diefu1sys(EXIT_SYSTEM, "look up an account") ;
  *identity = (struct identity) { .groups = found_groups, .set_groups = 1, .set_gid = 1, .set_uid = 1 } ;
  next = strchr(word, ':') ;
  if (next) *next++ = 0 ;
  find_account(identity, word, next ? forms & ~(unsigned int)IDENTITY_MEMBERSHIPS : forms) ;
  if (!next) return ;
  identity->explicit_groups = 1 ;
  identity->count = 0 ;
  while (next)
  {
    char *name = next ;
    next = strchr(name, ':') ;
    if (next) *next++ = 0 ;
    if (identity->count == GROUPS_MAX) strerr_dief1x(EXIT_USAGE, "too many groups") ;
    found_groups[identity->count++] = find_group(name, forms) ;
  }
  identity->gid = found_groups[0] ;
}

void identity_into_environment (struct identity const *identity)
{
  environment_set_number("UID", identity->uid) ;
  environment_set_number("GID", identity->gid) ;
  environment_set("HOME", identity->home) ;
  environment_set("USER", identity->account) ;
}

/* Is HOME that of the present user? A container's runtime sets it to / for a user without an entry. */
static int is_own_home (char const *home, struct passwd const *account)
{
  return !strcmp(home, "/") || (!getuid() && !strcmp(home, "/root")) || (account && !strcmp(home, account->pw_dir)) ;
}

static int is_own_name (char const *name, struct passwd const *account)
{
  return (!getuid() && !strcmp(name, "root")) || (account && !strcmp(name, account->pw_name)) ;
}

void identity_replace_in_environment (struct identity const *identity)
{
  static char const *const names[] = { "USER", "LOGNAME" } ;
  struct passwd const *account = getpwuid(getuid()) ; /* overwrites nothing of *identity */
  char const *value = getenv("HOME") ;
  if (!value || !*value || is_own_home(value, account)) environment_set("HOME", identity->home) ;
  for (size_t i = 0 ; i < sizeof names / sizeof *names ; i++)
  {
    value = getenv(names[i]) ;
    if (!value || !*value || is_own_name(value, account)) environment_set(names[i], identity->has_account ? identity->account : 0) ;
  }
}

/* ---- becoming a user ---- */

static int is_among (gid_t gid, gid_t const *list, size_t n)
{
  while (n && list[n - 1] != gid) n-- ;
  return n != 0 ;
}

/* Does the process have exactly these groups, its own among them? */
static int has_groups (struct identity const *identity)
{
  static gid_t now[GROUPS_MAX + 1] ;
  int n = getgroups(GROUPS_MAX, now) ;
  if (n == -1) return 0 ;
  now[n++] = getgid() ;
  for (int i = 0 ; i < n ; i++)
    if (!is_among(now[i], identity->groups, identity->count)) return 0 ;
  for (size_t i = 0 ; i < identity->count ; i++)
    if (!is_among(identity->groups[i], now, (size_t)n)) return 0 ;
  return 1 ;
}

/* Is the process that user already? If the groups were not named, missing supplementary groups are
   no fault. */
static int is_already (struct identity const *identity)
{
  uid_t r ;
  uid_t e ;
  uid_t s ;
  if (getresuid(&r, &e, &s) == -1 || r != identity->uid || e != r || s != r) return 0 ;
  if (getresgid(&r, &e, &s) == -1 || r != identity->gid || e != r || s != r) return 0 ;
  return !identity->explicit_groups || has_groups(identity) ;
}

static void __attribute__((noreturn)) refused (char const *what, char const *call)
{
  char const *mend = errno != EPERM && errno != EINVAL ? "" : !strcmp(front->name, "reeve-exec") ?
    " (run the container as root, with CAP_SETUID and CAP_SETGID, or drop --user)" : " (only root can)" ;
  strerr_diefu4sys(EXIT_SYSTEM, call, " ", what, mend) ;
}

void identity_become (struct identity const *identity, int lenient)
{
  char const *what = identity->account ;
  if (identity->set_groups && setgroups(identity->count, identity->groups) == -1)
  {
    if (lenient && is_already(identity)) return ;
    refused(what, "set the groups of") ;
  }
  if (identity->set_gid && setgid(identity->gid) == -1) refused(what, "take the group of") ;
  if (identity->set_uid && setuid(identity->uid) == -1) refused(what, "become the user") ;
}
