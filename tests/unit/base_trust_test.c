#include "base/trust.h"

#include <limits.h>
#include <sys/wait.h>

#include "temp.h"
#include "unit.h"

#define STRANGER 54321

static struct trust_refusal why ;

static int trusted (char const *path, unsigned int flags)
{
  int fd = trust_directory(path, flags, 0700, &why) ;
  if (fd >= 0) close(fd) ;
  return fd >= 0 ;
}

static int anyones (char const *path)
{
  int fd = trust_anyones_directory(AT_FDCWD, path, &why) ;
  if (fd >= 0) close(fd) ;
  return fd >= 0 ;
}

static mode_t mode_of (char const *path)
{
  struct stat st ;
  return lstat(path, &st) == -1 ? 0 : st.st_mode & 07777 ;
}

static int is_root (void)
{
  return !geteuid() ;
}

TEST(a_way_that_is_ours_is_trusted)
{
  temp_enter() ;
  CHECK(!mkdir("a", 0755) && !mkdir("a/b", 0700)) ;
  CHECK(trusted("a/b", 0) && trusted("./a//b/", 0) && trusted("a/b/..", 0) && trusted("a/./b/.", TRUST_HERE)) ;
  CHECK(trusted("/", 0)) ;
  CHECK(!trusted("a/none/b", 0) && why.reason == TRUST_FAILED && why.err == ENOENT) ;
  CHECK(!trusted("", 0) && why.err == ENOENT) ;
}

TEST(a_directory_on_the_way_that_others_may_write_to_is_named)
{
  temp_enter() ;
  CHECK(!mkdir("a", 0700) && !mkdir("a/b", 0700) && !mkdir("a/b/c", 0700) && !chmod("a/b", 0757)) ;
  CHECK(!trusted("a/b/c", 0) && why.reason == TRUST_WRITABLE) ;
  CHECK(strlen(why.path) > 4 && !strcmp(why.path + strlen(why.path) - 4, "/a/b")) ;
  CHECK(!chmod("a/b", 01757)) ; /* sticky: only its owner takes c away */
  CHECK(trusted("a/b/c", 0)) ;
  CHECK(!trusted("a/b", 0) && why.reason == TRUST_WRITABLE) ; /* but what is in it is anybody's */
}

TEST(the_sticky_bit_is_set_where_that_is_wanted_and_on_the_way_only)
{
  temp_enter() ;
  CHECK(!mkdir("a", 0700) && !mkdir("a/b", 0700) && !chmod("a", 02777)) ;
  CHECK(trusted("a/b", TRUST_SET_STICKY)) ;
  CHECK(mode_of("a") == 03777) ;
  CHECK(!chmod("a/b", 0777)) ;
  CHECK(!trusted("a/b", TRUST_SET_STICKY) && mode_of("a/b") == 0777) ;
  if (!is_root()) return ;
  CHECK(!chmod("a/b", 0700) && !chown("a", STRANGER, STRANGER) && !chmod("a", 0777)) ;
  CHECK(!trusted("a/b", TRUST_SET_STICKY) && mode_of("a") == 0777) ;
}

TEST(only_the_last_is_made_with_the_mode_that_was_asked_for)
{
  mode_t mask = umask(077) ;
  temp_enter() ;
  CHECK(!trusted("a/b", TRUST_CREATE) && why.err == ENOENT && !mode_of("a")) ;
  CHECK(trusted("a", TRUST_CREATE) && mode_of("a") == 0700) ;
  CHECK(!symlink("none", "link")) ;
  CHECK(!trusted("link", TRUST_CREATE) && !mode_of("none")) ;
  umask(mask) ;
}

TEST(links_are_followed_to_a_limit_and_what_they_lead_to_is_asked_too)
{
  temp_enter() ;
  CHECK(!mkdir("a", 0700) && !mkdir("a/b", 0700) && !symlink("a", "link") && !symlink("loop", "loop")) ;
  CHECK(trusted("link/b", 0) && trusted("link", 0) && trusted("link/../a", 0)) ;
  CHECK(!trusted("loop", 0) && why.reason == TRUST_FAILED && why.err == ELOOP) ;
  CHECK(!chmod("a", 0777)) ;
  CHECK(!trusted("link/b", 0) && why.reason == TRUST_WRITABLE) ;
}

TEST(what_is_somebody_elses_is_refused)
{
  if (!is_root()) return ; /* only root can try it */
  temp_enter() ;
  CHECK(!mkdir("a", 0755) && !mkdir("a/b", 0755) && !symlink("a", "link")) ;
  CHECK(!chown("a", STRANGER, STRANGER)) ;
  CHECK(!trusted("a/b", 0) && why.reason == TRUST_OWNER && why.owner == STRANGER) ;
  CHECK(!chown("a", 0, 0) && !lchown("link", STRANGER, STRANGER)) ;
  CHECK(!trusted("link/b", 0) && why.reason == TRUST_LINK && why.owner == STRANGER) ;
}

TEST(a_second_name_of_roots_link_where_anybody_may_have_put_it_is_refused)
{
  temp_enter() ;
  CHECK(!mkdir("a", 0700) && !mkdir("b", 0700) && !symlink("../a", "b/link")) ;
  if (linkat(AT_FDCWD, "b/link", AT_FDCWD, "b/other", 0) == -1) return ; /* not every filesystem can */
  CHECK(trusted("b/other", 0)) ;
  CHECK(!chmod("b", 01777)) ;
  CHECK(!trusted("b/other", 0) && why.reason == TRUST_LINK) ;
}

TEST(an_entry_is_believed_by_owner_mode_and_kind)
{
  temp_enter() ;
  temp_text("file", "") ;
  CHECK(!chmod("file", 0755) && !symlink("/anywhere", "link") && !mkfifo("fifo", 0600)) ;
  CHECK(trust_entry(AT_FDCWD, "file", S_IFREG, 0, &why) && trust_entry(AT_FDCWD, "link", S_IFREG, 0, &why)) ;
  CHECK(!trust_entry(AT_FDCWD, "fifo", S_IFREG, 0, &why) && why.reason == TRUST_KIND) ;
  CHECK(!trust_entry(AT_FDCWD, "none", 0, 0, &why) && why.reason == TRUST_FAILED && why.err == ENOENT) ;
  CHECK(!chmod("file", 0757) && !trust_entry(AT_FDCWD, "file", 0, 0, &why) && why.reason == TRUST_WRITABLE) ;
  CHECK(!trust_entry(AT_FDCWD, "file", 0, 1, &why)) ;
  CHECK(!chmod("file", 0775) && trust_entry(AT_FDCWD, "file", 0, 1, &why)) ;
  if (!is_root()) return ;
  CHECK(!trust_entry(AT_FDCWD, "file", 0, 0, &why) && why.reason == TRUST_WRITABLE) ; /* root's group is not root */
  CHECK(!chmod("file", 0755) && !chown("file", STRANGER, 0) && !trust_entry(AT_FDCWD, "file", 0, 0, &why) && why.reason == TRUST_OWNER) ;
  CHECK(!lchown("link", STRANGER, 0) && !trust_entry(AT_FDCWD, "link", 0, 0, &why) && why.reason == TRUST_LINK) ;
}

TEST(a_users_link_is_followed_to_his_own_directory_only)
{
  if (!is_root()) return ;
  temp_enter() ;
  CHECK(!mkdir("roots", 0755) && !mkdir("his", 0755) && !mkdir("his/own", 0755) && !symlink("../roots", "his/link") && !symlink("own", "his/other")) ;
  CHECK(!chown("his", STRANGER, STRANGER) && !chown("his/own", STRANGER, STRANGER)) ;
  CHECK(!lchown("his/link", STRANGER, STRANGER) && !lchown("his/other", STRANGER, STRANGER)) ;
  CHECK(anyones("his") && anyones("his/own") && anyones("his/other") && anyones("./his//own/")) ;
  errno = 0 ;
  CHECK(!anyones("his/link") && errno == EPERM && why.reason == TRUST_LINK && why.owner == STRANGER) ;
  CHECK(!lchown("his/link", 0, 0) && anyones("his/link")) ; /* root's own */
  errno = 0 ;
  CHECK(!anyones("his/none") && errno == ENOENT && why.reason == TRUST_FAILED) ;
}

TEST(a_file_is_written_anew_whatever_is_there)
{
  char text[16] = "" ;
  char fresh[32] ;
  int fd ;
  temp_enter() ;
  temp_text("victim", "victim") ;
  snprintf(fresh, sizeof fresh, ".new.%d", (int)getpid()) ;
  CHECK(!symlink("victim", fresh) && !link("victim", "file")) ;
  CHECK(trust_write(AT_FDCWD, "file", 0600, "text", 4)) ;
  fd = open("victim", O_RDONLY) ;
  CHECK(read(fd, text, sizeof text) == 6) ;
  close(fd) ;
  fd = open("file", O_RDONLY) ;
  CHECK(read(fd, text, sizeof text) == 4 && !memcmp(text, "text", 4)) ;
  close(fd) ;
  errno = 0 ;
  CHECK(!trust_write(AT_FDCWD, "none/file", 0600, "text", 4) && errno == ENOENT) ;
}

static int is_whole (char const *one, char const *other)
{
  char text[32] = "" ;
  temp_content("file", text, sizeof text - 1) ;
  return !strcmp(text, one) || !strcmp(text, other) ;
}

static int write_often (char const *text, char const *other)
{
  for (int i = 0 ; i < 1000 ; i++)
    if (!trust_write(AT_FDCWD, "file", 0600, text, strlen(text)) || !is_whole(text, other)) return 0 ;
  return 1 ;
}

TEST(a_file_that_several_write_at_once_is_one_of_theirs_whole)
{
  pid_t child ;
  int status ;
  temp_enter() ;
  child = fork() ;
  if (!child) _exit(!write_often("what one writes", "another")) ;
  CHECK(child > 0 && write_often("another", "what one writes")) ;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status)) ;
}

TEST(what_is_held_is_looked_at_once_and_its_files_are_asked_each)
{
  int fd ;
  temp_enter() ;
  CHECK(!mkdir("a", 0755) && !mkdir("a/b", 0755) && !mkdir("a/b/c", 0755) && !mkdir("a/bb", 0755)) ;
  CHECK((fd = open("a/b/file", O_WRONLY | O_CREAT, 0644)) >= 0 && !close(fd)) ;
  trust_nobody() ;
  trust_hold("a/b") ;
  CHECK(!rename("a/b", "a/elsewhere")) ;
  CHECK((fd = trust_open("a/b/file", O_RDONLY, 0)) >= 0 && !close(fd)) ;
  CHECK(trust_open("a/b/none", O_RDONLY, 0) == -1 && errno == ENOENT) ;
  CHECK(trust_open("a/bb/file", O_RDONLY, 0) == -1 && errno == ENOENT) ; /* another one */
  CHECK(trust_open("a/b/c/../file", O_RDONLY, 0) == -1 && errno == ENOENT) ; /* not in it */
  CHECK(!symlink("/etc/passwd", "a/elsewhere/link")) ;
  CHECK(trust_open("a/b/link", O_RDONLY, 0) == -1 && errno == ELOOP) ;
  if (is_root())
  {
    CHECK(!chown("a/elsewhere/file", STRANGER, STRANGER)) ;
    CHECK(trust_open("a/b/file", O_RDONLY, 0) == -1 && errno == EPERM) ;
  }
  trust_release() ;
  CHECK(trust_open("a/b/file", O_RDONLY, 0) == -1 && errno == ENOENT) ;
}
