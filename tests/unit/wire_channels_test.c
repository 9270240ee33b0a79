#include "wire/channels.h"

#include <signal.h>
#include <sys/wait.h>

#include "temp.h"
#include "unit.h"
#include "wire/lock.h"

static mode_t mode_of (char const *path)
{
  struct stat st ;
  return lstat(path, &st) == -1 ? 0 : st.st_mode ;
}

/* A process that holds the lock of `path` until `*hold` is closed; its pid. */
static pid_t hold_lock (char const *path, int *hold)
{
  int ready[2] ;
  int until[2] ;
  char c ;
  pid_t pid ;
  if (pipe2(ready, O_CLOEXEC) == -1 || pipe2(until, O_CLOEXEC) == -1) return -1 ;
  pid = fork() ;
  if (!pid)
  {
    close(until[1]) ;
    if (lock_take(path, 0600) == -1 || write(ready[1], "", 1) != 1) _exit(1) ;
    while (read(until[0], &c, 1) == -1 && errno == EINTR) ;
    _exit(0) ;
  }
  close(ready[1]) ;
  close(until[0]) ;
  CHECK(read(ready[0], &c, 1) == 1) ;
  close(ready[0]) ;
  *hold = until[1] ;
  return pid ;
}

static int ended_well (pid_t pid)
{
  int wstat ;
  return waitpid(pid, &wstat, 0) == pid && !wstat ;
}

TEST(a_fifo_is_made_with_mode_0600)
{
  temp_enter() ;
  CHECK(fifo_make("fifo")) ;
  CHECK(mode_of("fifo") == (S_IFIFO | 0600)) ;
}

TEST(a_fifo_has_its_mode_whatever_the_umask)
{
  mode_t mask = umask(0777) ;
  temp_enter() ;
  CHECK(fifo_make("own") && fifo_make_shared("shared")) ;
  CHECK(umask(mask) == 0777) ;
  CHECK(mode_of("own") == (S_IFIFO | 0600)) ;
  CHECK(mode_of("shared") == (S_IFIFO | 0622)) ;
}

TEST(a_fifo_that_is_there_is_shared_too)
{
  temp_enter() ;
  CHECK(fifo_make("fifo") && fifo_make_shared("fifo") && fifo_make_shared("fifo")) ;
  CHECK(mode_of("fifo") == (S_IFIFO | 0622)) ;
}

TEST(what_is_no_fifo_of_ours_is_not_shared)
{
  temp_enter() ;
  temp_text("file", "text") ;
  CHECK(!chmod("file", 0600) && !symlink("file", "link")) ;
  CHECK(!fifo_make_shared("file") && !fifo_make_shared("link")) ;
  CHECK(mode_of("file") == (S_IFREG | 0600)) ;
}

TEST(a_fifo_that_is_there_will_do)
{
  temp_enter() ;
  CHECK(fifo_make("fifo")) ;
  CHECK(fifo_make("fifo")) ;
  CHECK(S_ISFIFO(mode_of("fifo"))) ;
}

TEST(a_fifo_of_somebody_else_will_not_do)
{
  temp_enter() ;
  CHECK(!mkfifo("fifo", 0600)) ;
  if (chown("fifo", 12345, (gid_t)-1) == -1) return ; /* only root can try it */
  errno = 0 ;
  CHECK(!fifo_make("fifo") && errno == EEXIST) ;
}

TEST(a_fifo_is_not_made_where_something_else_is)
{
  temp_enter() ;
  temp_text("file", "text") ;
  errno = 0 ;
  CHECK(!fifo_make("file") && errno == EEXIST) ;
  CHECK(S_ISREG(mode_of("file"))) ;
  CHECK(!mkdir("directory", 0700)) ;
  errno = 0 ;
  CHECK(!fifo_make("directory") && errno == EEXIST) ;
  CHECK(!mkfifo("target", 0600) && !symlink("target", "link")) ;
  errno = 0 ;
  CHECK(!fifo_make("link") && errno == EEXIST) ;
  CHECK(!symlink("nowhere", "dangling")) ;
  errno = 0 ;
  CHECK(!fifo_make("dangling") && errno == EEXIST) ;
  errno = 0 ;
  CHECK(!fifo_make("none/fifo") && errno == ENOENT) ;
}

TEST(opening_both_ends_holds_the_fifo_open)
{
  char c ;
  int fd ;
  temp_enter() ;
  CHECK(fifo_make("fifo")) ;
  fd = fifo_open("fifo", O_RDWR) ;
  CHECK(fd >= 0) ;
  CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC) ;
  CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK) ;
  errno = 0 ;
  CHECK(read(fd, &c, 1) == -1 && errno == EAGAIN) ;
  CHECK(fifo_send("fifo", "t", 1)) ;
  CHECK(read(fd, &c, 1) == 1 && c == 't') ;
  errno = 0 ;
  CHECK(read(fd, &c, 1) == -1 && errno == EAGAIN) ;
  close(fd) ;
}

TEST(opening_for_writing_without_a_reader_is_enxio)
{
  temp_enter() ;
  CHECK(fifo_make("fifo")) ;
  errno = 0 ;
  CHECK(fifo_open("fifo", O_WRONLY) == -1 && errno == ENXIO) ;
}

TEST(opening_for_reading_does_not_wait_for_a_writer)
{
  int fd ;
  temp_enter() ;
  CHECK(fifo_make("fifo")) ;
  fd = fifo_open("fifo", O_RDONLY) ;
  CHECK(fd >= 0) ;
  close(fd) ;
}

TEST(opening_follows_no_link)
{
  temp_enter() ;
  CHECK(!mkfifo("target", 0600) && !symlink("target", "link")) ;
  errno = 0 ;
  CHECK(fifo_open("link", O_RDWR) == -1 && errno == ELOOP) ;
  errno = 0 ;
  CHECK(!fifo_send("link", "t", 1) && errno == ELOOP) ;
}

TEST(opening_what_is_no_fifo_is_einval)
{
  char bytes[8] ;
  temp_enter() ;
  temp_text("file", "text") ;
  errno = 0 ;
  CHECK(fifo_open("file", O_RDWR) == -1 && errno == EINVAL) ;
  errno = 0 ;
  CHECK(!fifo_send("file", "overwritten", 11) && errno == EINVAL) ;
  CHECK(temp_content("file", bytes, sizeof bytes) == 4 && !memcmp(bytes, "text", 4)) ;
  CHECK(!mkdir("directory", 0700)) ;
  errno = 0 ;
  CHECK(fifo_open("directory", O_RDONLY) == -1 && errno == EINVAL) ;
}

TEST(sending_without_a_reader_says_so)
{
  temp_enter() ;
  errno = 0 ;
  CHECK(!fifo_send("fifo", "t", 1) && errno == ENOENT) ;
  CHECK(fifo_make("fifo")) ;
  errno = 0 ;
  CHECK(!fifo_send("fifo", "t", 1) && errno == ENXIO) ;
}

TEST(sending_to_a_full_fifo_is_eagain)
{
  static char const page[4096] ;
  static char drained[1 << 21] ;
  unsigned int sent = 0 ;
  int fd ;
  temp_enter() ;
  CHECK(fifo_make("fifo")) ;
  fd = fifo_open("fifo", O_RDWR) ;
  while (sent < 512 && fifo_send("fifo", page, sizeof page)) sent++ ;
  CHECK(sent && sent < 512 && errno == EAGAIN) ;
  errno = 0 ;
  CHECK(!fifo_send("fifo", "t", 1) && errno == EAGAIN) ;
  CHECK(read(fd, drained, sizeof drained) == (ssize_t)(sent * sizeof page)) ;
  CHECK(fifo_send("fifo", "t", 1)) ;
  close(fd) ;
}

TEST(what_does_not_fit_whole_is_not_sent_in_part)
{
  static char const page[4096] ;
  static char drained[1 << 21] ;
  unsigned int pages = 0 ;
  int fd ;
  temp_enter() ;
  CHECK(fifo_make("fifo")) ;
  fd = fifo_open("fifo", O_RDWR) ;
  while (pages < 512 && fifo_send("fifo", page, sizeof page)) pages++ ;
  CHECK(read(fd, drained, 4096) == 4096) ;
  CHECK(fifo_send("fifo", page, 100)) ;
  CHECK(!fifo_send("fifo", page, sizeof page) && errno == EAGAIN) ;
  CHECK(read(fd, drained, sizeof drained) == (ssize_t)((pages - 1) * sizeof page + 100)) ;
  close(fd) ;
}

TEST(a_lock_makes_its_file)
{
  int fd ;
  temp_enter() ;
  fd = lock_take("lock", 0600) ;
  CHECK(fd >= 0) ;
  CHECK(S_ISREG(mode_of("lock"))) ;
  CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC) ;
  close(fd) ;
}

TEST(a_lock_that_another_process_holds_is_ebusy)
{
  int hold ;
  int fd ;
  pid_t pid ;
  temp_enter() ;
  pid = hold_lock("lock", &hold) ;
  errno = 0 ;
  CHECK(lock_take("lock", 0600) == -1 && errno == EBUSY) ;
  close(hold) ;
  CHECK(ended_well(pid)) ;
  fd = lock_take("lock", 0600) ;
  CHECK(fd >= 0) ;
  close(fd) ;
}

TEST(the_holder_of_a_lock_is_told)
{
  int foreign = 7 ;
  int hold ;
  pid_t pid ;
  temp_enter() ;
  pid = hold_lock("lock", &hold) ;
  CHECK(pid > 0 && lock_holder("lock", &foreign) == pid && !foreign) ;
  CHECK(lock_holder("lock", &foreign) == pid) ; /* asking does not drop it */
  close(hold) ;
  CHECK(ended_well(pid)) ;
  CHECK(lock_holder("lock", &foreign) == 0 && !foreign) ;
}

TEST(a_killed_holder_holds_no_longer)
{
  int foreign ;
  int hold ;
  pid_t pid ;
  temp_enter() ;
  pid = hold_lock("lock", &hold) ;
  CHECK(!kill(pid, SIGKILL)) ;
  CHECK(waitpid(pid, 0, 0) == pid) ;
  CHECK(lock_holder("lock", &foreign) == 0) ;
  close(hold) ;
}

TEST(no_lock_file_has_no_holder)
{
  int foreign = 7 ;
  temp_enter() ;
  CHECK(lock_holder("lock", &foreign) == 0 && !foreign) ;
  CHECK(!mode_of("lock")) ;
  temp_text("lock", "") ;
  CHECK(lock_holder("lock", &foreign) == 0 && !foreign) ;
}

TEST(a_lock_follows_no_link)
{
  int foreign ;
  temp_enter() ;
  CHECK(!symlink("target", "lock")) ;
  errno = 0 ;
  CHECK(lock_take("lock", 0600) == -1 && errno == ELOOP) ;
  CHECK(!mode_of("target")) ;
  errno = 0 ;
  CHECK(lock_holder("lock", &foreign) == -1 && errno == ELOOP) ;
}
