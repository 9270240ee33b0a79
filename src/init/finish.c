#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/spawn.h"
#include "base/trust.h"
#include "init/init.h"
#include "service/settings.h"
#include "wire/channels.h"

#define OWN_FINISH SERVICES_DIRECTORY "/" CONTROL_DIRECTORY "/finish"
#define RESULTS_CODE "s6-linux-init-container-results/exitcode"

static void run_scripts (struct options const *options, struct scripts *scripts)
{
  size_t count ;
  char **names = scripts_list(CONT_FINISH_DIRECTORY, &count) ;
  if (!names)
  {
    strerr_warnwu1sys("read " CONT_FINISH_DIRECTORY) ;
    return ;
  }
  for (size_t i = 0 ; i < count ; i++)
  {
    char path[sizeof CONT_FINISH_DIRECTORY + NAME_MAX + 1] ;
    char const *argv[] = { path, 0 } ;
    snprintf(path, sizeof path, CONT_FINISH_DIRECTORY "/%s", names[i]) ;
    if (script_run(scripts, argv) == SCRIPT_ENDED && scripts->code && options->verbosity)
    {
      char code[12] ;
      snprintf(code, sizeof code, "%d", scripts->code) ;
      strerr_warnw4x(path, " has failed, with ", code, scripts->code > EXIT_SIGNAL ? " (128 + the signal's number)" : "") ;
    }
  }
  scripts_free(names, count) ;
}

/* Runs the scan directory's own finish, which the scanner would have executed instead of this
   program. */
static void run_own (struct scripts *scripts, char const *const *argv)
{
  char const *own[] = { OWN_FINISH, argv[1], argv[2], 0 } ;
  if (!access(own[0], F_OK)) script_run(scripts, own) ;
}

static void run_all (struct options const *options, struct scripts *scripts, char const *live, char const *const *argv)
{
  static struct collected collected ;
  if (access(CONT_FINISH_DIRECTORY, F_OK) == -1 && access(OWN_FINISH, F_OK) == -1) return ;
  collected_begin(&collected, live, options->log) ;
  if (collected.pid) scripts->output = collected.output ;
  run_scripts(options, scripts) ;
  run_own(scripts, argv) ;
  collected_end(&collected, scripts->deadline_ms) ;
}

static int newer (char const *path, char const *than)
{
  struct stat a ;
  struct stat b ;
  if (lstat(path, &a) == -1 || !S_ISREG(a.st_mode)) return 0 ;
  if (lstat(than, &b) == -1) return 1 ;
  return a.st_mtim.tv_sec != b.st_mtim.tv_sec ? a.st_mtim.tv_sec > b.st_mtim.tv_sec : a.st_mtim.tv_nsec >= b.st_mtim.tv_nsec ;
}

/* Is the file to be trusted? */
static int is_trusted (char const *path)
{
  char directory[PLACE_MAX] ;
  struct trust_refusal why ;
  int ok ;
  int dir ;
  snprintf(directory, sizeof directory, "%.*s", (int)(strrchr(path, '/') - path), path) ;
  dir = trust_directory(directory, 0, 0, &why) ;
  ok = dir >= 0 && trust_entry(dir, strrchr(path, '/') + 1, S_IFREG, 0, &why) ;
  if (dir >= 0) fd_close(dir) ;
  if (!ok) place_say_refused(path, &why) ;
  return ok ;
}

/* The exit code that was written beside LIVE, if that is newer than the code of `reeve shutdown`;
   else `code`, which is that one's or the scanner's own. */
static int last_code (char const *live, int code)
{
  char path[PLACE_MAX] ;
  char text[16] ;
  uint32_t written ;
  ssize_t n ;
  if (!place_beside(path, live, RESULTS_CODE) || !newer(path, EXIT_CODE_FILE) || !is_trusted(path)) return code ;
  n = openreadnclose(path, text, sizeof text - 1) ;
  text[n > 0 ? n : 0] = 0 ;
  if (setting_parse_uint(text, 0, 255, &written)) return (int)written ;
  strerr_warnw3x("invalid exit code in ", path, ": allowed: a number from 0 to 255") ;
  return code ;
}

/* The time at which a script without a limit is named, counted from the beginning of the stop. */
static uint64_t speak_ms (void)
{
  char const *value = getenv(STOP_SPENT_VARIABLE) ;
  uint32_t spent_ms = 0 ;
  if (value && !setting_parse_uint(value, 0, INT_MAX, &spent_ms)) spent_ms = 0 ;
  return clock_ms() + (spent_ms < SPEAK_MS ? SPEAK_MS - spent_ms : 0) ;
}

int finish_main (int argc, char const *const *argv)
{
  struct options options ;
  struct scripts scripts = { 0 } ;
  char const *live = getenv("REEVE_LIVE") ;
  uint32_t code = 0 ;
  uint32_t left ;
  spawn_prepare_signals() ;
  message_begin() ;
  message_take_over() ;
  if (argc != 3 || !live || !setting_parse_uint(argv[1], 0, 255, &code)) strerr_dieusage(EXIT_USAGE, "finish CODE MS_LEFT, by reeve-scan") ;
  options_read(&options, 0) ;
  sigemptyset(&scripts.stops) ;
  scripts.each_ms = options.finish_script_ms ;
  scripts.tell = options.verbosity > 1 ;
  scripts.speak_ms = speak_ms() ;
  unsetenv(STOP_SPENT_VARIABLE) ;
  if (setting_parse_uint(argv[2], 0, INT_MAX, &left)) scripts.deadline_ms = clock_ms() + left ;
  run_all(&options, &scripts, live, argv) ;
  sweep(&options, scripts.deadline_ms ? scripts.deadline_ms + options.after_ms : 0) ;
  message_end() ;
  if (options.sync_disks) sync() ;
  return last_code(live, (int)code) ;
}
