#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/process.h"
#include "control/owner.h"
#include "control/services.h"

#define CONTROL_DIRECTORY ".s6-svscan"
#define NO_GROUP 65534

static int is_left ; /* root's rights are, for now */

/* In a LIVE of root's in which others may write, .s6-svscan is the scanner's own. */
uid_t owner_of_tree (void)
{
  struct stat st ;
  if (stat(".", &st) != -1 && st.st_uid) return st.st_uid ;
  return lstat(CONTROL_DIRECTORY, &st) != -1 && S_ISDIR(st.st_mode) ? st.st_uid : 0 ;
}

/* Not the directory's group, which may be one that its owner is not in. */
static gid_t group_of (uid_t owner)
{
  pid_t scanner = services_scanner() ;
  uid_t uid ;
  gid_t gid ;
  return scanner && process_user(scanner, &uid, &gid) && uid == owner ? gid : NO_GROUP ;
}

void owner_become (void)
{
  uid_t owner = owner_of_tree() ;
  gid_t own = getegid() ;
  if (geteuid() || !owner) return ;
  is_left = setgroups(0, 0) != -1 && setegid(group_of(owner)) != -1 && seteuid(owner) != -1 ;
  if (!is_left && setegid(own) == -1) _exit(EXIT_SYSTEM) ;
}

void owner_return (void)
{
  if (is_left && (seteuid(0) == -1 || setegid(getgid()) == -1)) _exit(EXIT_SYSTEM) ;
  is_left = 0 ;
}
