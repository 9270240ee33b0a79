#include "service/stray.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/send.h"

int stray_is_service (struct stray_limits const *limits, struct stray_look const *look)
{
  if (limits->service == STRAY_NONE_IS_SERVICE) return 0 ;
  return look->in_group || (limits->service == STRAY_ALL_BUT_EARLIER && !look->earlier) ;
}

static uint64_t after (uint64_t ms, uint32_t timeout_ms)
{
  return ms && timeout_ms ? ms + timeout_ms : 0 ;
}

/* When the stray is to be killed; 0: by no limit of its own, or not known yet. */
static uint64_t kill_moment (struct stray_limits const *limits, struct stray const *stray, struct stray_look const *look)
{
  uint64_t told_ms = look->had_signal ? stray->seen_ms : stray->told_ms ;
  if (stray_is_service(limits, look)) return after(limits->down_ms ? limits->down_ms : told_ms, limits->timeout_kill_ms) ;
  return after(told_ms, limits->timeout_strays_ms) ;
}

struct stray_step stray_step (struct stray_limits const *limits, struct stray const *stray, struct stray_look const *look, uint64_t now_ms)
{
  uint64_t moment = kill_moment(limits, stray, look) ;
  if (stray->given_up) return (struct stray_step) { STRAY_LEAVE, 0 } ;
  if (stray->killed_ms)
  {
    if (now_ms >= stray->killed_ms + STRAY_KILLED_MS) return (struct stray_step) { STRAY_LEAVE, 0 } ;
    return (struct stray_step) { STRAY_WAIT, stray->killed_ms + STRAY_KILLED_MS } ;
  }
  if (limits->at_once || (moment && now_ms >= moment)) return (struct stray_step) { STRAY_KILL, now_ms + STRAY_KILLED_MS } ;
  if (!stray->told_ms && !look->had_signal)
  {
    uint64_t due = stray->seen_ms + (look->ending || look->ours ? STRAY_ENDING_MS : STRAY_MOMENT_MS) ;
    if (now_ms < due) return (struct stray_step) { STRAY_WAIT, moment && moment < due ? moment : due } ;
    return (struct stray_step) { STRAY_TELL, 0 } ; /* after telling it, the caller calls this again */
  }
  return (struct stray_step) { STRAY_WAIT, moment } ;
}

static int in (uint64_t set, int sig)
{
  return sig > 0 && set >> (sig - 1) & 1 ;
}

/* Is a signal pending that ends the process: one that it does not ignore or block? */
static int is_ending (struct process_signals const *signals, char state)
{
  if (state == 'T' || state == 't') return in(signals->pending, SIGKILL) ;
  for (int sig = 1 ; sig <= 64 ; sig++)
  {
    if (!in(signals->pending, sig) || send_is_ignored_by_default(sig)) continue ;
    if (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU || sig == SIGSTOP) continue ;
    if (!in(signals->blocked, sig) && !in(signals->ignored, sig)) return 1 ;
  }
  return 0 ;
}

void stray_look (struct stray_look *now, struct stray_limits const *limits, pid_t pid, struct process_look const *look)
{
  struct process_signals signals ;
  *now = (struct stray_look)
  {
    .in_group = limits->group > 1 && getpgid(pid) == limits->group,
    .ending = look->exiting,
    .ours = !strcmp(look->name, "reeve") || !strcmp(look->name, PROCESS_HELPER_NAME)
  } ;
  now->had_signal = now->in_group && limits->group_told_ms && look->started_ms + PROCESS_TICK_MS <= limits->group_told_ms ;
  if (!now->ending && process_signals(pid, &signals)) now->ending = is_ending(&signals, look->state) ;
}

void stray_do (struct stray *stray, struct stray_limits const *limits, pid_t pid, int fd, enum stray_deed deed, uint64_t now_ms)
{
  struct send send = { .pid = pid > 0 ? pid : -pid, .fd = fd, .flags = pid > 0 ? 0 : SEND_GROUP } ;
  if (deed == STRAY_KILL)
  {
    send.sig = SIGKILL ;
    send_signal(&send) ;
    if (!stray->killed_ms) stray->killed_ms = now_ms ;
  }
  else if (deed == STRAY_TELL)
  {
    send.sig = stray_signal(limits, send.pid) ;
    send.flags |= SEND_CONT ;
    if (pid > 0 && fd == -1) send_to_end(pid, stray_signal(limits, send_end_of(pid)), SEND_CONT) ;
    else send_signal(&send) ;
    if (!stray->told_ms) stray->told_ms = now_ms ;
  }
}

int stray_signal (struct stray_limits const *limits, pid_t pid)
{
  struct process_signals signals ;
  if (!send_is_ignored_by_default(limits->down_signal)) return limits->down_signal ;
  if (process_signals(pid, &signals) && in(signals.caught, limits->down_signal)) return limits->down_signal ;
  return SIGTERM ;
}

/* ---- the remembered strays ---- */

/* Does not touch unused memory: most services leave no strays. */
void strays_empty (struct strays *strays)
{
  if (strays->count) strays->count = 0 ;
  if (strays->known[STRAYS_KNOWN_MAX].pid) strays->known[STRAYS_KNOWN_MAX] = (struct stray) { 0 } ;
}

struct stray *strays_know (struct strays *strays, pid_t pid, uint64_t now_ms)
{
  unsigned int i = 0 ;
  while (i < strays->count && strays->known[i].pid != pid) i++ ;
  if (i == strays->count && i < STRAYS_KNOWN_MAX) strays->known[strays->count++] = (struct stray) { .pid = pid } ;
  if (!strays->known[i].seen_ms) strays->known[i].seen_ms = now_ms ;
  strays->known[i].pid = pid ;
  strays->seen[i] = 1 ;
  return strays->known + i ;
}

void strays_forget_unseen (struct strays *strays)
{
  unsigned int kept = 0 ;
  for (unsigned int i = 0 ; i < strays->count ; i++)
    if (strays->seen[i]) strays->known[kept++] = strays->known[i] ;
  strays->count = kept ;
  if (!strays->seen[STRAYS_KNOWN_MAX]) strays->known[STRAYS_KNOWN_MAX] = (struct stray) { 0 } ;
  memset(strays->seen, 0, sizeof strays->seen) ;
}

struct stray_step strays_step (struct strays const *strays, struct stray_limits const *limits, struct stray const *stray,
  struct stray_look const *look, uint64_t now_ms)
{
  int shared = stray == strays->known + STRAYS_KNOWN_MAX ;
  struct stray one = *stray ;
  struct stray_step step ;
  if (shared && stray_is_service(limits, look)) one.killed_ms = one.given_up = 0 ; /* the shared entry's kill was another stray's */
  step = stray_step(limits, &one, look, now_ms) ;
  if (step.deed != STRAY_WAIT || !shared) return step ;
  if (one.killed_ms) step.deed = STRAY_KILL ;
  else if (one.told_ms) step.deed = STRAY_TELL ;
  return step ;
}
