#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "temp.h"
#include "unit.h"

#define LIMIT_S 10 /* then a child hangs */

static char heard[200000] ;
static char long_text[6000] ;

/* What is there to be read now, without the zeros that have filled the channel. */
static void hear (int fd)
{
  size_t n = 0 ;
  for (;;)
  {
    struct pollfd x = { .fd = fd, .events = POLLIN } ;
    ssize_t r ;
    if (poll(&x, 1, 0) != 1 || n == sizeof heard - 1) break ;
    r = read(fd, heard + n, sizeof heard - 1 - n) ;
    if (r <= 0) break ;
    n += (size_t)r ;
  }
  heard[n] = 0 ;
  for (size_t i = 0 ; i < n ; i++) if (!heard[i]) heard[i] = ' ' ;
}

static int says (char const *text)
{
  return !!strstr(heard, text) ;
}

/* Without O_NONBLOCK on the description, which is shared. */
static void fill (int fd, int is_socket)
{
  static char const zeros[4096] ;
  if (is_socket)
  {
    while (send(fd, zeros, sizeof zeros, MSG_DONTWAIT) > 0) ;
    while (send(fd, zeros, 1, MSG_DONTWAIT) > 0) ;
  }
  else for (;;)
  {
    struct pollfd x = { .fd = fd, .events = POLLOUT } ;
    if (poll(&x, 1, 0) != 1 || write(fd, zeros, sizeof zeros) <= 0) break ;
  }
}

/* Runs `talk` in a child whose descriptor 2 is `fd`. Returns its exit code, or -1 if it had to be killed. */
static int child (int fd, int (*talk) (int), int reader)
{
  int wstat ;
  pid_t pid = fork() ;
  if (!pid)
  {
    dup2(fd, 2) ;
    signal(SIGPIPE, SIG_IGN) ;
    message_begin() ;
    _exit((*talk)(reader)) ;
  }
  for (int i = 0 ; i < LIMIT_S * 100 ; i++)
  {
    if (waitpid(pid, &wstat, WNOHANG) == pid) return WIFEXITED(wstat) ? WEXITSTATUS(wstat) : -1 ;
    poll(0, 0, 10) ;
  }
  kill(pid, SIGKILL) ;
  waitpid(pid, &wstat, 0) ;
  return -1 ;
}

/* 0, or the number of what was not so. */
static int talk_to_nobody (int reader)
{
  struct pollfd x = { .events = POLLOUT } ;
  int flags = fcntl(2, F_GETFL) ;
  errno = EDOM ;
  for (int i = 0 ; i < 100 ; i++) strerr_warnw1x("nobody reads this") ;
  if (errno != EDOM) return 1 ;
  x.fd = message_fd() ;
  if (x.fd < 0 || poll(&x, 1, 0)) return 2 ;
  hear(reader) ;
  if (says("nobody")) return 3 ;
  if (poll(&x, 1, 1000) != 1) return 4 ;
  message_say_lost() ;
  if (message_fd() != -1) return 5 ;
  strerr_warnw1x("somebody reads this") ;
  hear(reader) ;
  if (!says("unit: warning: 100 messages are lost: standard error did not take them\nunit: warning: somebody reads this\n")) return 6 ;
  if (fcntl(2, F_GETFL) != flags) return 7 ;
  if (x.fd > 2 && !(fcntl(x.fd, F_GETFD) & FD_CLOEXEC)) return 8 ;
  return 0 ;
}

TEST(a_full_pipe_takes_nothing_and_the_count_is_said_later)
{
  int ends[2] ;
  CHECK(pipe(ends) != -1) ;
  fill(ends[1], 0) ;
  CHECK(child(ends[1], &talk_to_nobody, ends[0]) == 0) ;
  close(ends[0]) ;
  close(ends[1]) ;
}

TEST(so_it_is_with_sockets)
{
  static int const kinds[] = { SOCK_STREAM, SOCK_SEQPACKET } ;
  for (size_t i = 0 ; i < sizeof kinds / sizeof *kinds ; i++)
  {
    int ends[2] ;
    CHECK(socketpair(AF_UNIX, kinds[i], 0, ends) != -1) ;
    fill(ends[1], 1) ;
    CHECK(child(ends[1], &talk_to_nobody, ends[0]) == 0) ;
    close(ends[0]) ;
    close(ends[1]) ;
  }
}

/* As on a system without /proc, or when another user has made the pipe: no description of our own. */
static int talk_by_timer (int reader)
{
  struct rlimit none = { 3, 3 } ;
  sigset_t set ;
  sigset_t now ;
  int r ;
  setrlimit(RLIMIT_NOFILE, &none) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGALRM) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
  kill(getpid(), SIGALRM) ;
  r = talk_to_nobody(reader) ;
  if (r) return r ;
  sigpending(&set) ;
  if (!sigismember(&set, SIGALRM)) return 20 ;
  sigprocmask(SIG_SETMASK, 0, &now) ;
  return sigismember(&now, SIGALRM) ? 0 : 21 ;
}

TEST(without_a_description_of_its_own_a_timer_does_it_and_keeps_others_sigalrm)
{
  int ends[2] ;
  CHECK(pipe(ends) != -1) ;
  fill(ends[1], 0) ;
  CHECK(child(ends[1], &talk_by_timer, ends[0]) == 0) ;
  close(ends[0]) ;
  close(ends[1]) ;
}

static int talk_much (int reader)
{
  (void)reader ;
  for (int i = 0 ; i < 200 ; i++) strerr_warnw4x(long_text, "", " the", " end") ;
  return message_fd() == -1 ? 1 : 0 ;
}

TEST(what_is_there_is_whole_lines_and_a_long_one_is_cut)
{
  int ends[2] ;
  char *line = heard ;
  memset(long_text, 'x', sizeof long_text - 1) ;
  CHECK(pipe(ends) != -1) ;
  CHECK(child(ends[1], &talk_much, 0) == 0) ;
  hear(ends[0]) ;
  CHECK(*line) ;
  while (*line)
  {
    char *newline = strchr(line, '\n') ;
    CHECK(newline && newline - line < PIPE_BUF && !strncmp(newline - 4, "x...", 4)) ;
    if (!newline) break ;
    line = newline + 1 ;
  }
  close(ends[0]) ;
  close(ends[1]) ;
}

static int talk_to_a_terminal (int reader)
{
  (void)reader ;
  strerr_warnw3x("unable to start ", "a\033[31m\302\233b\377 gr\303\266\303\237e", "\t!") ;
  message_begin_waiting() ;
  strerr_warnw1x("\007") ;
  strerr_warnw1x("\007") ;
  return 0 ;
}

TEST(what_acts_on_a_terminal_is_not_written)
{
  int ends[2] ;
  CHECK(pipe(ends) != -1) ;
  CHECK(child(ends[1], &talk_to_a_terminal, 0) == 0) ;
  hear(ends[0]) ;
  CHECK(!strcmp(heard, "unit: warning: unable to start a?[31m??b? gr\303\266\303\237e !\nunit: warning: ?\nunit: warning: ?\n")) ;
  close(ends[0]) ;
  close(ends[1]) ;
}

static int talk_to_a_file (int reader)
{
  (void)reader ;
  strerr_warnw1x("one") ;
  if (write(2, "other\n", 6) != 6) return 1 ;
  strerr_warnw1x("two") ;
  return message_fd() == -1 ? 0 : 2 ;
}

TEST(a_file_s_position_is_shared_with_who_else_writes_there)
{
  char path[] = "/tmp/reeve-unit.XXXXXX" ;
  int fd = mkstemp(path) ;
  CHECK(fd >= 0) ;
  CHECK(child(fd, &talk_to_a_file, 0) == 0) ;
  lseek(fd, 0, SEEK_SET) ;
  hear(fd) ;
  CHECK(!strcmp(heard, "unit: warning: one\nother\nunit: warning: two\n")) ;
  close(fd) ;
  unlink(path) ;
}

static int talk_without_reader (int reader)
{
  (void)reader ;
  for (int i = 0 ; i < 3 ; i++) strerr_warnw1x("nobody will ever read this") ;
  return message_fd() == -1 ? 0 : 1 ; /* its POLLERR would come at once, each time */
}

TEST(a_reader_that_has_gone_is_not_waited_for)
{
  int ends[2] ;
  CHECK(pipe(ends) != -1) ;
  close(ends[0]) ;
  CHECK(child(ends[1], &talk_without_reader, 0) == 0) ;
  close(ends[1]) ;
}

static int hand_over (int reader)
{
  (void)reader ;
  for (int i = 0 ; i < 3 ; i++) strerr_warnw1x("nobody reads this") ;
  message_hand_over() ;
  if (!getenv("REEVE_MESSAGES_LOST")) return 1 ;
  message_take_over() ;
  if (getenv("REEVE_MESSAGES_LOST")) return 2 ;
  hear(reader) ;
  message_say_lost() ;
  hear(reader) ;
  return says("3 messages are lost") ? 0 : 3 ;
}

TEST(the_count_outlives_an_execution)
{
  int ends[2] ;
  CHECK(pipe(ends) != -1) ;
  fill(ends[1], 0) ;
  CHECK(child(ends[1], &hand_over, ends[0]) == 0) ;
  close(ends[0]) ;
  close(ends[1]) ;
}

static int talk_again (int reader)
{
  (void)reader ;
  for (int i = 0 ; i < 18 ; i++) strerr_warnw1x("the same") ;
  strerr_warnw1x("another") ;
  strerr_warnw1x("another") ;
  message_end() ;
  message_end() ;
  return 0 ;
}

static void talk_to (int (*talk) (int))
{
  int ends[2] ;
  CHECK(pipe(ends) != -1) ;
  CHECK(child(ends[1], talk, 0) == 0) ;
  hear(ends[0]) ;
  close(ends[0]) ;
  close(ends[1]) ;
}

TEST(the_same_again_is_counted)
{
  talk_to(&talk_again) ;
  CHECK(!strcmp(heard, "unit: warning: the same\nunit: warning: the same (said 17 times more)\nunit: warning: another\nunit: warning: another (said once more)\n")) ;
}

static int talk_again_later (int reader)
{
  strerr_warnw1x("the same") ;
  hear(reader) ;
  if (!says("the same\n")) return 1 ; /* at once */
  strerr_warnw1x("the same") ;
  poll(0, 0, 1100) ;
  hear(reader) ;
  if (says("same")) return 2 ;
  strerr_warnw1x("the same") ;
  hear(reader) ;
  if (!says("the same (said 2 times more)\n")) return 3 ;
  poll(0, 0, 2100) ;
  strerr_warnw1x("the same") ;
  hear(reader) ;
  return says("the same\n") ? 0 : 4 ;
}

TEST(after_a_second_it_is_said_again)
{
  int ends[2] ;
  CHECK(pipe(ends) != -1) ;
  CHECK(child(ends[1], &talk_again_later, ends[0]) == 0) ;
  close(ends[0]) ;
  close(ends[1]) ;
}

static int talk_json (int reader)
{
  (void)reader ;
  setenv("REEVE_SERVICE", "web", 1) ;
  PROG = message_program("unit") ;
  message_announce("json") ;
  strerr_warnwu3x("say \"", "\t", "\"") ;
  strerr_warnwu3x("say \"", "\t", "\"") ;
  message_end() ;
  if (dup2(1, 2) == -1) return 1 ; /* it leaves the container no more */
  message_begin() ;
  return 0 ;
}

TEST(the_form_is_that_of_the_services_lines)
{
  talk_to(&talk_json) ;
  CHECK(!strncmp(heard, "{\"time\":\"20", 11)) ;
  CHECK(says("\",\"service\":\"reeve\",\"stream\":\"stderr\",\"level\":\"warning\",\"program\":\"unit\",\"about\":\"web\",\"message\":\"unit web: warning: unable to say \\u0022\\u0009\\u0022\"}\n")) ;
  CHECK(says("\\u0022 (said once more)\"}\n")) ;
}

static int talk_prefixed (int reader)
{
  (void)reader ;
  setenv("REEVE_LOG", "prefix", 1) ;
  message_announce("prefix") ;
  message_begin_waiting() ;
  strerr_warnw1x("it") ;
  setenv("REEVE_STDERR", "1:1", 1) ;
  message_begin() ;
  strerr_warnw1x("that") ;
  message_announce("lines") ;
  if (getenv("REEVE_STDERR")) return 1 ;
  strerr_warnw1x("plain") ;
  return 0 ;
}

TEST(what_goes_elsewhere_stays_plain)
{
  talk_to(&talk_prefixed) ;
  CHECK(!strcmp(heard, "reeve | unit: warning: it\nunit: warning: that\nunit: warning: plain\n")) ;
}
