#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/stralloc.h>

#include "base/path.h"
#include "control/control.h"
#include "service/name.h"

#define PATH_SIZE 4096
#define RUN "run"
#define FRESH RUN ".new"

static char const before[] = "#!/bin/sh\n"
  "# What the service runs, in the foreground. `exec` makes it the process that is supervised:\n"
  "# signals reach it, and its end is the service's.\n#\n"
  "# Beside this file may stand, one value each (reeve-supervise(8) has all of them):\n"
  "#   dependencies.d/NAME   an empty file: started when the service NAME is ready\n"
  "#   notification-fd       3: by a newline on descriptor 3 it says that it is ready\n"
  "#   health                how to see that it works, as tcp:8080 or http://127.0.0.1:8080/\n"
  "#   restart               always, no, on-failure, on-failure:5\n"
  "#   flag-main             an empty file: when it ends, everything does\n"
  "#   flag-oneshot          an empty file: a task, done when it has exited 0\n"
  "#   timeout-kill          milliseconds after which a stop kills it\n"
  "#   log/run               a logger, as: exec reeve-log /var/log/NAME\n"
  "# `reeve check DIRECTORY` finds mistakes.\nexec" ;

/* Adds the word, quoted so that a shell takes it as one word. */
static int add_word (stralloc *text, char const *word)
{
  int ok = stralloc_cats(text, " ") ;
  if (*word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%")]) return ok && stralloc_cats(text, word) ;
  ok = ok && stralloc_cats(text, "'") ;
  for ( ; ok && *word ; word++) ok = *word == '\'' ? stralloc_cats(text, "'\\''") : stralloc_catb(text, word, 1) ;
  return ok && stralloc_cats(text, "'") ;
}

/* Makes the directory whole before it gets its name: it may be in a scan directory, where a scanner starts
   it at once. If that fails, nothing is left behind. */
static int write_run (char const *path, stralloc const *text)
{
  int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  int fd = dir >= 0 ? openat(dir, FRESH, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0777) : -1 ;
  int ok = fd >= 0 && allwrite(fd, text->s, text->len) == text->len && renameat(dir, FRESH, dir, RUN) != -1 ;
  int err = errno ;
  if (fd >= 0) fd_close(fd) ;
  if (!ok && fd >= 0) unlinkat(dir, FRESH, 0) ;
  if (!ok) rmdir(path) ;
  if (dir >= 0) fd_close(dir) ;
  errno = err ;
  return ok ;
}

int command_new (struct request const *request)
{
  char path[PATH_SIZE] ;
  char name[PATH_SIZE] = "" ;
  stralloc text = STRALLOC_ZERO ;
  char const *fault ;
  int ok = stralloc_cats(&text, before) ;
  size_t len = strlen(request->word) ;
  while (len && request->word[len - 1] == '/') len-- ; /* the completion of a shell adds slashes */
  snprintf(name, sizeof name, "%.*s", (int)len, request->word) ;
  fault = len < sizeof name ? service_name_fault(path_last(name)) : "it is too long" ;
  if (fault)
  {
    strerr_warnw4x("invalid name of a service: ", request->word, ": ", fault) ;
    return EXIT_USAGE ;
  }
  if (!request->count)
  {
    strerr_warnw3x("new takes a command, as in: reeve new ", request->word, " -- /usr/sbin/server --foreground") ;
    return EXIT_USAGE ;
  }
  for (size_t i = 0 ; ok && i < request->count ; i++) ok = add_word(&text, request->names[i]) ;
  ok = ok && stralloc_cats(&text, "\n") && path_join(path, sizeof path, "", name) ;
  if (ok && mkdir(path, 0777) == -1)
  {
    if (errno == EEXIST) strerr_warnw2x(path, " is there already: nothing was changed") ;
    else strerr_warnwu2sys("make the directory ", path) ;
    return errno == EEXIST ? EXIT_NO : EXIT_SYSTEM ;
  }
  if (!ok || !write_run(path, &text))
  {
    strerr_warnwu3sys("write ", request->word, "/run") ;
    return EXIT_SYSTEM ;
  }
  stralloc_free(&text) ;
  strerr_warni3x("made ", path, "/run: a scanner runs it where the directory is one of its services (/etc/services.d)") ;
  return EXIT_YES ;
}
