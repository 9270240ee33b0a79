#include "fuzz.h"
#include "service/name.h"

char const *PROG = "fuzz" ;

static int is_control (char c)
{
  return (unsigned char)c < 32 || c == 127 ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  size_t room = fuzz_byte(&data, &size) + (size_t)1 ;
  char *name = fuzz_text(data, size) ;
  char *out = fuzz_copy("", 0) ;
  size_t len = strlen(name) ;
  char const *fault = service_name_fault(name) ;
  int good = len && len <= SERVICE_NAME_MAX && name[0] != '.' && !strchr(name, '/') ;
  for (size_t i = 0 ; i < len ; i++)
    if (is_control(name[i])) good = 0 ;
  CHECK(good == !fault) ;
  out = realloc(out, room) ;
  if (!out) abort() ;
  CHECK(service_name_printable(out, room, name) == out) ;
  CHECK(strlen(out) == (len < room ? len : room - 1)) ;
  for (size_t i = 0 ; out[i] ; i++) CHECK(out[i] == (is_control(name[i]) ? '?' : name[i])) ;
  free(out) ;
  free(name) ;
  return 0 ;
}
