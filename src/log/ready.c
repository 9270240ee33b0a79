#include <fcntl.h>
#include <string.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "log/log.h"

uint32_t ready_fd (void)
{
  char text[16] ;
  uint32_t fd ;
  ssize_t n = file_read(AT_FDCWD, "notification-fd", text, sizeof text - 1) ;
  if (n <= 0) return 0 ;
  text[strcspn(text, " \t\n")] = 0 ;
  return uint320_scan(text, &fd) && fd > 2 && fcntl((int)fd, F_GETFD) != -1 ? fd : 0 ;
}

void ready_tell (uint32_t fd)
{
  if (!fd) return ;
  if (allwrite((int)fd, "\n", 1) < 1) strerr_warnwu1sys("tell that the logger is ready") ;
  fd_close((int)fd) ;
}
