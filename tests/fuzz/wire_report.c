#include "fuzz.h"
#include "wire/report.h"

char const *PROG = "fuzz" ;

/* What is accepted is what report_format writes, byte for byte. */
static void check_parsed (struct report const *report, char const *line, size_t len)
{
  char again[REPORT_SIZE_MAX] ;
  size_t n = report_format(again, report) ;
  CHECK(n == len + 1 && !memcmp(again, line, len) && again[len] == '\n') ;
  CHECK(report->phase < PHASE_COUNT && phase_name(report->phase)) ;
  CHECK(report->pid >= 0 && report->supervisor >= 0 && report->wstat <= 0xffff) ;
}

static void check_format (uint8_t const *data, size_t size)
{
  struct report report = { 0 } ;
  struct report parsed ;
  char line[REPORT_SIZE_MAX] ;
  size_t len ;
  report.phase = (enum phase)(fuzz_byte(&data, &size) % PHASE_COUNT) ;
  report.wanted = "udx"[fuzz_byte(&data, &size) % 3] ;
  report.ready = (int)(fuzz_byte(&data, &size) & 1) ;
  for (int i = 0 ; i < 4 ; i++)
  {
    report.pid = (pid_t)(((uint32_t)report.pid << 8 | fuzz_byte(&data, &size)) & INT32_MAX) ;
    report.restarts = report.restarts << 8 | fuzz_byte(&data, &size) ;
    report.supervisor = (pid_t)(((uint32_t)report.supervisor << 8 | fuzz_byte(&data, &size)) & INT32_MAX) ;
  }
  report.settled = report.ready ;
  report.main_service = (int)(fuzz_byte(&data, &size) & 1) ;
  report.ended = (int)(fuzz_byte(&data, &size) & 1) ;
  report.wstat = fuzz_byte(&data, &size) << 8 | fuzz_byte(&data, &size) ;
  for (len = 0 ; len < REPORT_NAME_MAX && size ; )
  {
    unsigned int c = fuzz_byte(&data, &size) ;
    if (c >= 32 && c != 127) report.name[len++] = (char)c ;
  }
  if (!len) report.name[0] = 'x' ;
  len = report_format(line, &report) ;
  CHECK(len <= sizeof line && line[len - 1] == '\n') ;
  CHECK(report_parse(&parsed, line, len - 1)) ;
  CHECK(parsed.phase == report.phase && parsed.wanted == report.wanted && parsed.ready == report.ready
    && parsed.pid == report.pid && parsed.wstat == report.wstat && parsed.restarts == report.restarts
    && parsed.supervisor == report.supervisor
    && parsed.main_service == report.main_service && parsed.ended == report.ended && !strcmp(parsed.name, report.name)) ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  char *line = fuzz_copy(data, size) ;
  struct report report ;
  if (report_parse(&report, line, size)) check_parsed(&report, line, size) ;
  check_format(data, size) ;
  free(line) ;
  return 0 ;
}
