#include "service/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include "base/file.h"
#include "base/listing.h"
#include "service/success_codes.h"
#include "wire/death_tally.h"

#define CONTENT_MAX 128
#define PRINTABLE_MAX 40
#define FD_MAX 1048575
#define LONG_DIRECTORY 24 /* entries: so many are read by one system call, unless their names are long */
#define NOTIFICATION_FD "notification-fd"
#define LOCK_FD "lock-fd"
#define PIDFILE "pidfile"

enum kind { KIND_FD, KIND_UINT, KIND_SIGNAL, KIND_DELAY, KIND_RESTART, KIND_SUCCESS_CODES,
  KIND_FLAG_KILL_GROUP, KIND_FLAG_DOWN_GROUP, KIND_FLAG_NEW_PID_NAMESPACE, KIND_FLAG_MAIN, KIND_FLAG_KEEP_STRAYS, KIND_FLAG_FORKS, KIND_FLAG_ONESHOT, KIND_FLAG_HEALTH,
  KIND_FLAG_CONSOLE } ;

struct setting
{
  char const *file ;
  char const *allowed ;
  size_t offset ;
  enum kind kind ;
  uint32_t max ;
  int at_stop ; /* read again when a stop is ordered */
} ;

#define AT(member) offsetof(struct settings, member)

static struct setting const all[] =
{
  { NOTIFICATION_FD, "a descriptor from 0 to 1048575; default: none", AT(notification_fd), KIND_FD, FD_MAX, 0 },
  { LOCK_FD, "a descriptor from 0 to 1048575; default: none", AT(lock_fd), KIND_FD, FD_MAX, 0 },
  { "timeout-kill", "milliseconds from 0 (never) to 2147483647; default: 0", AT(timeout_kill_ms), KIND_UINT, INT_MAX, 1 },
  { "timeout-finish", "milliseconds from 0 (never) to 2147483647; default: 5000", AT(timeout_finish_ms), KIND_UINT, INT_MAX, 0 },
  { "timeout-strays", "milliseconds from 0 (never) to 2147483647; default: 5000", AT(timeout_strays_ms), KIND_UINT, INT_MAX, 1 },
  { "timeout-up", "milliseconds from 0 (never) to 2147483647; default: 0", AT(timeout_up_ms), KIND_UINT, INT_MAX, 0 },
  { "max-death-tally", "a number from 0 to 4096; default: 100", AT(max_death_tally), KIND_UINT, DEATH_TALLY_MAX, 0 },
  { "down-signal", "the name or number of a signal; default: TERM", AT(down_signal), KIND_SIGNAL, 0, 1 },
  { "reload-signal", "the name or number of a signal; default: HUP", AT(reload_signal), KIND_SIGNAL, 0, 1 },
  { "restart-delay", "MIN MAX: two numbers of milliseconds from 0 to 2147483647, MIN not above MAX; default: 100 16000",
    AT(restart_delay_min_ms), KIND_DELAY, INT_MAX, 0 },
  { "flag-main", "", 0, KIND_FLAG_MAIN, 0, 0 }, /* before `restart`, whose default these two change */
  { "flag-oneshot", "", 0, KIND_FLAG_ONESHOT, 0, 0 },
  { "restart", "always, no, on-failure or on-failure:N with N from 1 to 2147483647; default: always, but no with flag-main or flag-oneshot",
    AT(restart), KIND_RESTART, INT_MAX, 0 },
  { SUCCESS_CODES_FILE, "exit codes from 0 to 255 and names of signals, separated by spaces; default: none",
    AT(success_codes), KIND_SUCCESS_CODES, 0, 0 },
  { "flag-keep-strays", "", 0, KIND_FLAG_KEEP_STRAYS, 0, 0 },
  { "flag-forks", "", 0, KIND_FLAG_FORKS, 0, 0 },
  { "flag-timeout-killpg", "", 0, KIND_FLAG_KILL_GROUP, 0, 1 },
  { "flag-down-group", "", 0, KIND_FLAG_DOWN_GROUP, 0, 1 },
  { FLAG_CONSOLE_FILE, "", 0, KIND_FLAG_CONSOLE, 0, 1 },
  { "flag-newpidns", "", 0, KIND_FLAG_NEW_PID_NAMESPACE, 0, 0 },
  { "health", "", 0, KIND_FLAG_HEALTH, 0, 0 },
} ;

char const *settings_file (size_t i)
{
  size_t n = sizeof all / sizeof *all ;
  if (i < n) return all[i].file ;
  return i == n ? PIDFILE : 0 ;
}

/* Reads a file. Returns 1 with the content as text; 0 when there is no such file; -1 with errno,
   which is 0 for content that no setting can have. */
static int read_content (char const *file, char *text, size_t max)
{
  struct stat st ;
  ssize_t n ;
  int err = 0 ;
  int has_nul = 0 ;
  int fd = file_open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0) ;
  text[0] = 0 ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (S_ISDIR(st.st_mode)) err = EISDIR ;
  else if (!S_ISREG(st.st_mode)) err = EINVAL ;
  if (err)
  {
    fd_close(fd) ;
    errno = err ;
    return -1 ;
  }
  n = file_read_close(fd, text, max) ;
  if (n == -1) return -1 ;
  for (char *nul = text ; (nul = memchr(nul, 0, (size_t)n - (size_t)(nul - text))) ; has_nul = 1) *nul = '?' ; /* so that the value in the message is not a valid one */
  return has_nul || (size_t)n == max ? -1 : 1 ;
}

static int parse (struct settings *settings, struct setting const *setting, char const *text)
{
  void *at = (char *)settings + setting->offset ;
  uint32_t number ;
  switch (setting->kind)
  {
    case KIND_FD :
      if (!setting_parse_uint(text, 0, setting->max, &number)) return 0 ;
      *(int *)at = (int)number ;
      return 1 ;
    case KIND_UINT : return setting_parse_uint(text, 0, setting->max, at) ;
    case KIND_SIGNAL : return setting_parse_signal(text, at) ;
    case KIND_DELAY : return setting_parse_delay(text, &settings->restart_delay_min_ms, &settings->restart_delay_max_ms) ;
    case KIND_RESTART : return setting_parse_restart(text, &settings->restart, &settings->restart_max) ;
    case KIND_SUCCESS_CODES : return settings->has_success_codes = !!success_codes_parse(text, at) ;
    default : return 1 ;
  }
}

static void printable (char *text)
{
  text[PRINTABLE_MAX] = 0 ;
  for (; *text ; text++)
    if ((unsigned char)*text < 32 || *text == 127) *text = *text == '\n' && !text[1] ? 0 : '?' ;
}

static void set_flag (struct settings *settings, enum kind kind)
{
  switch (kind)
  {
    case KIND_FLAG_KILL_GROUP : settings->kill_group = 1 ; break ;
    case KIND_FLAG_DOWN_GROUP : settings->down_group = 1 ; break ;
    case KIND_FLAG_CONSOLE : settings->console = 1 ; break ;
    case KIND_FLAG_NEW_PID_NAMESPACE : settings->new_pid_namespace = 1 ; break ;
    case KIND_FLAG_KEEP_STRAYS : settings->keep_strays = 1 ; break ;
    case KIND_FLAG_FORKS : settings->forks = 1 ; break ;
    case KIND_FLAG_ONESHOT :
      settings->oneshot = 1 ;
      settings->restart = RESTART_NO ;
      break ;
    case KIND_FLAG_HEALTH : settings->health = 1 ; break ;
    case KIND_FLAG_MAIN :
      settings->main_service = 1 ;
      settings->restart = RESTART_NO ;
      break ;
    default : break ;
  }
}

static void report_content (struct setting const *setting, int r, char *text, settings_report_func *report)
{
  int err = r == -1 ? errno : 0 ;
  if (!report) return ;
  printable(text) ;
  (*report)(setting->file, text, setting->allowed, err) ;
}

/* Is the flag file there? If the directory has listed it, it is, unless it is a link that leads
   nowhere. In doubt the flag counts: without it a task, for example, would run twice. */
static int is_there (char const *file, int listed, settings_report_func *report)
{
  if (!access(file, F_OK)) return 1 ;
  if (!listed || errno == ENOENT || errno == ENOTDIR) return 0 ;
  if (report) (*report)(file, "", "a file, whatever its content; it counts as there", errno) ;
  return 1 ;
}

static void set (struct settings *settings, struct setting const *setting, int listed, settings_report_func *report)
{
  char text[SUCCESS_CODES_TEXT_MAX + 1] ; /* the longest content of all */
  int r ;
  if (setting->kind >= KIND_FLAG_KILL_GROUP)
  {
    if (is_there(setting->file, listed, report)) set_flag(settings, setting->kind) ;
    return ;
  }
  r = read_content(setting->file, text, setting->kind == KIND_SUCCESS_CODES ? SUCCESS_CODES_TEXT_MAX : CONTENT_MAX) ;
  if (!r || (r == 1 && parse(settings, setting, text))) return ;
  report_content(setting, r, text, report) ;
}

static void take_defaults (struct settings *settings, enum settings_set which)
{
  struct settings fresh ;
  settings_defaults(&fresh) ;
  if (which == SETTINGS_START)
  {
    *settings = fresh ;
    return ;
  }
  settings->timeout_kill_ms = fresh.timeout_kill_ms ;
  settings->timeout_strays_ms = fresh.timeout_strays_ms ;
  settings->down_signal = fresh.down_signal ;
  settings->reload_signal = fresh.reload_signal ;
  settings->kill_group = settings->down_group = settings->console = 0 ;
}

/* Was the service directory removed? Then the links in LIVE lead nowhere. */
static int is_removed (void)
{
  struct stat st ;
  return stat("run", &st) == -1 && (errno == ENOENT || errno == ENOTDIR) && !lstat("run", &st) && S_ISLNK(st.st_mode) ;
}

/* The files that one reading of the directory has found, which saves a look for each setting. A
   long directory is read in several parts; a file that is replaced meanwhile may be in none of
   them. */
struct present
{
  uint32_t files ; /* one bit for each entry of all[] */
  unsigned int entries ;
} ;

static int note (int dir, char const *name, void *data)
{
  struct present *present = data ;
  (void)dir ;
  for (size_t i = 0 ; i < sizeof all / sizeof *all ; i++)
    if (*name == *all[i].file && !strcmp(name, all[i].file)) present->files |= UINT32_C(1) << i ;
  return ++present->entries < LONG_DIRECTORY ;
}

/* The settings whose files may be there. */
static uint32_t present_files (void)
{
  struct present present = { 0 } ;
  return listing_each(".", &note, &present) && present.entries < LONG_DIRECTORY ? present.files : UINT32_MAX ;
}

void settings_read (struct settings *settings, enum settings_set which, settings_report_func *report)
{
  uint32_t present ;
  if (which == SETTINGS_STOP && is_removed()) return ;
  present = present_files() ;
  take_defaults(settings, which) ;
  for (size_t i = 0 ; i < sizeof all / sizeof *all ; i++)
    if (present >> i & 1 && (which == SETTINGS_START || all[i].at_stop)) set(settings, all + i, present != UINT32_MAX, report) ;
  if (settings->oneshot) settings->forks = settings->health = 0 ; /* a task ends: its strays are no service, and done means healthy */
}

void settings_read_success_codes (struct settings *settings)
{
  char text[SUCCESS_CODES_TEXT_MAX + 1] ;
  settings->has_success_codes = read_content(SUCCESS_CODES_FILE, text, SUCCESS_CODES_TEXT_MAX) == 1 && success_codes_parse(text, &settings->success_codes) ;
}

/* A descriptor of ./run must be below the limit, which ./run inherits from this process. */
static void honour_limit (char const *file, int *fd, settings_report_func *report)
{
  static char const before[] = "a descriptor from 0 to " ;
  static char const after[] = ", below the limit of open files (ulimit -n); default: none" ;
  char allowed[sizeof before + UINT64_FMT + sizeof after] ;
  char value[UINT32_FMT] ;
  struct rlimit limit ;
  size_t n = sizeof before - 1 ;
  if (*fd == SETTING_NO_FD || getrlimit(RLIMIT_NOFILE, &limit) == -1 || (rlim_t)*fd < limit.rlim_cur) return ;
  value[uint32_fmt(value, (uint32_t)*fd)] = 0 ;
  memcpy(allowed, before, n) ;
  n += uint64_fmt(allowed + n, limit.rlim_cur ? (uint64_t)limit.rlim_cur - 1 : 0) ;
  memcpy(allowed + n, after, sizeof after) ;
  *fd = SETTING_NO_FD ;
  if (report) (*report)(file, value, allowed, 0) ;
}

void settings_honour (struct settings *settings, settings_report_func *report)
{
  char value[UINT32_FMT] ;
  honour_limit(NOTIFICATION_FD, &settings->notification_fd, report) ;
  honour_limit(LOCK_FD, &settings->lock_fd, report) ;
  if (settings->notification_fd == SETTING_NO_FD || settings->notification_fd != settings->lock_fd) return ;
  value[uint32_fmt(value, (uint32_t)settings->notification_fd)] = 0 ;
  settings->notification_fd = SETTING_NO_FD ;
  if (report) (*report)(NOTIFICATION_FD, value, "another descriptor than lock-fd's, which has it for the lock; default: none", 0) ;
}

int settings_read_pidfile (char path[SETTING_PATH_MAX], settings_report_func *report)
{
  int r = read_content(PIDFILE, path, SETTING_PATH_MAX - 1) ;
  size_t len = strlen(path) ;
  if (!r) return 0 ;
  while (len && (path[len - 1] == '\n' || path[len - 1] == ' ' || path[len - 1] == '\t' || path[len - 1] == '\r')) path[--len] = 0 ;
  if (r == 1 && len && !strpbrk(path, "\n\r")) return 1 ;
  if (report)
  {
    int err = r == -1 ? errno : 0 ;
    printable(path) ;
    (*report)(PIDFILE, path, "the path of the file into which the service writes its pid; without it, what is left behind must be one process", err) ;
  }
  return -1 ;
}

int settings_read_number (char const *file, char const *allowed, uint32_t min, uint32_t *value, settings_report_func *report)
{
  struct setting const setting = { .file = file, .allowed = allowed } ;
  char text[CONTENT_MAX + 1] ;
  int r = read_content(file, text, CONTENT_MAX) ;
  if (!r || (r == 1 && setting_parse_uint(text, min, INT_MAX, value))) return r ;
  report_content(&setting, r, text, report) ;
  return -1 ;
}

static pid_t pid_in (char const *path, uint32_t least)
{
  char text[CONTENT_MAX + 1] ;
  uint32_t pid ;
  size_t blanks ;
  int r = read_content(path, text, CONTENT_MAX) ;
  if (r != 1) return (errno = r ? errno ? errno : EINVAL : ENOENT, 0) ;
  blanks = strspn(text, " \t") ; /* only the first line counts: PostgreSQL's file has further lines */
  text[blanks + strcspn(text + blanks, "\r\n")] = 0 ;
  return setting_parse_uint(text + blanks, least, INT_MAX, &pid) ? (pid_t)pid : (errno = EINVAL, 0) ;
}

pid_t settings_pid_in (char const *path)
{
  return pid_in(path, 2) ;
}

pid_t settings_pid_named_in (char const *path)
{
  return pid_in(path, 1) ;
}
