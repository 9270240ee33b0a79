#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advice/foreign.h"
#include "base/file.h"
#include "base/path.h"
#include "check/check.h"

#define OPEN_MAX_AT_ONCE 16 /* how many directories nftw() may hold open */
#define FILES_MAX 5000 /* how many files it looks at in the whole system */
#define OUTPUT "/proc/1/fd/"

static void say_output (struct check *check, char const *file, unsigned int line, int is_stderr)
{
  finding(check, LEVEL_WARNING, file, line, is_stderr ? "write to /dev/stderr" : "write to /dev/stdout",
    "a service that has another user than PID 1 cannot open " OUTPUT "%s, which is not its logger's either", is_stderr ? "2" : "1") ;
}

/* ---- one text ---- */

struct text
{
  struct check *check ;
  char const *file ;
  int writes_itself ; /* what runs here as root may write to PID 1's output; only the links that it makes for others count */
} ;

static void judge_name (enum foreign_name name, char const *line, unsigned int number, void *data)
{
  struct text const *text = data ;
  char const *end = strchrnul(line, '\n') ;
  if (name != FOREIGN_S6_SERVICES)
  {
    if (!text->writes_itself || memmem(line, (size_t)(end - line), "ln ", 3)) say_output(text->check, text->file, number, name == FOREIGN_STDERR) ;
  }
  else if (!check_is_found("s6-svscanctl"))
    finding(text->check, LEVEL_WARNING, text->file, number, "write reeve shutdown, reeve restart NAME, or create flag-main for a service whose end is the container's",
      "it uses s6-overlay's /run/s6/services with s6's programs, which are not here") ;
}

void check_foreign_text (struct check *check, char const *file, struct content const *content)
{
  struct text text = { .check = check, .file = file } ;
  foreign_names(content->text, content->len, &judge_name, &text) ;
}

/* ---- a configuration that a command line names ---- */

static void look_at (struct check *check, char const *file, int writes_itself)
{
  static char content[SCRIPT_MAX + 1] ;
  struct text text = { .check = check, .file = file, .writes_itself = writes_itself } ;
  char path[PATH_MAX + 1] ;
  ssize_t len ;
  if (!path_join(path, sizeof path, "/", file)) return ;
  len = file_read(AT_FDCWD, path, content, SCRIPT_MAX) ;
  if (len > 0 && !memchr(content, 0, (size_t)len)) foreign_names(content, (size_t)len, &judge_name, &text) ;
}

static void from_root (struct check *check, char const *file, int writes_itself)
{
  struct check root = { .path = "/", .json = check->json, .findings = check->findings, .errors = check->errors } ;
  look_at(&root, file, writes_itself) ;
  check->findings = root.findings ;
  check->errors = root.errors ;
}

void check_foreign_arguments (struct check *check, char const *const *argv)
{
  struct stat st ;
  for (; *argv ; argv++)
  {
    char const *path = **argv == '/' ? *argv : strchr(*argv, '=') ? strchr(*argv, '=') + 1 : "" ; /* --config=/etc/x */
    if (*path == '/' && !stat(path, &st) && S_ISREG(st.st_mode) && !(st.st_mode & 0111) && st.st_size <= SCRIPT_MAX) from_root(check, path + 1, 0) ;
  }
}

/* ---- the whole system ---- */

static struct
{
  struct check *check ;
  unsigned int files ;
  int links_alone ;
  int writes_itself ;
} walk ; /* static, because nftw() passes no data to its function */

static int visit (char const *path, struct stat const *st, int type, struct FTW *at)
{
  char target[sizeof OUTPUT] ;
  (void)at ;
  if (walk.files++ > FILES_MAX) return 1 ;
  if (type == FTW_SL)
  {
    ssize_t n = readlink(path, target, sizeof target) ;
    if (n == sizeof target && !memcmp(target, OUTPUT, sizeof OUTPUT - 1) && (target[n - 1] == '1' || target[n - 1] == '2'))
      say_output(walk.check, path + 1, 1, target[n - 1] == '2') ;
  }
  else if (type == FTW_F && !walk.links_alone && S_ISREG(st->st_mode) && st->st_size <= SCRIPT_MAX) look_at(walk.check, path + 1, walk.writes_itself) ;
  return 0 ;
}

static void say_place (char const *path, char const *mend, void *data)
{
  finding(data, LEVEL_WARNING, path + 1, 1, mend, "made for another system, and not read") ;
}

static void walk_through (char const *path, int links_alone, int writes_itself)
{
  walk.links_alone = links_alone ;
  walk.writes_itself = writes_itself ;
  nftw(path, &visit, OPEN_MAX_AT_ONCE, FTW_PHYS) ;
}

/* php-fpm's configuration: usually in a directory with the version in its name. */
static void walk_php (char const *parent)
{
  char path[PATH_MAX] ;
  struct dirent *e ;
  DIR *dir = opendir(parent) ;
  while (dir && (e = readdir(dir)))
    if (!strncmp(e->d_name, "php", 3) && path_join(path, sizeof path, parent, e->d_name)) walk_through(path, 0, 0) ;
  if (dir) closedir(dir) ;
}

void check_foreign_system (struct check *check)
{
  static char const *const scripts[] = { "/etc/cont-init.d", "/etc/cont-finish.d" } ;
  static char const *const configurations[] =
    { "/etc/crontab", "/etc/cron.d", "/var/spool/cron", "/etc/crontabs", "/etc/nginx", "/etc/apache2", "/etc/httpd" } ;
  struct check root = { .path = "/", .json = check->json, .findings = check->findings, .errors = check->errors } ;
  walk.check = &root ;
  foreign_look(check->systems, &say_place, &root) ;
  for (size_t i = 0 ; i < sizeof scripts / sizeof *scripts ; i++) walk_through(scripts[i], 0, 1) ;
  for (size_t i = 0 ; i < sizeof configurations / sizeof *configurations ; i++) walk_through(configurations[i], 0, 0) ;
  walk_php("/etc") ;
  walk_php("/usr/local/etc") ;
  walk_through("/var/log", 1, 0) ;
  check->findings = root.findings ;
  check->errors = root.errors ;
}
