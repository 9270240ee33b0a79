#include "wire/livedir.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "temp.h"
#include "unit.h"
#include "wire/channels.h"
#include "wire/lock.h"

#define STRANGER 54321
#define SKIPPED 77

static char out[LIVEDIR_PATH_MAX] ;
static struct livedir_attempt attempts[3] ;
static unsigned int failed ;
static struct trust_refusal why ;

static int use (char const *path)
{
  int fd = livedir_use(path, 0, &why) ;
  if (fd >= 0) close(fd) ;
  return fd >= 0 ;
}

static int choose (void)
{
  int fd = livedir_choose(out, 0, attempts, &failed) ;
  if (fd >= 0) close(fd) ;
  return fd >= 0 ;
}

/* Did a system call fail so? */
static int by_errno (struct trust_refusal const *refusal, int err)
{
  return refusal->reason == TRUST_FAILED && refusal->err == err ;
}

static mode_t mode_of (char const *path)
{
  struct stat st ;
  return lstat(path, &st) == -1 ? 0 : st.st_mode ;
}

/* Runs `part`, which returns a line number or 0, in a process that may do as it
   likes. Only root can try some things: SKIPPED is fine. */
static int fine (int (*part) (void))
{
  int wstat = -1 ;
  pid_t pid ;
  fflush(stdout) ;
  pid = fork() ;
  if (!pid)
  {
    int line ;
    setpgid(0, 0) ;
    line = (*part)() ;
    if (line && line != SKIPPED) printf("# %s:%d: not true\n", __FILE__, line) ;
    fflush(stdout) ;
    _exit(line == SKIPPED ? SKIPPED : !!line) ;
  }
  if (waitpid(pid, &wstat, 0) != pid) return 0 ;
  kill(-pid, SIGKILL) ; /* whom it has left behind */
  return !wstat || wstat == SKIPPED << 8 ;
}

#define MUST(condition) do { if (!(condition)) return __LINE__ ; } while (0)

/* Gives this process /run, /dev/shm and /tmp of its own, all empty. */
static int own_places (void)
{
  return unshare(CLONE_NEWNS) != -1 && mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) != -1
   && mount("none", "/run", "tmpfs", 0, "mode=755") != -1 && mount("none", "/dev/shm", "tmpfs", 0, "mode=1777") != -1
   && mount("none", "/tmp", "tmpfs", 0, "mode=1777") != -1 && !unsetenv("REEVE_LIVE") && !chdir("/") ;
}

static int become_stranger (void)
{
  return setgid(STRANGER) != -1 && setuid(STRANGER) != -1 ;
}

TEST(reeve_live_is_chosen_and_made)
{
  temp_enter() ;
  CHECK(!setenv("REEVE_LIVE", "live", 1)) ;
  CHECK(choose()) ;
  CHECK(!strcmp(out, "live") && !failed) ;
  CHECK(S_ISDIR(mode_of("live"))) ;
  CHECK(choose() && !strcmp(out, "live")) ;
}

TEST(reeve_live_that_will_not_do_is_told_and_nothing_else_is_tried)
{
  temp_enter() ;
  temp_text("file", "text") ;
  CHECK(!setenv("REEVE_LIVE", "file", 1)) ;
  CHECK(!choose()) ;
  CHECK(failed == 1 && by_errno(&attempts[0].why, ENOTDIR)) ;
  CHECK(strstr(attempts[0].path, "file") && strstr(attempts[0].path, "REEVE_LIVE")) ;
  CHECK(!setenv("REEVE_LIVE", "none/live", 1)) ;
  CHECK(!choose()) ;
  CHECK(failed == 1 && by_errno(&attempts[0].why, ENOENT)) ;
}

TEST(reeve_live_that_is_too_long_is_told)
{
  static char path[6000] ;
  temp_enter() ;
  memset(path, 'a', sizeof path - 1) ;
  CHECK(!setenv("REEVE_LIVE", path, 1)) ;
  CHECK(!choose()) ;
  CHECK(failed == 1 && by_errno(&attempts[0].why, ENAMETOOLONG) && attempts[0].path[0]) ;
  errno = 0 ;
  CHECK(!livedir_find(out) && errno == ENAMETOOLONG) ;
}

TEST(the_client_believes_reeve_live)
{
  CHECK(!setenv("REEVE_LIVE", "/some/where", 1)) ;
  CHECK(livedir_find(out) && !strcmp(out, "/some/where")) ;
}

TEST(a_directory_is_made_and_used)
{
  mode_t mask = umask(077) ;
  temp_enter() ;
  CHECK(use("live")) ;
  CHECK(mode_of("live") == (S_IFDIR | (geteuid() ? 0700 : 0755))) ;
  CHECK(use("live")) ;
  umask(mask) ;
}

TEST(one_that_others_may_write_to_is_refused_and_stays_as_it_is)
{
  temp_enter() ;
  CHECK(!mkdir("live", 0700) && !chmod("live", 0777)) ;
  CHECK(!use("live") && why.reason == TRUST_WRITABLE) ;
  CHECK(mode_of("live") == (S_IFDIR | 0777)) ;
}

TEST(what_somebody_else_has_put_into_its_control_directory_is_refused)
{
  temp_enter() ;
  CHECK(!mkdir("live", 0700) && !mkdir("live/.s6-svscan", 0700)) ;
  CHECK(use("live")) ;
  temp_text("live/.s6-svscan/finish", "") ;
  CHECK(use("live")) ;
  CHECK(!chmod("live/.s6-svscan/finish", 0777)) ;
  CHECK(!use("live") && why.reason == TRUST_WRITABLE && strstr(why.path, "live/.s6-svscan/finish")) ;
  CHECK(!mkfifo("live/.s6-svscan/control", 0600) && !chmod("live/.s6-svscan/control", 0620) && !chmod("live/.s6-svscan/finish", 0755)) ;
  CHECK(use("live")) ; /* commands are allowed to the group */
  if (chown("live/.s6-svscan/finish", STRANGER, STRANGER) == -1) return ; /* only root can try it */
  CHECK(!use("live") && why.reason == TRUST_OWNER && strstr(why.path, "live/.s6-svscan/finish")) ;
  CHECK(!unlink("live/.s6-svscan/finish") && !chown("live/.s6-svscan", STRANGER, STRANGER)) ;
  CHECK(!use("live") && why.reason == TRUST_OWNER && strstr(why.path, "live/.s6-svscan")) ;
}

TEST(parents_are_not_made)
{
  temp_enter() ;
  CHECK(!use("none/live") && by_errno(&why, ENOENT)) ;
}

TEST(a_file_cannot_be_used)
{
  temp_enter() ;
  temp_text("live", "text") ;
  CHECK(!use("live") && by_errno(&why, ENOTDIR)) ;
  CHECK(!symlink("live", "link")) ;
  CHECK(!use("link")) ;
  CHECK(!symlink("nowhere", "dangling")) ;
  CHECK(!use("dangling")) ;
  CHECK(!mode_of("nowhere")) ;
}

TEST(a_link_of_ours_to_a_directory_of_ours_will_do)
{
  temp_enter() ;
  CHECK(!mkdir("directory", 0700) && !symlink("directory", "live")) ;
  CHECK(use("live")) ;
}

TEST(a_directory_of_somebody_else_is_refused)
{
  temp_enter() ;
  CHECK(!mkdir("live", 0777)) ;
  if (chown("live", STRANGER, STRANGER) == -1) return ; /* only root can try it */
  CHECK(!use("live") && why.reason == TRUST_OWNER && why.owner == STRANGER) ;
  CHECK(!symlink("live", "link")) ;
  CHECK(!use("link")) ;
}

TEST(a_link_of_somebody_else_is_refused)
{
  temp_enter() ;
  CHECK(!mkdir("directory", 0700) && !symlink("directory", "live")) ;
  if (lchown("live", STRANGER, STRANGER) == -1) return ;
  CHECK(!use("live") && why.reason == TRUST_LINK) ;
}

static int try_without_permission (void)
{
  if (geteuid()) return SKIPPED ;
  MUST(!chmod(".", 0755)) ;
  MUST(!mkdir("sealed", 0500) && !chown("sealed", STRANGER, STRANGER)) ;
  MUST(become_stranger()) ;
  MUST(!use("live") && by_errno(&why, EACCES)) ;
  MUST(!use("sealed") && by_errno(&why, EACCES)) ;
  MUST(!use("sealed/live") && by_errno(&why, EACCES)) ;
  return 0 ;
}

TEST(what_cannot_be_written_is_eacces)
{
  temp_enter() ;
  CHECK(fine(&try_without_permission)) ;
}

static int try_read_only (void)
{
  if (unshare(CLONE_NEWNS) == -1 || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) == -1) return SKIPPED ;
  MUST(!mkdir("mounted", 0755)) ;
  if (mount("none", "mounted", "tmpfs", 0, 0) == -1) return SKIPPED ;
  MUST(!mkdir("mounted/live", 0755)) ;
  MUST(use("mounted/live")) ;
  MUST(!mount("none", "mounted", 0, MS_REMOUNT | MS_RDONLY, 0)) ;
  MUST(!use("mounted/live") && by_errno(&why, EROFS)) ;
  MUST(!use("mounted/other") && by_errno(&why, EROFS)) ;
  return 0 ;
}

TEST(a_read_only_mount_is_erofs)
{
  temp_enter() ;
  CHECK(fine(&try_read_only)) ;
}

static int try_root (void)
{
  if (!own_places()) return SKIPPED ;
  umask(077) ;
  MUST(choose()) ;
  MUST(!strcmp(out, "/run/service") && !failed) ;
  MUST(mode_of("/run/service") == (S_IFDIR | 0755)) ;
  return 0 ;
}

TEST(root_gets_run_service)
{
  CHECK(fine(&try_root)) ;
}

static int try_user (void)
{
  if (!own_places()) return SKIPPED ;
  MUST(become_stranger()) ;
  MUST(choose()) ;
  MUST(!strcmp(out, "/dev/shm/reeve-54321/service")) ;
  MUST(failed == 1 && !strcmp(attempts[0].path, "/run/service") && by_errno(&attempts[0].why, EACCES)) ;
  MUST(mode_of("/dev/shm/reeve-54321") == (S_IFDIR | 0700)) ;
  MUST(mode_of("/dev/shm/reeve-54321/service") == (S_IFDIR | 0700)) ;
  MUST(choose() && !strcmp(out, "/dev/shm/reeve-54321/service")) ;
  return 0 ;
}

TEST(a_user_gets_a_private_place)
{
  CHECK(fine(&try_user)) ;
}

static int try_taken (void)
{
  if (!own_places()) return SKIPPED ;
  MUST(!mkdir("/run/service", 0777) && !chmod("/run/service", 0777)) ; /* anybody may write it, but it is root's */
  MUST(!mkdir("/dev/shm/elsewhere", 0700) && !chown("/dev/shm/elsewhere", STRANGER, STRANGER)) ;
  MUST(!symlink("/dev/shm/elsewhere", "/dev/shm/reeve-54321")) ;
  MUST(become_stranger()) ;
  MUST(choose()) ;
  MUST(!strcmp(out, "/tmp/reeve-54321/service") && failed == 2) ;
  MUST(attempts[0].why.reason == TRUST_WRITABLE) ;
  MUST(attempts[1].why.reason == TRUST_KIND && !strcmp(attempts[1].path, "/dev/shm/reeve-54321/service")) ;
  return 0 ;
}

TEST(a_link_in_place_of_the_private_place_is_refused)
{
  CHECK(fine(&try_taken)) ;
}

static int try_all_taken (void)
{
  if (!own_places()) return SKIPPED ;
  MUST(!mkdir("/dev/shm/reeve-54321", 0777) && !chmod("/dev/shm/reeve-54321", 0777)) ;
  MUST(!mkdir("/tmp/reeve-54321", 0700) && !chown("/tmp/reeve-54321", STRANGER + 1, STRANGER)) ;
  MUST(become_stranger()) ;
  MUST(!choose()) ;
  MUST(failed == 3) ;
  MUST(by_errno(&attempts[0].why, EACCES) && attempts[1].why.reason == TRUST_WRITABLE && attempts[2].why.reason == TRUST_OWNER) ;
  MUST(!strcmp(attempts[1].path, "/dev/shm/reeve-54321/service") && !strcmp(attempts[2].path, "/tmp/reeve-54321/service")) ;
  return 0 ;
}

TEST(all_places_of_others_are_refused_and_told)
{
  CHECK(fine(&try_all_taken)) ;
}

/* A process that holds the lock of the scanner of `live`; its pid. */
static pid_t scanner_of (char const *live)
{
  char path[256] ;
  int ready[2] ;
  char c ;
  pid_t pid ;
  snprintf(path, sizeof path, "%s/.s6-svscan", live) ;
  if (mkdir(path, 0700) == -1 || pipe2(ready, O_CLOEXEC) == -1) return -1 ;
  snprintf(path, sizeof path, "%s/" SCAN_LOCK, live) ;
  pid = fork() ;
  if (!pid)
  {
    if (lock_take(path, 0600) == -1 || write(ready[1], "", 1) != 1) _exit(1) ;
    for (;;) pause() ;
  }
  close(ready[1]) ;
  if (read(ready[0], &c, 1) != 1) return -1 ;
  close(ready[0]) ;
  return pid ;
}

static void end_scanner (pid_t pid)
{
  kill(pid, SIGKILL) ;
  waitpid(pid, 0, 0) ;
}

static int try_find (void)
{
  pid_t scanner ;
  pid_t other ;
  if (!own_places()) return SKIPPED ;
  MUST(!mkdir("/run/service", 0777) && !chmod("/run/service", 0777)) ;
  MUST(become_stranger()) ;
  errno = 0 ;
  MUST(!livedir_find(out) && errno == ENOENT) ;
  MUST(!mkdir("/tmp/reeve-54321", 0700) && !mkdir("/tmp/reeve-54321/service", 0700)) ;
  errno = 0 ;
  MUST(!livedir_find(out) && errno == ENOENT) ; /* no scanner */
  scanner = scanner_of("/tmp/reeve-54321/service") ;
  MUST(scanner > 0) ;
  MUST(livedir_find(out) && !strcmp(out, "/tmp/reeve-54321/service")) ;
  other = scanner_of("/run/service") ;
  MUST(other > 0) ;
  MUST(livedir_find(out) && !strcmp(out, "/run/service")) ;
  end_scanner(other) ;
  MUST(livedir_find(out) && !strcmp(out, "/tmp/reeve-54321/service")) ;
  end_scanner(scanner) ;
  errno = 0 ;
  MUST(!livedir_find(out) && errno == ENOENT) ;
  return 0 ;
}

TEST(the_client_finds_the_place_whose_lock_is_held)
{
  CHECK(fine(&try_find)) ;
}

static int try_fake (void)
{
  if (!own_places()) return SKIPPED ;
  MUST(!mkdir("/tmp/reeve-54321", 0755) && !mkdir("/tmp/reeve-54321/service", 0755)) ; /* root's, not the user's */
  MUST(scanner_of("/tmp/reeve-54321/service") > 0) ;
  MUST(!chmod("/tmp/reeve-54321/service/.s6-svscan", 0755)) ;
  MUST(become_stranger()) ;
  errno = 0 ;
  MUST(!livedir_find(out) && errno == ENOENT) ;
  return 0 ;
}

TEST(somebody_elses_fake_of_a_private_place_is_not_found)
{
  CHECK(fine(&try_fake)) ;
}
