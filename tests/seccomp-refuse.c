/* seccomp-refuse ERRNO PROGRAM [ARGUMENT...]: executes the program, to which a filter answers
   that errno where it makes a system call newer than Linux 3.10; not getrandom(), without
   which the C library ends every program itself. */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_NEW_COMMON 424 /* pidfd_send_signal, and all that came after it: the same number everywhere */

int main (int argc, char **argv)
{
  unsigned int err ;
  if (argc < 3) return 100 ;
  err = !strcmp(argv[1], "ENOSYS") ? ENOSYS : EPERM ;
  {
    struct sock_filter filter[] =
    {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NEW_COMMON, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statx, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
    } ;
    struct sock_fprog program = { .len = sizeof filter / sizeof *filter, .filter = filter } ;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == -1 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) return 77 ;
  }
  execvp(argv[2], argv + 2) ;
  return 127 ;
}
