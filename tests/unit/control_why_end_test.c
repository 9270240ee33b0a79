#include "control/page.h"
#include "control/why_end.h"
#include "wire/state.h"

#include <signal.h>
#include <string.h>

#include "unit.h"

#define EXIT(code) ((code) << 8)

static char const *words (struct end_facts facts)
{
  static char out[END_WORDS_MAX] ;
  return why_end_describe(&facts, out) ;
}

#define IS(text, ...) CHECK(!strcmp(words((struct end_facts) { __VA_ARGS__ }), text))

TEST(an_exit_code_says_what_it_is_known_to_mean)
{
  IS("exit 0: it ended by itself", .wstat = EXIT(0)) ;
  IS("exit 3: it ended by itself, with an error", .wstat = EXIT(3)) ;
  IS("exit 127: a program that ./run names was not found (is it installed, and in PATH?)", .wstat = EXIT(127)) ;
  IS("exit 126: a program that ./run names could not be executed", .wstat = EXIT(126)) ;
  IS("exit 143: 128 and 15: what ./run had started was ended by SIGTERM", .wstat = EXIT(143)) ;
  IS("exit 255: it ended by itself, with an error", .wstat = EXIT(255)) ;
  IS("exit 3: it ended by itself, as success-codes allows", .wstat = EXIT(3), .allowed = 1) ;
  IS("exit 0: it ended by itself", .wstat = EXIT(0), .allowed = 1) ;
  IS("exit code unknown", .wstat = EXIT(255), .code_unknown = 1) ;
}

TEST(a_signal_says_who_has_sent_it)
{
  IS("SIGSEGV: its program crashed", .wstat = SIGSEGV) ;
  IS("SIGTERM: somebody else sent it", .wstat = SIGTERM) ;
  IS("SIGKILL: Reeve did not send it", .wstat = SIGKILL) ;
  IS("SIGKILL: a command had it sent (reeve kill, s6-svc)", .wstat = SIGKILL, .end = END_SIGNALLED, .oom_kills = 2) ;
}

TEST(what_the_cgroup_has_counted_is_probably_lack_of_memory)
{
  CHECK(strstr(words((struct end_facts) { .wstat = SIGKILL, .oom_kills = 2 }), "probably killed by the kernel for lack of memory: its cgroup has counted 2 such kills,")) ;
  CHECK(strstr(words((struct end_facts) { .wstat = EXIT(137), .oom_kills = 1 }), "for lack of memory: its cgroup has counted 1 such kill,")) ;
  CHECK(why_end_oom_kills("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 7\n") == 2) ;
  CHECK(why_end_oom_kills("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n") == 5) ;
  CHECK(why_end_oom_kills("oom 3\nno newline") == 0) ;
  CHECK(why_end_oom_kills("") == 0) ;
}

TEST(what_reeve_did_comes_first)
{
  IS("exit 0: it was stopped by a command", .wstat = EXIT(0), .end = END_ASKED) ;
  IS("SIGTERM: it was stopped with the tree, or as its directory was removed", .wstat = SIGTERM, .end = END_ASKED | END_LEAVING) ;
  IS("exit 0: Reeve stopped it, as it was not ready within 300 ms (timeout-up)", .wstat = EXIT(0), .end = END_LATE, .late_ms = 300) ;
  IS("SIGTERM: Reeve stopped it, as it was not done within 300 ms (timeout-up)", .wstat = SIGTERM, .end = END_LATE, .late_ms = 300, .task = 1) ;
  IS("SIGTERM: Reeve stopped it, as its health checks failed", .wstat = SIGTERM, .end = END_UNHEALTHY) ;
  IS("SIGKILL: it was stopped by a command; Reeve killed it, as it had not ended within 200 ms (timeout-kill)", .wstat = SIGKILL, .end = END_ASKED | END_KILLED, .kill_ms = 200) ;
  IS("SIGKILL: it was told to end; Reeve killed it, as it had not ended within 200 ms (timeout-kill)", .wstat = SIGKILL, .end = END_KILLED, .kill_ms = 200, .oom_kills = 9) ;
  IS("SIGKILL: it was stopped with the tree, or as its directory was removed; Reeve killed it, as the time for the tree's stop was over", .wstat = SIGKILL,
    .end = END_ASKED | END_LEAVING | END_OUT_OF_TIME) ;
}

TEST(a_duration_has_two_units_at_most)
{
  char out[PAGE_DURATION_MAX] ;
  CHECK(!strcmp(page_duration(out, 0), "0 ms")) ;
  CHECK(!strcmp(page_duration(out, 999), "999 ms")) ;
  CHECK(!strcmp(page_duration(out, 59999), "59 s")) ;
  CHECK(!strcmp(page_duration(out, 303000), "5 min 3 s")) ;
  CHECK(!strcmp(page_duration(out, 3600000), "1 h")) ;
  CHECK(!strcmp(page_duration(out, 3605000), "1 h")) ;
  CHECK(!strcmp(page_duration(out, 273600000), "3 d 4 h")) ;
}
