#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/uint32.h>

#include <dirent.h>

#include "advice/daemons.h"
#include "base/file.h"
#include "base/path.h"
#include "check/check.h"

#define GROUPS_MAX 64
#define PREPARING "/etc/cont-init.d"
#define NOBODY "65534" /* used if there is no account `nobody` */

/* Programs that log into the directories that their words name. */
struct logger
{
  char const *name ;
  char const *with_argument ; /* the letters of options that have an argument */
  unsigned int creates : 1 ; /* it creates a missing directory, but not the directories above */
  unsigned int has_streams : 1 ; /* /dev/stdout and /dev/stderr mean streams, not directories */
  unsigned int becomes_nobody : 1 ; /* it becomes nobody if it is root */
} ;

static struct logger const loggers[] =
{
  { "reeve-log", "tpsnaod", 1, 1, 0 },
  { "s6-log", "dl", 1, 0, 0 },
  { "multilog", "", 1, 0, 0 },
  { "svlogd", "rRlb", 0, 0, 0 },
  { "logutil-service", "f", 1, 0, 1 },
} ;

struct user
{
  uid_t uid ;
  gid_t groups[GROUPS_MAX] ;
  int group_count ;
} ;

static struct logger const *find_logger (char const *name)
{
  for (size_t i = 0 ; i < sizeof loggers / sizeof *loggers ; i++)
    if (!strcmp(loggers[i].name, path_last(name))) return loggers + i ;
  return 0 ;
}

/* ---- the user ---- */

/* The user to which the words before the program change; 0: none. */
static char const *named_user (char const *const *argv, char const *const *program)
{
  static char const *const takers[] = { "s6-setuidgid", "setuidgid", "gosu", "su-exec", "-u", "--user", "--reuid" } ;
  static char const *const prefixes[] = { "--user=", "--reuid=" } ;
  char const *found = 0 ;
  int unsets = 0 ;
  for (; argv < program ; argv++)
  {
    if (!strcmp(path_last(*argv), "env")) unsets = 1 ;
    if (unsets && !strcmp(*argv, "-u")) continue ;
    for (size_t i = 0 ; i < sizeof takers / sizeof *takers ; i++)
      if (!strcmp(path_last(*argv), takers[i]) && argv + 1 < program) found = argv[1] ;
    for (size_t i = 0 ; i < sizeof prefixes / sizeof *prefixes ; i++)
      if (!strncmp(*argv, prefixes[i], strlen(prefixes[i]))) found = *argv + strlen(prefixes[i]) ;
  }
  return found ;
}

/* Returns 1; 0: not known; -1: there is no such user. */
static int find_user (struct user *user, char const *text)
{
  char name[64] ;
  struct passwd *entry ;
  size_t len = strcspn(text, ":") ;
  uint32_t number ;
  user->group_count = GROUPS_MAX ;
  if (!len || len >= sizeof name || strchr(text, '$') || strchr(text, '`')) return 0 ;
  memcpy(name, text, len) ;
  name[len] = 0 ;
  entry = getpwnam(name) ; // cppcheck-suppress getpwnamCalled
  if (!entry)
  {
    if (uint32_scan(name, &number) != len) return -1 ;
    user->uid = number ;
    user->groups[0] = number ;
    user->group_count = 1 ;
    return !text[len] && !getpwuid(number) ; // cppcheck-suppress getpwuidCalled
  }
  user->uid = entry->pw_uid ;
  /* Groups that are named with the user replace the account's own; what they may is not known here. */
  return !text[len] && getgrouplist(name, entry->pw_gid, user->groups, &user->group_count) != -1 ;
}

static int ourselves (struct user *user)
{
  user->uid = geteuid() ;
  user->group_count = getgroups(GROUPS_MAX - 1, user->groups) ;
  if (user->group_count < 0) return 0 ;
  user->groups[user->group_count++] = getegid() ;
  return 1 ;
}

static int may_write (struct user const *user, struct stat const *st)
{
  mode_t wanted = 0003 ;
  if (!user->uid) return 1 ;
  if (st->st_uid == user->uid) wanted = 0300 ;
  else
    for (int i = 0 ; i < user->group_count ; i++)
      if (st->st_gid == user->groups[i]) wanted = 0030 ;
  return (st->st_mode & wanted) == wanted ;
}

/* ---- the directory ---- */

static int file_mentions (char const *path, char const *text)
{
  static char content[SCRIPT_MAX] ;
  return file_read(AT_FDCWD, path, content, sizeof content - 1) > 0 && strstr(content, text) ;
}

/* Does a script that /init executes before the services mention the directory? Then it may create
   it. */
static int is_prepared (char const *directory)
{
  char path[sizeof PREPARING + NAME_MAX + 1] ;
  struct dirent *e ;
  int found = 0 ;
  DIR *dir = opendir(PREPARING) ;
  if (!dir) return 0 ;
  while (!found && (e = readdir(dir)))
  {
    found = path_join(path, sizeof path, PREPARING, e->d_name) && file_mentions(path, directory) ;
  }
  closedir(dir) ;
  return found ;
}

static void parent_of (char const *path, char parent[PATH_MAX])
{
  size_t len = strlen(path) ;
  while (len > 1 && path[len - 1] == '/') len-- ;
  while (len > 1 && path[len - 1] != '/') len-- ;
  while (len > 1 && path[len - 1] == '/') len-- ;
  snprintf(parent, PATH_MAX, "%.*s", (int)len, path) ;
}

static void check_place (struct check *check, unsigned int line, char const *path, struct logger const *logger, struct user const *user)
{
  char parent[PATH_MAX] ;
  struct stat st ;
  if (!stat(path, &st))
  {
    if (!S_ISDIR(st.st_mode)) finding(check, LEVEL_ERROR, "run", line, "remove it, or log elsewhere", "%s is no directory", path) ;
    else if (!may_write(user, &st))
      finding(check, LEVEL_ERROR, "run", line, "give it the directory (chown)", "user %lu may not write to %s", (unsigned long)user->uid, path) ;
    return ;
  }
  if (errno != ENOENT) return ;
  parent_of(path, parent) ;
  if (!logger->creates || stat(parent, &st) == -1)
    finding(check, LEVEL_ERROR, "run", line, "create it in the image", "there is no directory %s", logger->creates ? parent : path) ;
  else if (!may_write(user, &st))
    finding(check, LEVEL_ERROR, "run", line, "create it in the image, and give it the directory (chown)", "user %lu may not create %s",
      (unsigned long)user->uid, path) ;
}

/* Do all instances share this directory? They do even if it is relative and exists in the
   template's log/, because each instance has only a link to it. */
static int is_shared (char const *word)
{
  struct stat st ;
  if (word[0] == '/') return 1 ;
  while (word[0] == '.' && word[1] == '/') word += 2 ;
  return *word && word[0] != '.' && !stat(word, &st) && S_ISDIR(st.st_mode) ;
}

/* user: 0 when its rights are not known. */
static void check_word (struct check *check, unsigned int line, char const *word, struct logger const *logger, struct user const *user)
{
  if (word[0] == '-' || strpbrk(word, "$`*")) return ;
  if (check->is_template && is_shared(word))
    finding(check, LEVEL_ERROR, "run", line, "write $REEVE_INSTANCE into its name", "the loggers of all instances log to %s, and one at most can have that", word) ;
  if (word[0] == '/' && user && !is_prepared(word)) check_place(check, line, word, logger, user) ;
}

void check_logger (struct check *check, unsigned int line, char const *const *argv, int creates)
{
  char const *const *program = daemon_command(argv) ;
  struct logger const *logger = program ? find_logger(*program) : 0 ;
  struct user user ;
  char const *name ;
  int known ;
  if (!logger) return ;
  name = named_user(argv, program) ;
  if (!name && logger->becomes_nobody && !geteuid()) name = getpwnam("nobody") ? "nobody" : NOBODY ; // cppcheck-suppress getpwnamCalled
  known = name ? find_user(&user, name) : ourselves(&user) ;
  if (known == -1) finding(check, LEVEL_ERROR, "run", line, "add it, or name another", "there is no user %s", name) ;
  for (program++ ; *program ; program++)
  {
    char const *word = *program ;
    if (logger->has_streams && (!strcmp(word, "/dev/stdout") || !strcmp(word, "/dev/stderr"))) continue ;
    if (word[0] == '-' && word[1] == '-' && !strchr(word, '=') && strcmp(word, "--json") != 0 && program[1]) program++ ;
    else if (word[0] == '-' && word[1] && !word[2] && strchr(logger->with_argument, word[1]) && program[1]) program++ ;
    else check_word(check, line, word, logger, known == 1 && !creates ? &user : 0) ;
  }
}
