#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <skalibs/sig.h>

#include "control/view.h"
#include "control/why_end.h"

#define CODE_BY_SIGNAL 128
#define CODE_NOT_EXECUTED 126
#define CODE_NOT_FOUND 127

unsigned int why_end_oom_kills (char const *text)
{
  for (char const *at = text ; at && *at ; at = strchr(at, '\n'), at = at ? at + 1 : 0)
    if (!strncmp(at, "oom_kill ", 9)) return (unsigned int)strtoul(at + 9, 0, 10) ;
  return 0 ;
}

/* Says how Reeve has caused the end; 0: Reeve has not. */
static char const *by_reeve (struct end_facts const *facts, char *out, size_t size)
{
  if (facts->end & END_LATE)
    snprintf(out, size, "Reeve stopped it, as it was not %s within %u ms (timeout-up)", facts->task ? "done" : "ready", facts->late_ms) ;
  else if (facts->end & END_UNHEALTHY) snprintf(out, size, "Reeve stopped it, as its health checks failed") ;
  else if (facts->end & END_LEAVING) snprintf(out, size, "it was stopped with the tree, or as its directory was removed") ;
  else if (facts->end & END_ASKED) snprintf(out, size, "it was stopped by a command") ;
  else return 0 ;
  return out ;
}

/* Says who may have sent SIGKILL. */
static void add_kill (struct end_facts const *facts, char *out, size_t size)
{
  if (facts->end & END_OUT_OF_TIME) snprintf(out, size, "; Reeve killed it, as the time for the tree's stop was over") ;
  else if (facts->end & END_KILLED) snprintf(out, size, "; Reeve killed it, as it had not ended within %u ms (timeout-kill)", facts->kill_ms) ;
}

static char const *by_signal (struct end_facts const *facts, int sig, char *out, size_t size)
{
  if (facts->end & END_SIGNALLED) return "a command had it sent (reeve kill, s6-svc)" ;
  if (sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE || sig == SIGABRT || sig == SIGSYS || sig == SIGTRAP) return "its program crashed" ;
  if (sig != SIGKILL) return "somebody else sent it" ;
  if (facts->end & (END_KILLED | END_OUT_OF_TIME)) return "it was told to end" ;
  if (!facts->oom_kills) return "Reeve did not send it" ;
  snprintf(out, size, "probably killed by the kernel for lack of memory: its cgroup has counted %u such kill%s, and Reeve did not send it"
    " (raise the container's limit of memory, or have the service use less)", facts->oom_kills, facts->oom_kills == 1 ? "" : "s") ;
  return out ;
}

static char const *by_code (struct end_facts const *facts, int code, char *out, size_t size)
{
  int sig = code - CODE_BY_SIGNAL ;
  if (facts->allowed && code) return "it ended by itself, as success-codes allows" ;
  if (code == CODE_NOT_FOUND) return "a program that ./run names was not found (is it installed, and in PATH?)" ;
  if (code == CODE_NOT_EXECUTED) return "a program that ./run names could not be executed" ;
  if (sig == SIGKILL && facts->oom_kills) return by_signal(facts, sig, out, size) ;
  if (sig > 0 && sig < NSIG && *sig_name(sig))
  {
    snprintf(out, size, "128 and %d: what ./run had started was ended by SIG%s", sig, sig_name(sig)) ;
    return out ;
  }
  return code ? "it ended by itself, with an error" : "it ended by itself" ;
}

char const *why_end_describe (struct end_facts const *facts, char out[END_WORDS_MAX])
{
  char more[END_WORDS_MAX / 2 + 64] ;
  int wstat = (int)facts->wstat ;
  int killed = WIFSIGNALED(wstat) && WTERMSIG(wstat) == SIGKILL ;
  char const *why = by_reeve(facts, more, sizeof more) ;
  size_t len ;
  view_describe_end(facts->wstat, facts->code_unknown, out, END_WORDS_MAX) ;
  if (!why && facts->code_unknown) return out ;
  if (!why) why = WIFSIGNALED(wstat) ? by_signal(facts, WTERMSIG(wstat), more, sizeof more) : by_code(facts, WEXITSTATUS(wstat), more, sizeof more) ;
  len = strlen(out) ;
  snprintf(out + len, END_WORDS_MAX - len, ": %s", why) ;
  len = strlen(out) ;
  if (killed) add_kill(facts, out + len, END_WORDS_MAX - len) ;
  return out ;
}
