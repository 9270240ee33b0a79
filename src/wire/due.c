#include "wire/due.h"

#include <string.h>
#include <sys/prctl.h>

#include <skalibs/uint64.h>

#include "base/clock.h"
#include "base/process.h"

#define WORD "due "
#define WORD_LEN (sizeof WORD - 1)
#define NAME_SIZE 16 /* the kernel's, with the NUL: seconds of 10 digits have room */

void due_tell (enum due_clock clock, uint64_t seconds)
{
  char name[WORD_LEN + 1 + UINT64_FMT] = WORD ;
  name[WORD_LEN] = (char)clock ;
  name[WORD_LEN + 1 + uint64_fmt(name + WORD_LEN + 1, seconds)] = 0 ;
  if (strlen(name) < NAME_SIZE) prctl(PR_SET_NAME, name) ; /* not cut, which would be another time */
}

void due_over (char const *name)
{
  prctl(PR_SET_NAME, name) ;
}

int due_read (pid_t pid, uint64_t *wall)
{
  struct process_look look ;
  uint64_t seconds ;
  uint64_t now = process_clock_ms() / 1000 ;
  char clock ;
  if (!process_look(pid, &look) || strncmp(look.name, WORD, WORD_LEN) != 0) return 0 ;
  clock = look.name[WORD_LEN] ;
  if ((clock != DUE_WALL && clock != DUE_BOOT) || !uint640_scan(look.name + WORD_LEN + 1, &seconds)) return 0 ;
  if (clock == DUE_BOOT) seconds += clock_wall_ms() / 1000 - now ;
  *wall = seconds ;
  return 1 ;
}
