#include "base/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/file.h"

struct entry /* linux_dirent64, as getdents64 writes it */
{
  uint64_t inode ;
  int64_t next ;
  uint16_t size ;
  uint8_t type ;
  char name[] ;
} ;

int listing_each (char const *path, listing_func *each, void *data)
{
  _Alignas(struct entry) char buf[1024] ;
  long r = 0 ;
  int more = 1 ;
  int err ;
  int dir = file_open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0) ;
  if (dir == -1) return 0 ;
  while (more && (r = syscall(SYS_getdents64, (long)dir, buf, sizeof buf)) > 0)
    for (long at = 0 ; more && at < r ; )
    {
      struct entry const *entry = (struct entry const *)(void const *)(buf + at) ;
      more = (*each)(dir, entry->name, data) ;
      at += entry->size ;
    }
  err = errno ;
  fd_close(dir) ;
  errno = err ;
  return r >= 0 ;
}
