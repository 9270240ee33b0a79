#include "fuzz.h"
#include "wire/scan_state.h"

char const *PROG = "fuzz" ;

/* What is accepted is what scan_state_format writes, byte for byte. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  static struct scan_state state ;
  static char again[SCAN_STATE_SIZE_MAX] ;
  char *bytes = fuzz_copy(data, size) ;
  if (scan_state_parse(&state, bytes, size))
  {
    CHECK(scan_state_format(again, &state) == size && !memcmp(again, bytes, size)) ;
    CHECK(state.scan[0] == '/' && state.origin[0] == '/') ;
  }
  else CHECK(errno == EPROTO || errno == EPROTONOSUPPORT) ;
  free(bytes) ;
  return 0 ;
}
