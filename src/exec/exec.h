/* The chain loader. It is one program, which does what the name says by which it is called:

     reeve-exec                                own_name.c, with options.c and descriptors.c
     chpst setuidgid envdir softlimit          runit_names.c   of runit and daemontools
     s6-setuidgid s6-envdir ...                s6_names.c      of s6
     s6-notifyoncheck                          s6_notifyoncheck.c

   Each name is a sequence of the steps below. A step does its work; or it says why it cannot, and
   exits: with 111 when a system call failed, or with the code that the step names. No step changes
   signals. Only the descriptors that the program shall have stay open in it.

     names.c        the table of the names
     front.c        the name by which this process was called, and its usage
     launch.c       executing the program, which is the last step
     environment.c  variables from files
     identity.c     users and groups
     limits.c       resource limits
     sockets.c      binding sockets before execution
     lock.c         taking a lock before execution
     helper.c       starting the second process, which tells readiness
     readiness.c    the work of that process: is the program ready?
     watchdog.c     its work after that: is the program silent?
     notification.c what the program sends to NOTIFY_SOCKET
     check.c        --check, which executes nothing
     ask.c          the built-in checks (exec/asking.h)
     answer.c       parsing the beginning of an HTTP answer
     schedule.c     waiting for the next moment: --every, --cron */

#ifndef REEVE_EXEC_EXEC_H
#define REEVE_EXEC_EXEC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/exit.h"
#include "service/cron.h"

/* Exit codes that only s6's names have. */
enum s6_exit_code
{
  EXIT_UNKNOWN = 1, /* there is no such account */
  EXIT_WROTE = 102 /* s6-fghack's */
} ;

/* What a name stands for. */
struct front
{
  char const *name ;
  void (*run) (int argc, char **argv) ; /* does not return */
  char const *usage ;
  unsigned char usage_code ;
  unsigned char unknown_code ; /* for an unknown account */
  unsigned char exec_code ; /* when a program cannot be executed; 0: 126 or 127 */
} ;

/* ---- front.c ---- */

extern struct front const *front ; /* the name by which this process was called */

/* Prints the usage, and exits. */
extern void usage_die (void) __attribute__((noreturn)) ;

/* ---- names.c: the table of the names ---- */

/* Sets `front` by argv[0]; to reeve-exec if the name is unknown. */
extern void front_choose (char const *path) ;

extern void reeve_exec_run (int argc, char **argv) __attribute__((noreturn)) ; /* in own_name.c */
extern void chpst_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void setuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void envdir_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void softlimit_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_softlimit_run (int argc, char **argv) __attribute__((noreturn)) ; /* in runit_names.c, beside softlimit */
extern void s6_setuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_envuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_applyuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_envdir_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_setsid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_setlock_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_fghack_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_notifyoncheck_run (int argc, char **argv) __attribute__((noreturn)) ;

/* ---- launch.c ---- */

/* Executes `file`. If it has no slash, it is searched in the directories of `path`; 0: the system's
   default path. Returns only on failure, with errno. */
extern void launch_try (char const *file, char *const *argv, char const *path) ;
/* The same, but on failure says why, and exits. */
extern void launch (char const *file, char *const *argv, char const *path) __attribute__((noreturn)) ;
/* The PATH that this program was started with; the original programs search in it. */
extern char const *original_path ;
extern void launch_original (char *const *argv) __attribute__((noreturn)) ;

/* ---- environment.c ---- */

extern void environment_set (char const *name, char const *value) ; /* a value of 0 unsets it */
extern void environment_set_number (char const *name, uint32_t value) ;

enum envdir_flag
{
  ENVDIR_MAY_LACK = 1, /* a missing directory is no error */
  ENVDIR_SKIP_DIRECTORIES = 2, /* skip directories in it, as chpst does; else they are errors */
  ENVDIR_NO_CHOMP = 4, /* keep the white space at the end */
  ENVDIR_KEEP_RETURN = 8, /* a carriage return is no white space, as in daemontools */
  ENVDIR_WHOLE = 16 /* the value is the whole file, not its first line */
} ;

/* Sets a variable from each file in a directory. `max`: longer values are cut; 0: they are an
   error. `nul`: NULs become this character. */
extern void environment_read_directory (char const *directory, size_t max, unsigned int flags, char nul) ;

/* Sets a variable from each line of a file; exits 100 for an invalid line. */
extern void environment_read_file (char const *file) ;

/* Parses a line of such a file, NUL-terminated, without its newline; pure.
     name, value  set when the line is a variable: they point into `line`, which is changed
   Returns 1; 0: nothing to set; -1: there is no name; -2: there is white space in the name. */
extern int environment_parse_line (char *line, char **name, char **value) ;

/* Sets NAME from the file that NAME_FILE or FILE__NAME names. Exits 100 when more than one of the
   three variables is set. */
extern void environment_read_secret (char const *name) ;

/* ---- identity.c ---- */

#define GROUPS_MAX 65536 /* the kernel's NGROUPS_MAX */

struct identity
{
  char const *account ; /* as it was given */
  char const *home ; /* "/" without an account */
  uid_t uid ;
  gid_t gid ;
  size_t count ;
  gid_t *groups ; /* supplementary groups; room for GROUPS_MAX */
  unsigned int set_groups : 1 ; /* these three: does identity_become() set it? */
  unsigned int set_gid : 1 ;
  unsigned int set_uid : 1 ;
  unsigned int has_account : 1 ; /* the user database has an entry */
  unsigned int explicit_groups : 1 ; /* the user has named the groups */
} ;

enum identity_form
{
  IDENTITY_NAMES = 1,
  IDENTITY_NUMBERS = 2,
  IDENTITY_MEMBERSHIPS = 4 /* take the account's supplementary groups; without it only its own group */
} ;

/* Finds USER[:GROUP...]; user, group and supplementary groups are all to be set. Exits with
   front->unknown_code for an unknown account. All identities share one array of groups, so the last
   call counts. */
extern void identity_find (struct identity *identity, char const *text, unsigned int forms) ;

/* Sets the variables UID, GID, HOME and USER. */
extern void identity_into_environment (struct identity const *identity) ;

/* Sets the variables HOME, USER and LOGNAME. A variable that has a value other than that of this
   process's present user was set on purpose, and stays. Without an account HOME becomes /, and the
   others are unset. */
extern void identity_replace_in_environment (struct identity const *identity) ;

/* Becomes that user. `lenient`: succeeds without any rights if the process is that user already. */
extern void identity_become (struct identity const *identity, int lenient) ;

/* Parses a number and nothing else; pure. Returns 1, or 0. */
extern int identity_parse_number (char const *text, uint32_t *number) ;

/* ---- limits.c ---- */

struct limit
{
  int resource ;
  rlim_t soft ;
  rlim_t hard ;
  unsigned int has_hard : 1 ;
} ;

/* Parses RESOURCE=SOFT[:HARD]; pure. Returns 1, or 0. */
extern int limit_parse (char const *text, struct limit *limit) ;
extern void limit_apply (struct limit const *limit) ;
enum limit_which { LIMIT_SOFT /* but not above the hard limit */, LIMIT_HARD, LIMIT_BOTH } ;

/* Sets the limits for softlimit's option `letter`; some letters stand for several. */
extern void limit_set_letter (int letter, rlim_t value, enum limit_which which) ;

/* ---- lock.c ---- */

/* Creates the file, and takes its flock(), which the program inherits. Returns the descriptor.
   `follow`: the file may be a link. `wait`: waits for the lock; else exits if it is held. */
extern int lock_file (char const *path, int follow, int wait) ;

/* ---- sockets.c ---- */

struct listener
{
  char const *text ; /* as it was given */
  int is_unix ;
} ;

#define LISTEN_FIRST 3 /* as in systemd */

/* Parses ADDRESS:PORT into `address`; *port points to its port in the text. Pure. Returns the size
   of the address, or 0. */
struct sockaddr_storage ;
extern size_t listen_parse (char const *text, struct sockaddr_storage *address, char const **port) ;

/* Binds the sockets to the descriptors from LISTEN_FIRST on. Descriptors that were open there are
   closed. */
extern void listen_all (struct listener const *listeners, unsigned int count) ;

/* ---- check.c, ask.c, answer.c: built-in checks ---- */

struct probe ;

#define FOR_EVER UINT32_MAX /* a number of milliseconds that means: no limit */

/* Makes the check `spec`, and exits: EXIT_YES, EXIT_NO, EXIT_TIMED_OUT, EXIT_USAGE, EXIT_SYSTEM.
     limit  a duration; 0: health-timeout in the current directory, else its default */
extern void check_and_exit (char const *spec, char const *limit) __attribute__((noreturn)) ;

/* Parses `spec`; exits 100 if it is wrong. */
extern void check_parse (char const *spec, struct probe *probe) ;

/* Parses a duration. Returns milliseconds, or FOR_EVER for 0; exits 100 if `text` is not a
   duration. */
extern uint32_t check_parse_duration (char const *text) ;

/* Reads health-timeout in the current directory. Returns 1 with *ms, else 0; a fault is reported. */
extern int check_read_timeout (uint32_t *ms) ;

#define ASK_WHY_MAX 400

/* Asks whether the check passes, for at most `limit_ms` (FOR_EVER: no limit). Time in which this
   process was suspended does not count.
     late  written to stderr if a host's name is not found in time: this process then exits with
           EXIT_TIMED_OUT; may be null
     why   the reason for a no; not written if the check passes
   Returns EXIT_YES, EXIT_NO, EXIT_TIMED_OUT or EXIT_SYSTEM. */
extern int ask (struct probe const *probe, uint32_t limit_ms, char const *late, char why[ASK_WHY_MAX]) ;

enum { ANSWER_WRONG = -1, ANSWER_UNFINISHED = -2 } ;

/* The status, 0 to 999, of an HTTP answer that begins with `text`. ANSWER_WRONG: it is not HTTP.
   ANSWER_UNFINISHED: its first line is not complete. `whole`: nothing more comes. Pure. */
extern int answer_status (char const *text, size_t len, int whole) ;

/* Does another answer follow the one with this status (100 Continue, 103 Early Hints)? Pure. */
extern int answer_is_interim (int status) ;

/* The length of an answer's head, up to and with the empty line; 0: it is not complete. Pure. */
extern size_t answer_head_size (char const *text, size_t len) ;

/* ---- schedule.c ---- */

/* Exits 100 if one of these is wrong; each may be null. */
extern void schedule_check (char const *every, char const *cron) ;

/* Waits until the program is due: by `every` (a duration) or, if that is null, by `cron`. In a
   service directory, a moment that has passed since the last run is due at once. A signal that
   stops the service ends this process with EXIT_YES. */
extern void schedule_wait (char const *every, char const *cron) ;

struct schedule
{
  struct cron cron ;
  time_t last ; /* all moments until then were run, or do not matter */
  int is_run ; /* `last` is the moment of a run */
} ;

/* The next moment after the last run; it may have passed. Pure, except for TZ. */
extern time_t schedule_next (struct schedule *s, time_t now) ;

/* ---- helper.c, readiness.c ---- */

/* How to find out whether the program is ready. */
struct readiness
{
  char const *const *check ; /* a command, run until it exits 0; 0: `socket` tells */
  struct probe const *probe ; /* check[0] as a built-in check, which is made instead; 0: it is none */
  int socket ; /* the socket that NOTIFY_SOCKET names */
  int notification ; /* the descriptor on which readiness is told */
  uint32_t first_ms ; /* the wait before the first check */
  uint32_t wait_ms ; /* the wait before the next check */
  uint32_t wait_max_ms ; /* the wait doubles each time, up to this */
  uint32_t each_ms ; /* a check that takes longer is killed */
  uint32_t all_ms ; /* the helper gives up after this time */
  uint32_t tries ; /* or after so many checks; 0: any number */
  uint32_t watchdog_ms ; /* how long the program may be silent; 0: it has no watchdog */
  int watchdog_if_promised ; /* the watchdog counts only once the program has said that it is alive */
  int program ; /* a pidfd of the program; -1: the kernel has none */
  pid_t program_pid ;
  uint64_t program_started_ms ; /* from process_look(), used without a pidfd; 0: not known */
  uid_t program_uid ;
} ;

struct helper
{
  struct readiness readiness ;
  struct identity const *identity ; /* the identity to become, or 0 */
  int is_child ; /* it stays a child of the program */
  int const *not_held ; /* descriptors that only the program keeps, ended by -1 */
} ;

/* Moves the descriptor `fd`, on which readiness is told, to another number of at least `above`.
   Returns that number. */
extern int helper_take_notification (int fd, int above) ;

/* Forks the helper, and returns in the process that becomes the program. The helper begins its work
   when the program has been executed. It ends when it has told readiness (unless the program has a
   watchdog), when the program has ended, or when nobody reads the notification any more. The
   descriptors in `readiness` are closed in the program. Sets program and program_pid in
   `readiness`. */
extern void helper_start (struct helper *helper) ;

/* Makes a notify socket, and names it in NOTIFY_SOCKET. */
extern int notify_socket (void) ;

/* The helper's work. Returns its exit code. */
extern int readiness_find_out (struct readiness const *readiness) ;

/* ---- notification.c ---- */

/* The content of a message of systemd's sd_notify(3), as far as it matters here. */
struct notification
{
  unsigned int ready : 1 ;
  unsigned int alive : 1 ; /* WATCHDOG=1 */
  unsigned int trigger : 1 ; /* WATCHDOG=trigger */
  unsigned int stopping : 1 ;
  unsigned int has_interval : 1 ; /* WATCHDOG_USEC= */
  uint32_t interval_ms ; /* 0: no watchdog any more */
} ;

/* Parses a message; lines that mean nothing here are skipped. Pure. */
extern void notification_parse (struct notification *n, char const *text, size_t len) ;

/* Receives a message. Returns 1, or 0 for one whose sender does not count. */
extern int notification_read (struct notification *n, struct readiness const *readiness) ;

/* ---- watchdog.c ---- */

enum silence_stage
{
  SILENCE_COUNTED,
  SILENCE_ABORTED, /* SIGABRT was sent to the program */
  SILENCE_GIVEN_UP /* all has been done */
} ;

/* How long the program has been silent. Moments are clock_ms(), which goes on while a container is
   suspended. So an interval is waited for in quarters: if this process wakes up too late by more
   than a quarter, it was suspended, and the count starts again. */
struct silence
{
  uint32_t interval_ms ; /* 0: no watchdog */
  int is_promised ; /* the watchdog counts; else it will once the program has said that it is alive */
  uint64_t since_ms ;
  uint64_t wake_ms ;
  enum silence_stage stage ;
} ;

enum silence_deed
{
  SILENCE_WAIT,
  SILENCE_ABORT,
  SILENCE_KILL /* the program has outlived SIGABRT */
} ;

/* All of these are pure. */
extern void silence_begin (struct silence *s, uint64_t now) ;
extern void silence_hear (struct silence *s, struct notification const *n, uint64_t now) ;
extern uint32_t silence_wait_ms (struct silence const *s, uint64_t now) ; /* FOR_EVER: nothing is due */
extern enum silence_deed silence_look (struct silence *s, uint64_t now) ;
extern void silence_aborted (struct silence *s, uint64_t now, uint32_t grace_ms) ;

/* Sends SIGABRT and SIGCONT to the program, after a message; but not while the program is being
   stopped, or is paused by command.
     silent_ms  how long it has been silent; 0: it has asked for the signal itself
     grace_ms   written: after how long watchdog_kill() is due
   Returns 1 when the signals were sent. */
extern int watchdog_abort (struct readiness const *readiness, uint32_t silent_ms, uint32_t *grace_ms) ;
/* Kills the program, if it has timeout-kill; else says that it has outlived SIGABRT. */
extern void watchdog_kill (struct readiness const *readiness) ;
/* May this process give commands to the supervisor of the current directory? And is that one of
   Reeve's, which says when it stops the program? Else returns 0 with errno. */
extern int watchdog_is_possible (void) ;

#endif
