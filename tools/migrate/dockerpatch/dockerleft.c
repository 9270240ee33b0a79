/* What goes when the wrapper goes: the edits, and the files that only it needed. */

#include <fnmatch.h>
#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/plan/inputkind.h"
#include "migrate/shell/shell.h"

void patching_note (struct patching *p, char const *text)
{
  texts_add_once(p->pool, &p->plan->notes, text) ;
}

char const *patching_place (struct patching const *p, struct instruction const *one)
{
  return one->last > one->first ? pool_printf(p->pool, "Dockerfile, lines %u-%u", one->first, one->last) : pool_printf(p->pool, "Dockerfile, line %u", one->first) ;
}

struct edit *patching_edit (struct patching *p, uint32_t first, uint32_t last)
{
  struct edit **from = p->last_edit && p->last_edit->first < first ? &p->last_edit->next : &p->edits ;
  struct edit *edit = edit_add(p->pool, from, first, last) ;
  if (!p->lines) p->lines = pool_alloc(p->pool, (p->dockerfile->source->nlines + 2) * sizeof(*p->lines)) ;
  for (uint32_t line = first ; line <= last ; line++)
  {
    struct edit const **other = &p->lines[line].edit ;
    if (!*other || (*other)->last - (*other)->first < last - first) *other = edit ;
  }
  return p->last_edit = edit ;
}

int patching_is_edited (struct patching const *p, struct instruction const *one)
{
  for (uint32_t line = one->first ; p->lines && line <= one->last ; line++)
    if (p->lines[line].edit) return 1 ;
  return 0 ;
}

int patching_is_removed (struct patching const *p, struct instruction const *one)
{
  struct edit const *edit = p->lines ? p->lines[one->first].edit : 0 ;
  return edit && edit->first <= one->first && edit->last >= one->last && !edit->lines.first ;
}

void patching_remove (struct patching *p, struct instruction const *one, char const *why)
{
  if (patching_is_removed(p, one)) return ;
  patching_edit(p, one->first, one->last) ;
  texts_add(p->pool, &p->plan->notes, pool_printf(p->pool, "%s: the patch takes out %s%s", patching_place(p, one), one->name, why)) ;
}

/* ---- files that served the wrapper alone ---- */

static char const *const init_programs[] = { "tini", "dumb-init", "catatonit", 0 } ;

static int is_init_file (char const *path)
{
  char const *name = shell_basename(path) ;
  for (char const *const *one = init_programs ; *one ; one++)
    if (!strncmp(name, *one, strlen(*one)) && (!name[strlen(*one)] || strchr("-_.", name[strlen(*one)]))) return 1 ;
  return 0 ;
}

static struct obsolete *add_obsolete (struct patching *p, struct instruction *copy, char const *path, char const *needed_by)
{
  struct obsolete **end = &p->obsolete ;
  while (*end) end = &(*end)->next ;
  *end = pool_alloc(p->pool, sizeof(**end)) ;
  (*end)->copy = copy ;
  (*end)->path = path ;
  (*end)->needed_by = needed_by ;
  return *end ;
}

/* Does the file's name, on this machine, end with the name in the build context, a pattern? `folder`: or
   is the file in that folder? */
static int is_source_of (char const *file, char const *source, int folder)
{
  while (!strncmp(source, "./", 2)) source += 2 ;
  while (*source == '/') source++ ;
  if (!*source || !strcmp(source, ".")) return 0 ;
  for (char const *p = file ; p ; p = strchr(p, '/'))
  {
    size_t len = strlen(source) - (source[strlen(source) - 1] == '/') ;
    p += *p == '/' ;
    if (folder ? !strncmp(p, source, len) && p[len] == '/' : !fnmatch(source, p, FNM_PATHNAME)) return 1 ;
  }
  return 0 ;
}

/* A file that the input includes. */
static int is_included (struct patching const *p, char const *source)
{
  for (struct source_part const *part = p->plan->source->parts ; part ; part = part->next)
    if (is_source_of(part->name, source, 0)) return 1 ;
  return 0 ;
}

/* A folder, or a pattern, that brings files which the input includes. */
static void note_included (struct patching *p, struct instruction const *one, char const *source)
{
  struct texts names = { 0 } ;
  for (struct source_part const *part = p->plan->source->parts ; part ; part = part->next)
    if (is_source_of(part->name, source, 1) || (strpbrk(source, "*?[") && is_source_of(part->name, source, 0))) texts_add_once(p->pool, &names, shell_basename(part->name)) ;
  if (names.first)
    patching_note(p, pool_printf(p->pool, "%s: %s brings what supervisord included, and /init does not need: %s", patching_place(p, one), one->name, texts_join(p->pool, &names, ", "))) ;
}

static void find_obsolete (struct patching *p, struct instruction *one)
{
  struct copying const *copying = one->copying ;
  if (one->documents.first || !copying->sources.first) return ;
  for (struct text const *source = copying->sources.first ; source ; source = source->next)
  {
    char const *path = copying_path(p->pool, copying, source->text) ;
    int is_input = p->start->script
     && (!strcmp(shell_basename(source->text), p->input) || !strcmp(shell_basename(path), p->start->script))
     && (!strcmp(p->start->script, "supervisord") || procrunner_is(p->start->script) || !strcmp(shell_basename(path), p->start->script)) ;
    int brings_included = !copying->from_stage && !is_input && p->start->script && !strpbrk(source->text, "*?[") && is_included(p, source->text) ;
    if (!copying->from_stage && !is_input && !brings_included) note_included(p, one, source->text) ;
    if (!is_input && !brings_included && !is_init_file(path) && !is_init_file(source->text)) continue ;
    add_obsolete(p, one, path, copying->sources.first->next ? "the same COPY brings other files" : is_input && copying->from_stage ? "it comes from another stage" : 0)->kind = is_input ? OBSOLETE_INPUT : brings_included ? OBSOLETE_INCLUDED : OBSOLETE_INIT ;
  }
}

typedef int names_it (char const *text, char const *name) ; /* shell_mentions() for a program, text_names_file() for a file */

/* Not in a comment, or a message, which execute nothing. */
static int code_names (struct plan const *plan, char const *code, names_it *names, char const *name)
{
  return names(code, name) && names(text_without_messages(plan->pool, shell_uncommented(plan->pool, code)), name) ;
}

/* Of a script, which need not be a shell's. */
static int script_code_names (struct plan const *plan, char const *script, names_it *names, char const *name)
{
  char const *interpreter = pool_copy(plan->pool, script, strcspn(script, "\n")) ;
  return !strncmp(script, "#!", 2) && strstr(interpreter, "sh") ? code_names(plan, script, names, name) : names(script, name) ;
}

static int texts_mention (struct plan const *plan, struct texts const *texts, names_it *names, char const *name)
{
  for (struct text const *one = texts->first ; one ; one = one->next)
    if (code_names(plan, one->text, names, name)) return 1 ;
  return 0 ;
}

/* Do the files that are written name it? */
static int plan_names (struct plan const *plan, names_it *names, char const *name)
{
  for (unsigned int i = 0 ; i < plan->nsetup ; i++)
  {
    struct setup_item const *item = plan->setup + i ;
    char const *text = item->text ? item->text : source_copy(plan->source, item->range) ;
    if (code_names(plan, text, names, name)) return 1 ;
  }
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    if (code_names(plan, plan->pieces[i].text, names, name)) return 1 ;
  for (struct service const *service = plan->services ; service ; service = service->next)
  {
    struct texts const *const lists[] = { &service->before, &service->run, &service->options, &service->conditions, &service->finish, &service->logger } ;
    if (service->command && code_names(plan, service->command, names, name)) return 1 ;
    if (service->check && code_names(plan, service->check, names, name)) return 1 ;
    for (size_t i = 0 ; i < sizeof(lists) / sizeof(lists[0]) ; i++)
      if (texts_mention(plan, lists[i], names, name)) return 1 ;
  }
  return 0 ;
}

int plan_needs (struct plan const *plan, char const *name)
{
  return plan_names(plan, &shell_mentions, name) ;
}

int patching_executes (struct patching *p, char const *program)
{
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage == STAGE_OTHER || patching_is_removed(p, one)) continue ;
    if (!strcmp(one->name, "RUN") && run_executes(p->pool, one, program)) return 1 ;
    if (shell_one_of(one->name, "HEALTHCHECK ONBUILD") && shell_mentions(one->arguments, program)) return 1 ;
    for (struct text const *text = shell_one_of(one->name, "COPY ADD") ? one->documents.first : 0 ; text ; text = text->next)
      if (input_kind("", text->text) != INPUT_SUPERVISORD && shell_mentions(text->text, program)) return 1 ; /* [supervisord] is only a section */
  }
  return plan_needs(p->plan, program) ;
}

/* Only where the script executes the input, which a TODO changes? */
static int only_through (struct patching *p, struct docker_script const *script, names_it *names, char const *word)
{
  struct docker_start const *start = p->start ;
  if (!start->through || strcmp(script->text, start->through_text) != 0) return 0 ;
  return !script_code_names(p->plan, pool_printf(p->pool, "%s%s", pool_copy(p->pool, start->through_text, start->through_at.start), start->through_text + start->through_at.end), names, word) ;
}

/* Does what stays in the image name it, as far as that could be read? */
static char const *script_names (struct patching *p, names_it *names, char const *word)
{
  for (int i = 0 ; i < 2 ; i++)
    for (struct docker_script const *one = p->start->scripts ; one ; one = one->next)
      if (script_code_names(p->plan, one->text, names, word) && only_through(p, one, names, word) == i && !(i && *p->through))
        return i ? pool_printf(p->pool, "line %u of %s names it: take it out when that line is changed", p->start->through_line, p->start->through)
          : pool_printf(p->pool, "%s, which stays in the image, names it", one->name) ;
  if (!p->start->front_text || (*p->through && !strcmp(p->start->front_text, p->start->through_text)) || !script_code_names(p->plan, p->start->front_text, names, word)) return 0 ;
  return pool_printf(p->pool, "%s, which stays ahead of /init, names it", p->start->front.first->text) ;
}

char const *script_needs (struct patching *p, char const *program)
{
  char const *why = script_names(p, &shell_mentions, program) ;
  struct instruction const *entrypoint = dockerfile_last(p->dockerfile, "ENTRYPOINT") ;
  if (why || !p->start->front.first || p->start->front_text) return why ;
  if (entrypoint && shell_mentions(entrypoint->arguments, program))
  {
    /* What it was for is known, and goes. */
    patching_note(p, pool_printf(p->pool, "%s goes with the ENTRYPOINT that executed it; keep it if %s, which could not be read, executes it as well", program, p->start->front.first->text)) ;
    return 0 ;
  }
  return pool_printf(p->pool, "%s, which stays ahead of /init, may execute it", p->start->front.first->text) ;
}

char const *init_stays (struct patching *p, char const *text)
{
  for (char const *const *one = init_programs ; *one ; one++)
  {
    if (!shell_mentions(text, *one)) continue ;
    if (script_needs(p, *one)) return script_needs(p, *one) ;
    if (patching_executes(p, *one)) return "something else executes it" ;
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
  if (!shell_one_of(one->name, "RUN HEALTHCHECK ONBUILD VOLUME")) return text_names_file(one->arguments, path) ;
  return is_init_file(path) ? run_needs_init(p, one, path) : run_needs(p->dockerfile, one, path) ;
}

/* Does the file that includes others go? */
static int input_goes (struct patching const *p)
{
  int goes = 0 ;
  for (struct obsolete const *one = p->obsolete ; one ; one = one->next)
  {
    if (one->kind == OBSOLETE_INPUT && one->needed_by) return 0 ;
    goes |= one->kind == OBSOLETE_INPUT ;
  }
  return goes || (p->plan->is_of_package && p->supervisor_goes) ;
}

/* What stays and needs it; 0: nothing does. */
static char const *who_needs (struct patching *p, struct obsolete const *file)
{
  char const *name = shell_basename(file->path) ;
  if (file->kind == OBSOLETE_INCLUDED && !input_goes(p)) return pool_printf(p->pool, "%s, which stays, includes it", p->input) ;
  if (plan_names(p->plan, is_init_file(name) ? &shell_mentions : &text_names_file, is_init_file(name) ? name : file->path)) return "a service, or the setup, names it" ;
  if (front_needs(p, file->path)) return "it is ahead of /init" ;
  if (is_init_file(name) && script_needs(p, name)) return script_needs(p, name) ;
  if (is_init_file(name) && patching_executes(p, name)) return "something else executes it" ;
  if (strchr(name, '.') && script_names(p, &text_names_file, file->path)) return script_names(p, &text_names_file, file->path) ;
  if (!strchr(name, '.') && script_names(p, &shell_mentions, file->path)) return script_names(p, &shell_mentions, file->path) ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    /* A COPY takes from the build context, or from stages before this one. */
    if (one->stage != STAGE_LAST || shell_one_of(one->name, "ENTRYPOINT CMD COPY ADD FROM LABEL MAINTAINER WORKDIR ARG EXPOSE")) continue ;
    if (!strcmp(one->name, "RUN") && (prepares_obsolete(p, one) || (is_init_file(name) && run_only_fetches_init(p->pool, one)))) continue ;
    if (!strcmp(one->name, "RUN") && one->first < file->copy->first) continue ; /* the file was not there yet */
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

/* What is written in the Dockerfile itself: the patch leaves it, as it may differ from the input. */
static void note_written (struct patching *p, struct instruction const *one)
{
  struct copying const *copying = one->copying ;
  char const *name = p->start->script && strcmp(p->start->script, "supervisord") != 0 && !procrunner_is(p->start->script) ? p->start->script : p->input ;
  int writes = !strcmp(one->name, "RUN") && run_writes(one, name) ;
  if (shell_one_of(one->name, "COPY ADD") && one->documents.first)
  {
    if (copying->target && !strcmp(shell_basename(copying->target), p->input)) name = p->input ; /* a RUN gave it another name */
    writes = copying->target && !strcmp(shell_basename(copying->target), name) ;
  }
  if (writes && !patching_is_edited(p, one) && !p->build_edits)
    patching_note(p, pool_printf(p->pool, "%s: %s of %s, whose text is in the Dockerfile, stays in the image, though /init does not need it: take it out if nothing else does", patching_place(p, one), one->name, name)) ;
}

static int has_input (struct patching const *p)
{
  for (struct obsolete const *one = p->obsolete ; one ; one = one->next)
    if (one->kind == OBSOLETE_INPUT) return 1 ;
  return 0 ;
}

struct instruction *patching_folder_copy (struct patching *p, struct instruction const *until, char const *script)
{
  struct instruction *found = 0 ;
  for (struct instruction *one = p->dockerfile->instructions ; one && one->first < until->first ; one = one->next)
  {
    struct copying const *copying = one->copying ;
    if (one->stage == STAGE_OTHER) continue ;
    if (!strcmp(one->name, "RUN") && run_writes(one, script)) return 0 ;
    if (!shell_one_of(one->name, "COPY ADD")) continue ;
    if (one->documents.first && copying->target && !strcmp(shell_basename(copying->target), script)) return 0 ;
    for (struct text const *source = copying->sources.first ; source && !copying->from_stage ; source = source->next)
      if (shell_one_of(source->text, ". ./ ./. *") || is_source_of(p->plan->source->name, source->text, 1)) found = one ;
  }
  return found ;
}

/* COPY . ., RUN chmod +x start.sh: the patch leaves both, as the COPY brings more. */
static void note_prepared (struct patching *p, struct instruction const *run)
{
  char const *script = p->start->script ;
  struct instruction const *copy ;
  if (!script || !strcmp(script, "supervisord") || procrunner_is(script) || has_input(p) || patching_is_edited(p, run)) return ;
  if (!text_names_file(run->arguments, script) || run_writes(run, script) || front_needs(p, script) || plan_names(p->plan, &text_names_file, script)) return ;
  copy = patching_folder_copy(p, run, script) ;
  if (copy) patching_note(p, pool_printf(p->pool, "%s: RUN names %s, which the %s of line %u brings with all others, and /init does not need: before you delete the file, take it out of this RUN",
    patching_place(p, run), script, copy->name, copy->first)) ;
}

void remove_obsolete (struct patching *p)
{
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "COPY ADD")) ; )
    if (one->stage == STAGE_LAST) find_obsolete(p, one) ;
  settle_obsolete(p) ;
  for (struct obsolete *one = p->obsolete ; one ; one = one->next)
  {
    if (!one->needed_by) patching_remove(p, one->copy, pool_printf(p->pool, " of %s", shell_basename(one->path))) ;
    else patching_note(p, pool_printf(p->pool, "%s: %s stays in the image, though /init does not need it: %s", patching_place(p, one->copy), shell_basename(one->path), one->needed_by)) ;
  }
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
  {
    if (one->stage == STAGE_BASE) note_prepared(p, one) ;
    if (one->stage != STAGE_LAST) continue ;
    if (prepares_obsolete(p, one)) patching_remove(p, one, ", which prepared that file") ;
    else note_prepared(p, one) ;
    if (patching_is_removed(p, one)) continue ;
    if (run_only_fetches_init(p->pool, one) && !init_stays(p, one->arguments)) patching_remove(p, one, ", which fetched an init") ;
  }
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
    if (one->stage == STAGE_LAST) note_written(p, one) ;
}
