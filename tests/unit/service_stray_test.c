#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/stray.h"
#include "unit.h"

#define NOW 1000000

static struct stray_limits const asked = { .service = STRAY_ALL_BUT_EARLIER, .group = 7, .down_ms = NOW, .timeout_kill_ms = 30000, .timeout_strays_ms = 5000, .down_signal = SIGTERM } ;
static struct stray_look const member = { .in_group = 1 } ;
static struct stray_look const other = { .in_group = 0, .earlier = 1 } ;
static struct stray_look const apart = { .in_group = 0 } ;

static struct stray_limits crash (void)
{
  struct stray_limits limits = asked ;
  limits.service = STRAY_NONE_IS_SERVICE ;
  limits.down_ms = 0 ;
  return limits ;
}

static struct stray told_at (uint64_t ms)
{
  return (struct stray) { .pid = 7, .seen_ms = ms, .told_ms = ms } ;
}

static int is (struct stray_step step, enum stray_deed deed, uint64_t again_ms)
{
  return step.deed == deed && step.again_ms == again_ms ;
}

TEST(each_gets_a_moment_before_it_is_told)
{
  struct stray fresh = { .seen_ms = NOW } ;
  struct stray_look ending = { .ending = 1 } ;
  struct stray_look ours = { .ours = 1 } ;
  CHECK(is(stray_step(&asked, &fresh, &other, NOW), STRAY_WAIT, NOW + STRAY_MOMENT_MS)) ;
  CHECK(stray_step(&asked, &fresh, &other, NOW + STRAY_MOMENT_MS).deed == STRAY_TELL) ;
  CHECK(stray_step(&asked, &fresh, &member, NOW + STRAY_MOMENT_MS).deed == STRAY_TELL) ;
  CHECK(is(stray_step(&asked, &fresh, &ending, NOW + STRAY_MOMENT_MS), STRAY_WAIT, NOW + STRAY_ENDING_MS)) ;
  CHECK(is(stray_step(&asked, &fresh, &ours, NOW + STRAY_MOMENT_MS), STRAY_WAIT, NOW + STRAY_ENDING_MS)) ;
  CHECK(stray_step(&asked, &fresh, &ending, NOW + STRAY_ENDING_MS).deed == STRAY_TELL) ;
}

TEST(after_an_end_that_was_asked_for_only_timeout_kill_kills_the_group)
{
  struct stray stray = told_at(NOW + 20000) ;
  CHECK(is(stray_step(&asked, &stray, &member, NOW + 29999), STRAY_WAIT, NOW + 30000)) ;
  CHECK(stray_step(&asked, &stray, &member, NOW + 30000).deed == STRAY_KILL) ;
}

TEST(without_timeout_kill_nothing_does)
{
  struct stray_limits limits = asked ;
  struct stray stray = told_at(NOW) ;
  limits.timeout_kill_ms = 0 ;
  CHECK(is(stray_step(&limits, &stray, &member, NOW + 1000000000), STRAY_WAIT, 0)) ;
}

TEST(timeout_kill_counts_from_the_down_signal_to_run_or_else_to_itself)
{
  struct stray_limits limits = asked ;
  struct stray fresh = { .seen_ms = NOW + 29990 } ;
  struct stray stray = told_at(NOW + 100) ;
  CHECK(is(stray_step(&limits, &fresh, &member, NOW + 29990), STRAY_WAIT, NOW + 30000)) ;
  CHECK(stray_step(&limits, &fresh, &member, NOW + 30000).deed == STRAY_KILL) ;
  limits.down_ms = 0 ; /* `O`, and ./run has ended by itself */
  CHECK(is(stray_step(&limits, &stray, &member, NOW + 30000), STRAY_WAIT, NOW + 30100)) ;
}

TEST(in_whatever_group_it_is)
{
  struct stray_limits limits = asked ;
  struct stray stray = told_at(NOW) ;
  CHECK(is(stray_step(&asked, &stray, &apart, NOW + 29999), STRAY_WAIT, NOW + 30000)) ;
  CHECK(stray_step(&asked, &stray, &apart, NOW + 30000).deed == STRAY_KILL) ;
  limits.timeout_kill_ms = 0 ;
  CHECK(is(stray_step(&limits, &stray, &apart, NOW + 1000000000), STRAY_WAIT, 0)) ;
}

TEST(where_run_was_not_told_the_group_alone_is)
{
  struct stray_limits limits = asked ;
  struct stray stray = told_at(NOW) ;
  limits.service = STRAY_GROUP_IS_SERVICE ;
  limits.timeout_kill_ms = 0 ;
  CHECK(is(stray_step(&limits, &stray, &member, NOW + 1000000000), STRAY_WAIT, 0)) ;
  CHECK(stray_step(&limits, &stray, &apart, NOW + 5000).deed == STRAY_KILL) ;
}

TEST(what_was_left_behind_before_is_killed_after_timeout_strays)
{
  struct stray stray = told_at(NOW) ;
  CHECK(is(stray_step(&asked, &stray, &other, NOW + 4999), STRAY_WAIT, NOW + 5000)) ;
  CHECK(stray_step(&asked, &stray, &other, NOW + 5000).deed == STRAY_KILL) ;
}

TEST(after_an_end_that_nobody_asked_for_all_are)
{
  struct stray_limits limits = crash() ;
  struct stray stray = told_at(NOW) ;
  CHECK(is(stray_step(&limits, &stray, &member, NOW + 1), STRAY_WAIT, NOW + 5000)) ;
  CHECK(stray_step(&limits, &stray, &member, NOW + 5000).deed == STRAY_KILL) ;
}

TEST(timeout_strays_0_is_never)
{
  struct stray_limits limits = crash() ;
  struct stray stray = told_at(NOW) ;
  limits.timeout_strays_ms = 0 ;
  CHECK(is(stray_step(&limits, &stray, &other, NOW + 1000000000), STRAY_WAIT, 0)) ;
}

TEST(who_had_the_signal_with_the_group_is_not_told_again)
{
  struct stray_look had = { .in_group = 1, .had_signal = 1 } ;
  struct stray fresh = { .seen_ms = NOW + 10 } ;
  struct stray_limits limits = crash() ;
  CHECK(is(stray_step(&asked, &fresh, &had, NOW + 5000), STRAY_WAIT, NOW + 30000)) ;
  CHECK(stray_step(&limits, &fresh, &had, NOW + 5010).deed == STRAY_KILL) ;
}

TEST(when_the_budget_is_over_all_are_killed_at_once)
{
  struct stray_limits limits = asked ;
  struct stray fresh = { .seen_ms = NOW } ;
  limits.at_once = 1 ;
  CHECK(stray_step(&limits, &fresh, &member, NOW).deed == STRAY_KILL) ;
  CHECK(stray_step(&limits, &fresh, &other, NOW).deed == STRAY_KILL) ;
}

TEST(one_that_does_not_die_of_sigkill_is_left)
{
  struct stray stray = { .seen_ms = NOW, .told_ms = NOW, .killed_ms = NOW + 5000 } ;
  struct stray_limits limits = asked ;
  CHECK(is(stray_step(&limits, &stray, &other, NOW + 6999), STRAY_WAIT, NOW + 7000)) ;
  CHECK(stray_step(&limits, &stray, &other, NOW + 7000).deed == STRAY_LEAVE) ;
  limits.at_once = 1 ;
  CHECK(stray_step(&limits, &stray, &other, NOW + 6999).deed == STRAY_WAIT) ;
}

TEST(no_wait_is_without_a_way_out)
{
  struct stray_limits limits = asked ;
  for (unsigned int i = 0 ; i < 256 ; i++)
  {
    struct stray_look look = { .in_group = !!(i & 1), .ending = !!(i & 2), .had_signal = !!(i & 4), .earlier = !!(i & 64) } ;
    struct stray stray = { .seen_ms = NOW, .told_ms = i & 8 ? NOW : 0, .killed_ms = i & 16 ? NOW : 0 } ;
    struct stray_step step ;
    limits.service = i & 32 ? i & 128 ? STRAY_ALL_BUT_EARLIER : STRAY_GROUP_IS_SERVICE : STRAY_NONE_IS_SERVICE ;
    step = stray_step(&limits, &stray, &look, NOW) ;
    CHECK(step.deed != STRAY_WAIT || step.again_ms > NOW) ;
  }
}

TEST(which_limit_it_is)
{
  struct stray_limits limits = crash() ;
  struct stray_look earlier_member = { .in_group = 1, .earlier = 1 } ;
  CHECK(stray_is_service(&asked, &member)) ;
  CHECK(stray_is_service(&asked, &apart)) ;
  CHECK(stray_is_service(&asked, &earlier_member)) ;
  CHECK(!stray_is_service(&asked, &other)) ;
  CHECK(!stray_is_service(&limits, &apart)) ;
  CHECK(!stray_is_service(&limits, &member)) ;
}

/* ---- those that are known ---- */

TEST(what_has_ended_is_forgotten)
{
  static struct strays strays ;
  strays_know(&strays, 7, NOW)->told_ms = NOW ;
  strays_know(&strays, 8, NOW)->told_ms = NOW ;
  strays_forget_unseen(&strays) ;
  CHECK(strays_know(&strays, 8, NOW + 1)->told_ms == NOW) ;
  strays_forget_unseen(&strays) ;
  CHECK(!strays_know(&strays, 7, NOW + 2)->told_ms) ; /* its pid has come again */
  CHECK(strays_know(&strays, 7, NOW + 3)->seen_ms == NOW + 2) ;
  strays_empty(&strays) ;
  CHECK(!strays.count) ;
}

TEST(those_for_which_there_is_no_room_are_told_and_killed_at_each_look)
{
  static struct strays strays ;
  struct stray_limits limits = crash() ;
  for (pid_t pid = 1 ; pid <= STRAYS_KNOWN_MAX ; pid++) strays_know(&strays, pid, NOW) ;
  for (pid_t pid = 1000 ; pid < 1003 ; pid++)
  {
    struct stray *stray = strays_know(&strays, pid, NOW) ;
    CHECK(stray == strays.known + STRAYS_KNOWN_MAX && stray->pid == pid) ;
    CHECK(strays_step(&strays, &limits, stray, &other, NOW + STRAY_MOMENT_MS).deed == STRAY_TELL) ;
    stray->told_ms = NOW + STRAY_MOMENT_MS ;
  }
  CHECK(strays_step(&strays, &limits, strays.known + STRAYS_KNOWN_MAX, &other, NOW + 6000).deed == STRAY_KILL) ;
  strays.known[STRAYS_KNOWN_MAX].killed_ms = NOW + 6000 ;
  CHECK(strays_step(&strays, &limits, strays.known + STRAYS_KNOWN_MAX, &other, NOW + 6001).deed == STRAY_KILL) ;
  strays_forget_unseen(&strays) ;
  strays_forget_unseen(&strays) ;
  CHECK(!strays.count && !strays.known[STRAYS_KNOWN_MAX].told_ms) ;
}

TEST(the_service_is_not_killed_for_a_stray_that_shares_its_entry)
{
  static struct strays strays ;
  struct stray_limits limits = asked ;
  struct stray *shared = strays.known + STRAYS_KNOWN_MAX ;
  limits.timeout_kill_ms = 0 ;
  *shared = (struct stray) { .pid = 1000, .seen_ms = NOW, .told_ms = NOW, .killed_ms = NOW + 5000 } ;
  CHECK(strays_step(&strays, &limits, shared, &other, NOW + 5001).deed == STRAY_KILL) ;
  CHECK(strays_step(&strays, &limits, shared, &apart, NOW + 5001).deed == STRAY_TELL) ;
  CHECK(strays_step(&strays, &limits, shared, &member, NOW + 9000).deed == STRAY_TELL) ;
}

/* ---- looking at real processes ---- */

static pid_t child (void (*prepare) (void))
{
  int ready[2] ;
  char c ;
  pid_t pid ;
  if (pipe(ready) == -1) return 0 ;
  pid = fork() ;
  if (!pid)
  {
    (*prepare)() ;
    if (write(ready[1], "", 1) != 1) _exit(1) ;
    for (;;) pause() ;
  }
  close(ready[1]) ;
  CHECK(read(ready[0], &c, 1) == 1) ;
  close(ready[0]) ;
  return pid ;
}

static void end (pid_t pid)
{
  kill(pid, SIGKILL) ;
  waitpid(pid, 0, 0) ;
}

static void handler (int sig)
{
  (void)sig ;
}

static void lead_a_group (void)
{
  setpgid(0, 0) ;
}

static void block_term (void)
{
  sigset_t set ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGTERM) ;
  sigprocmask(SIG_SETMASK, &set, 0) ;
}

static void catch_winch (void)
{
  signal(SIGWINCH, &handler) ;
}

static struct stray_look look_at (pid_t pid, struct stray_limits const *limits)
{
  struct stray_look now = { 0 } ;
  struct process_look look ;
  CHECK(process_look(pid, &look)) ;
  stray_look(&now, limits, pid, &look) ;
  return now ;
}

TEST(the_process_group_is_looked_at_anew)
{
  pid_t pid = child(&lead_a_group) ;
  struct stray_limits limits = { .group = pid } ;
  CHECK(look_at(pid, &limits).in_group) ;
  limits.group = getpgid(0) ;
  CHECK(!look_at(pid, &limits).in_group) ;
  limits.group = 0 ;
  CHECK(!look_at(pid, &limits).in_group) ;
  end(pid) ;
}

TEST(who_was_there_when_the_group_was_told_had_the_signal)
{
  pid_t pid = child(&lead_a_group) ;
  struct stray_limits limits = { .group = pid, .group_told_ms = process_clock_ms() + 1000 } ;
  CHECK(look_at(pid, &limits).had_signal) ;
  limits.group_told_ms = 1 ;
  CHECK(!look_at(pid, &limits).had_signal) ;
  end(pid) ;
}

TEST(a_signal_that_is_blocked_does_not_end_it)
{
  pid_t pid = child(&block_term) ;
  struct stray_limits limits = { .group = 0 } ;
  struct process_signals signals ;
  kill(pid, SIGTERM) ;
  CHECK(process_signals(pid, &signals) && signals.pending >> (SIGTERM - 1) & 1 && signals.blocked >> (SIGTERM - 1) & 1) ;
  CHECK(!look_at(pid, &limits).ending) ;
  end(pid) ;
}

TEST(a_stopped_one_is_not_ending)
{
  pid_t pid = child(&lead_a_group) ;
  struct stray_limits limits = { .group = 0 } ;
  kill(pid, SIGSTOP) ;
  waitpid(pid, 0, WUNTRACED) ;
  kill(pid, SIGTERM) ;
  CHECK(!look_at(pid, &limits).ending) ;
  end(pid) ;
}

TEST(where_the_down_signal_does_nothing_it_is_sigterm)
{
  pid_t deaf = child(&lead_a_group) ;
  pid_t hears = child(&catch_winch) ;
  struct stray_limits limits = { .down_signal = SIGWINCH } ;
  CHECK(stray_signal(&limits, deaf) == SIGTERM) ;
  CHECK(stray_signal(&limits, hears) == SIGWINCH) ;
  limits.down_signal = SIGQUIT ;
  CHECK(stray_signal(&limits, deaf) == SIGQUIT) ;
  end(deaf) ;
  end(hears) ;
}
