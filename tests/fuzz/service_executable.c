#include "fuzz.h"
#include "service/executable.h"

char const *PROG = "fuzz" ;

/* The input: an errno, the room for the answer, a mode, and the file's content. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  int err = (int)(fuzz_byte(&data, &size) % 40 + 1) ;
  size_t room = fuzz_byte(&data, &size) * (size_t)2 + 1 ;
  unsigned int mode = fuzz_byte(&data, &size) ;
  char *out = fuzz_copy("", 0) ;
  if (room > EXECUTABLE_WHY_MAX) room = EXECUTABLE_WHY_MAX ;
  out = realloc(out, room) ;
  if (!out) abort() ;
  memset(out, 'x', room) ;
  fuzz_enter() ;
  unlink("run") ;
  fuzz_file("run", data, size) ;
  if (chmod("run", mode & 1 ? 0700 : 0600) == -1) fuzz_die("run") ;
  CHECK(executable_why_not("run", err, out, room) == out) ;
  CHECK(memchr(out, 0, room)) ;
  if (room == EXECUTABLE_WHY_MAX) CHECK(*out) ;
  for (size_t i = 0 ; out[i] ; i++) CHECK((unsigned char)out[i] >= 32 && out[i] != 127) ;
  free(out) ;
  return 0 ;
}
