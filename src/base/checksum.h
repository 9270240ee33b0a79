/* The checksum of Reeve's binary records: FNV-1a, 32 bits. It finds a record that was read while it
   was being written. It does not protect against forgery. */

#ifndef REEVE_BASE_CHECKSUM_H
#define REEVE_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

extern uint32_t checksum (char const *bytes, size_t len) ;

#endif
