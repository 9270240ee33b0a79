#include "scan/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/file.h"
#include "base/trust.h"

#define SAVED_ENVIRONMENT "s6/container_environment"

void environment_open (struct scanner const *s, struct environment *environment)
{
  char path[SCAN_PATH_MAX + sizeof SAVED_ENVIRONMENT] ;
  char text[TRUST_WHY_MAX] ;
  struct trust_refusal why ;
  char const *slash = strrchr(s->live, '/') ;
  environment->saved = -1 ;
  if (!s->container_signals || !slash) return ; /* not /init's */
  snprintf(path, sizeof path, "%.*s/" SAVED_ENVIRONMENT, (int)(slash - s->live), s->live) ;
  environment->saved = trust_directory(path, 0, 0, &why) ;
  if (environment->saved == -1 && !trust_is_missing(&why)) strerr_warnw4x("not using ", path, ": ", trust_why(&why, text)) ;
}

/* A value that was written with `echo` ends in a newline that its author did not mean. */
char const *environment_value (struct environment *environment, char const *name)
{
  size_t len ;
  if (environment->saved == -1 || file_read(environment->saved, name, environment->value, ENVIRONMENT_VALUE_MAX) == -1) return getenv(name) ;
  len = strlen(environment->value) ;
  while (len && environment->value[len - 1] == '\n') environment->value[--len] = 0 ;
  return environment->value ;
}

void environment_close (struct environment *environment)
{
  if (environment->saved >= 0) fd_close(environment->saved) ;
}
