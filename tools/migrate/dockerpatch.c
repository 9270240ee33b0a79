/* What has to change in the Dockerfile. */

#include <string.h>

#include "migrate/dockerfile.h"
#include "migrate/patch.h"
#include "migrate/shell.h"

/* Base images that ask to be stopped with another signal than SIGTERM. */
static char const *const other_stopsignals[] = { "nginx", "httpd", "php", "postgres", "haproxy", "openresty", "nextcloud", "wordpress", "drupal", "joomla" } ;

struct patching
{
  struct dockerfile const *dockerfile ;
  struct plan *plan ;
  struct edit *edits ;
  char const *input ; /* the wrapper's basename, on this machine */
  char const *script ; /* and in the image */
} ;

static void replace (struct patching *p, struct instruction const *instruction, char const *line)
{
  struct edit *edit = edit_add(p->plan->pool, &p->edits, instruction->first, instruction->last) ;
  if (line) texts_add(p->plan->pool, &edit->lines, line) ;
}

static struct instruction *first_of_stage (struct dockerfile const *dockerfile)
{
  return dockerfile->stage ? dockerfile->stage : dockerfile->instructions ;
}

static struct instruction *last_named (struct dockerfile const *dockerfile, char const *name)
{
  struct instruction *found = 0 ;
  for (struct instruction *one = first_of_stage(dockerfile) ; one ; one = one->next)
    if (!strcmp(one->name, name)) found = one ;
  return found ;
}

/* `text` without the word; 0 when it does not have it. */
static char const *without_word (struct pool *pool, char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *at = text ; (at = strstr(at, name)) ; at++)
    if (at > text && strchr(" \t", at[-1]) && (!at[len] || strchr(" \t\\;", at[len])))
    {
      char const *begin = at - 1 ;
      return pool_printf(pool, "%.*s%s", (int)(begin - text), text, at + len) ;
    }
  return 0 ;
}

/* Packages that nothing needs any more. */
static void remove_packages (struct patching *p, struct instruction const *run)
{
  struct source *source = p->dockerfile->source ;
  struct pool *pool = p->plan->pool ;
  if (!strstr(run->arguments, "apt") && !strstr(run->arguments, "apk ") && !strstr(run->arguments, "dnf ") && !strstr(run->arguments, "yum ")) return ;
  for (uint32_t line = run->first ; line <= run->last ; line++)
  {
    char const *text = source_copy(source, source_line_range(source, line)) ;
    char const *changed = text ;
    char const *less ;
    struct edit *edit ;
    for (char const *const *name = (char const *const[]){ "tini", "dumb-init", "catatonit", strstr(p->input, "supervisord") ? "supervisor" : "tini", 0 } ; *name ; name++)
      if ((less = without_word(pool, changed, *name))) changed = less ;
    if (changed == text) continue ;
    edit = edit_add(pool, &p->edits, line, line) ;
    if (strspn(changed, " \t\\") != strlen(changed)) texts_add(pool, &edit->lines, changed) ;
  }
}

static int is_only_chmod (char const *arguments, char const *script)
{
  char const *name = strstr(arguments, script) ;
  if (strncmp(arguments, "chmod ", 6) != 0 || !name) return 0 ;
  return !strchr(arguments, '&') && !strchr(arguments, ';') && strspn(name + strlen(script), " \t") == strlen(name + strlen(script)) ;
}

static unsigned int count_words (char const *text)
{
  unsigned int n = 0 ;
  for (; *(text += strspn(text, " \t")) ; text += strcspn(text, " \t")) n++ ;
  return n ;
}

/* COPY start.sh /start.sh, and what else served the wrapper alone. */
static void remove_wrapper (struct patching *p, struct instruction const *one)
{
  int names_script = shell_mentions(one->arguments, p->script) || shell_mentions(one->arguments, p->input) ;
  if (!strcmp(one->name, "COPY") || !strcmp(one->name, "ADD"))
  {
    char const *words = one->arguments ;
    while (!strncmp(words, "--", 2))
    {
      words += strcspn(words, " \t") ;
      words += strspn(words, " \t") ;
    }
    if (names_script && count_words(words) == 2) replace(p, one, 0) ;
    else if (names_script)
      texts_add(p->plan->pool, &p->plan->notes, pool_printf(p->plan->pool, "Dockerfile, line %u: %s is not needed any more", one->first, p->script)) ;
    else if (strstr(words, "/tini") && strstr(words, "://")) replace(p, one, 0) ;
  }
  else if (!strcmp(one->name, "RUN"))
  {
    if (is_only_chmod(one->arguments, p->script)) replace(p, one, 0) ;
    else if (names_script && strstr(one->arguments, "chmod"))
      texts_add(p->plan->pool, &p->plan->notes, pool_printf(p->plan->pool, "Dockerfile, line %u: the chmod of %s is not needed any more", one->first, p->script)) ;
    else if (!strncmp(one->arguments, "chmod", 5) && strstr(one->arguments, "/tini") && !strchr(one->arguments, '&')) replace(p, one, 0) ;
    else remove_packages(p, one) ;
  }
  else if (!strcmp(one->name, "ENV") && strstr(one->arguments, "TINI_VERSION") && count_words(one->arguments) <= 2) replace(p, one, 0) ;
}

static int base_has_other_signal (struct dockerfile const *dockerfile)
{
  char const *image ;
  if (!dockerfile->stage) return 0 ;
  image = dockerfile->stage->arguments ;
  while (!strncmp(image, "--", 2))
  {
    image += strcspn(image, " \t") ;
    image += strspn(image, " \t") ;
  }
  {
    char const *word = pool_copy(dockerfile->source->pool, image, strcspn(image, " \t@:")) ;
    for (size_t i = 0 ; i < sizeof(other_stopsignals) / sizeof(*other_stopsignals) ; i++)
      if (!strcmp(shell_basename(word), other_stopsignals[i])) return 1 ;
  }
  return 0 ;
}

/* rootfs/etc/services.d belongs to /: COPY rootfs/ / takes cont-init.d with it. */
static void add_copies (struct patching *p, struct texts *lines, char const *services, int has_setup)
{
  struct pool *pool = p->plan->pool ;
  size_t len = strlen(services) ;
  char const *parent ;
  texts_add(pool, lines, "ADD reeve-overlay-amd64.tar.xz /") ;
  while (len > 1 && services[len - 1] == '/') len-- ;
  services = pool_copy(pool, services, len) ;
  if (len > 15 && !strcmp(services + len - 15, "/etc/services.d"))
  {
    texts_add(pool, lines, pool_printf(pool, "COPY %.*s/ /", (int)(len - 15), services)) ;
    return ;
  }
  parent = strrchr(services, '/') ;
  texts_add(pool, lines, pool_printf(pool, "COPY %s/ /etc/services.d/", services)) ;
  if (has_setup)
    texts_add(pool, lines, pool_printf(pool, "COPY %.*scont-init.d/ /etc/cont-init.d/", parent ? (int)(parent - services + 1) : 0, services)) ;
}

char const *dockerfile_patch (struct dockerfile const *dockerfile, struct plan *plan, char const *input, char const *services)
{
  struct patching p = { .dockerfile = dockerfile, .plan = plan, .input = shell_basename(input), .script = dockerfile_script(dockerfile, input) } ;
  struct instruction *entrypoint = last_named(dockerfile, "ENTRYPOINT") ;
  struct instruction *cmd = last_named(dockerfile, "CMD") ;
  struct instruction *stop = last_named(dockerfile, "STOPSIGNAL") ;
  struct instruction *at = entrypoint ? entrypoint : cmd ;
  struct texts lines = { 0 } ;
  struct edit *edit ;
  for (struct instruction *one = first_of_stage(dockerfile) ; one ; one = one->next) remove_wrapper(&p, one) ;
  add_copies(&p, &lines, services, plan_has_setup(plan)) ;
  texts_add(plan->pool, &lines, "RUN [\"reeve\", \"check\", \"/etc/services.d\"]") ;
  if (!stop && base_has_other_signal(dockerfile)) texts_add(plan->pool, &lines, "STOPSIGNAL SIGTERM") ;
  if (stop && !shell_one_of(stop->arguments, "SIGTERM TERM 15")) replace(&p, stop, "STOPSIGNAL SIGTERM") ;
  texts_add(plan->pool, &lines, "ENTRYPOINT [\"/init\"]") ;
  edit = edit_add(plan->pool, &p.edits, at ? at->first : dockerfile->source->nlines + 1, at ? at->last : dockerfile->source->nlines) ;
  edit->lines = lines ;
  if (cmd && cmd != at) replace(&p, cmd, 0) ;
  return patch_text(dockerfile->source, p.edits) ;
}
