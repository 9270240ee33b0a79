#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/process.h"
#include "control/owner.h"
#include "control/services.h"

#define CONTROL_DIRECTORY ".s6-svscan"
#define NO_GROUP 65534

static int is_left ; /* root has given up its rights, for now */

/* If LIVE is root's, and others may write to it, .s6-svscan shows whose scanner it is. */
uid_t owner_of_tree (void)
{
  struct stat st ;
  if (stat(".", &st) != -1 && st.st_uid) return st.st_uid ;
  return lstat(CONTROL_DIRECTORY, &st) != -1 && S_ISDIR(st.st_mode) ? st.st_uid : 0 ;
}

/* The group of the tree's user. The group of the directory may be one that its owner is not in. */
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
