#include <skalibs/djbunix.h>

#include "exec/asking.h"

int ask (struct probe const *probe, uint32_t limit_ms, char const *late, char why[ASK_WHY_MAX])
{
  struct asking const a = { .probe = probe, .limit_ms = limit_ms, .deadline = limit_ms == FOR_EVER ? NO_DEADLINE : asking_awake_ms() + limit_ms, .why = why } ;
  int code ;
  int fd ;
  if (probe->kind == PROBE_UNIX) return asking_unix(&a) ;
  fd = asking_connect(&a, late, &code) ;
  if (fd == -1) return code ;
  code = probe->kind == PROBE_HTTP ? asking_http(&a, fd) : EXIT_YES ;
  fd_close(fd) ;
  return code ;
}
