/* `success-codes`: the ends of ./run that are no failure, besides the exit code 0. Pure. */

#ifndef REEVE_SERVICE_SUCCESS_CODES_H
#define REEVE_SERVICE_SUCCESS_CODES_H

#include "wire/settings.h"

#define SUCCESS_CODES_FILE "success-codes"
#define SUCCESS_CODES_TEXT_MAX 1023 /* all exit codes, and some signals */

/* Parses `text`: exit codes from 0 to 255 and names of signals, at least one, separated by white
   space. Returns 1, or 0 and writes nothing. */
extern int success_codes_parse (char const *text, struct success_codes *codes) ;

/* Is an end with this wait status no failure? */
extern int success_codes_have (struct success_codes const *codes, unsigned int wstat) ;

#endif
