#include "base/birth.h"

#include <string.h>

#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include "base/checksum.h"

#define AT_NUMBER 4
#define AT_WHAT 8
#define AT_PROCESS 12

void process_birth_pack (char out[PROCESS_BIRTH_SIZE], struct process_birth const *process)
{
  uint32_pack_big(out, (uint32_t)process->pid) ;
  uint64_pack_big(out + 4, process->after_ms) ;
  uint64_pack_big(out + 12, process->before_ms) ;
}

int process_birth_unpack (char const in[PROCESS_BIRTH_SIZE], struct process_birth *process)
{
  uint32_t pid ;
  uint32_unpack_big(in, &pid) ;
  if (pid > INT32_MAX) return 0 ;
  process->pid = (pid_t)pid ;
  uint64_unpack_big(in + 4, &process->after_ms) ;
  uint64_unpack_big(in + 12, &process->before_ms) ;
  return 1 ;
}

void birth_pack (char out[BIRTH_SIZE], struct birth const *birth)
{
  memset(out, 0, BIRTH_SIZE) ;
  uint32_pack_big(out + AT_NUMBER, birth->number) ;
  out[AT_WHAT] = birth->what ;
  process_birth_pack(out + AT_PROCESS, &birth->process) ;
  uint32_pack_big(out, checksum(out + AT_NUMBER, BIRTH_SIZE - AT_NUMBER)) ;
}

int birth_unpack (char const in[BIRTH_SIZE], struct birth *birth)
{
  struct birth b ;
  uint32_t n ;
  uint32_unpack_big(in, &n) ;
  if (n != checksum(in + AT_NUMBER, BIRTH_SIZE - AT_NUMBER)) return 0 ;
  uint32_unpack_big(in + AT_NUMBER, &b.number) ;
  b.what = in[AT_WHAT] ;
  if ((b.what != 'r' && b.what != 'f') || !process_birth_unpack(in + AT_PROCESS, &b.process)) return 0 ;
  *birth = b ;
  return 1 ;
}
