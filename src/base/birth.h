/* The birth of a process, as a record of 32 bytes. The child itself writes the record between fork
   and execution (spawn.h). So every process that runs is on record, even if its parent is killed at
   that moment. Numbers are big-endian:
        0   4  checksum of the bytes that follow
        4   4  number of the birth. The parent counts its births; a greater number here shows that
               the parent was killed before it could count this one
        8   1  what the process executes: 'r' ./run (or CMD), 'f' ./finish
        9   3  unused, 0
       12  20  the process: pid (4), after_ms (8), before_ms (8) */

#ifndef REEVE_BASE_BIRTH_H
#define REEVE_BASE_BIRTH_H

#include <stdint.h>

#include "base/process.h"

#define BIRTH_SIZE 32
#define BIRTH_AT 256 /* the record's place in its file: behind the parent's own record */

struct birth
{
  uint32_t number ;
  char what ; /* 'r' or 'f' */
  struct process_birth process ;
} ;

extern void birth_pack (char out[BIRTH_SIZE], struct birth const *birth) ;
/* Returns 1, or 0 for anything that birth_pack() could not have written. */
extern int birth_unpack (char const in[BIRTH_SIZE], struct birth *birth) ;

/* The 20 bytes of the process alone. */
#define PROCESS_BIRTH_SIZE 20
extern void process_birth_pack (char out[PROCESS_BIRTH_SIZE], struct process_birth const *process) ;
/* Returns 1, or 0 when the pid cannot be one. */
extern int process_birth_unpack (char const in[PROCESS_BIRTH_SIZE], struct process_birth *process) ;

#endif
