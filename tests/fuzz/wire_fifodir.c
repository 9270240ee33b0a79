#include <dirent.h>

#include "fuzz.h"
#include "wire/fifodir.h"

char const *PROG = "fuzz" ;

#define DIRECTORY "event"
#define ENTRIES_MAX 16

static void empty (void)
{
  struct dirent *e ;
  DIR *dir = opendir(DIRECTORY) ;
  if (!dir) fuzz_die(DIRECTORY) ;
  while ((e = readdir(dir)))
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
      unlinkat(dirfd(dir), e->d_name, 0) ;
  closedir(dir) ;
}

static int is_listeners (char const *name)
{
  return strlen(name) == FIFODIR_NAME_SIZE && !strncmp(name, "ftrig1:@", 8) ;
}

enum entry { ENTRY_FIFO, ENTRY_READ_FIFO, ENTRY_FILE, ENTRY_LINK, ENTRY_KINDS } ;

struct made
{
  char name[256] ;
  enum entry kind ;
  int reader ;
} ;

/* Returns 0 when such an entry cannot be. */
static int make (struct made *made, char const *path)
{
  made->reader = -1 ;
  switch (made->kind)
  {
    case ENTRY_FILE :
    {
      int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) ;
      if (fd == -1) return 0 ;
      close(fd) ;
      return 1 ;
    }
    case ENTRY_LINK : return !symlink("../outside", path) ;
    default :
      if (mkfifo(path, 0622) == -1) return 0 ;
      if (made->kind == ENTRY_READ_FIFO) made->reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
      return 1 ;
  }
}

static void check (struct made const *made, char const *path, char event)
{
  struct stat st ;
  char got[3] ;
  int listeners = is_listeners(made->name) ;
  int there = lstat(path, &st) != -1 ;
  if (made->kind == ENTRY_FIFO && listeners) CHECK(!there) ;
  else CHECK(there) ;
  if (made->kind == ENTRY_FILE) CHECK(!st.st_size) ;
  if (made->kind != ENTRY_READ_FIFO) return ;
  CHECK(read(made->reader, got, sizeof got) == (listeners ? 2 : 0)) ;
  if (listeners) CHECK(got[0] == event && got[1] == event) ;
  close(made->reader) ;
}

/* A listener of ours among them hears what was sent, and leaves nothing behind. */
static void check_listener (struct fifodir_listener *listener, char event)
{
  char got[2] ;
  CHECK(read(listener->fd, got, sizeof got) == 1 && got[0] == event) ;
  CHECK(read(listener->fd, got, sizeof got) == -1 && errno == EAGAIN) ;
  CHECK(is_listeners(listener->name)) ;
  fifodir_unlisten(listener) ;
}

/* The input: an event; then for each entry a kind and a name, ended by a slash. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  static struct made made[ENTRIES_MAX] ;
  struct fifodir_listener listener ;
  char path[sizeof DIRECTORY + 256] ;
  static int outside = -1 ; /* where a link leads: nothing may come there */
  char event = "suUdDOx"[(unsigned char)fuzz_byte(&data, &size) % 7] ;
  unsigned int n = 0 ;
  int told = 0 ;
  fuzz_enter() ;
  fuzz_directory(DIRECTORY) ;
  if (outside == -1)
  {
    if (mkfifo("outside", 0600) == -1) fuzz_die("outside") ;
    outside = open("outside", O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  }
  empty() ;
  while (size && n < ENTRIES_MAX)
  {
    struct made *next = made + n ;
    uint8_t const *slash ;
    size_t len ;
    next->kind = (enum entry)(fuzz_byte(&data, &size) % ENTRY_KINDS) ;
    slash = memchr(data, '/', size) ;
    len = slash ? (size_t)(slash - data) : size ;
    if (len && len < sizeof next->name && !memchr(data, 0, len))
    {
      memcpy(next->name, data, len) ;
      next->name[len] = 0 ;
      snprintf(path, sizeof path, DIRECTORY "/%s", next->name) ;
      if (make(next, path))
      {
        told += next->kind == ENTRY_READ_FIFO && is_listeners(next->name) ;
        n++ ;
      }
    }
    data += len + !!slash ;
    size -= len + !!slash ;
  }
  CHECK(fifodir_listen(&listener, DIRECTORY)) ;
  CHECK(fifodir_notify(DIRECTORY, (char[]){ event, 0 }, 0) == told + 1) ;
  check_listener(&listener, event) ;
  CHECK(fifodir_notify(DIRECTORY, (char[]){ event, 0 }, 0) == told) ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    snprintf(path, sizeof path, DIRECTORY "/%s", made[i].name) ;
    check(made + i, path, event) ;
  }
  CHECK(!read(outside, &event, 1)) ;
  return 0 ;
}
