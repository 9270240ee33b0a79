/* A directory of its own for each test: temp_enter() makes a fresh one the
   working directory; what it leaves is removed when the program ends. */

#ifndef REEVE_TESTS_TEMP_H
#define REEVE_TESTS_TEMP_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char temp_path[64] ;

static inline int temp_remove_one (char const *path, struct stat const *st, int type, struct FTW *where)
{
  (void)st ;
  (void)type ;
  (void)where ;
  return remove(path) ;
}

static inline void temp_leave (void)
{
  if (!temp_path[0]) return ;
  if (chdir("/") == -1) abort() ;
  nftw(temp_path, &temp_remove_one, 8, FTW_DEPTH | FTW_PHYS) ;
  temp_path[0] = 0 ;
}

static inline void temp_enter (void)
{
  static int registered ;
  if (!registered++) atexit(&temp_leave) ;
  temp_leave() ;
  strcpy(temp_path, "/tmp/reeve-unit.XXXXXX") ;
  if (!mkdtemp(temp_path) || chdir(temp_path) == -1)
  {
    perror("temp_enter") ;
    exit(111) ;
  }
}

static inline void temp_file (char const *path, void const *bytes, size_t len)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) ;
  if (fd == -1 || write(fd, bytes, len) != (ssize_t)len)
  {
    perror(path) ;
    exit(111) ;
  }
  close(fd) ;
}

static inline void temp_text (char const *path, char const *text)
{
  temp_file(path, text, strlen(text)) ;
}

/* Returns the length of what it holds, at most `size`; -1 if it cannot be read. */
static inline ssize_t temp_content (char const *path, void *bytes, size_t size)
{
  ssize_t n ;
  int fd = open(path, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  n = read(fd, bytes, size) ;
  close(fd) ;
  return n ;
}

#endif
