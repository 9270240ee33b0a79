#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/path.h"
#include "base/trust.h"
#include "control/control.h"
#include "control/owner.h"
#include "control/services.h"
#include "control/view.h"
#include "wire/scan_state.h"

#define PATH_SIZE 4096

/* Makes or removes `down` in DIRECTORY/NAME. Returns 1, or 0 with errno. */
static int set_down (char const *directory, char const *name, int down)
{
  char path[2 * PATH_SIZE] ;
  char const *last ;
  int parent ;
  int ok ;
  int err ;
  if (!path_join(path, sizeof path, directory, name) || !path_join(path, sizeof path, path, "down")) return 0 ;
  parent = trust_anyones_parent(AT_FDCWD, path, &last, 0) ;
  if (parent == -1) return 0 ;
  if (down) ok = !faccessat(parent, last, F_OK, AT_SYMLINK_NOFOLLOW) || trust_write(AT_FDCWD, path, 0644, "", 0) ;
  else ok = !unlinkat(parent, last, 0) || errno == ENOENT ;
  err = errno ;
  fd_close(parent) ;
  errno = err ;
  return ok ;
}

/* May this user change the service? Other users may only look at it. */
static int is_theirs (char const *name)
{
  return !faccessat(AT_FDCWD, name, W_OK, AT_EACCESS) || errno != EACCES ;
}

/* Makes or removes the file `down` twice: the one in SCAN lasts when the container restarts; the one in LIVE
   counts for the tree that runs. */
static int set (struct request const *request, char const *name, char const *scan, int down)
{
  char const *word = down ? "disabled" : "enabled" ;
  struct view view ;
  int is_own = !services_is_link(name) ; /* the template's `down` would count for all instances */
  int may = geteuid() || !owner_of_tree() ; /* else another user has written where SCAN is */
  int lasts = is_own && (may || (errno = EPERM, 0)) && set_down(scan, name, down) ;
  int err = errno ;
  char shown[PATH_SIZE] ;
  services_printable(shown, scan) ;
  if (!is_theirs(name) || (!set_down("", name, down) && (errno != ENOENT || !lasts)))
  {
    strerr_warnwu8sys(down ? "make" : "remove", " the file `down` of ", name, " in ", request->live, services_who_may(), "", "") ;
    return EXIT_SYSTEM ;
  }
  if (!is_own || (!lasts && err == ENOENT))
    strerr_warni7x(name, " is ", word, " until the container is made anew, and no longer: it has no directory of its own in ", shown, ", as it is an instance of a template", "") ;
  else if (!lasts) strerr_warni8x(name, " is ", word, " until the container is made anew, and no longer: ", shown, " cannot be written to (", strerror(err), ")") ;
  if (!view_read(&view, name) || view.wanted_up != down || view.state == STATE_UNSUPERVISED) return EXIT_YES ;
  if (view.state == STATE_DISABLED) strerr_warni3x(name, " is down still, as its enable-if does not hold: ", view.disabled) ;
  else
    strerr_warni6x(name, down ? " goes on: `reeve stop " : " is down still: `reeve start ", name, down ? "` ends it" : "` starts it", "", "") ;
  return EXIT_YES ;
}

static int set_all (struct request const *request, int down)
{
  static struct scan_state state ; /* large */
  int code = services_need_scanner(request) ;
  if (!code && !scan_state_read(&state))
  {
    strerr_warnwu3sys("learn where the services of ", request->live, " are") ;
    code = EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; !code && i < request->count ; i++) code = set(request, request->names[i], state.scan, down) ;
  return code ;
}

int command_disable (struct request const *request)
{
  return set_all(request, 1) ;
}

int command_enable (struct request const *request)
{
  return set_all(request, 0) ;
}
