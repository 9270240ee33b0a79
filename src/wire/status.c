#include "wire/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/uint16.h>
#include <skalibs/uint64.h>

#include "base/file.h"
#include "base/trust.h"

#define AT_SINCE 0
#define AT_READY_SINCE 12
#define AT_PID 24
#define AT_WSTAT 32
#define AT_FLAGS 34
#define FRESH STATUS_FILE ".new"

void status_pack (char out[STATUS_SIZE], struct status const *status)
{
  tain_pack(out + AT_SINCE, &status->since) ;
  tain_pack(out + AT_READY_SINCE, &status->ready_since) ;
  uint64_pack_big(out + AT_PID, (uint64_t)status->pid) ;
  uint16_pack_big(out + AT_WSTAT, (uint16_t)status->wstat) ;
  out[AT_FLAGS] = (char)status->flags ;
}

void status_unpack (char const in[STATUS_SIZE], struct status *status)
{
  uint64_t pid ;
  uint16_t wstat ;
  tain_unpack(in + AT_SINCE, &status->since) ;
  tain_unpack(in + AT_READY_SINCE, &status->ready_since) ;
  uint64_unpack_big(in + AT_PID, &pid) ;
  uint16_unpack_big(in + AT_WSTAT, &wstat) ;
  status->pid = (pid_t)pid ;
  status->wstat = wstat ;
  status->flags = (unsigned char)in[AT_FLAGS] ;
}

int status_write (struct status const *status)
{
  char packed[STATUS_SIZE] ;
  int fd = file_open(FRESH, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) return 0 ;
  status_pack(packed, status) ;
  if (allwrite(fd, packed, STATUS_SIZE) < STATUS_SIZE)
  {
    fd_close(fd) ;
    return 0 ;
  }
  fd_close(fd) ;
  return !rename(FRESH, STATUS_FILE) ;
}

int status_read (char const *dir, struct status *status)
{
  static char const file[] = "/" STATUS_FILE ;
  char path[4096] ;
  char packed[STATUS_SIZE + 1] ;
  size_t len = strlen(dir) ;
  ssize_t got ;
  int fd ;
  if (len + sizeof file > sizeof path) return (errno = ENAMETOOLONG, 0) ;
  memcpy(path, dir, len) ;
  memcpy(path + len, file, sizeof file) ;
  fd = trust_open(path, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  got = fd_read(fd, packed, sizeof packed) ; /* one byte more than a valid file has */
  if (got != STATUS_SIZE)
  {
    int err = got == -1 ? errno : EPROTO ;
    fd_close(fd) ;
    errno = err ;
    return 0 ;
  }
  fd_close(fd) ;
  status_unpack(packed, status) ;
  return 1 ;
}
