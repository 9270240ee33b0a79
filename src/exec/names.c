#include <string.h>

#include "exec/exec.h"

#define ROOT_CAN " (only root can)"
#define S6(name, run, usage) { name, run, usage, ROOT_CAN, EXIT_USAGE, EXIT_UNKNOWN, 0 }
#define OLDER(name, run, usage) { name, run, usage, ROOT_CAN, EXIT_USAGE, EXIT_SYSTEM, EXIT_SYSTEM }
#define SOFTLIMIT "[-a BYTES] [-c BYTES] [-d BYTES] [-f BYTES] [-l BYTES] [-m BYTES] [-o FILES] [-p PROCESSES] [-r BYTES] [-s BYTES] [-t SECONDS] PROGRAM..."

static struct front const fronts[] =
{
  { "reeve-exec", &reeve_exec_run, "[OPTION...] [--] PROGRAM [ARGUMENT...]; reeve-exec --help lists the options",
    " (run the container as root, with CAP_SETUID and CAP_SETGID, or drop --user)", EXIT_USAGE, EXIT_USAGE, 0 },
  S6("s6-setuidgid", &s6_setuidgid_run, "ACCOUNT|UID:GID PROGRAM..."),
  S6("s6-envuidgid", &s6_envuidgid_run, "[-i | -D UID:GID:GIDLIST] [-u | -g | -B] [-n] ACCOUNT PROGRAM..."),
  S6("s6-applyuidgid", &s6_applyuidgid_run, "[-z] [-u UID] [-g GID] [-G GIDLIST] [-U] PROGRAM..."),
  S6("s6-envdir", &s6_envdir_run, "[-I | -i] [-n] [-f] [-L] [-c NULCHARACTER] DIR PROGRAM..."),
  S6("s6-softlimit", &s6_softlimit_run, "[-h | -H] " SOFTLIMIT),
  S6("s6-setsid", &s6_setsid_run, "[-s | -b | -f | -g] [-i | -I | -q] [-d TERMINAL_FD] PROGRAM..."),
  S6("s6-setlock", &s6_setlock_run, "[-r | -w] [-n | -N | -t MS] FILE PROGRAM..."),
  { "s6-fghack", &s6_fghack_run, "PROGRAM...", ROOT_CAN, EXIT_USAGE, 0, EXIT_SYSTEM },
  S6("s6-notifyoncheck", &s6_notifyoncheck_run, "[-d] [-3 FD] [-s MS] [-T MS] [-t MS] [-w MS] [-n TRIES] [-c CHECK...] PROGRAM..."),
  OLDER("chpst", &chpst_run, "[-vP012] [-u USER[:GROUP...]] [-U USER[:GROUP...]] [-b ARGV0] [-e DIR] [-/ ROOT] [-n NICE] "
    "[-l|-L LOCK] [-m N] [-d N] [-o N] [-p N] [-f N] [-c N] [-t N] PROGRAM..."),
  OLDER("setuidgid", &setuidgid_run, "ACCOUNT PROGRAM..."),
  { "envdir", &envdir_run, "DIR PROGRAM...", ROOT_CAN, EXIT_SYSTEM, 0, EXIT_SYSTEM },
  OLDER("softlimit", &softlimit_run, SOFTLIMIT),
} ;

void front_choose (char const *path)
{
  char const *slash = strrchr(path, '/') ;
  char const *name = slash ? slash + 1 : path ;
  front = fronts ;
  for (size_t i = 0 ; i < sizeof fronts / sizeof *fronts ; i++)
    if (!strcmp(name, fronts[i].name)) front = fronts + i ;
}
