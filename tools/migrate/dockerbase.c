/* What is known of the images that others are made from. */

#include <string.h>
#include <strings.h>

#include "migrate/dockerfile.h"
#include "migrate/shell.h"

/* Base images without an ENTRYPOINT of their own that prepares something. */
#define PLAIN_IMAGES "scratch debian ubuntu alpine centos fedora rockylinux almalinux amazonlinux archlinux busybox bash buildpack-deps python golang rust ruby " \
  "openjdk eclipse-temurin amazoncorretto perl gcc ubi8 ubi9 ubi-minimal httpd tomcat jetty"

/* Base images that ask to be stopped by another signal than TERM, as `docker image inspect` says
   it; `tag`: only where the image's tag has that word, 0: always. The first that fits counts. */
static struct
{
  char const *images ;
  char const *tag ;
  char const *signal ; /* 0: TERM */
} const stops[] =
{
  { "nginx nginx-unprivileged openresty", 0, "QUIT" },
  { "httpd", 0, "WINCH" },
  { "haproxy", 0, "USR1" },
  { "postgres postgis pgvector timescaledb timescaledb-ha pgrouting", 0, "INT" },
  { "php wordpress drupal joomla nextcloud matomo mediawiki phpmyadmin", "fpm", "QUIT" },
  { "php", "apache", "WINCH" },
  { "wordpress", "cli", 0 },
  { "wordpress drupal joomla nextcloud matomo mediawiki phpmyadmin", 0, "WINCH" },
} ;

/* registry/debian:12@sha256:...: debian:12 */
static char const *image_of (struct dockerfile const *dockerfile)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *from ;
  char const *image ;
  if (!dockerfile->from) return "" ;
  from = dockerfile_next(dockerfile, 0, "FROM") ; /* the first that the image has */
  image = dockerfile_expand(dockerfile, from, pool_copy(pool, from->arguments, strcspn(from->arguments, " \t"))) ;
  image = shell_basename(image) ;
  return pool_copy(pool, image, strcspn(image, "@")) ;
}

char const *dockerfile_base (struct dockerfile const *dockerfile)
{
  char const *image = image_of(dockerfile) ;
  return pool_copy(dockerfile->source->pool, image, strcspn(image, ":")) ;
}

int dockerfile_base_is_plain (struct dockerfile const *dockerfile)
{
  return shell_one_of(dockerfile_base(dockerfile), PLAIN_IMAGES) ;
}

static char const *base_stop_signal (struct dockerfile const *dockerfile)
{
  char const *base = dockerfile_base(dockerfile) ;
  char const *tag = image_of(dockerfile) + strlen(base) ;
  for (size_t i = 0 ; *base && i < sizeof(stops) / sizeof(*stops) ; i++)
    if (shell_one_of(base, stops[i].images) && (!stops[i].tag || strstr(tag, stops[i].tag))) return stops[i].signal ;
  return 0 ;
}

char const *dockerfile_stop_signal (struct dockerfile const *dockerfile)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *stop = dockerfile_last(dockerfile, "STOPSIGNAL") ;
  char const *signal ;
  if (!stop) return base_stop_signal(dockerfile) ;
  signal = dockerfile_expand(dockerfile, stop, pool_copy(pool, stop->arguments, strcspn(stop->arguments, " \t"))) ;
  if (!strncasecmp(signal, "SIG", 3)) signal += 3 ;
  return shell_one_of(signal, "TERM 15") ? 0 : signal ;
}
