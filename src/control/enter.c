#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/trust.h"
#include "control/caller.h"
#include "control/control.h"
#include "control/enter.h"
#include "control/owner.h"
#include "control/services.h"
#include "wire/channels.h"
#include "wire/dependents.h"
#include "wire/livedir.h"
#include "wire/report.h"
#include "wire/scan_state.h"

#define SCRIPT_MAX 512
#define LOOK_AGAIN_MS 10
#define BECOME_MS 500 /* /init releases its lock, and has become the scanner, with the lock of the scanner, within this time */
#define BEGIN_MS 5000 /* a scanner knows its services within this time, or never */
#define SAY_AFTER_MS 3000
#define SCRIPTS "the scripts in /etc/cont-init.d"

/* ---- finding it ---- */

/* Finds a live directory of another user in the directory `root`. Returns 1, or 0: there is none. */
static int find_others (char *out, size_t size, char const *root)
{
  struct dirent *e ;
  DIR *dir = opendir(root) ;
  int found = 0 ;
  while (dir && !found && (e = readdir(dir)))
  {
    struct stat st ;
    uid_t uid ;
    if (strncmp(e->d_name, "reeve-", 6) != 0 || !uid0_scan(e->d_name + 6, &uid) || uid == geteuid()) continue ;
    if ((size_t)snprintf(out, size, "%s/%s/service", root, e->d_name) >= size) continue ;
    *strrchr(out, '/') = 0 ;
    found = lstat(out, &st) != -1 && S_ISDIR(st.st_mode) && st.st_uid == uid ;
    out[strlen(out)] = '/' ;
  }
  if (dir) closedir(dir) ;
  return found ;
}

static int say_none (void)
{
  char other[512] ;
  if (errno != ENOENT)
  {
    strerr_warnwu2sys("look for the scanner in /run/service", services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  if (!find_others(other, sizeof other, "/dev/shm") && !find_others(other, sizeof other, "/tmp"))
  {
    strerr_warnw1x("no scanner is running in /run/service, nor for this user in /dev/shm or /tmp: start reeve-scan, or name its live directory with -l or REEVE_LIVE") ;
    return EXIT_NO ;
  }
  if (!geteuid()) strerr_warnw3x("no scanner of root's is running; ", other, " is another user's: name it with -l") ;
  else strerr_warnw3x("no scanner of this user's is running; ", other, " is another user's: only that user and root may look there") ;
  return geteuid() ? EXIT_SYSTEM : EXIT_NO ;
}

/* May /init become the scanner soon? Perhaps it has done so long ago: enter_live() finds out. */
static int may_become_scanner (char const *live)
{
  char path[LIVEDIR_PATH_MAX + sizeof "/" PREPARING_LOCK] ;
  snprintf(path, sizeof path, "%s/" PREPARING_LOCK, live) ;
  return !access(path, F_OK) ;
}

static int find (struct request *request, enum patience patience)
{
  static char found[LIVEDIR_PATH_MAX] ;
  static char text[TRUST_WHY_MAX] ;
  struct trust_refusal why ;
  int fd ;
  trust_nobody() ; /* we may be root, and the tree another user's */
  if (!request->live)
  {
    if (!livedir_find(found) && !(errno == ENOENT && livedir_find_left(found) && (patience == PATIENCE_LEFT || may_become_scanner(found)))) return say_none() ;
    request->live = found ;
  }
  fd = trust_anyones_directory(AT_FDCWD, request->live, &why) ;
  if (fd == -1 && why.reason != TRUST_FAILED)
  {
    strerr_warnw4x("not entering the live directory ", request->live, ": ", trust_why(&why, text)) ;
    return EXIT_SYSTEM ;
  }
  if (fd >= 0 && fchdir(fd) != -1)
  {
    fd_close(fd) ;
    return EXIT_YES ;
  }
  if (errno == ENOENT || errno == ENOTDIR)
  {
    strerr_warnw3x("no scanner runs on ", request->live, ": there is no such directory (start reeve-scan, or name its live directory with -l or REEVE_LIVE)") ;
    return EXIT_NO ;
  }
  strerr_warnwu3sys("enter the live directory ", request->live, services_who_may()) ;
  return EXIT_SYSTEM ;
}

/* ---- waiting for its scanner ---- */

/* Has the scanner written where its services are? With PATIENCE_ALL: has it also looked at all of
   them, which it does not if it stops? s6-svscan, which has no `reports`, never writes anything. */
static int knows_services (enum patience patience)
{
  if (!access(SCAN_STATE_FILE, F_OK))
    return patience != PATIENCE_ALL || !access(DEPENDENTS_FILE, F_OK) || errno != ENOENT || services_scanner_stops() ;
  if (errno != ENOENT) return 1 ;
  return !access(SCAN_CONTROL_FIFO, F_OK) && access(REPORTS_FIFO, F_OK) == -1 ;
}

static int say_preparing (void)
{
  char script[SCRIPT_MAX + 1] = "" ;
  int fd = trust_open(SCRIPT_FILE, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd >= 0) file_read_close(fd, script, SCRIPT_MAX) ;
  script[strcspn(script, "\n")] = 0 ;
  text_make_printable(script, strlen(script)) ;
  if (*script) strerr_warnw5x("no service has been started yet: the container is being prepared by ", script, ", ", SCRIPTS, " still run") ;
  else strerr_warnw1x("no service has been started yet: " SCRIPTS " still run") ;
  return EXIT_NO ;
}

static int say_in_script (void)
{
  strerr_warnw1x("not waiting: no service is started before " SCRIPTS " have ended, and this is one of them") ;
  return EXIT_NO ;
}

/* Returns how many milliseconds to sleep; 0: the deadline has passed. */
static int patience_left (struct request const *request)
{
  tain now ;
  if (!request->has_deadline) return LOOK_AGAIN_MS ;
  tain_now(&now) ;
  return tain_less(&now, &request->deadline) ? LOOK_AGAIN_MS : 0 ;
}

static int await_beginning (struct request const *request, enum patience patience)
{
  uint64_t began = clock_ms() ;
  uint64_t seen = began ; /* when /init was last seen */
  int becoming = may_become_scanner(".") ;
  int said = 0 ;
  for (int prepared = 0 ; ; )
  {
    uint64_t now = clock_ms() ;
    pid_t init = services_preparing() ; /* looks for /init before it looks for the scanner, as /init becomes the scanner */
    int lives = services_scanner_lives() ;
    int ms = patience_left(request) ;
    if (lives < 0 || (lives && knows_services(patience)) || (!lives && !init && !prepared && !(becoming && now - began < BECOME_MS))) return EXIT_YES ;
    if (lives) init = 0 ;
    if (init && patience < PATIENCE_START) return say_preparing() ;
    if (init && caller_is_script_of(init)) return say_in_script() ;
    if (init) prepared = 1 ;
    if (init) seen = now ;
    if (now - seen >= BEGIN_MS) return EXIT_YES ; /* the command works with what is known by then */
    if (!said && init && now - began >= SAY_AFTER_MS) strerr_warni1x("waiting for " SCRIPTS " to end") ;
    if (init && now - began >= SAY_AFTER_MS) said = 1 ;
    if (!ms)
    {
      strerr_warnw1x("timed out while waiting for the scanner to begin") ;
      return EXIT_TIMED_OUT ;
    }
    poll(0, 0, ms) ;
  }
}

int enter_live (struct request *request, enum patience patience)
{
  int code = find(request, patience) ;
  if (code) return code ;
  if (patience < PATIENCE_START) owner_become() ;
  return await_beginning(request, patience) ;
}
