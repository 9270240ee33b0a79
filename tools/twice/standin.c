/* A stand-in for any program. It notes how it was executed in LOG, a line for each event, with tabs
   between the fields:

     began ROLE PID MS DIRECTORY UID STDOUT STDERR ARGUMENTS ENVIRONMENT
     ended PID MS HOW          HOW: an exit code, or SIG and the signal's number

   In ARGUMENTS and ENVIRONMENT, what separates two is the byte 31. A backslash stands before
   a newline (n), a tab (t) and a backslash. Then it plays its role, the first one in ROLES whose
   pattern matches its arguments (argv[0] without its folders; of an init script with init.d):

     stays    until a signal comes, or FOLDER/end.PID names the exit code. It writes its pid into *.pid of its arguments
     leaves   goes into the background, as a daemon does, and stays there
     ends     ends with 0 after a while, and so does what matches nothing
     fails    ends with 1
     sleep    is `sleep`, but not for long */
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/stand-in/"
#define LINE_SIZE 65536
#define WORK_MS 150 /* so long that an order shows: what did not wait for it starts meanwhile */
#define SLEEP_MS 300
#define LOOK_MS 60

extern char **environ ;

static char line[LINE_SIZE] ;
static size_t line_len ;

static void add_byte (char c)
{
  if (line_len < sizeof line - 1) line[line_len++] = c ;
}

static void add (char const *text)
{
  for ( ; *text ; text++)
  {
    if (*text == '\n' || *text == '\t' || *text == '\\') add_byte('\\') ;
    add_byte(*text == '\n' ? 'n' : *text == '\t' ? 't' : *text) ;
  }
}

static void add_field (char const *text)
{
  if (line_len) add_byte('\t') ;
  add(text) ;
}

static void add_number (long long number)
{
  char text[32] ;
  snprintf(text, sizeof text, "%lld", number) ;
  add_field(text) ;
}

static void add_list (char const *const *list)
{
  add_field("") ;
  for (size_t i = 0 ; list[i] ; i++)
  {
    if (i) add_byte('\037') ;
    add(list[i]) ;
  }
}

static void add_now (void)
{
  struct timespec now ;
  clock_gettime(CLOCK_MONOTONIC, &now) ;
  add_number((long long)now.tv_sec * 1000 + now.tv_nsec / 1000000) ;
}

static void add_target (int fd)
{
  char path[32] ;
  char target[PATH_MAX] ;
  ssize_t len ;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd) ;
  len = readlink(path, target, sizeof target - 1) ;
  target[len > 0 ? len : 0] = 0 ;
  add_field(target) ;
}

static void write_line (void)
{
  int fd = open(FOLDER "log", O_WRONLY | O_APPEND | O_CLOEXEC) ;
  add_byte('\n') ;
  if (fd == -1 || write(fd, line, line_len) != (ssize_t)line_len) _exit(111) ;
  close(fd) ;
  line_len = 0 ;
}

static void note_began (char const *role, char const *const *argv)
{
  char folder[PATH_MAX] ;
  add_field("began") ;
  add_field(role) ;
  add_number(getpid()) ;
  add_now() ;
  add_field(getcwd(folder, sizeof folder) ? folder : "") ;
  add_number(geteuid()) ;
  add_target(1) ;
  add_target(2) ;
  add_list(argv) ;
  add_list((char const *const *)environ) ;
  write_line() ;
}

static void end (int code, char const *how)
{
  add_field("ended") ;
  add_number(getpid()) ;
  add_now() ;
  add_field(how) ;
  write_line() ;
  _exit(code) ;
}

static void pause_ms (long ms)
{
  struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 } ;
  nanosleep(&time, 0) ;
}

static void on_signal (int sig)
{
  char how[16] ;
  line_len = 0 ;
  snprintf(how, sizeof how, "SIG%d", sig) ;
  end(0, how) ;
}

/* One of the sockets that the checks of the image ask for. It stays open. */
static void listen_at (char const *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX } ;
  struct stat st ;
  int fd ;
  if (strlen(path) >= sizeof address.sun_path || !lstat(path, &st)) return ;
  memcpy(address.sun_path, path, strlen(path)) ;
  *strrchr(address.sun_path, '/') = 0 ;
  mkdir(address.sun_path, 01777) ; /* as Xvfb does with /tmp/.X11-unix */
  memcpy(address.sun_path, path, strlen(path)) ;
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) ;
  if (fd == -1 || bind(fd, (struct sockaddr *)&address, sizeof address) == -1 || listen(fd, 64) == -1) return ;
  chmod(path, 0777) ;
  /* cppcheck-suppress resourceLeak */
}

static void listen_at_all (void)
{
  char path[PATH_MAX] ;
  FILE *list = fopen(FOLDER "sockets", "re") ;
  while (list && fgets(path, sizeof path, list))
  {
    path[strcspn(path, "\n")] = 0 ;
    listen_at(path) ;
  }
  if (list) fclose(list) ;
}

/* Its own pid in each file of its words that is one for that: --pidfile PATH.pid, --pidfile=PATH.pid. */
static void write_pid_files (char const *const *argv)
{
  for (size_t i = 1 ; argv[i] ; i++)
  {
    char const *path = strchr(argv[i], '/') ;
    size_t len = path ? strlen(path) : 0 ;
    FILE *file = len > 4 && !strcmp(path + len - 4, ".pid") ? fopen(path, "we") : 0 ;
    if (!file) continue ;
    fprintf(file, "%ld\n", (long)getpid()) ;
    fclose(file) ;
  }
}

/* An X server's: Xvfb :5 */
static void listen_at_display (char const *const *argv)
{
  char path[64] ;
  if (*argv[0] != 'X' || !argv[1] || *argv[1] != ':') return ;
  snprintf(path, sizeof path, "/tmp/.X11-unix/X%.20s", argv[1] + 1) ;
  listen_at(path) ;
}

static void stay (char const *const *argv)
{
  static int const signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGWINCH, SIGUSR1 } ;
  char path[64] ;
  snprintf(path, sizeof path, FOLDER "end.%ld", (long)getpid()) ;
  for (size_t i = 0 ; i < sizeof signals / sizeof *signals ; i++) signal(signals[i], &on_signal) ;
  signal(SIGHUP, SIG_IGN) ;
  listen_at_all() ;
  listen_at_display(argv) ;
  write_pid_files(argv) ;
  for (;;)
  {
    char code[16] = "" ;
    FILE *file = fopen(path, "re") ;
    if (file && fgets(code, sizeof code, file)) end((int)strtol(code, 0, 10), code) ;
    if (file) fclose(file) ;
    pause_ms(LOOK_MS) ;
  }
}

/* The role of these words. It stays in a buffer of this function. */
static char const *find_role (char const *words)
{
  static char text[4096] ;
  FILE *roles = fopen(FOLDER "roles", "re") ;
  while (roles && fgets(text, sizeof text, roles))
  {
    char *pattern = text + strcspn(text, " ") ;
    text[strcspn(text, "\n")] = 0 ;
    if (*text == '#' || !*pattern || fnmatch(pattern + 1, words, 0)) continue ;
    *pattern = 0 ;
    fclose(roles) ;
    return text ;
  }
  if (roles) fclose(roles) ;
  return "ends" ;
}

static void join (char const *const *argv, char *words, size_t size)
{
  char const *init = strstr(argv[0], "/init.d/") ;
  char const *slash = init ? init : strrchr(argv[0], '/') ;
  int len = snprintf(words, size, "%s", slash ? slash + 1 : argv[0]) ;
  for (size_t i = 1 ; argv[i] && (size_t)len < size ; i++) len += snprintf(words + len, size - (size_t)len, " %s", argv[i]) ;
}

static int do_sleep (char const *time)
{
  double ms = time ? strtod(time, 0) * 1000 : 0 ;
  if (time && (!strncmp(time, "inf", 3) || ms >= 3600000 || strpbrk(time, "hd")))
    for (;;) pause() ;
  pause_ms(ms > SLEEP_MS ? SLEEP_MS : (long)ms) ;
  return 0 ;
}

/* The parent ends when the daemon is there. */
static void leave (void)
{
  if (fork() > 0)
  {
    pause_ms(30) ;
    _exit(0) ;
  }
  setsid() ;
}

int main (int argc, char const *const *argv)
{
  char words[4096] ;
  char const *role ;
  if (argc < 1) return 100 ;
  join(argv, words, sizeof words) ;
  role = find_role(words) ;
  if (!strcmp(role, "sleep")) return do_sleep(argv[1]) ;
  if (!strcmp(role, "leaves")) leave() ;
  note_began(role, argv) ;
  if (!strcmp(role, "stays") || !strcmp(role, "leaves")) stay(argv) ;
  pause_ms(WORK_MS) ;
  if (!strcmp(role, "fails")) end(1, "1") ;
  end(0, "0") ;
}
