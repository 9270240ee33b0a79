/* What is known of the images that others are made from. */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/shell/shell.h"

/* Base images without an ENTRYPOINT of their own that prepares something: those of node, php and bun only execute their arguments,
   that of nginx prepares something only for a CMD that begins with nginx. */
#define PLAIN_IMAGES "scratch debian ubuntu alpine centos fedora rockylinux almalinux amazonlinux archlinux busybox bash buildpack-deps python golang rust ruby " \
  "java openjdk amazoncorretto perl gcc ubi8 ubi9 ubi-minimal httpd tomcat node php bun nginx nginx-unprivileged"

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

char const *dockerfile_base (struct dockerfile const *dockerfile)
{
  char const *image = dockerfile_image(dockerfile) ;
  return pool_copy(dockerfile->source->pool, image, strcspn(image, ":")) ;
}

int dockerfile_base_is_plain (struct dockerfile const *dockerfile)
{
  return shell_one_of(dockerfile_base(dockerfile), PLAIN_IMAGES) ;
}

int dockerfile_sh_is_bash (struct dockerfile const *dockerfile)
{
  static char const *const marks[] = { "dnf ", "yum ", "zypper ", "pacman " } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(dockerfile->source->text, marks[i])) return 1 ;
  return shell_one_of(dockerfile_base(dockerfile), "centos fedora rockylinux almalinux amazonlinux archlinux ubi8 ubi9 ubi-minimal") ;
}

int dockerfile_has_other_sh (struct dockerfile const *dockerfile)
{
  char const *text = dockerfile->source->text ;
  return dockerfile_sh_is_bash(dockerfile) || strstr(text, "apk add") || strstr(text, "apk --")
    || strstr(dockerfile_image(dockerfile), "alpine") || shell_one_of(dockerfile_base(dockerfile), "busybox bash") ;
}

/* COPY --from=busybox /bin/sh /bin/sh; ADD rootfs.tar / */
static int may_bring_shell (struct instruction const *one)
{
  if (!strcmp(one->name, "RUN")) return *one->arguments != '[' ; /* a shell executed it */
  if (!one->copying) return 0 ;
  return shell_mentions(one->arguments, "sh") || shell_mentions(one->arguments, "bash") || shell_mentions(one->arguments, "busybox")
    || shell_one_of(one->copying->target, "/ /bin /bin/ /usr /usr/ /usr/bin /usr/bin/") ;
}

char const *dockerfile_without_shell (struct dockerfile const *dockerfile)
{
  static char const *const images[] = { "scratch", "gcr.io/distroless/", "cgr.dev/chainguard/static" } ;
  struct instruction *from = dockerfile->from ? dockerfile_next(dockerfile, 0, "FROM") : 0 ;
  char const *image ;
  int is_one = 0 ;
  if (!from) return 0 ;
  image = dockerfile_expand(dockerfile, from, pool_copy(dockerfile->source->pool, from->arguments, strcspn(from->arguments, " \t"))) ;
  for (size_t i = 0 ; i < ROWS(images) ; i++)
  {
    size_t len = strlen(images[i]) ;
    is_one |= !strncmp(image, images[i], len) && (!image[len] || image[len - 1] == '/' || strchr(":@", image[len])) ;
  }
  if (!is_one) return 0 ; /* the tags debug of distroless have one in /busybox alone */
  for (struct instruction const *one = dockerfile->instructions ; one ; one = one->next)
    if (one->stage != STAGE_OTHER && may_bring_shell(one)) return 0 ;
  return image ;
}

/* Which release of which system, by a word of the tag: stretch-slim, 8-alpine3.6. */
static char const *release_by_word (char const *word, unsigned int *release)
{
  static struct { char const *name ; char const *system ; unsigned int release ; } const names[] =
    { { "wheezy", "debian", 700 }, { "jessie", "debian", 800 }, { "stretch", "debian", 900 }, { "buster", "debian", 1000 },
      { "trusty", "ubuntu", 1404 }, { "xenial", "ubuntu", 1604 }, { "bionic", "ubuntu", 1804 } } ;
  static char const *const systems[] = { "debian", "ubuntu", "alpine", "centos", "oraclelinux", "amazonlinux" } ;
  for (size_t i = 0 ; i < ROWS(names) ; i++)
    if (!strcmp(word, names[i].name))
    {
      *release = names[i].release ;
      return names[i].system ;
    }
  for (size_t i = 0 ; i < ROWS(systems) ; i++)
  {
    size_t len = strlen(systems[i]) ;
    char const *number = word + len ;
    char const *minor = number + strspn(number, "0123456789") ;
    if (strncmp(word, systems[i], len) != 0 || minor == number) continue ;
    *release = shell_number(number, 9999, 0) * 100 + (*minor == '.' ? shell_number(minor + 1, 99, 0) : 0) ;
    return systems[i] ;
  }
  return 0 ;
}

char const *dockerfile_release (struct dockerfile const *dockerfile, unsigned int *release)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *base = dockerfile_base(dockerfile) ;
  char const *tag = dockerfile_image(dockerfile) + strlen(base) ;
  char const *system = 0 ;
  tag += *tag == ':' ;
  for (char const *p = tag ; !system && *p ; p += strcspn(p, "-"), p += *p == '-')
  {
    char const *word = pool_copy(pool, p, strcspn(p, "-")) ;
    system = release_by_word(p == tag && isdigit((unsigned char)*word) ? pool_printf(pool, "%s%s", base, word) : word, release) ;
  }
  return system ;
}

static char const *base_stop_signal (struct dockerfile const *dockerfile)
{
  char const *base = dockerfile_base(dockerfile) ;
  char const *tag = dockerfile_image(dockerfile) + strlen(base) ;
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

char const *dockerfile_user (struct dockerfile const *dockerfile)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *last = dockerfile_last(dockerfile, "USER") ;
  char const *user = last ? dockerfile_expand(dockerfile, last, last->arguments) : "" ;
  user += *user == '"' ;
  user = pool_copy(pool, user, strcspn(user, ": \t\"")) ;
  return shell_one_of(user, "root 0") || !*user ? 0 : user ;
}

/* The platform that a word of the image's name means, as a rule: aarch64 may also be what a compiler there makes code for.
   "": there is no such word. */
static char const *platform_by_word (char const *image)
{
  static struct { char const *word ; char const *platform ; } const words[] =
    { { "aarch64", "linux/arm64" }, { "arm64", "linux/arm64" }, { "armv7", "linux/arm/v7" }, { "armhf", "linux/arm/v7" }, { "raspberrypi", "linux/arm/v7" },
      { "raspbian", "linux/arm/v7" }, { "/rpi-", "linux/arm/v7" }, { "i386-", "linux/386" } } ;
  for (size_t i = 0 ; i < ROWS(words) ; i++)
    if (strstr(image, words[i].word)) return words[i].platform ;
  return "" ;
}

/* For which platform is the image, by its FROM, or by the name of the image that it is made from? *guess: that image, where a word of its name says it. */
static char const *platform_of (struct dockerfile const *dockerfile, char const **guess)
{
  static struct { char const *folder ; char const *platform ; } const folders[] =
    { { "arm64v8/", "linux/arm64" }, { "arm32v7/", "linux/arm/v7" }, { "arm32v6/", "linux/arm/v6" }, { "i386/", "linux/386" }, { "ppc64le/", "linux/ppc64le" },
      { "s390x/", "linux/s390x" }, { "riscv64/", "linux/riscv64" },
      { "balenalib/aarch64-", "linux/arm64" }, { "balenalib/raspberrypi4-64-", "linux/arm64" }, { "resin/aarch64-", "linux/arm64" } } ;
  struct instruction *from = dockerfile->from ? dockerfile_next(dockerfile, 0, "FROM") : 0 ;
  char const *flag = from ? strstr(from->flags, "--platform=") : 0 ;
  char const *image ;
  *guess = 0 ;
  if (!from) return "" ;
  if (flag) return dockerfile_expand(dockerfile, from, pool_copy(dockerfile->source->pool, flag + 11, strcspn(flag + 11, " \t"))) ;
  image = dockerfile_expand(dockerfile, from, from->arguments) ;
  for (size_t i = 0 ; i < sizeof(folders) / sizeof(*folders) ; i++)
    if (!strncmp(image, folders[i].folder, strlen(folders[i].folder))) return folders[i].platform ;
  *guess = image = pool_copy(dockerfile->source->pool, image, strcspn(image, " \t@")) ;
  return platform_by_word(image) ;
}

/* With which word the text asks for a platform; 0: it does not. */
static char const *platform_word (char const *text)
{
  static char const *const words[] =
    { "TARGETARCH", "TARGETPLATFORM", "TARGETVARIANT", "BUILDPLATFORM", "BUILDARCH", "uname -m", "uname -sm", "--print-architecture", "apk --print-arch", "$(arch)", "`arch`", 0 } ;
  for (char const *const *word = words ; *word ; word++)
    if (strstr(text, *word)) return *word ;
  return 0 ;
}

/* A stage that the image only copies from is for the same platforms. */
static char const *instruction_platform (struct instruction const *one)
{
  char const *word = platform_word(one->arguments) ;
  if (!word) word = platform_word(one->flags) ;
  for (struct text const *text = one->documents.first ; text && !word ; text = text->next) word = platform_word(text->text) ;
  return word ;
}

static struct instruction const *asking_instruction (struct dockerfile const *dockerfile)
{
  struct instruction const *one = dockerfile->instructions ;
  while (one && !instruction_platform(one)) one = one->next ;
  return one ;
}

static int names_amd64 (struct dockerfile const *dockerfile)
{
  for (struct instruction const *one = dockerfile->instructions ; one ; one = one->next)
    if (strstr(one->arguments, "amd64") || strstr(one->arguments, "x86_64") || strstr(one->arguments, "x64")) return 1 ;
  return 0 ;
}

/* RUN curl https://x/app-linux-arm64.gz: what another platform has no use for. *why: the line and the address. "": nothing says it. */
static char const *platform_fetched (struct dockerfile const *dockerfile, char const **why)
{
  struct pool *pool = dockerfile->source->pool ;
  if (names_amd64(dockerfile)) return "" ;
  for (struct instruction *one = dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage == STAGE_OTHER || !shell_one_of(one->name, "RUN ADD")) continue ;
    for (char const *at = one->arguments ; (at = strstr(at, "://")) ; at += 3)
    {
      char const *address = dockerfile_expand(dockerfile, one, pool_copy(pool, at + 3, strcspn(at + 3, " \t\n\"';&|)"))) ;
      char const *platform = strstr(address, "arm") || strstr(address, "aarch64") ? platform_by_word(address) : "" ;
      if (!*platform) continue ;
      *why = pool_printf(pool, "line %u, which fetches %s", one->first, shell_basename(address)) ;
      return platform ;
    }
  }
  return "" ;
}

char const *dockerfile_architecture (struct dockerfile const *dockerfile, char const **doubt)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *guess ;
  char const *platform = platform_of(dockerfile, &guess) ;
  char const *why = guess && *platform ? pool_printf(pool, "the name of %s", guess) : 0 ;
  if (!*platform && !asking_instruction(dockerfile)) platform = platform_fetched(dockerfile, &why) ;
  *doubt = why ? pool_printf(pool, "the image seems to be for %s, by %s", platform, why) : 0 ;
  if (shell_one_of(platform, "linux/arm64 linux/arm64/v8 linux/aarch64 arm64 aarch64")) return "arm64" ;
  if (shell_one_of(platform, "linux/amd64 linux/amd64/v1 linux/x86_64 amd64 x86_64")) return "amd64" ;
  if (*doubt) return "amd64" ;
  if (strchr(platform, '$')) *doubt = pool_printf(pool, "FROM has the platform %s, which is not known here", platform) ;
  else if (*platform) *doubt = pool_printf(pool, "the image is for %s", platform) ;
  else if (asking_instruction(dockerfile))
    *doubt = pool_printf(pool, "line %u asks for the platform (%s)", asking_instruction(dockerfile)->first, instruction_platform(asking_instruction(dockerfile))) ;
  return "amd64" ;
}
