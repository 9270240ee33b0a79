/* Executes a program in which pidfds and becoming a subreaper are refused, as by an old
   kernel: refuse PROGRAM [ARGUMENT...] */

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define FIRST_ARGUMENT BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]))
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)

int main (int argc, char **argv)
{
  struct sock_filter filter[] =
  {
    NUMBER,
    UNLESS(434, 1), REFUSE, /* pidfd_open */
    UNLESS(424, 1), REFUSE, /* pidfd_send_signal */
    UNLESS(SYS_prctl, 3), FIRST_ARGUMENT, UNLESS(PR_SET_CHILD_SUBREAPER, 1), REFUSE,
    ALLOW
  } ;
  struct sock_fprog program = { .len = sizeof filter / sizeof *filter, .filter = filter } ;
  if (argc < 2) return 100 ;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
  {
    perror("refuse") ;
    return 111 ;
  }
  execvp(argv[1], argv + 1) ;
  perror("refuse") ;
  return 127 ;
}
