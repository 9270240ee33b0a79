#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descent.h"
#include "unit.h"

static struct descent set ;

/* A child that has a child of its own, whose pid comes through the pipe; both wait to be killed. */
static pid_t parent (pid_t *grandchild)
{
  int ends[2] ;
  pid_t pid ;
  if (pipe(ends) == -1) return 0 ;
  pid = fork() ;
  if (!pid)
  {
    pid_t it = fork() ;
    if (it && write(ends[1], &it, sizeof it) != sizeof it) _exit(1) ;
    for (;;) pause() ;
  }
  CHECK(read(ends[0], grandchild, sizeof *grandchild) == sizeof *grandchild) ;
  close(ends[0]) ;
  close(ends[1]) ;
  return pid ;
}

static void end (pid_t pid)
{
  kill(pid, SIGKILL) ;
  waitpid(pid, 0, 0) ;
}

static int has (pid_t pid)
{
  struct process_look look ;
  return descent_has(&set, pid, process_look(pid, &look) ? &look : 0) ;
}

TEST(what_a_member_has_started_is_known_when_its_parent_has_ended)
{
  pid_t grandchild ;
  pid_t child = parent(&grandchild) ;
  prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) ;
  set.count = 0 ;
  descent_add(&set, child) ;
  CHECK(has(child) && !has(grandchild)) ;
  descent_follow(&set, child) ;
  CHECK(has(grandchild) && set.count == 2) ;
  end(child) ;
  descent_ended(&set, child) ;
  CHECK(has(grandchild) && set.count == 1) ;
  end(grandchild) ;
}

TEST(one_that_is_no_member_can_be_followed)
{
  pid_t grandchild ;
  pid_t child = parent(&grandchild) ;
  set.count = 0 ;
  descent_follow(&set, child) ;
  CHECK(!has(child) && has(grandchild)) ;
  end(child) ;
  end(grandchild) ;
}

TEST(another_process_with_the_pid_of_a_member_is_none)
{
  pid_t grandchild ;
  pid_t child = parent(&grandchild) ;
  struct process_look look ;
  set.count = 0 ;
  descent_add(&set, child) ;
  CHECK(process_look(child, &look)) ;
  look.started_ms += PROCESS_TICK_MS ;
  CHECK(!descent_has(&set, child, &look)) ;
  CHECK(!descent_has(&set, child, 0)) ;
  set.member[0].started_ms += PROCESS_TICK_MS ; /* so it has another one's children, too */
  descent_follow(&set, child) ;
  CHECK(set.count == 1) ;
  end(child) ;
  end(grandchild) ;
}

TEST(a_child_that_cannot_be_looked_at_is_known_by_its_pid)
{
  set.member[0] = (struct descent_member) { .pid = 7 } ;
  set.count = 1 ;
  CHECK(descent_has(&set, 7, 0)) ;
  descent_ended(&set, 7) ;
  CHECK(!descent_has(&set, 7, 0)) ;
}

TEST(one_for_which_there_is_no_room_is_no_member)
{
  pid_t grandchild ;
  pid_t child = parent(&grandchild) ;
  for (set.count = 0 ; set.count < DESCENT_MAX ; set.count++) set.member[set.count] = (struct descent_member) { .pid = -1 - (pid_t)set.count } ;
  descent_add(&set, child) ;
  descent_follow(&set, child) ;
  CHECK(set.count == DESCENT_MAX && !has(child) && !has(grandchild)) ;
  end(child) ;
  end(grandchild) ;
}
