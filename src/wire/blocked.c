#include "wire/blocked.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include <skalibs/types.h>

#include "base/process.h"

#define WORD "blocked "
#define WORD_LEN (sizeof WORD - 1)
#define NAME_SIZE 16 /* the kernel's, with the NUL */
#define DEPTH_MAX 3
#define OURS "reeve-" /* Reeve's programs start no other program that logs */

static char before[NAME_SIZE] ; /* the process's name before it was blocked */
static int told ;

void blocked_tell (int err)
{
  char name[NAME_SIZE] ;
  if (told == err) return ;
  if (!told) prctl(PR_GET_NAME, before) ;
  told = err ;
  snprintf(name, sizeof name, WORD "%d", err) ;
  prctl(PR_SET_NAME, name) ;
}

void blocked_over (void)
{
  if (told) prctl(PR_SET_NAME, before) ;
  told = 0 ;
}

struct search
{
  unsigned int depth ;
  unsigned int err ;
} ;

static int look (pid_t pid, void *data)
{
  struct search *search = data ;
  struct process_look process ;
  if (!process_look(pid, &process)) return 1 ;
  if (!strncmp(process.name, WORD, WORD_LEN))
  {
    if (!uint0_scan(process.name + WORD_LEN, &search->err)) search->err = 0 ;
  }
  else if (search->depth < DEPTH_MAX && strncmp(process.name, OURS, sizeof OURS - 1) != 0)
  {
    search->depth++ ;
    process_each_child_of(pid, &look, search) ;
    search->depth-- ;
  }
  return !search->err ;
}

int blocked_read (pid_t pid)
{
  struct search search = { .depth = 0 } ;
  look(pid, &search) ;
  return (int)search.err ;
}
