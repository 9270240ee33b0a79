/* Receives the datagrams that daemons send to /dev/log: RFC 3164 without a host's name (syslog(3)), with one, or
   only a text (python's SysLogHandler); RFC 5424. Each becomes one line:

     daemon.info ntpd[123]: text

   The sender's time is left out, as the logger adds its own. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/text.h"
#include "log/log.h"

#define PRIORITY_DEFAULT 13 /* user.notice */
#define PRIORITY_MAX 191
#define HEAD_MAX 64 /* facility and level */
#define DATE_LEN 16 /* `Nov 25 15:06:49 ` */
#define DATAGRAM_MAX (INPUT_MAX - HEAD_MAX - 8)
#define ROUND 64 /* datagrams between two looks at signals */

/* ---- the socket ---- */

static struct stat own ; /* of the file of the socket */

/* Is there a socket that nobody reads from? A socket with a reader stays, and so does any other file. */
static void remove_stale (struct sockaddr_un const *address)
{
  struct stat st ;
  int fd ;
  if (lstat(address->sun_path, &st) == -1) return ;
  if (!S_ISSOCK(st.st_mode)) strerr_dief2x(EXIT_SYSTEM, address->sun_path, " is there already, and is no socket: remove it, or name another path (--syslog=PATH)") ;
  fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) ;
  if (fd == -1) strerr_diefu1sys(EXIT_SYSTEM, "make a socket") ;
  if (!connect(fd, (struct sockaddr const *)address, sizeof *address) || errno != ECONNREFUSED)
    strerr_dief2x(EXIT_SYSTEM, address->sun_path, " is another program's, which reads from it: stop that, or name another path (--syslog=PATH)") ;
  fd_close(fd) ;
  if (unlink(address->sun_path) == -1 && errno != ENOENT) strerr_diefu2sys(EXIT_SYSTEM, "remove the old ", address->sun_path) ;
}

int syslog_open (char const *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX } ;
  mode_t mask = umask(0111) ;
  int fd ;
  if (strlen(path) >= sizeof address.sun_path) strerr_dief2x(EXIT_USAGE, path, " is too long for a socket: 107 bytes are allowed") ;
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path) ;
  remove_stale(&address) ;
  fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) ;
  if (fd == -1 || bind(fd, (struct sockaddr const *)&address, sizeof address) == -1 || lstat(path, &own) == -1)
    strerr_diefu3sys(EXIT_SYSTEM, "receive at ", path, errno == EACCES ? " (another path: --syslog=PATH)" : "") ;
  umask(mask) ;
  return fd ;
}

void syslog_unlink (char const *path)
{
  struct stat st ;
  if (lstat(path, &st) != -1 && st.st_ino == own.st_ino && st.st_dev == own.st_dev) unlink(path) ;
}

/* ---- a datagram ---- */

static size_t describe_priority (char out[HEAD_MAX], unsigned int priority)
{
  static char const facilities[24][9] =
  {
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"
  } ;
  static char const levels[8][8] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" } ;
  return (size_t)snprintf(out, HEAD_MAX, "%s.%s ", facilities[priority / 8], levels[priority % 8]) ;
}

/* Skips `<13>`. If there is no priority, or an invalid one, the text begins at once. */
static char *skip_priority (char *text, unsigned int *priority)
{
  unsigned int n ;
  size_t len ;
  *priority = PRIORITY_DEFAULT ;
  if (*text != '<') return text ;
  len = uint_scan(text + 1, &n) ;
  if (!len || len > 3 || n > PRIORITY_MAX || text[1 + len] != '>') return text ;
  *priority = n ;
  return text + len + 2 ;
}

static int is_date (char const *text)
{
  static char const form[] = "Aaa 00 00:00:00 " ;
  for (size_t i = 0 ; i < DATE_LEN ; i++)
  {
    int digit = text[i] >= '0' && text[i] <= '9' ;
    if (form[i] == '0' ? !digit && !(i == 4 && text[i] == ' ') : form[i] >= 'A' ? (text[i] | 32) < 'a' || (text[i] | 32) > 'z' : text[i] != form[i]) return 0 ;
  }
  return 1 ;
}

/* Skips this machine's name, if a tag follows it. */
static char *skip_host (char *text)
{
  char host[256] = "" ;
  size_t len = strcspn(text, " :[") ;
  if (text[len] != ' ' || gethostname(host, sizeof host - 1) == -1) return text ;
  if (len != strlen(host) && len != strcspn(host, ".")) return text ;
  return strncmp(text, host, len) != 0 ? text : text + len + 1 ;
}

static char *skip_word (char *text)
{
  text += strcspn(text, " ") ;
  return *text ? text + 1 : text ;
}

/* Skips `[id name="value"][...]`, in which \] and \" do not end anything. */
static char *skip_data (char *text)
{
  if (*text == '-') return skip_word(text) ;
  while (*text == '[')
  {
    while (*text && *text != ']') text += *text == '\\' && text[1] ? 2 : 1 ;
    if (*text) text++ ;
  }
  return *text == ' ' ? text + 1 : text ;
}

/* Reads `1 TIME HOST APP PROCESS ID DATA TEXT`, and writes the tag over what comes before the text. */
static char *read_5424 (char *text)
{
  char tag[2 * INPUT_MAX / 64] ;
  char *app = skip_word(skip_word(skip_word(text))) ;
  char *process = skip_word(app) ;
  char *rest = skip_data(skip_word(skip_word(process))) ;
  size_t len = strcspn(app, " ") ;
  size_t n = strcspn(process, " ") ;
  int has_process = n && *process != '-' ;
  if (!strncmp(rest, "\357\273\277", 3)) rest += 3 ;
  if (!len || *app == '-') return rest ;
  len = (size_t)snprintf(tag, sizeof tag, "%.*s%s%.*s%s: ", (int)len, app, has_process ? "[" : "", has_process ? (int)n : 0, process, has_process ? "]" : "") ;
  if (len >= sizeof tag || len > (size_t)(rest - text)) return rest ;
  memcpy(rest - len, tag, len) ;
  return rest - len ;
}

/* Makes it one line, without anything that a terminal would obey. */
static void flatten (char *text, size_t len)
{
  text_make_printable(text, len) ;
  for (size_t i = 0 ; i < len ; i++)
    if (text[i] == '\n') text[i] = ' ' ;
}

static void put (struct logger *l, char *datagram, size_t len, size_t real)
{
  static char line[INPUT_MAX] ;
  unsigned int priority ;
  char *text ;
  size_t n ;
  while (len && (!datagram[len - 1] || strchr("\r\n", datagram[len - 1]))) len-- ;
  for (size_t i = 0 ; i < len ; i++) if (!datagram[i]) datagram[i] = '?' ;
  datagram[len] = 0 ;
  if (!len) return ;
  text = skip_priority(datagram, &priority) ;
  if (text[0] == '1' && text[1] == ' ' && text > datagram) text = read_5424(text) ;
  else if (is_date(text)) text = skip_host(text + DATE_LEN) ;
  n = describe_priority(line, priority) ;
  len -= (size_t)(text - datagram) ;
  memcpy(line + n, text, len) ;
  flatten(line + n, len) ;
  n += len ;
  if (real > DATAGRAM_MAX)
  {
    strerr_warnw1x("a datagram was longer than 65 kB: its line is cut, and ends in \"...\"") ;
    memcpy(line + n, "...", 3) ;
    n += 3 ;
  }
  line[n++] = '\n' ;
  lines_put(l, line, n) ;
}

int syslog_round (struct logger *l)
{
  static char datagram[DATAGRAM_MAX + 1] ;
  for (unsigned int i = 0 ; i < ROUND ; i++)
  {
    ssize_t r = recv(l->socket, datagram, DATAGRAM_MAX, MSG_DONTWAIT | MSG_TRUNC) ;
    if (r == -1) return errno == EINTR ;
    put(l, datagram, r > DATAGRAM_MAX ? DATAGRAM_MAX : (size_t)r, (size_t)r) ;
  }
  return 1 ;
}
