#include "service/executable.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "base/file.h"

#if defined(__x86_64__)
# define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
# define OUR_MACHINE EM_AARCH64
#elif defined(__i386__)
# define OUR_MACHINE EM_386
#elif defined(__arm__)
# define OUR_MACHINE EM_ARM
#elif defined(__riscv)
# define OUR_MACHINE EM_RISCV
#elif defined(__powerpc64__)
# define OUR_MACHINE EM_PPC64
#elif defined(__s390x__)
# define OUR_MACHINE EM_S390
#else
# define OUR_MACHINE EM_NONE
#endif

#define HEAD_MAX 256 /* as much as the kernel looks at */

struct text
{
  char *at ;
  size_t left ; /* with the NUL */
} ;

static void add_bytes (struct text *text, char const *s, size_t len)
{
  for (; len && text->left > 1 ; s++, len--, text->left--)
    *text->at++ = (unsigned char)*s < 32 || *s == 127 ? '?' : *s ;
  *text->at = 0 ;
}

static void add (struct text *text, char const *s)
{
  add_bytes(text, s, strlen(s)) ;
}

static char const *machine_name (unsigned int machine)
{
  switch (machine)
  {
    case EM_X86_64 : return "x86-64" ;
    case EM_AARCH64 : return "arm64" ;
    case EM_386 : return "i386" ;
    case EM_ARM : return "arm" ;
    case EM_RISCV : return "riscv" ;
    case EM_PPC64 : return "ppc64" ;
    case EM_S390 : return "s390x" ;
    default : return "another machine" ;
  }
}

static int wrong_machine (struct text *text, unsigned char const *head, size_t n)
{
  unsigned int machine ;
  if (n < 20) return 0 ;
  machine = head[EI_DATA] == ELFDATA2MSB ? head[18] << 8 | head[19] : head[19] << 8 | head[18] ;
  if (OUR_MACHINE == EM_NONE || machine == OUR_MACHINE) return 0 ;
  add(text, "it is a program for ") ;
  add(text, machine_name(machine)) ;
  add(text, ", and this is ") ;
  add(text, machine_name(OUR_MACHINE)) ;
  add(text, ": build or copy the one for this machine") ;
  return 1 ;
}

static void explain_interpreter (struct text *text, char const *line, size_t len)
{
  char interpreter[HEAD_MAX] ;
  struct stat st ;
  size_t start = 2 ;
  size_t n ;
  if (len && line[len - 1] == '\r')
  {
    add(text, "its #! line ends in a carriage return: convert it to Unix line ends (sed -i 's/\\r$//')") ;
    return ;
  }
  while (start < len && (line[start] == ' ' || line[start] == '\t')) start++ ;
  for (n = start ; n < len && line[n] != ' ' && line[n] != '\t' ; ) n++ ;
  if (n == start)
  {
    add(text, "its #! line names no interpreter: write #!/bin/sh, or what it is written in") ;
    return ;
  }
  memcpy(interpreter, line + start, n - start) ;
  interpreter[n - start] = 0 ;
  add(text, "its interpreter ") ;
  add(text, interpreter) ;
  if (stat(interpreter, &st) == -1) add(text, " is missing: install it, or fix the #! line") ;
  else if (S_ISDIR(st.st_mode) || !(st.st_mode & 0111)) add(text, " is not executable: fix the #! line") ;
  else add(text, " cannot be executed") ;
}

static void explain_content (struct text *text, char const *path, int err)
{
  char head[HEAD_MAX] ;
  size_t n ;
  int fd = file_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0) ;
  if (fd == -1)
  {
    add(text, strerror(err)) ;
    return ;
  }
  n = allread(fd, head, sizeof head) ;
  fd_close(fd) ;
  if (!n) add(text, "it is empty: write what to run, after a first line #!/bin/sh") ;
  else if (n >= 2 && head[0] == '#' && head[1] == '!')
  {
    char const *end = memchr(head, '\n', n) ;
    explain_interpreter(text, head, end ? (size_t)(end - head) : n) ;
  }
  else if (n >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG))
  {
    if (wrong_machine(text, (unsigned char const *)head, n)) return ;
    if (err == ENOENT) add(text, "its dynamic loader is missing: it was built for another C library") ;
    else add(text, strerror(err)) ;
  }
  else if (err == ENOEXEC) add(text, "it has no #! line: begin it with #!/bin/sh, or what it is written in") ;
  else add(text, strerror(err)) ;
}

static int no_exec_mount (char const *path)
{
  struct statvfs fs ;
  return !statvfs(path, &fs) && fs.f_flag & ST_NOEXEC ;
}

char const *executable_why_not (char const *path, int err, char *out, size_t size)
{
  struct text text = { out, size } ;
  struct stat link ;
  struct stat st ;
  *out = 0 ;
  if (lstat(path, &link) == -1)
    add(&text, errno == ENOENT ? "there is no such file" : strerror(errno)) ;
  else if (stat(path, &st) == -1)
  {
    if (errno == ENOENT) add(&text, "it is a link to a file that does not exist") ;
    else add(&text, strerror(errno)) ;
  }
  else if (S_ISDIR(st.st_mode)) add(&text, "it is a directory: it must be a program or a script") ;
  else if (!S_ISREG(st.st_mode)) add(&text, "it is not a regular file: it must be a program or a script") ;
  else if (err == EACCES && !(st.st_mode & 0111)) add(&text, "no execute permission: chmod +x it") ;
  else if (err == EACCES && no_exec_mount(path)) add(&text, "it is on a filesystem mounted noexec: put it elsewhere, or mount with exec") ;
  else explain_content(&text, path, err) ;
  return out ;
}
