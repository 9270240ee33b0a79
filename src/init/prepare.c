#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/program.h"
#include "base/spawn.h"
#include "init/init.h"
#include "wire/lock.h"

#define SCAN_PROGRAM "reeve-scan"
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ARGUMENTS_OF_SCAN 16

/* ---- LIVE, and what is beside it ---- */

static void choose_live (struct options const *options, char live[LIVEDIR_PATH_MAX])
{
  static struct livedir_attempt attempts[3] ; /* large */
  unsigned int failed ;
  /* The sticky bit: if others may write to /run (a volume, for example), they still cannot remove
     what is made here. */
  int fd = livedir_choose(live, TRUST_SET_STICKY, attempts, &failed) ;
  if (fd == -1) livedir_die_without_place(attempts, failed, "REEVE_LIVE") ;
  fd_close(fd) ;
  {
    char *absolute = realpath(live, 0) ; /* absolute, because scripts and `finish` run in other directories */
    if (!absolute || strlen(absolute) >= LIVEDIR_PATH_MAX) strerr_diefu2sys(EXIT_SYSTEM, "use the live directory ", live) ;
    memcpy(live, absolute, strlen(absolute) + 1) ;
    free(absolute) ;
  }
  if (options->verbosity) livedir_say_other_place(live, attempts, failed) ;
}

static void take_live (char const *live)
{
  char path[PLACE_MAX] ;
  int foreign ;
  if (!place_control(path, live, "lock")) strerr_diefu2sys(EXIT_SYSTEM, "use the live directory ", live) ;
  if (lock_holder(path, &foreign) > 0 || foreign) strerr_dief2x(EXIT_USAGE, "another scanner is running on ", live) ;
}

static int make_link (char const *path, char const *target)
{
  return (unlink(path) != -1 || errno == ENOENT) && symlink(target, path) != -1 ;
}

/* Makes links to this program in LIVE/.s6-svscan; the scanner executes them. */
static void hand_over (char const *live, char const *self)
{
  static char const *const names[] = { "finish", "when-ready", "with-contenv" } ;
  char path[PLACE_MAX] ;
  char target[PLACE_MAX] ;
  for (size_t i = 0 ; i < sizeof names / sizeof *names ; i++)
    if (!place_control(path, live, names[i]) || !make_link(path, self)) strerr_diefu2sys(EXIT_SYSTEM, "make the link ", path) ;
  /* An earlier version has made this link to itself. */
  if (place_control(path, live, "SIGWINCH") && readlink(path, target, sizeof target) == (ssize_t)strlen(self) && !memcmp(target, self, strlen(self)))
    unlink(path) ;
}

/* Takes a lock by which clients know that /init is at work. The descriptor stays open until
   reeve-scan is executed. */
static void say_preparing (char const *live)
{
  char path[PLACE_MAX] ;
  if (!place_control(path, live, "preparing") || lock_take(path, 0600) == -1) strerr_warnwu2sys("lock ", path) ;
}

/* Makes the files and links that scripts for s6-overlay look for. */
static void make_basedir (char const *live, char const *self)
{
  static char const *const names[] = { "s6/basedir/bin/halt", "s6/basedir/bin/poweroff", "s6/basedir/bin/reboot" } ;
  char path[PLACE_MAX] ;
  int ok = place_make(live, "s6/basedir/bin", 0755) && place_make(live, "s6-linux-init-container-results", 0755) ;
  for (size_t i = 0 ; ok && i < sizeof names / sizeof *names ; i++) ok = place_beside(path, live, names[i]) && make_link(path, self) ;
  if (ok) ok = place_beside(path, live, "s6/services") && make_link(path, live) ;
  if (ok) ok = place_beside(path, live, "s6-linux-init-container-results/exitcode") && (unlink(path) != -1 || errno == ENOENT) ;
  if (!ok) strerr_warnwu2sys("make s6/basedir/bin and s6-linux-init-container-results beside ", live) ;
}

/* ---- output ---- */

/* Is this the container's terminal, which is also its /dev/console? Else it is the terminal of
   somebody who has started /init by hand, and nobody else must write to it. */
static int is_containers_terminal (struct stat const *st)
{
  struct stat console ;
  return S_ISCHR(st->st_mode) && stat("/dev/console", &console) != -1 && st->st_dev == console.st_dev && st->st_ino == console.st_ino ;
}

/* Lets a service that has dropped root open /dev/stdout and /dev/stderr. It has these descriptors
   anyway. */
static void share_output (void)
{
  for (int fd = 1 ; fd <= 2 ; fd++)
  {
    struct stat st ;
    if (fstat(fd, &st) == -1 || st.st_uid != geteuid() || (st.st_mode & 0022) == 0022) continue ;
    if (S_ISFIFO(st.st_mode) || is_containers_terminal(&st)) fchmod(fd, (st.st_mode & 07777) | 0022) ;
  }
}

/* ---- environment ---- */

static void set (char const *name, char const *value)
{
  if (setenv(name, value, 1) == -1) strerr_diefu2sys(EXIT_SYSTEM, "set ", name) ;
}

static int is_in_list (char const *list, char const *directory)
{
  size_t len = strlen(directory) ;
  for (;; list++)
  {
    size_t n = strcspn(list, ":") ;
    if (n == len && !memcmp(list, directory, len)) return 1 ;
    list += n ;
    if (!*list) return 0 ;
  }
}

static void append_to_path (char const *directory)
{
  char const *path = getenv("PATH") ;
  char *longer ;
  size_t size ;
  if (!path || !*path) path = DEFAULT_PATH ;
  if (is_in_list(path, directory)) return ;
  size = strlen(path) + 1 + strlen(directory) + 1 ;
  longer = malloc(size) ;
  if (!longer) strerr_diefu1sys(EXIT_SYSTEM, "set PATH") ;
  snprintf(longer, size, "%s:%s", path, directory) ;
  set("PATH", longer) ;
  free(longer) ;
}

/* Appends them to PATH: the image's own programs come first. */
static void append_our_programs_to_path (void)
{
  char program[PROGRAM_PATH_MAX] ;
  if (program_beside(program, SCAN_PROGRAM))
  {
    char *slash = strrchr(program, '/') ;
    slash[slash == program] = 0 ; /* the root keeps its slash */
    append_to_path(program) ;
  }
  append_to_path(PROGRAM_COMMAND_DIRECTORY) ;
}

/* S6_KEEP_ENV=0: services get a minimal environment, as with s6-overlay; with-contenv gives the
   rest. */
static void make_environment_minimal (void)
{
  size_t kept = 0 ;
  for (size_t i = 0 ; environ[i] ; i++)
    if (!strncmp(environ[i], "PATH=", 5) || !strncmp(environ[i], "S6_", 3) || !strncmp(environ[i], "REEVE_", 6)) environ[kept++] = environ[i] ;
  environ[kept] = 0 ;
}

static void prepare_environment (struct options const *options, char const *live)
{
  char workdir[PATH_MAX] ;
  append_our_programs_to_path() ;
  set(WORKDIR_VARIABLE, getcwd(workdir, sizeof workdir) ? workdir : "/") ;
  set("REEVE_LIVE", live) ;
  if (!contenv_save(live, !options->keep_environment, options->verbosity > 0)) strerr_warnwu2sys("save the environment beside ", live) ;
  if (!options->keep_environment) make_environment_minimal() ;
}

/* ---- scripts ---- */

static struct collected collected ;

/* Ends the container without a scanner: nothing has been started yet. */
static void __attribute__((noreturn)) end (struct options const *options, struct scripts const *scripts, char const *live, int code)
{
  char path[PLACE_MAX] ;
  char number[UINT_FMT] ;
  char left[UINT32_FMT] ;
  char const *argv[] = { "finish", number, left, 0 } ;
  char spent[UINT64_FMT] ;
  uint64_t began_ms = scripts->stop_began_ms ? scripts->stop_began_ms : clock_ms() ;
  uint64_t spent_ms ;
  uint32_t ms ;
  collected_end(&collected, options->budget_ms ? began_ms + options->budget_ms : 0) ;
  spent_ms = scripts->stop_began_ms ? clock_ms() - began_ms : 0 ;
  ms = spent_ms < options->budget_ms ? options->budget_ms - (uint32_t)spent_ms : 0 ;
  spent[uint64_fmt(spent, spent_ms)] = 0 ;
  set(STOP_SPENT_VARIABLE, spent) ;
  number[uint_fmt(number, (unsigned int)code)] = 0 ;
  if (options->budget_ms) left[uint32_fmt(left, ms)] = 0 ;
  else memcpy(left, "-1", 3) ;
  message_hand_over() ;
  if (place_control(path, live, "finish") && chdir(live) != -1) execv(path, (char *const *)argv) ;
  strerr_diefu2sys(EXIT_SYSTEM, "execute ", path) ;
}

static void run_script (struct options const *options, struct scripts *scripts, char const *live, char const *const *argv)
{
  char code[UINT_FMT] ;
  switch (script_run(scripts, argv))
  {
    case SCRIPT_STOPPED : end(options, scripts, live, scripts->had_to_kill ? EXIT_KILLED : 0) ;
    case SCRIPT_NOT_EXECUTED : break ;
    case SCRIPT_ENDED :
      if (!scripts->code) return ;
      code[uint_fmt(code, (unsigned int)scripts->code)] = 0 ;
      if (options->if_scripts_fail) strerr_warnw4x(argv[0], " has failed, with ", code,
        options->if_scripts_fail == 1 ? " (going on: S6_BEHAVIOUR_IF_STAGE2_FAILS)" : " (stopping the container)") ;
      break ;
  }
  if (options->if_scripts_fail > 1) end(options, scripts, live, scripts->code) ;
}

/* Writes down which script runs, for clients that ask. */
static void say_script (char const *live, char const *script)
{
  char file[PLACE_MAX] ;
  char line[sizeof CONT_INIT_DIRECTORY + NAME_MAX + 3] ;
  size_t len = (size_t)snprintf(line, sizeof line, "%s\n", script) ;
  if (!place_control(file, live, "script") || !trust_write(AT_FDCWD, file, 0644, line, len)) strerr_warnwu2sys("write ", file) ;
}

static void run_scripts (struct options const *options, char const *live)
{
  struct scripts scripts = { .stop_ms = options->budget_ms, .tell = options->verbosity > 1 } ;
  char const *hook = getenv("S6_STAGE2_HOOK") ;
  size_t count ;
  char file[PLACE_MAX] ;
  char **names = scripts_list(CONT_INIT_DIRECTORY, &count) ;
  if (!names) strerr_diefu1sys(EXIT_SYSTEM, "read " CONT_INIT_DIRECTORY) ;
  signals_of_a_stop(&scripts.stops, live) ;
  if (count || (hook && *hook)) collected_begin(&collected, live, options->log) ;
  if (collected.pid) scripts.output = collected.output ;
  if (hook && *hook) /* the hook is for a shell */
  {
    char const *argv[] = { "/bin/sh", "-c", hook, 0 } ;
    run_script(options, &scripts, live, argv) ;
  }
  for (size_t i = 0 ; i < count ; i++)
  {
    char path[sizeof CONT_INIT_DIRECTORY + NAME_MAX + 1] ;
    char const *argv[] = { path, 0 } ;
    snprintf(path, sizeof path, CONT_INIT_DIRECTORY "/%s", names[i]) ;
    say_script(live, path) ;
    run_script(options, &scripts, live, argv) ;
  }
  scripts_free(names, count) ;
  collected_end(&collected, 0) ;
  if (place_control(file, live, "script")) unlink(file) ;
}

/* ---- becoming the scanner ---- */

/* Adds CMD. Before it come when-ready, which waits for the services, and with-contenv, which
   restores the environment. */
static void add_command (struct options const *options, char const *live, char const **out, char const *const *command)
{
  static char when_ready[PLACE_MAX] ;
  static char with_contenv[PLACE_MAX] ;
  char const *first = getenv("S6_CMD_ARG0") ;
  size_t n = 0 ;
  if (first && !*first) first = 0 ;
  if (!first && !*command) return ;
  out[n++] = "--" ;
  if (options->command_waits && place_control(when_ready, live, "when-ready")) out[n++] = when_ready ;
  if (!options->keep_environment && place_control(with_contenv, live, "with-contenv")) out[n++] = with_contenv ;
  if (first) out[n++] = first ;
  while (*command) out[n++] = *command++ ;
}

static void __attribute__((noreturn)) become_scanner (struct options const *options, char const *live, int argc, char const *const *argv)
{
  char program[PROGRAM_PATH_MAX] ;
  char budget[UINT32_FMT] ;
  char grace[UINT32_FMT] ;
  char presumed[UINT32_FMT] ;
  char const **scan = calloc((size_t)argc + ARGUMENTS_OF_SCAN, sizeof *scan) ;
  size_t n = 0 ;
  if (!scan || !program_beside(program, SCAN_PROGRAM)) strerr_diefu1sys(EXIT_SYSTEM, "find reeve-scan beside this program or in " PROGRAM_COMMAND_DIRECTORY) ;
  budget[uint32_fmt(budget, options->budget_ms)] = 0 ;
  presumed[uint32_fmt(presumed, PRESUMED_GRACE_MS)] = 0 ;
  grace[uint32_fmt(grace, options->services_grace_ms)] = 0 ;
  scan[n++] = "reeve-scan" ;
  scan[n++] = "-l" ;
  scan[n++] = live ;
  scan[n++] = "-I" ;
  scan[n++] = options->budget_ms ? "-T" : "-G" ;
  scan[n++] = options->budget_ms ? budget : presumed ;
  if (options->services_grace_ms)
  {
    scan[n++] = "-K" ;
    scan[n++] = grace ;
  }
  if (options->command_signals) scan[n++] = "-C" ;
  scan[n++] = "-L" ;
  scan[n++] = options->log ;
  scan[n++] = SERVICES_DIRECTORY ;
  add_command(options, live, scan + n, argv + 1) ;
  if (options->verbosity > 1) strerr_warni1x("starting the services in " SERVICES_DIRECTORY) ;
  message_hand_over() ;
  execv(program, (char *const *)scan) ;
  strerr_diefu2sys(EXIT_SYSTEM, "execute ", program) ;
}

int prepare_main (int argc, char const *const *argv)
{
  struct options options ;
  char live[LIVEDIR_PATH_MAX] ;
  char self[PROGRAM_PATH_MAX] ;
  spawn_prepare_signals() ;
  message_begin() ;
  if (!spawn_sanitize_stdio()) strerr_diefu1sys(EXIT_SYSTEM, "open /dev/null") ;
  message_announce(getenv("REEVE_LOG")) ;
  options_read(&options, 1) ;
  if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == -1 && options.verbosity)
    strerr_warnwu1sys("become a subreaper: orphans of services fall to another process") ;
  choose_live(&options, live) ;
  take_live(live) ;
  if (!program_self(self, PROG)) memcpy(self, "/init", sizeof "/init") ;
  hand_over(live, self) ;
  say_preparing(live) ;
  make_basedir(live, self) ;
  prepare_environment(&options, live) ;
  share_output() ;
  if (options.verbosity) others_say(argv + 1) ;
  run_scripts(&options, live) ;
  become_scanner(&options, live, argc, argv) ;
}
