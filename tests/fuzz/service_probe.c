#include "fuzz.h"
#include "service/probe.h"

char const *PROG = "fuzz" ;

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  char *text = fuzz_text(data, size) ;
  size_t len = strlen(text) ;
  struct probe probe ;
  char const *fault = probe_parse(text, &probe) ;
  CHECK(fault || probe_is_meant(text)) ;
  if (!fault)
  {
    CHECK(probe.path >= text && probe.path + probe.path_len <= text + len) ;
    for (size_t i = 0 ; i < probe.path_len ; i++) CHECK((unsigned char)probe.path[i] >= ' ' && probe.path[i] != 127) ;
    CHECK(strlen(probe.host) <= PROBE_HOST_MAX && strlen(probe.port) <= 5) ;
    if (probe.kind == PROBE_UNIX) CHECK(probe.path_len && probe.path_len <= 107) ;
    else CHECK(*probe.host && *probe.port && atoi(probe.port) > 0 && atoi(probe.port) <= 65535 && !strpbrk(probe.host, " /@[]")) ;
    if (probe.kind == PROBE_HTTP) CHECK(!memchr(probe.path, ' ', probe.path_len)) ;
  }
  free(text) ;
  return 0 ;
}
