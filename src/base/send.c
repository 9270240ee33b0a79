#include "base/send.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/spawn.h"

#define SENDERS_MAX 32
#define SENDER_S 1
#define USERS_MAX 16 /* users in one process group; processes of further users get no signal */
#define AGAIN_FIRST_MS 50
#define AGAIN_MAX_MS 1000
#define EVERYBODY (-1)
#define NESTED_MAX 8
#define CAP_KILL 5
#define CAP_SETUID 7
#define CAPABILITY_VERSION 0x20080522

#ifndef SYS_pidfd_open
# define SYS_pidfd_open 434
#endif

struct sender
{
  pid_t pid ; /* 0: none */
  struct send what ;
} ;

static struct sender senders[SENDERS_MAX] ;

/* ---- what this process may do ---- */

/* Returns 1, 0, or -1: it cannot be told. */
static int has_capability (unsigned int number)
{
  struct { uint32_t version ; int32_t pid ; } header = { CAPABILITY_VERSION, 0 } ;
  struct { uint32_t effective ; uint32_t permitted ; uint32_t inheritable ; } data[2] ;
  if (syscall(SYS_capget, &header, data) == -1) return -1 ;
  return data[number / 32].effective >> number % 32 & 1 ;
}

/* ---- the child ---- */

/* The process by which the user was found. While it lives, and is in the group, its pid and the
   group's number belong to nobody else. */
struct witness
{
  pid_t pid ;
  uint64_t started_ms ;
  uid_t uid ;
  gid_t gid ;
} ;

static int transmit_one (struct send const *send, int sig)
{
  int group = send->flags & SEND_GROUP ;
  if (send->fd >= 0) return process_signal_watched(send->fd, sig, group) ;
  return kill(group && send->pid != EVERYBODY ? -send->pid : send->pid, sig) != -1 ;
}

static int transmit (struct send const *send)
{
  if (!transmit_one(send, send->sig)) return 0 ;
  if (send->flags & SEND_CONT) transmit_one(send, SIGCONT) ;
  return 1 ;
}

static int is_there (struct send const *send, struct witness const *witness)
{
  struct process_look look ;
  if (send->fd >= 0 || send->pid == EVERYBODY) return 1 ;
  if (!process_look(witness->pid, &look) || look.started_ms != witness->started_ms) return 0 ;
  return send->flags & SEND_GROUP ? look.group == send->pid : witness->pid == send->pid ;
}

static void __attribute__((noreturn)) be_sender (struct send const *send, struct witness const *witness)
{
  sigset_t set ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGALRM) ;
  sigprocmask(SIG_UNBLOCK, &set, 0) ;
  alarm(SENDER_S) ; /* as another user's process it could not be killed by its parent any more */
  spawn_close_ours(send->fd) ;
  if (setgroups(0, 0) == -1) errno = 0 ; /* a failure does not matter: only the user counts */
  if (setresgid(witness->gid, witness->gid, witness->gid) == -1) errno = 0 ;
  if (setresuid(witness->uid, witness->uid, witness->uid) == -1) _exit(errno) ;
  if (!is_there(send, witness)) _exit(ESRCH) ;
  _exit(transmit(send) ? 0 : errno) ;
}

/* ---- the parent ---- */

static struct sender *find (pid_t pid)
{
  for (unsigned int i = 0 ; i < SENDERS_MAX ; i++)
    if (senders[i].pid == pid) return senders + i ;
  return 0 ;
}

static int start (struct send const *send, struct witness const *witness)
{
  struct sender *sender = find(0) ;
  pid_t pid ;
  if (!sender) return (errno = EAGAIN, 0) ;
  pid = fork() ;
  if (!pid) be_sender(send, witness) ;
  if (pid == -1) return 0 ;
  *sender = (struct sender) { .pid = pid, .what = *send } ;
  sender->what.fd = -1 ;
  return 1 ;
}

static int look_at (pid_t pid, struct witness *witness)
{
  struct process_look look ;
  if (!process_look(pid, &look)) return 0 ;
  *witness = (struct witness) { .pid = pid, .started_ms = look.started_ms } ;
  return process_user(pid, &witness->uid, &witness->gid) ;
}

/* Has a child send a signal to one process. A pidfd is opened first, if there are pidfds: now the
   pid is certain, but the process may be reaped before the child sends. */
static int send_as_user (struct send const *send)
{
  struct send by = *send ;
  struct witness witness ;
  int ok ;
  if (!look_at(send->pid, &witness)) return errno == ENOENT ? (errno = EPERM, 0) : 0 ;
  if (witness.uid == geteuid()) return (errno = EPERM, 0) ;
  if (by.fd == -1) by.fd = (int)syscall(SYS_pidfd_open, (long)send->pid, 0L) ;
  ok = start(&by, &witness) ;
  if (by.fd >= 0 && send->fd == -1)
  {
    int err = errno ;
    fd_close(by.fd) ;
    errno = err ;
  }
  return ok ? (errno = EINPROGRESS, 0) : 0 ;
}

struct users
{
  struct send const *send ;
  struct witness each[USERS_MAX] ;
  unsigned int count ;
} ;

static int find_user (pid_t pid, void *data)
{
  struct users *users = data ;
  struct process_look look ;
  struct witness witness ;
  if (pid == getpid() || send_is_sender(pid)) return 1 ;
  if (users->send->pid != EVERYBODY && (!process_look(pid, &look) || look.group != users->send->pid)) return 1 ;
  if (!look_at(pid, &witness) || witness.uid == geteuid()) return 1 ;
  for (unsigned int i = 0 ; i < users->count ; i++)
    if (users->each[i].uid == witness.uid) return 1 ;
  users->each[users->count++] = witness ;
  return users->count < USERS_MAX ;
}

/* Has children send a signal to those processes of a group that are other users'. Returns 1 when
   there are none. */
static int send_as_users (struct send const *send)
{
  struct send by = *send ;
  struct users users = { .send = send } ;
  unsigned int started = 0 ;
  by.fd = -1 ;
  if (!process_each(&find_user, &users)) return 0 ;
  for (unsigned int i = 0 ; i < users.count ; i++) started += (unsigned int)start(&by, users.each + i) ;
  if (started < users.count) return 0 ;
  return started ? (errno = EINPROGRESS, 0) : 1 ;
}

/* May processes of a group have been missed? kill() succeeds for a group as soon as one process got
   the signal. */
static int may_miss_some (int sent, int err)
{
  return (sent || err == EPERM) && has_capability(CAP_KILL) == 0 ;
}

int send_signal (struct send const *send)
{
  int sent = transmit(send) ;
  int err = errno ;
  if (send->flags & SEND_GROUP ? !may_miss_some(sent, err) : sent || err != EPERM) return (errno = err, sent) ;
  if (!has_capability(CAP_SETUID)) return (errno = err, sent) ;
  if (!(send->flags & SEND_GROUP)) return send_as_user(send) ;
  if (send_as_users(send)) return (errno = err, sent) ;
  return 0 ;
}

int send_to (pid_t pid, int sig, unsigned int flags)
{
  struct send send = { .pid = pid > 0 ? pid : -pid, .fd = -1, .sig = sig, .flags = flags | (pid > 0 ? 0 : SEND_GROUP) } ;
  return send_signal(&send) ;
}

/* ---- su and runuser ---- */

static int kills_its_child (char const *name)
{
  return !strcmp(name, "su") || !strcmp(name, "runuser") ;
}

struct only
{
  pid_t parent ;
  struct process_birth child ;
} ;

static int find_only (pid_t pid, void *data)
{
  struct only *only = data ;
  struct process_look look ;
  if (!process_look(pid, &look) || look.parent != only->parent || look.state == 'Z') return 1 ;
  only->child = (struct process_birth) { .pid = pid, .after_ms = look.started_ms, .before_ms = look.started_ms + PROCESS_TICK_MS } ;
  return 0 ;
}

/* If the process is su or runuser: opens a pidfd of its child, and proves that it was still its
   child when the pidfd was open. Returns -1 if it is not, or has none. */
static int open_child_of (pid_t pid, pid_t *child)
{
  char name[PROCESS_NAME_MAX] ;
  struct process_look look ;
  struct only only = { .parent = pid } ;
  int fd ;
  if (!process_name(pid, name) || !kills_its_child(name)) return -1 ;
  process_each_started_by(pid, &find_only, &only) ;
  if (!only.child.pid) return -1 ;
  fd = process_watch(&only.child) ;
  if (fd == -1) return -1 ;
  *child = only.child.pid ;
  if (process_look(*child, &look) && look.parent == pid) return fd ;
  fd_close(fd) ;
  return -1 ;
}

/* su may start su: opens a pidfd of the last one's child. Returns -1: `pid` is not su, or no pidfd
   can be had. */
static int open_end_of (pid_t pid, pid_t *end)
{
  int fd = open_child_of(pid, end) ;
  for (unsigned int i = 0 ; fd >= 0 && i < NESTED_MAX ; i++)
  {
    pid_t child ;
    int next = open_child_of(*end, &child) ;
    if (next == -1) break ;
    fd_close(fd) ;
    fd = next ;
    *end = child ;
  }
  return fd ;
}

pid_t send_end_of (pid_t pid)
{
  pid_t end ;
  int fd = open_end_of(pid, &end) ;
  if (fd == -1) return pid ;
  fd_close(fd) ;
  return end ;
}

int send_to_end (pid_t pid, int sig, unsigned int flags)
{
  struct send send = { .sig = sig, .flags = flags } ;
  int sent ;
  int err ;
  send.fd = pid > 0 && sig != SIGKILL ? open_end_of(pid, &send.pid) : -1 ;
  if (send.fd == -1) return send_to(pid, sig, flags) ;
  sent = send_signal(&send) ;
  err = errno ;
  fd_close(send.fd) ;
  errno = err ;
  return sent || err == ESRCH ; /* the child has just ended, and so does su */
}

int send_to_all (int sig, unsigned int flags)
{
  struct send everybody = { .pid = EVERYBODY, .fd = -1, .sig = sig, .flags = flags | SEND_GROUP } ;
  return send_signal(&everybody) ;
}

int send_is_sender (pid_t pid)
{
  return pid > 0 && find(pid) ;
}

int send_ended (pid_t child, int wstat, struct send *what, int *err)
{
  struct sender *sender = child > 0 ? find(child) : 0 ;
  if (!sender) return 0 ;
  if (what) *what = sender->what ;
  if (err) *err = WIFEXITED(wstat) ? WEXITSTATUS(wstat) : ETIMEDOUT ;
  sender->pid = 0 ;
  return 1 ;
}

/* ---- signals that may have no effect yet ---- */

int send_is_ignored_by_default (int sig)
{
  return sig == SIGCHLD || sig == SIGCONT || sig == SIGURG || sig == SIGWINCH ;
}

int send_is_heard (struct send_found const *found)
{
  return found->known && (found->caught || (found->blocked && !found->ignored)) ;
}

uint32_t send_again_ms (struct send_found const *found, uint32_t last_ms)
{
  if (found->known && found->caught) return 0 ;
  if (!last_ms) return AGAIN_FIRST_MS ;
  return last_ms > AGAIN_MAX_MS / 2 ? AGAIN_MAX_MS : last_ms * 2 ;
}

static int has (uint64_t set, int sig)
{
  return set >> (sig - 1) & 1 ;
}

int send_hangs_up (struct process_signals const *signals)
{
  if (!signals || !has(signals->caught | signals->blocked, SIGTERM)) return 1 ;
  return has(signals->caught | signals->blocked | signals->ignored, SIGHUP) ;
}
