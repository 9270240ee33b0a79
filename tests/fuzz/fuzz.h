/* What the fuzz targets share. A target defines LLVMFuzzerTestOneInput; beside
   what the sanitizers find, it CHECKs what the header of the tested promises.

   fuzz_enter() makes a fresh directory below $TMPDIR the working directory, once
   a process; who started the target removes it. */

#ifndef REEVE_TESTS_FUZZ_H
#define REEVE_TESTS_FUZZ_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(condition) \
  do if (!(condition)) \
  { \
    fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition) ; \
    abort() ; \
  } while (0)

extern int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size) ;

static inline void fuzz_die (char const *what)
{
  perror(what) ;
  abort() ;
}

static inline void fuzz_enter (void)
{
  static int entered ;
  char path[4096] ;
  char const *tmp = getenv("TMPDIR") ;
  if (entered++) return ;
  if (snprintf(path, sizeof path, "%s/reeve-fuzz.XXXXXX", tmp ? tmp : "/tmp") >= (int)sizeof path) abort() ;
  if (!mkdtemp(path) || chdir(path) == -1) fuzz_die(path) ;
}

static inline void fuzz_file (char const *path, void const *bytes, size_t len)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) ;
  if (fd == -1 || write(fd, bytes, len) != (ssize_t)len) fuzz_die(path) ;
  close(fd) ;
}

static inline void fuzz_directory (char const *path)
{
  if (mkdir(path, 0700) == -1 && errno != EEXIST) fuzz_die(path) ;
}

/* A copy of exactly that size, so that reading beyond it is found. The caller's to free. */
static inline char *fuzz_copy (void const *bytes, size_t len)
{
  char *copy = malloc(len ? len : 1) ;
  if (!copy) abort() ;
  if (len) memcpy(copy, bytes, len) ;
  return copy ;
}

static inline char *fuzz_text (void const *bytes, size_t len)
{
  char *copy = malloc(len + 1) ;
  if (!copy) abort() ;
  if (len) memcpy(copy, bytes, len) ;
  copy[len] = 0 ;
  return copy ;
}

/* The lowest number that is free: if it is higher later, a descriptor was left open. */
static inline int fuzz_lowest_descriptor (void)
{
  int fd = dup(0) ;
  if (fd == -1) fuzz_die("dup") ;
  close(fd) ;
  return fd ;
}

/* Takes a byte from the front; 0 when there is none. */
static inline unsigned int fuzz_byte (uint8_t const **data, size_t *size)
{
  if (!*size) return 0 ;
  --*size ;
  return *(*data)++ ;
}

#endif
