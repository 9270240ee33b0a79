/* The chain loader. One program, which is what the name says that it is called by:

   reeve-exec                                options.c
   chpst setuidgid envdir softlimit          runit_names.c   runit's, daemontools'
   s6-setuidgid s6-envdir ...                s6_names.c      s6's
   s6-notifyoncheck                          s6_notifyoncheck.c

   Each name is a sequence of the steps below. A step does its work, or says why it
   cannot and exits: 111 when a system call failed; another code stands with its step.
   No step changes signals. Only descriptors that the program is to have outlive the
   execution.

   names.c        the table of the names
   front.c        the name that this process was called by, and its usage
   launch.c       executing, which is the end
   environment.c  variables from files
   identity.c     users and groups
   limits.c       resource limits
   sockets.c      what is bound before execution
   lock.c         what is locked before execution
   helper.c       the second process that tells readiness
   readiness.c    what it does
   watchdog.c     the same, after that: is the program silent?
   notification.c what a program tells NOTIFY_SOCKET
   check.c        --check, which executes nothing
   ask.c          the built-in checks (exec/asking.h)
   answer.c       how an HTTP answer begins
   schedule.c     waiting for the moment */

#ifndef REEVE_EXEC_EXEC_H
#define REEVE_EXEC_EXEC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/exit.h"
#include "service/cron.h"

/* Those of s6 that no other program has. */
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

extern struct front const *front ; /* the name that this process was called by */

/* Prints the usage and exits. */
extern void usage_die (void) __attribute__((noreturn)) ;

/* ---- names.c: the table of the names ---- */

/* Sets `front` by argv[0]; reeve-exec's if that is no name that is known. */
extern void front_choose (char const *path) ;

extern void reeve_exec_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void chpst_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void setuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void envdir_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void softlimit_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_softlimit_run (int argc, char **argv) __attribute__((noreturn)) ; /* beside softlimit */
extern void s6_setuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_envuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_applyuidgid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_envdir_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_setsid_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_setlock_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_fghack_run (int argc, char **argv) __attribute__((noreturn)) ;
extern void s6_notifyoncheck_run (int argc, char **argv) __attribute__((noreturn)) ;

/* ---- launch.c ---- */

/* Executes `file`. Without a slash, it is searched in the directories of `path`; 0: the
   system's default path. Returns only if that fails, with errno. */
extern void launch_try (char const *file, char *const *argv, char const *path) ;
/* The same, but says why it has failed, and exits. */
extern void launch (char const *file, char *const *argv, char const *path) __attribute__((noreturn)) ;
/* The PATH that this program was started with, in which the originals look. */
extern char const *original_path ;
extern void launch_original (char *const *argv) __attribute__((noreturn)) ;

/* ---- environment.c ---- */

extern void environment_set (char const *name, char const *value) ; /* 0: unsets */
extern void environment_set_number (char const *name, uint32_t value) ;

enum envdir_flag
{
  ENVDIR_MAY_LACK = 1, /* no directory: nothing to do */
  ENVDIR_SKIP_DIRECTORIES = 2, /* in it, as chpst: else they are errors */
  ENVDIR_NO_CHOMP = 4, /* keep the white space at the end */
  ENVDIR_KEEP_RETURN = 8, /* carriage return is no white space, as for daemontools */
  ENVDIR_WHOLE = 16 /* the whole file, not its first line */
} ;

/* Sets a variable from each file. `max`: longer values are cut, 0: they are an error; `nul`: what
   NULs become. */
extern void environment_read_directory (char const *directory, size_t max, unsigned int flags, char nul) ;

/* Sets a variable from each line; exits 100 for a line that is none. */
extern void environment_read_file (char const *file) ;

/* One line of such a file, NUL-terminated, without its newline; pure.
     name, value  set when it is a variable: they point into `line`, which is changed
   Returns 1; 0: nothing to set; -1: it has no name; -2: white space in its name. */
extern int environment_parse_line (char *line, char **name, char **value) ;

/* Sets NAME from the file that NAME_FILE or FILE__NAME names; exits 100 when more than one of
   the three is set. */
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
  gid_t *groups ; /* supplementary; room for GROUPS_MAX */
  unsigned int set_groups : 1 ; /* whether identity_become sets each */
  unsigned int set_gid : 1 ;
  unsigned int set_uid : 1 ;
  unsigned int has_account : 1 ; /* the user database has an entry */
  unsigned int explicit_groups : 1 ; /* the groups were named */
} ;

enum identity_form
{
  IDENTITY_NAMES = 1,
  IDENTITY_NUMBERS = 2,
  IDENTITY_MEMBERSHIPS = 4 /* an account's supplementary groups, else its own alone */
} ;

/* Finds USER[:GROUP...], with all three to be set. Exits with front->unknown_code for an
   unknown account. All identities share one place for groups: the last call counts. */
extern void identity_find (struct identity *identity, char const *text, unsigned int forms) ;

/* Sets UID, GID, HOME and USER. */
extern void identity_into_environment (struct identity const *identity) ;

/* Sets HOME, USER and LOGNAME, each if it is not set or is that of this process's present
   user: a variable that has another value was set on purpose. Without an account HOME
   becomes /, and the others are unset. */
extern void identity_replace_in_environment (struct identity const *identity) ;

/* Becomes that user. `lenient`: no rights are needed if the process is that user already. */
extern void identity_become (struct identity const *identity, int lenient) ;

/* A number and nothing else; pure. Returns 1, or 0. */
extern int identity_parse_number (char const *text, uint32_t *number) ;

/* ---- limits.c ---- */

struct limit
{
  int resource ;
  rlim_t soft ;
  rlim_t hard ;
  unsigned int has_hard : 1 ;
} ;

/* RESOURCE=SOFT[:HARD]; pure. Returns 1, or 0. */
extern int limit_parse (char const *text, struct limit *limit) ;
extern void limit_apply (struct limit const *limit) ;
enum limit_which { LIMIT_SOFT /* or what the hard one allows of it */, LIMIT_HARD, LIMIT_BOTH } ;

/* As softlimit's option `letter` says, whose limits are one or several. */
extern void limit_set_letter (int letter, rlim_t value, enum limit_which which) ;

/* ---- lock.c ---- */

/* Creates the file, and flock()s it for the program to inherit. Returns the descriptor.
   `follow`: the file may be a link; `wait`: waits for the lock, else exits if it is held. */
extern int lock_file (char const *path, int follow, int wait) ;

/* ---- sockets.c ---- */

struct listener
{
  char const *text ; /* as it was given */
  int is_unix ;
} ;

#define LISTEN_FIRST 3 /* as systemd's */

/* ADDRESS:PORT into `address`; its port in text is at *port. Pure. Returns its size, or 0. */
struct sockaddr_storage ;
extern size_t listen_parse (char const *text, struct sockaddr_storage *address, char const **port) ;

/* Binds them to the descriptors from LISTEN_FIRST on; what was open there is closed. */
extern void listen_all (struct listener const *listeners, unsigned int count) ;

/* ---- check.c, ask.c, answer.c: built-in checks ---- */

struct probe ;

#define FOR_EVER UINT32_MAX /* as a number of milliseconds */

/* Makes the check `spec`, and exits: EXIT_YES, EXIT_NO, EXIT_TIMED_OUT, EXIT_USAGE, EXIT_SYSTEM.
     limit  a duration, or 0: health-timeout in the current directory, else its default */
extern void check_and_exit (char const *spec, char const *limit) __attribute__((noreturn)) ;

/* Parses `spec`; exits 100 if it is wrong. */
extern void check_parse (char const *spec, struct probe *probe) ;

/* Milliseconds, FOR_EVER for none; exits 100 if `text` is no duration. */
extern uint32_t check_parse_duration (char const *text) ;

/* Reads health-timeout in the current directory. Returns 1 with *ms, else 0; a fault is told. */
extern int check_read_timeout (uint32_t *ms) ;

#define ASK_WHY_MAX 400

/* Asks whether the check is passed, for `limit_ms` at most (FOR_EVER: no limit); time in
   which this process was suspended does not count.
     late  what to write to stderr if a host's name is not found in time: then this process
           exits EXIT_TIMED_OUT; may be null
     why   written, unless it is passed
   Returns EXIT_YES, EXIT_NO, EXIT_TIMED_OUT or EXIT_SYSTEM. */
extern int ask (struct probe const *probe, uint32_t limit_ms, char const *late, char why[ASK_WHY_MAX]) ;

enum { ANSWER_WRONG = -1, ANSWER_UNFINISHED = -2 } ;

/* The status of an HTTP answer that begins so, 0 to 999; ANSWER_WRONG: it is no HTTP;
   ANSWER_UNFINISHED: its first line goes on. `whole`: nothing more comes. Pure. */
extern int answer_status (char const *text, size_t len, int whole) ;

/* Does another answer follow the one with this status (100 Continue, 103 Early Hints)? Pure. */
extern int answer_is_interim (int status) ;

/* How many bytes of an answer come before its body, the empty line included; 0: not all of them
   are there. Pure. */
extern size_t answer_head_size (char const *text, size_t len) ;

/* ---- schedule.c ---- */

/* Exits 100 if one of these, which may be null, is wrong. */
extern void schedule_check (char const *every, char const *cron) ;

/* Waits until a program is due that runs `every` (a duration) or, if that is null, by `cron`. In
   a service directory a moment that has passed since the last run is not waited for. A signal that
   stops the service ends this process with EXIT_YES. */
extern void schedule_wait (char const *every, char const *cron) ;

struct schedule
{
  struct cron cron ;
  time_t last ; /* what was due until then was run, or is nobody's business */
  int is_run ; /* it was run */
} ;

/* The moment after the last run; it may have passed. Pure but for TZ. */
extern time_t schedule_next (struct schedule *s, time_t now) ;

/* ---- helper.c, readiness.c ---- */

/* How to find out whether the program is ready. */
struct readiness
{
  char const *const *check ; /* a command, run until it exits 0; 0: `socket` tells */
  struct probe const *probe ; /* check[0] as a built-in check, which is made instead; 0: it is none */
  int socket ; /* NOTIFY_SOCKET's */
  int notification ; /* the descriptor to tell readiness on */
  uint32_t first_ms ; /* before the first check */
  uint32_t wait_ms ; /* before the next one */
  uint32_t wait_max_ms ; /* the wait doubles each time, up to this */
  uint32_t each_ms ; /* a check that takes longer is killed */
  uint32_t all_ms ; /* the helper gives up after this time */
  uint32_t tries ; /* or after so many checks; 0: any number */
  uint32_t watchdog_ms ; /* how long the program may be silent; 0: it has no watchdog */
  int watchdog_if_promised ; /* only once it has said that it is alive */
  int program ; /* pidfd of the program, -1 where the kernel has none */
  pid_t program_pid ;
  uint64_t program_started_ms ; /* as process_look() has it, where there is no pidfd; 0: not known */
  uid_t program_uid ;
} ;

struct helper
{
  struct readiness readiness ;
  struct identity const *identity ; /* to become, or 0 */
  int is_child ; /* stays a child of the program */
  int const *not_held ; /* descriptors that only the program keeps, ended by -1 */
} ;

/* Moves the descriptor `fd`, on which readiness is told, to another number, at least `above`,
   and returns that. */
extern int helper_take_notification (int fd, int above) ;

/* Forks the helper, and returns in the process that becomes the program. The helper begins
   when the program has been executed. It ends when it has told readiness (and the program has
   no watchdog), when the program has ended, or when nobody reads the notification any more. The descriptors in `readiness`
   are closed in the program. Sets program and program_pid in `readiness`. */
extern void helper_start (struct helper *helper) ;

/* Makes a notify socket, and names it in NOTIFY_SOCKET. */
extern int notify_socket (void) ;

/* Returns the helper's exit code. */
extern int readiness_find_out (struct readiness const *readiness) ;

/* ---- notification.c ---- */

/* What systemd's sd_notify(3) has told: only what matters here. */
struct notification
{
  unsigned int ready : 1 ;
  unsigned int alive : 1 ; /* WATCHDOG=1 */
  unsigned int trigger : 1 ; /* WATCHDOG=trigger */
  unsigned int stopping : 1 ;
  unsigned int has_interval : 1 ; /* WATCHDOG_USEC= */
  uint32_t interval_ms ; /* 0: no watchdog any more */
} ;

/* Pure; lines that mean nothing are skipped. */
extern void notification_parse (struct notification *n, char const *text, size_t len) ;

/* Receives one. Returns 1, or 0 for one that is nobody's who is heard. */
extern int notification_read (struct notification *n, struct readiness const *readiness) ;

/* ---- watchdog.c ---- */

enum silence_stage
{
  SILENCE_COUNTED,
  SILENCE_ABORTED, /* the program has been sent SIGABRT */
  SILENCE_GIVEN_UP /* all has been done */
} ;

/* How long the program has been silent. Moments are clock_ms(), which goes on while a container
   is suspended, so an interval is slept through in quarters: whoever wakes up too late by more
   than a quarter was suspended, and counts anew. */
struct silence
{
  uint32_t interval_ms ; /* 0: no watchdog */
  int is_promised ; /* the program is held to it; not yet: it is only once it has said that it is alive */
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

/* All are pure. */
extern void silence_begin (struct silence *s, uint64_t now) ;
extern void silence_hear (struct silence *s, struct notification const *n, uint64_t now) ;
extern uint32_t silence_wait_ms (struct silence const *s, uint64_t now) ; /* FOR_EVER: nothing is due */
extern enum silence_deed silence_look (struct silence *s, uint64_t now) ;
extern void silence_aborted (struct silence *s, uint64_t now, uint32_t grace_ms) ;

/* Sends SIGABRT, and SIGCONT, to the program, after a message. Not while it is being stopped, or
   is paused by command.
     silent_ms  how long it has been silent; 0: it has asked for it
     grace_ms   after how long watchdog_kill is due
   Returns 1 when they have been sent. */
extern int watchdog_abort (struct readiness const *readiness, uint32_t silent_ms, uint32_t *grace_ms) ;
/* Kills it, if timeout-kill says so; else says that it has outlived SIGABRT. */
extern void watchdog_kill (struct readiness const *readiness) ;
/* May this process give orders to the supervisor of the current directory, and is that one of
   Reeve's, which says when it stops the program? Else 0 with errno. */
extern int watchdog_is_possible (void) ;

#endif
