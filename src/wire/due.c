#include "wire/due.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>

#include <skalibs/types.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"

#define WORD "due "
#define WORD_LEN (sizeof WORD - 1)
#define NAME_SIZE 16 /* the kernel's limit, with the NUL: seconds of 10 digits have room */

void due_tell (enum due_clock clock, uint64_t seconds)
{
  char name[WORD_LEN + 1 + UINT64_FMT] = WORD ;
  name[WORD_LEN] = (char)clock ;
  name[WORD_LEN + 1 + uint64_fmt(name + WORD_LEN + 1, seconds)] = 0 ;
  if (strlen(name) < NAME_SIZE) prctl(PR_SET_NAME, name) ; /* a name that was cut would be another time */
}

void due_over (char const *name)
{
  prctl(PR_SET_NAME, name) ;
}

int due_read (pid_t pid, uint64_t *wall)
{
  char path[sizeof "/proc//comm" + PID_FMT] = "/proc/" ; /* not /proc/PID/stat, for which the kernel takes ten times as long */
  char name[NAME_SIZE + 1] ;
  uint64_t seconds ;
  char clock ;
  memcpy(path + 6 + pid_fmt(path + 6, pid), "/comm", sizeof "/comm") ;
  if (file_read(AT_FDCWD, path, name, NAME_SIZE) <= 0 || strncmp(name, WORD, WORD_LEN) != 0) return 0 ;
  name[strcspn(name, "\n")] = 0 ;
  clock = name[WORD_LEN] ;
  if ((clock != DUE_WALL && clock != DUE_BOOT) || !uint640_scan(name + WORD_LEN + 1, &seconds)) return 0 ;
  if (clock == DUE_BOOT) seconds += clock_wall_ms() / 1000 - process_clock_ms() / 1000 ;
  *wall = seconds ;
  return 1 ;
}
