#include "scan/stopping.h"
#include "base/message.h"

#include <sys/wait.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#define CODE_BY_SIGNAL 128

void stopping_ask (struct scanner *s, int loggers_too)
{
  s->stop.asked = 1 ;
  s->stop.asked_loggers |= loggers_too ? 1 : 0 ;
}

int stopping_code_of (int wstat)
{
  return WIFSIGNALED(wstat) ? CODE_BY_SIGNAL + WTERMSIG(wstat) : WEXITSTATUS(wstat) ;
}

void stopping_main_ended (struct scanner *s, struct unit const *unit, unsigned int wstat)
{
  char code[UINT_FMT] ;
  if (s->stop.on || s->stop.asked) return ;
  s->own_code = stopping_code_of((int)wstat) ;
  code[uint_fmt(code, (unsigned int)s->own_code)] = 0 ;
  stopping_ask(s, 0) ;
  strerr_warni5x("the main service ", message_about(unit->name), " has ended with ", code, ": stopping everything") ;
}

static void stop_with (struct scanner *s, int code)
{
  s->own_code = code ? code : 1 ;
  stopping_ask(s, 0) ;
}

void stopping_main_cannot_start (struct scanner *s, struct unit const *unit, char const *needed, unsigned int wstat)
{
  char code[UINT_FMT] ;
  int ended = stopping_code_of((int)wstat) ;
  if (s->stop.on || s->stop.asked) return ;
  code[uint_fmt(code, (unsigned int)ended)] = 0 ;
  stop_with(s, ended) ;
  strerr_warnw7x("the main service ", message_about(unit->name), " can never start: ", needed, ", which it needs, has ended with ", code, " and does not come back: stopping everything") ;
}

void stopping_cmd_cannot_start (struct scanner *s, char const *needed, unsigned int wstat, int starts)
{
  char code[UINT_FMT] ;
  int ended = stopping_code_of((int)wstat) ;
  if (s->stop.on || s->stop.asked) return ;
  code[uint_fmt(code, (unsigned int)ended)] = 0 ;
  if (!starts) stop_with(s, ended) ;
  strerr_warnw6x("the command is to start after ", needed, " (REEVE_CMD_AFTER), which has ended with ", code, " and does not come back: ",
    starts ? "starting it all the same, as it has a terminal" : "stopping everything") ;
}

void stopping_killed (struct scanner *s)
{
  if (s->stop.on) s->stop.had_to_kill = 1 ;
}

int stopping_has_come (struct scanner const *s, enum stage stage)
{
  return !!(s->stop.done & 1U << stage) ;
}

int stopping_kills (struct scanner const *s)
{
  return stopping_has_come(s, STAGE_KILL) ;
}

/* ---- letting go ---- */

static void let_logger_go (struct scanner *s, struct unit *unit)
{
  if (!unit->producer) return ;
  unit->stop.terminate = 1 ;
  unit->supervisor.told_to_leave = 0 ;
  units_post(&s->units, unit, unit->phase == UNIT_LEAVING && unit->supervisor.pid ? UNIT_STARTED : UNIT_LET_GO) ;
}

void stopping_let_go (struct scanner *s, struct unit *unit)
{
  if (!units_is_logger(unit)) units_post(&s->units, unit, UNIT_LET_GO) ;
  if (s->stop.loggers_too && unit->logger) let_logger_go(s, unit->logger) ;
}

void stopping_let_go_in_order (struct scanner *s, struct unit *unit)
{
  if (s->stop.in_order && (s->stop.cmd_first || (unit->needs.node && graph_find_dependent(unit->needs.node)))) return ;
  stopping_let_go(s, unit) ;
}

void stopping_let_loggers_go (struct scanner *s)
{
  s->stop.loggers_too = 1 ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next) let_logger_go(s, unit) ;
}
