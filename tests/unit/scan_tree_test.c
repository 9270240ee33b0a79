#include "scan/tree.h"

#include <sys/syscall.h>

#include "temp.h"
#include "unit.h"

#define STRANGER 54321

/* At the first removal of an entry, whoever may write there puts a link in the place of the
   directory that is being emptied. */
static int swapping ;

static void swap (void)
{
  if (!swapping) return ;
  swapping = 0 ;
  CHECK(!rename("victim/inner", "moved") && !symlink("../precious", "victim/inner")) ;
}

int unlinkat (int fd, char const *path, int flags)
{
  if (!strcmp(path, "file")) swap() ;
  return (int)syscall(SYS_unlinkat, fd, path, flags) ;
}

int unlink (char const *path)
{
  if (strstr(path, "inner/file")) swap() ;
  return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0) ;
}

static mode_t mode_of (char const *path)
{
  struct stat st ;
  return lstat(path, &st) == -1 ? 0 : st.st_mode ;
}

static uid_t owner_of (char const *path)
{
  struct stat st ;
  return lstat(path, &st) == -1 ? (uid_t)-1 : st.st_uid ;
}

static int exists (char const *path) { return !!mode_of(path) ; }

static int copied (void)
{
  int from = open("from", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int to = mkdir("to", 0755) == -1 ? -1 : open("to", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int ok = tree_copy(from, "all", to) ;
  close(from) ;
  close(to) ;
  return ok ;
}

static void prepare (void)
{
  temp_enter() ;
  umask(022) ;
  CHECK(!mkdir("from", 0755) && !mkdir("from/all", 0755) && !mkdir("from/all/open", 0755) && !mkdir("from/all/closed", 0700)) ;
  temp_text("from/all/open/file", "what it holds\n") ;
  CHECK(!chmod("from/all/open/file", 06777) && !chmod("from/all/open", 03777)) ;
  CHECK(!mkfifo("from/all/fifo", 0600) && !symlink("open/file", "from/all/link")) ;
}

TEST(all_is_copied_and_nobody_else_may_write_to_it)
{
  char text[64] ;
  char target[64] ;
  prepare() ;
  CHECK(copied()) ;
  CHECK(temp_content("to/all/open/file", text, sizeof text) == 14 && !memcmp(text, "what it holds\n", 14)) ;
  CHECK(mode_of("to/all") == (S_IFDIR | 0755) && mode_of("to/all/closed") == (S_IFDIR | 0700)) ;
  CHECK(mode_of("to/all/open") == (S_IFDIR | 0755) && mode_of("to/all/open/file") == (S_IFREG | 0755)) ;
  CHECK(mode_of("to/all/fifo") == (S_IFIFO | 0600)) ;
  CHECK(readlink("to/all/link", target, sizeof target) == 9 && !memcmp(target, "open/file", 9)) ;
}

TEST(the_copy_belongs_to_whoever_makes_it)
{
  if (geteuid()) return ;
  prepare() ;
  CHECK(!chown("from/all", STRANGER, STRANGER) && !chown("from/all/open", STRANGER, STRANGER) && !lchown("from/all/link", STRANGER, STRANGER)) ;
  CHECK(!chown("from/all/open/file", STRANGER, STRANGER)) ;
  CHECK(copied()) ;
  CHECK(!owner_of("to/all") && !owner_of("to/all/open") && !owner_of("to/all/open/file") && !owner_of("to/all/link")) ;
}

TEST(what_is_there_already_is_not_written_to)
{
  prepare() ;
  CHECK(copied()) ;
  CHECK(rmdir("to") == -1) ;
  {
    int from = open("from", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
    int to = open("to", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
    errno = 0 ;
    CHECK(!tree_copy(from, "all", to) && errno == EEXIST) ;
    errno = 0 ;
    CHECK(!tree_copy(from, "missing", to) && errno == ENOENT) ;
    close(from) ;
    close(to) ;
  }
}

TEST(all_is_removed)
{
  char path[64] ;
  prepare() ;
  for (int i = 0 ; i < 500 ; i++)
  {
    snprintf(path, sizeof path, "from/all/closed/%d", i) ;
    temp_text(path, "") ;
  }
  CHECK(tree_remove(AT_FDCWD, "from") && !exists("from")) ;
  CHECK(tree_remove(AT_FDCWD, "from")) ;
}

TEST(removing_follows_no_link)
{
  temp_enter() ;
  CHECK(!mkdir("precious", 0755) && !mkdir("victim", 0755)) ;
  temp_text("precious/file", "") ;
  CHECK(!symlink("../precious", "victim/link")) ;
  CHECK(tree_remove(AT_FDCWD, "victim") && !exists("victim")) ;
  CHECK(exists("precious/file")) ;
}

TEST(nor_one_that_comes_meanwhile)
{
  temp_enter() ;
  CHECK(!mkdir("precious", 0755) && !mkdir("victim", 0755) && !mkdir("victim/inner", 0755)) ;
  temp_text("precious/file", "") ;
  temp_text("victim/inner/file", "") ;
  swapping = 1 ;
  tree_remove(AT_FDCWD, "victim") ;
  CHECK(!swapping) ;
  CHECK(exists("precious/file")) ;
  CHECK(!exists("moved/file")) ;
}
