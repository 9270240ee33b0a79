#include "base/file.h"

#include "temp.h"
#include "unit.h"

#define MAX 4

TEST(what_is_read_ends_with_a_nul)
{
  char text[MAX + 1] ;
  temp_enter() ;
  temp_text("short", "ab") ;
  temp_text("long", "abcdef") ;
  temp_text("empty", "") ;
  CHECK(file_read(AT_FDCWD, "short", text, MAX) == 2 && !strcmp(text, "ab")) ;
  CHECK(file_read(AT_FDCWD, "long", text, MAX) == MAX && !strcmp(text, "abcd")) ;
  CHECK(file_read(AT_FDCWD, "empty", text, MAX) == 0 && !*text) ;
}

TEST(what_cannot_be_read_is_an_error)
{
  char text[MAX + 1] ;
  temp_enter() ;
  strcpy(text, "old") ;
  CHECK(file_read(AT_FDCWD, "none", text, MAX) == -1 && errno == ENOENT && !*text) ;
  strcpy(text, "old") ;
  CHECK(file_read(AT_FDCWD, ".", text, MAX) == -1 && errno == EISDIR && !*text) ;
}

TEST(a_fifo_without_a_writer_is_empty)
{
  char text[MAX + 1] ;
  temp_enter() ;
  CHECK(!mkfifo("fifo", 0600)) ;
  CHECK(file_read(AT_FDCWD, "fifo", text, MAX) == 0 && !*text) ;
}

TEST(what_is_opened_is_closed_by_an_execution)
{
  int fd ;
  temp_enter() ;
  fd = file_open("made", O_WRONLY | O_CREAT | O_EXCL, 0600) ;
  CHECK(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC) ;
  close(fd) ;
  CHECK(file_open("made", O_WRONLY | O_CREAT | O_EXCL, 0600) == -1 && errno == EEXIST) ;
}

TEST(a_file_is_replaced_as_a_whole_or_stays)
{
  char text[8] ;
  temp_enter() ;
  CHECK(file_replace("f", "f.new", "one", 3) && file_replace("f", "f.new", "two", 3)) ;
  CHECK(file_read(AT_FDCWD, "f", text, sizeof text - 1) == 3 && !strcmp(text, "two")) ;
  CHECK(access("f.new", F_OK) == -1) ;
  CHECK(mkdir("f.new", 0700) != -1) ;
  CHECK(!file_replace("f", "f.new", "three", 5) && errno == EISDIR) ;
  CHECK(file_read(AT_FDCWD, "f", text, sizeof text - 1) == 3 && !strcmp(text, "two")) ;
}
