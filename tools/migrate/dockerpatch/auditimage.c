/* Does what the new image executes find its files and programs? What the old Dockerfile brought, and the new one does
   not, must not be named by a file that is written, by a script that stays, or by an instruction. */

#include <string.h>

#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/shell/shell.h"

struct image
{
  struct plan *plan ;
  struct docker_start const *start ;
  struct dockerfile const *before ;
  struct dockerfile const *after ;
  struct file const *files ;
} ;

typedef int names_it (char const *text, char const *name) ;

/* As a command, and not in /etc/supervisord.conf or supervisord.log, nor a folder: cd /srv/honcho. */
static int names_program (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
    if ((p == text || strchr(" \t\n/'\"`(;|&={[,", p[-1])) && (!p[len] || strchr(" \t\n'\"`);|&]},", p[len]))
     && (p == text || p[-1] != '/' || (p - text > 4 && !strncmp(p - 4, "bin/", 4)))) return 1 ;
  return 0 ;
}

/* Not in a comment, or a message. */
static int code_names (struct image const *image, char const *text, names_it *names, char const *name)
{
  return names(text, name) && names(text_without_messages(image->plan->pool, shell_uncommented(image->plan->pool, text)), name) ;
}

static int instruction_names (struct dockerfile const *dockerfile, struct instruction const *one, names_it *names, char const *name)
{
  if (names(text_without_urls(dockerfile->source->pool, dockerfile_expand(dockerfile, one, one->arguments)), name)) return 1 ;
  for (struct text const *text = one->documents.first ; text ; text = text->next)
    if (names(text->text, name)) return 1 ;
  return 0 ;
}

/* The old Dockerfile's line of an instruction of the new one; 0: it is new. */
static uint32_t old_line (struct image const *image, struct instruction const *one)
{
  for (struct instruction *old = 0 ; (old = dockerfile_next(image->before, old, one->name)) ; )
    if (!strcmp(old->arguments, one->arguments)) return old->first ;
  return 0 ;
}

/* The first that names it, of what came behind the line `behind` of the old Dockerfile; 0: nothing does. */
static char const *user_of (struct image const *image, names_it *names, char const *name, uint32_t behind)
{
  for (struct file const *file = image->files ; file ; file = file->next)
    if (code_names(image, file->content, names, name)) return file->path ;
  for (struct docker_script const *script = image->start->scripts ; script ; script = script->next)
    if (code_names(image, script->text, names, name) && script != image->start->through_script) return pool_printf(image->plan->pool, "%s, which stays in the image,", script->name) ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(image->after, one, "RUN HEALTHCHECK ENTRYPOINT CMD ONBUILD")) ; )
  {
    uint32_t line = old_line(image, one) ;
    if (line > behind && instruction_names(image->after, one, names, name)) return pool_printf(image->plan->pool, "%s (Dockerfile, line %u)", one->name, line) ;
  }
  return 0 ;
}

static int is_told (struct image const *image, char const *name)
{
  for (struct text const *note = image->plan->notes.first ; note ; note = note->next)
    if (!strncmp(note->text, "TODO", 4) && shell_mentions(note->text, name)) return 1 ;
  return 0 ;
}

/* ---- files ---- */

/* Only the old CMD may have told that a target is a folder: COPY . /app, CMD ["/app/run.sh"]. */
static int is_target (char const *one, char const *other)
{
  size_t len = strlen(one) - (*one && one[strlen(one) - 1] == '/') ;
  return !strncmp(one, other, len) && (!other[len] || !strcmp(other + len, "/")) ;
}

static int brings (struct dockerfile const *dockerfile, struct copying const *copying, char const *name, char const *path)
{
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "COPY ADD")) ; )
    for (struct text const *source = one->copying->sources.first ; source ; source = source->next)
      if ((!strcmp(source->text, name) && is_target(one->copying->target, copying->target))
       || !strcmp(copying_path(dockerfile->source->pool, one->copying, source->text), path)) return 1 ;
  return 0 ;
}

static void look_for_file (struct image const *image, struct instruction const *copy, char const *name)
{
  char const *path = copying_path(image->plan->pool, copy->copying, name) ;
  char const *user ;
  if (!strcmp(path, "/init")) return ; /* the overlay brings one */
  if (brings(image->after, copy->copying, name, path) || path[strlen(path) - 1] == '/' || is_told(image, shell_basename(path))) return ;
  user = user_of(image, &text_names_file, path, copy->first) ;
  if (user)
    texts_add_once(image->plan->pool, &image->plan->notes, pool_printf(image->plan->pool, "TODO: %s names %s, which the patch takes out of the image: leave its %s in (Dockerfile, line %u), or take out what names it",
      user, path, copy->name, copy->first)) ;
}

/* ---- programs ---- */

static struct { char const *package ; char const *programs ; } const packages[] =
{
  { "supervisor", "supervisord supervisorctl pidproxy" },
  { "tini", "tini tini-static" },
  { "dumb-init", "dumb-init" },
  { "catatonit", "catatonit" },
  { "foreman", "foreman" },
  { "honcho", "honcho" },
} ;

/* The RUN that has it as a word; 0: none has. */
static struct instruction const *run_with (struct dockerfile const *dockerfile, char const *package)
{
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "RUN")) ; )
    if (instruction_names(dockerfile, one, &shell_mentions, package)) return one ;
  return 0 ;
}

static void look_for_programs (struct image const *image, char const *package, char const *programs)
{
  struct instruction const *run = run_with(image->before, package) ;
  if (!run || run_with(image->after, package)) return ;
  for (char const *p = programs ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *program = pool_copy(image->plan->pool, p, strcspn(p, " ")) ;
    char const *user = is_told(image, program) ? 0 : user_of(image, &names_program, program, run->last) ;
    if (user)
      texts_add_once(image->plan->pool, &image->plan->notes, pool_printf(image->plan->pool, "TODO: %s names %s, whose package the patch takes out of the image: leave that in (Dockerfile, line %u), or take out what names it",
        user, program, run->first)) ;
  }
}

void audit_image (struct plan *plan, struct docker_start const *start, struct dockerfile const *before, char const *patched, struct file const *files)
{
  struct source source ;
  struct dockerfile after ;
  struct image const image = { plan, start, before, &after, files } ;
  source_init(&source, plan->pool, before->source->name, patched, strlen(patched)) ;
  dockerfile_read(&source, &after) ;
  for (struct instruction *copy = 0 ; (copy = dockerfile_next(before, copy, "COPY ADD")) ; )
    for (struct text const *source = copy->copying->sources.first ; source ; source = source->next)
      look_for_file(&image, copy, source->text) ;
  for (size_t i = 0 ; i < ROWS(packages) ; i++) look_for_programs(&image, packages[i].package, packages[i].programs) ;
}
