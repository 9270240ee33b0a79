#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/path.h"
#include "base/process.h"
#include "base/trust.h"
#include "control/log_reader.h"
#include "control/owner.h"
#include "control/view.h"
#include "service/name.h"
#include "wire/kept.h"

#define WORDS_MAX 8192 /* bytes of the logger's command line, or of its ./run */
#define DEPTH_MAX 3 /* how many generations below the logger's ./run the logger may be */
#define BLANKS " \t\r"
#define ENDS "\n;|&" /* what ends a command in a script */

/* Loggers: each logs into the directories that are named in its arguments. */
static char const *const loggers[] = { "reeve-log", "s6-log", "multilog", "svlogd", "logutil-service" } ;

struct search
{
  struct log_place *place ;
  int base ; /* a descriptor of the logger's service directory */
  unsigned int depth ;
  int err ; /* an errno: why a directory that is there cannot be opened */
  int found ;
} ;

static int is_logger (char const *program)
{
  for (size_t i = 0 ; i < sizeof loggers / sizeof *loggers ; i++)
    if (!strcmp(path_last(program), loggers[i])) return 1 ;
  return 0 ;
}

/* ---- the directory ---- */

/* Finds out whether another user than root and the caller may have put files into the directory, and which
   users own its log files. */
static void find_owner (struct log_place *place)
{
  uid_t tree = geteuid() ? 0 : owner_of_tree() ;
  struct trust_refusal why ;
  struct stat st ;
  int anyones = fstat(place->dir, &st) == -1 || !trust_stat(&st, S_IFDIR, 0, &why) ;
  uid_t logger = 0 ;
  gid_t gid ;
  place->checked = 0 ;
  if (geteuid()) return ; /* this user is not root: the kernel checks what it may read */
  if (place->pid && !process_user(place->pid, &logger, &gid)) logger = st.st_uid ;
  place->owner = place->other = logger ;
  if (!logger) place->other = st.st_uid ;
  if (tree) place->owner = place->other = tree ;
  place->checked = anyones || logger || tree ;
}

/* Opens the directory that the logger has named. A process may name anything, so the way to the directory
   must be trusted (base/trust.h). */
static int try_directory (struct search *search, char const *program, char const *path, pid_t pid)
{
  struct log_place *place = search->place ;
  int way = trust_anyones_directory(search->base, path, 0) ;
  int fd = way >= 0 ? openat(way, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1 ;
  if (fd == -1 && (errno == EACCES || errno == EPERM || errno == EMFILE || errno == ENFILE)) search->err = errno ;
  if (fd == -1 && errno == ENOENT && *program && !*place->path) snprintf(place->path, sizeof place->path, "%s", path) ;
  if (way >= 0) fd_close(way) ;
  if (fd == -1) return 0 ;
  place->dir = fd ;
  place->pid = pid ;
  place->without_leaps = !strcmp(path_last(program), "svlogd") || !strcmp(path_last(program), "multilog") ;
  snprintf(place->path, sizeof place->path, "%s", path) ;
  return search->found = 1 ;
}

static int is_place (char const *program, char const *word)
{
  return *word == '/' || *word == '.' || !strcmp(path_last(program), "svlogd") ;
}

/* ---- as the logger's process has it ---- */

static int search_process (pid_t pid, void *data)
{
  struct search *search = data ;
  char path[64] ;
  char words[WORDS_MAX + 1] ;
  ssize_t len ;
  snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid) ;
  len = file_read(AT_FDCWD, path, words, WORDS_MAX) ;
  if (len <= 0) return 1 ;
  if (is_logger(words))
  {
    for (char *word = words + strlen(words) + 1 ; !search->found && word < words + len ; word += strlen(word) + 1)
      if (is_place(words, word)) try_directory(search, words, word, pid) ;
  }
  else if (search->depth < DEPTH_MAX)
  {
    search->depth++ ;
    process_each_child_of(pid, &search_process, search) ;
    search->depth-- ;
  }
  return !search->found ;
}

/* ---- as its ./run has it, while it does not run ---- */

/* Appends the value of the variable whose name `from` begins with, from our own environment. Returns what
   comes after the name, or 0. */
static char const *expand (char *out, char const *from)
{
  char name[256] ;
  char const *value ;
  int braces = *from == '{' ;
  size_t len = strspn(from + braces, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ;
  if (!len || len >= sizeof name || (braces && from[1 + len] != '}')) return 0 ;
  memcpy(name, from + braces, len) ;
  name[len] = 0 ;
  value = getenv(name) ;
  if (!value || strlen(out) + strlen(value) >= PATH_MAX) return 0 ;
  memcpy(out + strlen(out), value, strlen(value) + 1) ;
  return from + len + (braces ? 2 : 0) ;
}

/* Removes the quotes of a word, and replaces its variables. Returns 0 when that is not possible. */
static int unquote (char out[PATH_MAX], char const *word)
{
  *out = 0 ;
  while (word && *word)
  {
    size_t n = strlen(out) ;
    if (n + 1 >= PATH_MAX || *word == '`' || *word == '*') return 0 ;
    if (*word == '$') word = expand(out, word + 1) ;
    else if (*word == '"' || *word == '\'') word++ ;
    else
    {
      out[n] = *word++ ;
      out[n + 1] = 0 ;
    }
  }
  return !!word ;
}

/* Searches the words of one command for directories. */
static void search_command (struct search *search, char *command)
{
  char const *program = 0 ;
  char path[PATH_MAX] ;
  if (command[strspn(command, BLANKS)] == '#') return ;
  for (char *word ; !search->found && (word = strsep(&command, BLANKS)) ; )
  {
    if (!*word || !unquote(path, word)) continue ;
    if (!program && is_logger(path)) program = word ;
    else if (program && is_place(program, path)) try_directory(search, program, path, 0) ;
  }
}

static void search_script (struct search *search)
{
  char text[WORDS_MAX + 1] ;
  char *rest = text ;
  if (file_read(search->base, "run", text, WORDS_MAX) <= 0) return ;
  for (char *at = text ; (at = strstr(at, "\\\n")) ; ) at[0] = at[1] = ' ' ;
  for (char *command ; !search->found && (command = strsep(&rest, ENDS)) ; ) search_command(search, command) ;
}

/* ---- */

static int find_kept (struct log_place *place, char const *name)
{
  struct search search = { .place = place, .base = AT_FDCWD } ;
  char path[PATH_MAX] ;
  char wanted[PATH_MAX] ; /* as the logger names it */
  int fd ;
  struct stat st ;
  memcpy(wanted, place->path, sizeof wanted) ;
  snprintf(path, sizeof path, "%s/supervise", name) ;
  if (!try_directory(&search, "", path, 0)) return search.err ? (errno = search.err, 0) : 0 ;
  place->kept = 1 ;
  find_owner(place) ;
  fd = log_place_open(place, path_last(KEPT_FILE), &st) ;
  if (fd == -1) fd = log_place_open(place, path_last(KEPT_OLD_FILE), &st) ;
  if (fd >= 0)
  {
    fd_close(fd) ;
    return 1 ;
  }
  fd_close(place->dir) ;
  place->dir = -1 ;
  snprintf(place->path, sizeof place->path, "%s", wanted) ;
  errno = ENOENT ;
  return 0 ;
}

int log_place_find (struct log_place *place, char const *name)
{
  char logger[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX] ;
  struct search search = { .place = place } ;
  struct view view ;
  *place = (struct log_place) { .dir = -1 } ;
  snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, name) ;
  search.base = trust_anyones_directory(AT_FDCWD, logger, 0) ;
  if (search.base >= 0)
  {
    if (view_read(&view, logger) && view.pid) search_process(view.pid, &search) ;
    if (!search.found) search_script(&search) ;
    fd_close(search.base) ;
  }
  if (search.found) find_owner(place) ;
  else if (!find_kept(place, name)) errno = search.err ? search.err : errno == EACCES ? EACCES : ENOENT ;
  return place->dir >= 0 ;
}

int log_place_open (struct log_place const *place, char const *file, struct stat *st)
{
  int fd = openat(place->dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (!fstat(fd, st) && S_ISREG(st->st_mode)
   && (!place->checked || (st->st_nlink == 1 && (st->st_uid == place->owner || st->st_uid == place->other)))) return fd ;
  fd_close(fd) ;
  errno = EPERM ;
  return -1 ;
}

char const *log_place_current (struct log_place const *place)
{
  return place->kept ? path_last(KEPT_FILE) : "current" ;
}

void log_place_free (char **names, size_t count)
{
  while (count) free(names[--count]) ;
  free(names) ;
}

/* Was the file `current` before, and is it being archived or processed now? */
static int was_current (struct log_place const *place, char const *name)
{
  if (place->kept) return !strcmp(name, path_last(KEPT_OLD_FILE)) ;
  if (*name == '@' && name[1]) return strcmp(name + strlen(name) - 2, ".t") != 0 ; /* svlogd's processor is writing it still */
  return !strcmp(name, "previous") ;
}

static int by_time (void const *a, void const *b)
{
  char const *one = *(char *const *)a ;
  char const *other = *(char *const *)b ;
  int last = (*one != '@') - (*other != '@') ;
  return last ? last : strcmp(one, other) ;
}

char **log_place_list (struct log_place const *place, size_t *count)
{
  char **names = 0 ;
  struct dirent *e ;
  int fd = openat(place->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  DIR *list = fd >= 0 ? fdopendir(fd) : 0 ;
  int ok = !!list ;
  *count = 0 ;
  if (fd >= 0 && !list) fd_close(fd) ;
  while (ok && (e = readdir(list)))
  {
    char **more ;
    if (!was_current(place, e->d_name)) continue ;
    more = realloc(names, (*count + 1) * sizeof *names) ;
    if (more) names = more ;
    ok = more && (names[*count] = strdup(e->d_name)) ;
    *count += (size_t)ok ;
  }
  if (list) closedir(list) ;
  if (ok && !names) names = malloc(sizeof *names) ;
  if (ok && names && *count) qsort(names, *count, sizeof *names, &by_time) ;
  if (ok && names) return names ;
  log_place_free(names, *count) ;
  *count = 0 ;
  return 0 ;
}
