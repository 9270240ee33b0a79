#include <string.h>

#include "migrate/dockerpatch.h"
#include "migrate/dockerrun.h"
#include "migrate/patch.h"
#include "migrate/shell.h"

/* Base images that ask to be stopped with another signal than SIGTERM. */
#define OTHER_STOPSIGNALS "nginx httpd php postgres haproxy openresty nextcloud wordpress drupal joomla"
/* Base images without an ENTRYPOINT of their own that prepares something. */
#define PLAIN_IMAGES "scratch debian ubuntu alpine centos fedora rockylinux almalinux amazonlinux archlinux busybox bash buildpack-deps python golang rust ruby " \
  "openjdk eclipse-temurin amazoncorretto perl gcc ubi8 ubi9 ubi-minimal httpd tomcat jetty"

/* A file that served the wrapper alone. */
struct obsolete
{
  struct instruction *copy ;
  char const *path ; /* in the image */
  char const *needed_by ; /* why it stays; 0: it goes */
  struct obsolete *next ;
} ;

struct patching
{
  struct dockerfile const *dockerfile ;
  struct docker_start const *start ;
  struct plan *plan ;
  struct pool *pool ;
  struct edit *edits ;
  char const *input ; /* the wrapper's basename, on this machine */
  struct obsolete *obsolete ;
} ;

/* ---- edits ---- */

static void note (struct patching *p, char const *text)
{
  texts_add_once(p->pool, &p->plan->notes, text) ;
}

static char const *place (struct patching const *p, struct instruction const *one)
{
  return one->last > one->first ? pool_printf(p->pool, "Dockerfile, lines %u-%u", one->first, one->last) : pool_printf(p->pool, "Dockerfile, line %u", one->first) ;
}

static int is_edited (struct patching const *p, struct instruction const *one)
{
  for (struct edit const *edit = p->edits ; edit ; edit = edit->next)
    if (edit->first <= one->last && edit->last >= one->first) return 1 ;
  return 0 ;
}

static int is_removed (struct patching const *p, struct instruction const *one)
{
  for (struct edit const *edit = p->edits ; edit ; edit = edit->next)
    if (edit->first <= one->first && edit->last >= one->last && !edit->lines.first) return 1 ;
  return 0 ;
}

static void remove_instruction (struct patching *p, struct instruction const *one, char const *why)
{
  edit_add(p->pool, &p->edits, one->first, one->last) ;
  note(p, pool_printf(p->pool, "%s: the patch takes out %s%s", place(p, one), one->name, why)) ;
}

/* ---- files that served the wrapper alone ---- */

static int is_init_file (char const *path)
{
  char const *name = shell_basename(path) ;
  for (char const *const *one = (char const *const[]){ "tini", "dumb-init", "catatonit", 0 } ; *one ; one++)
    if (!strncmp(name, *one, strlen(*one)) && (!name[strlen(*one)] || strchr("-_.", name[strlen(*one)]))) return 1 ;
  return 0 ;
}

static void add_obsolete (struct patching *p, struct instruction *copy, char const *path, char const *needed_by)
{
  struct obsolete **end = &p->obsolete ;
  while (*end) end = &(*end)->next ;
  *end = pool_alloc(p->pool, sizeof(**end)) ;
  (*end)->copy = copy ;
  (*end)->path = path ;
  (*end)->needed_by = needed_by ;
}

static void find_obsolete (struct patching *p, struct instruction *one)
{
  struct copying copying ;
  dockerfile_copying(p->dockerfile, one, &copying) ;
  if (one->documents.first || !copying.sources.first) return ;
  for (struct text const *source = copying.sources.first ; source ; source = source->next)
  {
    char const *path = copying_path(p->pool, &copying, source->text) ;
    int is_input = !copying.from_stage && p->start->script
     && (!strcmp(shell_basename(source->text), p->input) || !strcmp(shell_basename(path), p->start->script))
     && (shell_one_of(p->start->script, "supervisord foreman honcho forego goreman overmind hivemind") || !strcmp(shell_basename(path), p->start->script)) ;
    if (!is_input && !is_init_file(path) && !is_init_file(source->text)) continue ;
    add_obsolete(p, one, path, copying.sources.first->next ? "the same COPY brings other files" : 0) ;
  }
}

/* Do the files that are written name it? */
static int plan_needs (struct plan const *plan, char const *name)
{
  for (unsigned int i = 0 ; i < plan->nsetup ; i++)
  {
    struct setup_item const *item = plan->setup + i ;
    char const *text = item->text ? item->text : source_copy(plan->source, item->range) ;
    if (*text != '#' && shell_mentions(text, name)) return 1 ;
  }
  for (struct service const *service = plan->services ; service ; service = service->next)
  {
    if (service->command && shell_mentions(service->command, name)) return 1 ;
    for (struct text const *one = service->run.first ; one ; one = one->next)
      if (shell_mentions(one->text, name)) return 1 ;
  }
  return 0 ;
}

static int front_needs (struct patching const *p, char const *path)
{
  for (struct text const *one = p->start->front.first ; one ; one = one->next)
    if (!strcmp(shell_basename(one->text), shell_basename(path))) return 1 ;
  return 0 ;
}

static int prepares_obsolete (struct patching *p, struct instruction const *run)
{
  struct texts gone = { 0 } ;
  for (struct obsolete const *one = p->obsolete ; one ; one = one->next)
    if (!one->needed_by) texts_add(p->pool, &gone, one->path) ;
  return gone.first && run_only_prepares(p->dockerfile, run, &gone) ;
}

/* By its path, or executed; `make tini`, or a package of that name, is something else. */
static int run_needs_init (struct patching *p, struct instruction const *run, char const *path)
{
  return run_executes(p->pool, run, shell_basename(path)) || strstr(run->arguments, path) ;
}

static int needs_file (struct patching *p, struct instruction const *one, char const *path)
{
  if (!shell_one_of(one->name, "RUN HEALTHCHECK ONBUILD VOLUME")) return shell_mentions(one->arguments, shell_basename(path)) ;
  return is_init_file(path) ? run_needs_init(p, one, path) : run_needs(p->dockerfile, one, path) ;
}

/* What stays and needs it; 0: nothing does. */
static char const *who_needs (struct patching *p, struct obsolete const *file)
{
  char const *name = shell_basename(file->path) ;
  if (plan_needs(p->plan, name)) return "a service, or the setup, names it" ;
  if (front_needs(p, file->path)) return "it is ahead of /init" ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    /* A COPY takes from the build context, or from stages before this one. */
    if (one->stage != STAGE_LAST || shell_one_of(one->name, "ENTRYPOINT CMD COPY ADD FROM LABEL MAINTAINER WORKDIR ARG EXPOSE")) continue ;
    if (!strcmp(one->name, "RUN") && (prepares_obsolete(p, one) || (is_init_file(name) && run_only_fetches_init(p->pool, one)))) continue ;
    if (!needs_file(p, one, file->path)) continue ;
    return pool_printf(p->pool, "%s in line %u needs it", one->name, one->first) ;
  }
  return 0 ;
}

/* One that stays may need another one. */
static void settle_obsolete (struct patching *p)
{
  int again = 1 ;
  while (again)
  {
    again = 0 ;
    for (struct obsolete *one = p->obsolete ; one ; one = one->next)
    {
      if (one->needed_by) continue ;
      one->needed_by = who_needs(p, one) ;
      again |= !!one->needed_by ;
    }
  }
}

static void remove_obsolete (struct patching *p)
{
  for (int i = 0 ; i < 2 ; i++)
    for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, i ? "ADD" : "COPY")) ; )
      if (one->stage == STAGE_LAST) find_obsolete(p, one) ;
  settle_obsolete(p) ;
  for (struct obsolete *one = p->obsolete ; one ; one = one->next)
  {
    if (!one->needed_by) remove_instruction(p, one->copy, pool_printf(p->pool, " of %s", shell_basename(one->path))) ;
    else note(p, pool_printf(p->pool, "%s: %s stays in the image, though /init does not need it: %s", place(p, one->copy), shell_basename(one->path), one->needed_by)) ;
  }
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
  {
    if (one->stage != STAGE_LAST) continue ;
    if (prepares_obsolete(p, one)) remove_instruction(p, one, ", which prepared that file") ;
    else if (run_only_fetches_init(p->pool, one)) remove_instruction(p, one, ", which fetched an init") ;
  }
}

/* ---- packages and variables ---- */

static int executes_anywhere (struct patching *p, char const *program)
{
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage == STAGE_OTHER || is_removed(p, one)) continue ;
    if (!strcmp(one->name, "RUN") && run_executes(p->pool, one, program)) return 1 ;
    if (!strcmp(one->name, "HEALTHCHECK") && shell_mentions(one->arguments, program)) return 1 ;
  }
  return plan_needs(p->plan, program) ;
}

static char const *needless_packages (struct patching *p)
{
  char const *packages = "" ;
  for (char const *const *one = (char const *const[]){ "tini", "dumb-init", "catatonit", 0 } ; *one ; one++)
    if (!executes_anywhere(p, *one)) packages = pool_printf(p->pool, "%s %s", packages, *one) ;
  if (strstr(p->input, "supervis") && !executes_anywhere(p, "supervisorctl") && !executes_anywhere(p, "supervisord") && !p->start->front.first)
    packages = pool_printf(p->pool, "%s supervisor", packages) ;
  return packages ;
}

/* Only the lines that differ. */
static void replace_lines (struct patching *p, struct instruction const *one, struct texts const *lines)
{
  struct source const *source = p->dockerfile->source ;
  struct text const *line = lines->first ;
  uint32_t first = one->first ;
  uint32_t last = one->last ;
  unsigned int n = 0 ;
  struct edit *edit ;
  for (; line && first <= last && !strcmp(line->text, source_copy(source, source_line_range(source, first))) ; line = line->next) first++ ;
  for (struct text const *rest = line ; rest ; rest = rest->next) n++ ;
  while (n && last >= first)
  {
    struct text const *end = line ;
    for (unsigned int i = 1 ; i < n ; i++) end = end->next ;
    if (strcmp(end->text, source_copy(source, source_line_range(source, last))) != 0) break ;
    n-- ;
    last-- ;
  }
  edit = edit_add(p->pool, &p->edits, first, last) ;
  for (; n-- ; line = line->next) texts_add(p->pool, &edit->lines, line->text) ;
}

static void remove_packages (struct patching *p)
{
  char const *packages = needless_packages(p) ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
  {
    struct cut cut ;
    struct texts lines = { 0 } ;
    int all ;
    if (one->stage != STAGE_LAST || is_edited(p, one) || !run_without_packages(p->pool, one, packages, &cut, &all)) continue ;
    if (all)
    {
      remove_instruction(p, one, ", which installed nothing else than what /init replaces") ;
      continue ;
    }
    cut_lines(p->dockerfile, one, &cut, &lines) ;
    replace_lines(p, one, &lines) ;
    note(p, pool_printf(p->pool, "%s: the patch takes a package out of RUN that /init replaces", place(p, one))) ;
  }
}

/* ENV TINI_VERSION v0.19.0 */
static void remove_variables (struct patching *p)
{
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    char const *name = pool_copy(p->pool, one->arguments, strcspn(one->arguments, " \t=")) ;
    int used = 0 ;
    if (one->stage != STAGE_LAST || !shell_one_of(one->name, "ENV ARG")) continue ;
    if (strncmp(name, "TINI_", 5) != 0 && strncmp(name, "DUMB_INIT_", 10) != 0) continue ;
    if (strpbrk(one->arguments + strlen(name) + strspn(one->arguments + strlen(name), " \t="), " \t")) continue ; /* it sets others as well */
    for (struct instruction *other = one->next ; other ; other = other->next)
      used |= !is_removed(p, other) && strcmp(other->name, "ENTRYPOINT") != 0 && (shell_mentions(other->arguments, name) || shell_mentions(other->flags, name)) ;
    if (!used) remove_instruction(p, one, pool_printf(p->pool, " %s, which nothing uses any more", name)) ;
  }
}

/* What is left of an init, and nobody knows how to take out. */
static void note_inits (struct patching *p)
{
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
    if (one->stage == STAGE_LAST && !is_edited(p, one) && !shell_one_of(one->name, "FROM CMD ENTRYPOINT COPY ADD") && names_init(one->arguments))
      note(p, pool_printf(p->pool, "%s: %s is not needed any more: /init does its work", place(p, one), shell_mentions(one->arguments, "tini") ? "tini" : "dumb-init")) ;
}

/* ---- the new end ---- */

/* registry/debian:12@sha256:...: debian */
static char const *base_image (struct patching *p)
{
  struct instruction *from ;
  char const *image ;
  if (!p->dockerfile->from) return "" ;
  from = dockerfile_next(p->dockerfile, 0, "FROM") ; /* the first that the image has */
  image = dockerfile_expand(p->dockerfile, from, pool_copy(p->pool, from->arguments, strcspn(from->arguments, " \t"))) ;
  image = shell_basename(image) ;
  return pool_copy(p->pool, image, strcspn(image, "@:")) ;
}

static char const *json_word (struct pool *pool, char const *word)
{
  char *out = pool_alloc(pool, 2 * strlen(word) + 3) ;
  char *q = out ;
  *q++ = '"' ;
  for (; *word ; word++)
  {
    if (strchr("\"\\", *word)) *q++ = '\\' ;
    *q++ = *word ;
  }
  *q++ = '"' ;
  return out ;
}

static char const *copy_line (struct pool *pool, char const *from, char const *to)
{
  if (strchr(from, ' ')) return pool_printf(pool, "COPY [%s, \"%s\"]", json_word(pool, from), to) ;
  return pool_printf(pool, "COPY %s %s", from, to) ;
}

/* rootfs/etc/services.d belongs to /: COPY rootfs/ / takes cont-init.d with it. */
static void add_copies (struct patching *p, struct texts *lines, struct docker_tree const *tree)
{
  struct pool *pool = p->pool ;
  char const *services = tree->services ;
  size_t len = strlen(services) ;
  char const *parent ;
  int has_setup = plan_has_setup(p->plan) ;
  texts_add(pool, lines, "ADD reeve-overlay-amd64.tar.gz /") ;
  while (len > 1 && services[len - 1] == '/') len-- ;
  services = pool_copy(pool, services, len) ;
  if (tree->outside)
    note(p, pool_printf(pool, "COPY reads from the build context alone: move %s to %s there before you build", tree->outside, services)) ;
  if (!p->plan->services && !has_setup) return ; /* COPY refuses what is not there */
  if (len > 15 && !strcmp(services + len - 15, "/etc/services.d"))
  {
    texts_add(pool, lines, copy_line(pool, pool_printf(pool, "%.*s/", (int)(len - 15), services), "/")) ;
    return ;
  }
  parent = strrchr(services, '/') ;
  if (p->plan->services) texts_add(pool, lines, copy_line(pool, pool_printf(pool, "%s/", services), "/etc/services.d/")) ;
  if (has_setup)
    texts_add(pool, lines, copy_line(pool, pool_printf(pool, "%.*scont-init.d/", parent ? (int)(parent - services + 1) : 0, services), "/etc/cont-init.d/")) ;
}

static char const *entrypoint_line (struct patching *p)
{
  char const *line = "ENTRYPOINT [" ;
  for (struct text const *one = p->start->front.first ; one ; one = one->next) line = pool_printf(p->pool, "%s%s, ", line, json_word(p->pool, one->text)) ;
  return pool_printf(p->pool, "%s\"/init\"]", line) ;
}

/* What the image executes instead of the input, unless a service does. */
static int keeps_instead (struct patching const *p)
{
  struct text const *one = p->start->instead.first ;
  return one && !plan_needs(p->plan, shell_basename(one->text)) ;
}

static char const *cmd_line (struct patching *p)
{
  char const *line = "" ;
  for (struct text const *one = p->start->instead.first ; one ; one = one->next)
    line = pool_printf(p->pool, "%s%s%s", line, *line ? ", " : "", json_word(p->pool, one->text)) ;
  return pool_printf(p->pool, "CMD [%s]", line) ;
}

/* What stays ahead of /init: does it go on to its arguments, and what does it ask of them? */
static void note_front (struct patching *p)
{
  char const *text = p->start->front_text ;
  char const *words = texts_join(p->pool, &p->start->front, " ") ;
  int goes_on = text && (strstr(text, "exec \"$@\"") || strstr(text, "exec $@") || strstr(text, "exec \"${@}\"")) ;
  int asks = text && (strstr(text, "$1") || strstr(text, "${1")) ;
  if (goes_on && !asks) note(p, pool_printf(p->pool, "%s ran ahead of the input, and stays ahead of /init, which it executes", words)) ;
  else note(p, pool_printf(p->pool, "TODO: %s ran ahead of the input, and stays ahead of /init: %s%s%s", words,
    goes_on ? "" : text ? "it does not end in exec \"$@\", so that /init would never start: let it" : "it has to end in exec \"$@\"",
    goes_on ? "" : ", and ", asks ? "it asks what its first argument is, which is /init now" : "its first argument is /init now")) ;
}

static void note_start (struct patching *p)
{
  struct docker_start const *start = p->start ;
  struct instruction *entrypoint = dockerfile_last(p->dockerfile, "ENTRYPOINT") ;
  char const *base = base_image(p) ;
  if (start->front.first) note_front(p) ;
  if (start->instead.first)
    note(p, pool_printf(p->pool, "TODO: the Dockerfile does not execute %s, but %s: %s", p->input, texts_join(p->pool, &start->instead, " "),
      keeps_instead(p) ? "that stays as CMD, beside the services; is that what you want?" : "a service does, so it goes")) ;
  if (!entrypoint && *base && !shell_one_of(base, PLAIN_IMAGES))
    note(p, pool_printf(p->pool, "TODO: ENTRYPOINT [\"/init\"] takes the place of the one that %s may have (docker image inspect says it): if that prepares something, "
      "write ENTRYPOINT [\"ITS\", \"WORDS\", \"/init\"]", base)) ;
}

/* ENTRYPOINT, CMD and STOPSIGNAL of the last stage go; /init comes where the last of the first
   two was, or behind the last step of the build. */
static void replace_end (struct patching *p, struct docker_tree const *tree)
{
  struct instruction const *at = 0 ;
  struct instruction const *step = 0 ;
  struct texts lines = { 0 } ;
  struct edit *edit ;
  int has_stop = 0 ;
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage != STAGE_LAST) continue ;
    if (shell_one_of(one->name, "ENTRYPOINT CMD")) at = !at || !strcmp(one->name, "ENTRYPOINT") || strcmp(at->name, "ENTRYPOINT") != 0 ? one : at ;
    if (shell_one_of(one->name, "RUN COPY ADD") && !is_removed(p, one)) step = one ;
  }
  if (at && step && step->first > at->first) at = 0 ;
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage != STAGE_LAST) continue ;
    if (shell_one_of(one->name, "ENTRYPOINT CMD")) note(p, pool_printf(p->pool, "%s: the patch takes out %s", place(p, one), one->name)) ;
    if (shell_one_of(one->name, "ENTRYPOINT CMD") && one != at) edit_add(p->pool, &p->edits, one->first, one->last) ;
    if (strcmp(one->name, "STOPSIGNAL") != 0) continue ;
    has_stop = 1 ;
    if (shell_one_of(pool_copy(p->pool, one->arguments, strcspn(one->arguments, " \t")), "SIGTERM TERM 15")) continue ;
    texts_add(p->pool, &edit_add(p->pool, &p->edits, one->first, one->last)->lines, "STOPSIGNAL SIGTERM") ;
    note(p, pool_printf(p->pool, "%s: the patch changes STOPSIGNAL to SIGTERM, with which /init is stopped; down-signal is what a service gets", place(p, one))) ;
  }
  add_copies(p, &lines, tree) ;
  if (p->plan->services) texts_add(p->pool, &lines, "RUN [\"reeve\", \"check\", \"/etc/services.d\"]") ;
  if (!has_stop && shell_one_of(base_image(p), OTHER_STOPSIGNALS))
  {
    texts_add(p->pool, &lines, "STOPSIGNAL SIGTERM") ;
    note(p, pool_printf(p->pool, "the patch adds STOPSIGNAL SIGTERM: %s has another one, and /init is stopped with SIGTERM", base_image(p))) ;
  }
  texts_add(p->pool, &lines, entrypoint_line(p)) ;
  if (keeps_instead(p)) texts_add(p->pool, &lines, cmd_line(p)) ;
  note(p, pool_printf(p->pool, "the patch adds: %s", texts_join(p->pool, &lines, "; "))) ;
  if (at) edit = edit_add(p->pool, &p->edits, at->first, at->last) ;
  else
  {
    uint32_t behind = step ? step->last : p->dockerfile->source->nlines ;
    edit = edit_add(p->pool, &p->edits, behind + 1, behind) ;
  }
  edit->lines = lines ;
}

char const *dockerfile_patch (struct dockerfile const *dockerfile, struct docker_start const *start, struct plan *plan, char const *input,
  struct docker_tree const *tree)
{
  struct patching p = { .dockerfile = dockerfile, .start = start, .plan = plan, .pool = plan->pool, .input = shell_basename(input) } ;
  remove_obsolete(&p) ;
  remove_packages(&p) ;
  remove_variables(&p) ;
  note_start(&p) ;
  replace_end(&p, tree) ;
  note_inits(&p) ;
  return patch_text(dockerfile->source, p.edits) ;
}
