#include "service/executable.h"

#include <elf.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "temp.h"
#include "unit.h"

static char why[EXECUTABLE_WHY_MAX] ;

static void script (char const *text)
{
  temp_text("run", text) ;
  CHECK(!chmod("run", 0755)) ;
}

/* Tries to execute ./run; explains why that failed. "" when it did not. */
static char const *explained (void)
{
  static char const *const nothing[] = { 0 } ;
  static char const *const argv[] = { "run", 0 } ;
  int err = 0 ;
  int channel[2] ;
  pid_t pid ;
  why[0] = 0 ;
  if (pipe2(channel, O_CLOEXEC) == -1) return "no pipe" ;
  pid = fork() ;
  if (!pid)
  {
    execve("./run", (char *const *)argv, (char *const *)nothing) ;
    err = errno ;
    _exit(write(channel[1], &err, sizeof err) != sizeof err) ;
  }
  close(channel[1]) ;
  if (read(channel[0], &err, sizeof err) != sizeof err) err = 0 ;
  close(channel[0]) ;
  waitpid(pid, 0, 0) ;
  return err ? executable_why_not("./run", err, why, sizeof why) : "" ;
}

static int says (char const *words)
{
  char const *text = explained() ;
  if (strstr(text, words)) return 1 ;
  printf("# it says: %s\n", text) ;
  return 0 ;
}

static void elf (unsigned int machine, unsigned char class, unsigned char data)
{
  unsigned char head[128] = { 0x7f, 'E', 'L', 'F', class, data, EV_CURRENT } ;
  head[data == ELFDATA2MSB ? 17 : 16] = ET_EXEC ;
  head[data == ELFDATA2MSB ? 19 : 18] = (unsigned char)(machine & 255) ;
  head[data == ELFDATA2MSB ? 18 : 19] = (unsigned char)(machine >> 8) ;
  temp_file("run", head, sizeof head) ;
  CHECK(!chmod("run", 0755)) ;
}

TEST(a_script_that_can_be_executed_needs_no_explanation)
{
  temp_enter() ;
  script("#!/bin/sh\nexit 0\n") ;
  CHECK(!*explained()) ;
}

TEST(a_missing_file)
{
  temp_enter() ;
  CHECK(says("no such file")) ;
}

TEST(no_execute_permission)
{
  temp_enter() ;
  temp_text("run", "#!/bin/sh\n") ;
  CHECK(!chmod("run", 0644)) ;
  CHECK(says("no execute permission")) ;
  CHECK(says("chmod +x")) ;
}

TEST(a_directory)
{
  temp_enter() ;
  CHECK(!mkdir("run", 0755)) ;
  CHECK(says("directory")) ;
}

TEST(a_dangling_link)
{
  temp_enter() ;
  CHECK(!symlink("nowhere", "run")) ;
  CHECK(says("link to a file that does not exist")) ;
}

TEST(a_link_to_itself_is_explained_as_errno_says)
{
  temp_enter() ;
  CHECK(!symlink("run", "run")) ;
  CHECK(says(strerror(ELOOP))) ;
}

TEST(a_link_is_explained_by_what_it_leads_to)
{
  temp_enter() ;
  temp_text("script", "echo hello\n") ;
  CHECK(!chmod("script", 0755) && !symlink("script", "run")) ;
  CHECK(says("#! line")) ;
}

TEST(a_fifo_is_not_opened)
{
  temp_enter() ;
  CHECK(!mkfifo("run", 0755)) ;
  CHECK(says("not a regular file")) ;
}

TEST(an_empty_file)
{
  temp_enter() ;
  script("") ;
  CHECK(says("empty")) ;
}

TEST(no_interpreter_line)
{
  temp_enter() ;
  script("echo hello\n") ;
  CHECK(says("no #! line")) ;
  script(" #!/bin/sh\n") ;
  CHECK(says("no #! line")) ;
  script("#") ;
  CHECK(says("no #! line")) ;
  script("\n") ;
  CHECK(says("no #! line")) ;
  script("\xef\xbb\xbf#!/bin/sh\n") ; /* an editor's byte order mark */
  CHECK(says("no #! line")) ;
}

TEST(a_carriage_return)
{
  temp_enter() ;
  script("#!/bin/sh\r\necho hello\r\n") ;
  CHECK(says("carriage return")) ;
  script("#!/bin/sh\r") ;
  CHECK(says("carriage return")) ;
}

TEST(a_missing_interpreter)
{
  temp_enter() ;
  script("#!/nowhere/perl -w\n") ;
  CHECK(says("/nowhere/perl is missing")) ;
  script("#! \t/nowhere/perl\n") ;
  CHECK(says("/nowhere/perl is missing")) ;
  script("#!/nowhere/perl") ;
  CHECK(says("/nowhere/perl is missing")) ;
}

TEST(an_interpreter_that_is_not_named)
{
  temp_enter() ;
  script("#!\n") ;
  CHECK(says("names no interpreter")) ;
  script("#! \t \n") ;
  CHECK(says("names no interpreter")) ;
}

TEST(an_interpreter_that_is_not_executable)
{
  temp_enter() ;
  script("#!/etc/passwd\n") ;
  CHECK(says("/etc/passwd is not executable")) ;
  script("#!/etc\n") ;
  CHECK(says("/etc is not executable")) ;
}

TEST(a_control_character_in_the_interpreter_is_not_printed)
{
  temp_enter() ;
  script("#!/nowhere/\x1b[31mperl\n") ;
  CHECK(says("/nowhere/?[31mperl is missing")) ;
}

TEST(an_interpreter_line_without_end_is_explained)
{
  char text[5000] ;
  temp_enter() ;
  memset(text, 'x', sizeof text - 1) ;
  text[sizeof text - 1] = 0 ;
  memcpy(text, "#!/", 3) ;
  script(text) ;
  CHECK(*explained()) ;
  CHECK(strlen(why) < EXECUTABLE_WHY_MAX) ;
}

TEST(a_program_for_another_machine)
{
  temp_enter() ;
#ifdef __aarch64__
  elf(EM_X86_64, ELFCLASS64, ELFDATA2LSB) ;
  CHECK(says("program for x86-64")) ;
#else
  elf(EM_AARCH64, ELFCLASS64, ELFDATA2LSB) ;
  executable_why_not("./run", ENOEXEC, why, sizeof why) ; /* emulation may be set up here */
  CHECK(strstr(why, "program for arm64")) ;
#endif
  static struct { unsigned int machine ; unsigned char class ; unsigned char data ; char const *name ; } const others[] =
  {
    { EM_386, ELFCLASS32, ELFDATA2LSB, "program for i386" },
    { EM_ARM, ELFCLASS32, ELFDATA2LSB, "program for arm," },
    { EM_RISCV, ELFCLASS64, ELFDATA2LSB, "program for riscv" },
    { EM_PPC64, ELFCLASS64, ELFDATA2MSB, "program for ppc64" },
    { EM_S390, ELFCLASS64, ELFDATA2MSB, "program for s390x" },
  } ;
  for (size_t i = 0 ; i < sizeof others / sizeof *others ; i++)
  {
    elf(others[i].machine, others[i].class, others[i].data) ;
    executable_why_not("./run", ENOEXEC, why, sizeof why) ;
    CHECK(strstr(why, others[i].name)) ;
  }
  elf(EM_68K, ELFCLASS32, ELFDATA2MSB) ;
  executable_why_not("./run", ENOEXEC, why, sizeof why) ;
  CHECK(strstr(why, "another machine")) ;
}

TEST(a_truncated_program_is_explained_as_errno_says)
{
  temp_enter() ;
  script("\x7f" "ELF") ;
  CHECK(says(strerror(ENOEXEC))) ;
}

TEST(a_missing_loader)
{
  /* This very program, with the name of its loader replaced. */
  static char image[1 << 24] ;
  static char const loader[] = "/lib" ;
  ssize_t n = temp_content("/proc/self/exe", image, sizeof image) ;
  Elf64_Ehdr head ;
  CHECK(n > (ssize_t)sizeof head && n < (ssize_t)sizeof image) ;
  memcpy(&head, image, sizeof head) ;
  if (head.e_ident[EI_CLASS] != ELFCLASS64) return ;
  for (unsigned int i = 0 ; i < head.e_phnum ; i++)
  {
    Elf64_Phdr segment ;
    memcpy(&segment, image + head.e_phoff + i * head.e_phentsize, sizeof segment) ;
    if (segment.p_type != PT_INTERP) continue ;
    CHECK(!memcmp(image + segment.p_offset, loader, sizeof loader - 1)) ;
    image[segment.p_offset + 1] = 'L' ;
    temp_enter() ;
    temp_file("run", image, (size_t)n) ;
    CHECK(!chmod("run", 0755)) ;
    CHECK(says("dynamic loader is missing")) ;
  }
}

/* In a mount namespace of its own; 77: it cannot have one. */
static int try_noexec (void)
{
  static char const text[] = "#!/bin/sh\nexit 0\n" ;
  if (unshare(CLONE_NEWNS) == -1 || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) == -1
   || mount("none", temp_path, "tmpfs", MS_NOEXEC, 0) == -1 || chdir(temp_path) == -1) return 77 ;
  temp_text("run", text) ;
  if (chmod("run", 0755) == -1) return 1 ;
  return !says("noexec") ;
}

TEST(a_mount_with_noexec)
{
  int wstat = -1 ;
  pid_t pid ;
  temp_enter() ;
  fflush(stdout) ;
  pid = fork() ;
  if (!pid) _exit(try_noexec()) ;
  CHECK(waitpid(pid, &wstat, 0) == pid) ;
  CHECK(!wstat || (WIFEXITED(wstat) && WEXITSTATUS(wstat) == 77)) ;
}

TEST(anything_else_is_explained_as_errno_says)
{
  temp_enter() ;
  temp_text("run", "text") ;
  CHECK(!chmod("run", 0755)) ;
  executable_why_not("run", E2BIG, why, sizeof why) ;
  CHECK(!strcmp(why, strerror(E2BIG))) ;
  executable_why_not("run/below", ENOTDIR, why, sizeof why) ;
  CHECK(!strcmp(why, strerror(ENOTDIR))) ;
}

TEST(the_text_stays_within_its_size)
{
  char out[16] ;
  temp_enter() ;
  for (size_t size = 1 ; size <= sizeof out ; size++)
  {
    memset(out, 'z', sizeof out) ;
    CHECK(executable_why_not("nowhere", ENOENT, out, size) == out) ;
    CHECK(strlen(out) == size - 1) ;
    CHECK(size == sizeof out || out[size] == 'z') ;
  }
}
