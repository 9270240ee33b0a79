#include "wire/fifodir.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "temp.h"
#include "unit.h"

#define LISTENER "event/ftrig1:@400000000000000000000000:"

static mode_t mode_of (char const *path)
{
  struct stat st ;
  return lstat(path, &st) == -1 ? 0 : st.st_mode ;
}

static unsigned int entries_of (char const *path)
{
  unsigned int n = 0 ;
  struct dirent *e ;
  DIR *dir = opendir(path) ;
  if (!dir) return 0 ;
  while ((e = readdir(dir))) n += e->d_name[0] != '.' || (e->d_name[1] && e->d_name[1] != '.') ;
  closedir(dir) ;
  return n ;
}

static mode_t mode_of_listener (struct fifodir_listener const *listener)
{
  char path[sizeof FIFODIR "/" + FIFODIR_NAME_SIZE] ;
  snprintf(path, sizeof path, FIFODIR "/%s", listener->name) ;
  return mode_of(path) ;
}

static void enter (void)
{
  temp_enter() ;
  CHECK(fifodir_make(FIFODIR, getegid())) ;
}

static int got (struct fifodir_listener const *listener, char const *expected)
{
  char bytes[64] ;
  ssize_t n = read(listener->fd, bytes, sizeof bytes) ;
  if (n == -1) return errno == EAGAIN && !*expected ;
  return n == (ssize_t)strlen(expected) && !memcmp(bytes, expected, (size_t)n) ;
}

TEST(a_fifodir_is_made_with_mode_03730)
{
  struct stat st ;
  mode_t mask = umask(077) ;
  temp_enter() ;
  CHECK(fifodir_make(FIFODIR, getegid())) ;
  CHECK(mode_of(FIFODIR) == (S_IFDIR | 03730)) ;
  CHECK(!stat(FIFODIR, &st) && st.st_gid == getegid()) ;
  umask(mask) ;
}

TEST(a_fifodir_belongs_to_the_group_that_was_given)
{
  struct stat st ;
  temp_enter() ;
  if (geteuid()) return ; /* only root has groups to give */
  CHECK(fifodir_make(FIFODIR, 12345)) ;
  CHECK(!stat(FIFODIR, &st) && st.st_gid == 12345) ;
  CHECK(mode_of(FIFODIR) == (S_IFDIR | 03730)) ;
}

TEST(a_fifodir_that_is_there_stays_as_it_is)
{
  temp_enter() ;
  CHECK(!mkdir(FIFODIR, 0700) && !chmod(FIFODIR, 01733)) ;
  temp_text("event/file", "text") ;
  CHECK(fifodir_make(FIFODIR, getegid())) ;
  CHECK(mode_of(FIFODIR) == (S_IFDIR | 01733)) ;
  CHECK(mode_of("event/file")) ;
}

TEST(a_name_that_is_taken_is_enotdir)
{
  temp_enter() ;
  temp_text("file", "text") ;
  errno = 0 ;
  CHECK(!fifodir_make("file", getegid()) && errno == ENOTDIR) ;
  CHECK(!mkfifo("fifo", 0600)) ;
  errno = 0 ;
  CHECK(!fifodir_make("fifo", getegid()) && errno == ENOTDIR) ;
  CHECK(!symlink("nowhere", "dangling")) ;
  errno = 0 ;
  CHECK(!fifodir_make("dangling", getegid()) && errno == ENOTDIR) ;
  errno = 0 ;
  CHECK(!fifodir_make("none/event", getegid()) && errno == ENOENT) ;
}

TEST(a_listener_has_a_name_of_s6)
{
  struct fifodir_listener listener ;
  char const *name ;
  enter() ;
  CHECK(fifodir_listen(&listener, FIFODIR)) ;
  name = listener.name ;
  CHECK(strlen(name) == 39) ;
  CHECK(!strncmp(name, "ftrig1:@4", 9)) ;
  CHECK(strspn(name + 8, "0123456789abcdef") == 24) ;
  CHECK(name[32] == ':') ;
  CHECK(name[33] == '=' && strcspn(name + 33, "/.:") == 6) ;
  CHECK(mode_of_listener(&listener) == (S_IFIFO | 0622)) ;
  CHECK(fcntl(listener.fd, F_GETFD) & FD_CLOEXEC) ;
  CHECK(fcntl(listener.fd, F_GETFL) & O_NONBLOCK) ;
  CHECK(entries_of(FIFODIR) == 1) ;
  fifodir_unlisten(&listener) ;
  CHECK(entries_of(FIFODIR) == 0) ;
}

TEST(a_listener_gets_the_events)
{
  struct fifodir_listener listener ;
  enter() ;
  CHECK(fifodir_listen(&listener, FIFODIR)) ;
  CHECK(got(&listener, "")) ;
  CHECK(fifodir_notify(FIFODIR, "uU", 0) == 1) ;
  CHECK(got(&listener, "uU")) ;
  CHECK(fifodir_notify(FIFODIR, "d", 0) == 1) ;
  CHECK(got(&listener, "d")) ;
  CHECK(got(&listener, "")) ;
  fifodir_unlisten(&listener) ;
}

TEST(every_listener_gets_every_event)
{
  struct fifodir_listener listeners[200] ; /* more than one portion of a directory */
  enter() ;
  for (unsigned int i = 0 ; i < 200 ; i++) CHECK(fifodir_listen(listeners + i, FIFODIR)) ;
  CHECK(entries_of(FIFODIR) == 200) ;
  CHECK(fifodir_notify(FIFODIR, "s", 0) == 200) ;
  for (unsigned int i = 0 ; i < 200 ; i++)
  {
    CHECK(got(listeners + i, "s")) ;
    fifodir_unlisten(listeners + i) ;
  }
  CHECK(entries_of(FIFODIR) == 0) ;
}

/* A fifo as s6's programs make it; the descriptor to read from. */
static int listen_as_s6 (char const *random)
{
  char path[sizeof LISTENER + 6] ;
  snprintf(path, sizeof path, LISTENER "%s", random) ;
  CHECK(!mkfifo(path, 0622)) ;
  return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
}

TEST(listeners_of_s6_that_have_read_are_counted)
{
  struct fifodir_listener ours ;
  unsigned int followed ;
  char event ;
  int a ;
  int b ;
  enter() ;
  CHECK(fifodir_listen(&ours, FIFODIR)) ;
  CHECK(fifodir_notify(FIFODIR, "d", &followed) == 1 && followed == 0) ;
  a = listen_as_s6("abcdef") ;
  b = listen_as_s6("ghijkl") ;
  CHECK(!fifodir_unread(FIFODIR)) ;
  CHECK(fifodir_notify(FIFODIR, "d", &followed) == 3 && followed == 2) ;
  CHECK(fifodir_unread(FIFODIR)) ;
  CHECK(read(a, &event, 1) == 1 && fifodir_unread(FIFODIR)) ;
  CHECK(fifodir_notify(FIFODIR, "D", &followed) == 3 && followed == 1) ; /* b is late */
  close(b) ;
  CHECK(read(a, &event, 1) == 1 && event == 'D' && !fifodir_unread(FIFODIR)) ;
  close(a) ;
  CHECK(!fifodir_unread(FIFODIR)) ; /* ours does not count */
  CHECK(got(&ours, "ddD")) ;
  fifodir_unlisten(&ours) ;
}

TEST(nobody_listens)
{
  enter() ;
  CHECK(fifodir_notify(FIFODIR, "u", 0) == 0) ;
}

TEST(listening_where_no_fifodir_is_fails_and_leaves_nothing)
{
  struct fifodir_listener listener ;
  temp_enter() ;
  errno = 0 ;
  CHECK(!fifodir_listen(&listener, FIFODIR) && errno == ENOENT) ;
  temp_text("file", "text") ;
  CHECK(!fifodir_listen(&listener, "file")) ;
  CHECK(entries_of(".") == 1) ;
}

TEST(notifying_what_is_no_directory_fails)
{
  temp_enter() ;
  errno = 0 ;
  CHECK(fifodir_notify(FIFODIR, "u", 0) == -1 && errno == ENOENT) ;
  temp_text("file", "text") ;
  errno = 0 ;
  CHECK(fifodir_notify("file", "u", 0) == -1 && errno == ENOTDIR) ;
}

TEST(a_fifo_that_nobody_reads_is_removed)
{
  struct fifodir_listener listener ;
  enter() ;
  CHECK(fifodir_listen(&listener, FIFODIR)) ;
  CHECK(!mkfifo(LISTENER "abcdef", 0622)) ;
  CHECK(fifodir_notify(FIFODIR, "u", 0) == 1) ;
  CHECK(!mode_of(LISTENER "abcdef")) ;
  CHECK(got(&listener, "u")) ;
  CHECK(mode_of_listener(&listener)) ;
  fifodir_unlisten(&listener) ;
}

TEST(many_fifos_that_nobody_reads_are_all_removed)
{
  char path[] = LISTENER "000000" ;
  enter() ;
  for (unsigned int i = 0 ; i < 500 ; i++)
  {
    snprintf(path + sizeof LISTENER - 1, 7, "%06u", i) ;
    CHECK(!mkfifo(path, 0622)) ;
  }
  CHECK(fifodir_notify(FIFODIR, "u", 0) == 0) ;
  CHECK(entries_of(FIFODIR) == 0) ;
}

TEST(a_full_fifo_is_told_of_and_stays)
{
  static char const page[4096] ;
  struct fifodir_listener full ;
  struct fifodir_listener listener ;
  unsigned int n = 0 ;
  enter() ;
  CHECK(fifodir_listen(&full, FIFODIR)) ;
  CHECK(fifodir_listen(&listener, FIFODIR)) ;
  while (n < 512 && write(full.fd, page, sizeof page) > 0) n++ ;
  CHECK(n && n < 512) ;
  errno = 0 ;
  CHECK(fifodir_notify(FIFODIR, "u", 0) == -1 && errno == EAGAIN) ;
  CHECK(got(&listener, "u")) ;
  CHECK(mode_of_listener(&full)) ;
  fifodir_unlisten(&full) ;
  fifodir_unlisten(&listener) ;
}

TEST(files_and_links_named_like_listeners_are_left_alone)
{
  char bytes[8] ;
  enter() ;
  temp_text(LISTENER "file00", "text") ;
  temp_text("file", "text") ;
  CHECK(!symlink("../file", LISTENER "link00")) ;
  CHECK(!mkfifo("fifo", 0600) && !symlink("../fifo", LISTENER "link01")) ;
  CHECK(!symlink("nowhere", LISTENER "link02")) ;
  CHECK(!mkdir(LISTENER "dir000", 0700)) ;
  CHECK(fifodir_notify(FIFODIR, "u", 0) == 0) ;
  CHECK(entries_of(FIFODIR) == 5) ;
  CHECK(mode_of("fifo")) ;
  CHECK(temp_content(LISTENER "file00", bytes, sizeof bytes) == 4 && !memcmp(bytes, "text", 4)) ;
  CHECK(temp_content("file", bytes, sizeof bytes) == 4 && !memcmp(bytes, "text", 4)) ;
}

TEST(an_event_is_not_sent_through_a_link)
{
  char c ;
  int fd ;
  enter() ;
  CHECK(!mkfifo("fifo", 0600) && !symlink("../fifo", LISTENER "link01")) ;
  fd = open("fifo", O_RDWR | O_NONBLOCK | O_CLOEXEC) ;
  CHECK(fifodir_notify(FIFODIR, "u", 0) == 0) ;
  errno = 0 ;
  CHECK(read(fd, &c, 1) == -1 && errno == EAGAIN) ;
  close(fd) ;
}

TEST(fifos_with_other_names_are_left_alone)
{
  enter() ;
  CHECK(!mkfifo("event/.ftrig1:@400000000000000000000000:abcdef", 0622)) ; /* being made */
  CHECK(!mkfifo(LISTENER "abcde", 0622)) ;
  CHECK(!mkfifo(LISTENER "abcdefg", 0622)) ;
  CHECK(!mkfifo("event/Ftrig1:@400000000000000000000000:abcdef", 0622)) ;
  CHECK(fifodir_notify(FIFODIR, "u", 0) == 0) ;
  CHECK(entries_of(FIFODIR) == 4) ;
}

/* As the scanner does with a service that it lets go of. */
static void remove_all_again_and_again (void)
{
  for (;;)
  {
    struct dirent const *e ;
    DIR *d = opendir(FIFODIR) ;
    while (d && (e = readdir(d))) unlinkat(dirfd(d), e->d_name, 0) ;
    if (d) closedir(d) ;
  }
}

TEST(to_listen_where_all_is_being_removed_fails_as_if_it_were_gone)
{
  int errors = 0 ;
  pid_t child ;
  enter() ;
  child = fork() ;
  if (!child) remove_all_again_and_again() ;
  CHECK(child > 0) ;
  for (int i = 0 ; i < 5000 ; i++)
  {
    struct fifodir_listener listener ;
    if (fifodir_listen(&listener, FIFODIR)) fifodir_unlisten(&listener) ;
    else if (errno != ENOENT) errors++ ;
  }
  CHECK(!kill(child, SIGKILL) && waitpid(child, 0, 0) == child) ;
  CHECK(!errors) ;
}
