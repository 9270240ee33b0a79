/* What is to change in the Dockerfile: the edits, and the notes about them. */

#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/shell/shell.h"

/* ---- variables, and what is only named ---- */

/* As a program, or what brings it: not in WORKDIR /srv/honcho, nor in COPY honcho/ /srv. */
static int names_runner (struct pool *pool, char const *text, char const *name)
{
  static char const ends[] = " \t\n\"'=;&|()[]," ;
  for (char const *p = text ; *(p += strspn(p, ends)) ; p += strcspn(p, ends))
  {
    char const *word = pool_copy(pool, p, strcspn(p, ends)) ;
    char const *at = strstr(word, name) ;
    int is_path = *word == '/' || !strncmp(word, "./", 2) ;
    if (at && shell_mentions(word, name) && (!is_path || (at - word > 4 && !strncmp(at - 4, "bin/", 4))) && (at[strlen(name)] != '/' || strchr(pool_copy(pool, word, (size_t)(at - word)), '.'))) return 1 ;
  }
  return 0 ;
}

/* What starts the processes of a Procfile, installed or executed there; 0: nothing that goes. */
static char const *runner_in (struct patching *p, char const *text)
{
  if (p->plan->kind != INPUT_PROCFILE) return 0 ;
  for (unsigned int i = 0 ; procrunner_name(i) ; i++)
  {
    char const *one = procrunner_name(i) ;
    if (names_runner(p->pool, text, one) && !patching_executes(p, one) && !script_needs(p, one)) return one ;
  }
  return 0 ;
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
      used |= !patching_is_removed(p, other) && strcmp(other->name, "ENTRYPOINT") != 0 && (shell_mentions(other->arguments, name) || shell_mentions(other->flags, name)) ;
    if (!used) patching_remove(p, one, pool_printf(p->pool, " %s, which nothing uses any more", name)) ;
  }
}

/* Parts of an init that the patch does not take out. */
static void note_inits (struct patching *p)
{
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
    if (one->stage == STAGE_LAST && !patching_is_edited(p, one) && !shell_one_of(one->name, "FROM CMD ENTRYPOINT COPY ADD") && names_init(one->arguments)
     && !init_stays(p, one->arguments))
      patching_note(p, pool_printf(p->pool, "%s: %s is not needed any more: /init does its work", patching_place(p, one), shell_mentions(one->arguments, "tini") ? "tini" : "dumb-init")) ;
}

/* A note about the COPY says already that it stays. */
static int is_told (struct patching *p, struct instruction const *one, char const *name)
{
  char const *told = pool_printf(p->pool, "%s: %s stays in the image", patching_place(p, one), name) ;
  for (struct text const *note = p->plan->notes.first ; note ; note = note->next)
    if (!strncmp(note->text, told, strlen(told))) return 1 ;
  return 0 ;
}

/* COPY forego /usr/bin/, go install ...: what is not a package goes by hand. */
static void note_runners (struct patching *p)
{
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    char const *name = one->stage == STAGE_LAST && shell_one_of(one->name, "RUN COPY ADD") && !patching_is_edited(p, one) ? runner_in(p, one->arguments) : 0 ;
    if (name && !is_told(p, one, name)) patching_note(p, pool_printf(p->pool, "%s: %s is not needed any more, unless something else uses it: /init does its work; the patch leaves it in", patching_place(p, one), name)) ;
  }
}

/* ---- the new end ---- */

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
  char const *doubt ;
  char const *architecture = dockerfile_architecture(p->dockerfile, &doubt) ;
  texts_add(pool, lines, pool_printf(pool, "ADD reeve-overlay-%s.tar.gz /", architecture)) ;
  if (doubt)
    patching_note(p, pool_printf(pool, "TODO: %s: the patch adds the overlay for %s, with which the image cannot be built for another platform. ARG TARGETARCH ahead of "
      "ADD reeve-overlay-${TARGETARCH}.tar.gz / takes that of each (there are amd64 and arm64)", doubt, architecture)) ;
  while (len > 1 && services[len - 1] == '/') len-- ;
  services = pool_copy(pool, services, len) ;
  if (tree->outside)
    patching_note(p, pool_printf(pool, "COPY reads from the build context alone: move %s to %s there before you build", tree->outside, services)) ;
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
  for (struct text const *one = p->start->entrypoint.first ; one ; one = one->next) line = pool_printf(p->pool, "%s%s, ", line, json_word(p->pool, one->text)) ;
  return pool_printf(p->pool, "%s\"/init\"]", line) ;
}

static char const *cmd_line (struct patching *p)
{
  char const *line = "" ;
  for (struct text const *one = p->start->instead.first ; one ; one = one->next)
    line = pool_printf(p->pool, "%s%s%s", line, *line ? ", " : "", json_word(p->pool, one->text)) ;
  return pool_printf(p->pool, "CMD [%s]", line) ;
}

/* An /init of its own: s6-overlay's, as a rule. */
static void note_own_init (struct patching *p)
{
  char const *lines = "" ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
    if (one->stage == STAGE_LAST && strstr(one->arguments, "s6-overlay")) lines = pool_printf(p->pool, "%s%s%u", lines, *lines ? ", " : "", one->first) ;
  patching_note(p, *lines ? pool_printf(p->pool, "TODO: the image's /init, s6-overlay's, is replaced by Reeve's of the same name: take s6-overlay out (Dockerfile, line %s); what is in "
    "/etc/services.d and /etc/cont-init.d runs as before", lines)
    : "TODO: the image executed an /init of its own, and Reeve's takes its place: if it is s6-overlay's, take that out; if it is another one, see what it did") ;
}

/* ONBUILD CMD ["/start.sh"]: in images made from this one. Returns 1 if one executes the input. */
static int remove_onbuild (struct patching *p)
{
  int executes = 0 ;
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    char const *inner = pool_copy(p->pool, one->arguments, strcspn(one->arguments, " \t")) ;
    if (one->stage != STAGE_LAST || strcmp(one->name, "ONBUILD") != 0 || !shell_one_of(inner, "CMD ENTRYPOINT")) continue ;
    if (text_names_file(one->arguments, p->input))
    {
      executes = 1 ;
      patching_remove(p, one, pool_printf(p->pool, " %s, which executed %s in images made from this one: they have /init from here", inner, p->input)) ;
    }
    else patching_note(p, pool_printf(p->pool, "TODO: %s: ONBUILD %s stays: in images made from this one it %s", patching_place(p, one), inner,
      strcmp(inner, "CMD") ? "takes the place of /init: take it out, or let it end in /init" : "is started beside the services: is that what you want?")) ;
  }
  return executes ;
}

/* CMD /start.sh && tail -f /dev/null */
static void note_kept (struct patching *p)
{
  char const *logs = strstr(p->start->kept, "tail") ? strstr(p->start->kept, " /") : 0 ;
  struct texts names = { 0 } ;
  for (struct service const *service = p->plan->services ; service ; service = service->next)
    if (service->is_main) texts_add(p->pool, &names, service->name) ;
  patching_note(p, pool_printf(p->pool, "Dockerfile, line %u: %s, which kept the container alive behind %s, goes: /init does that%s%s", p->start->line, p->start->kept, p->input,
    logs && !strstr(logs, "/dev/null") ? "; `docker logs` no longer shows" : "", logs && !strstr(logs, "/dev/null") ? logs : "")) ;
  if (names.first)
    patching_note(p, pool_printf(p->pool, "TODO: the container went on when %s had ended; now it ends: take flag-main off, if it shall go on", texts_join(p->pool, &names, ", "))) ;
}

/* Does it name what read the input, or the input itself? */
static int names_reader (struct patching const *p, char const *text)
{
  if (p->plan->kind == INPUT_SUPERVISORD) return shell_mentions(text, "supervisord") ;
  if (p->plan->kind != INPUT_PROCFILE) return shell_mentions(text, p->input) ;
  for (unsigned int i = 0 ; procrunner_name(i) ; i++)
    if (shell_mentions(text, procrunner_name(i))) return 1 ;
  return 0 ;
}

/* A script that is not in the build context, as the Dockerfile itself has or makes it, and executes what read the input: where it is; 0: it is no such thing. */
static char const *written_script (struct patching *p, char const *word)
{
  char const *place = dockerfile_below(p->pool, dockerfile_workdir(p->dockerfile, 0), word) ;
  char const *expanded = 0 ;
  char const *text = document_at(p->dockerfile, &place, &expanded) ;
  if (text) return names_reader(p, text) ? "whose text is in the Dockerfile" : 0 ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
    if (run_writes(one, shell_basename(word)) && (names_reader(p, one->arguments) || names_reader(p, texts_join(p->pool, &one->documents, "\n"))))
      return pool_printf(p->pool, "which the RUN in line %u writes", one->first) ;
  return 0 ;
}

static void note_instead (struct patching *p)
{
  char const *words = texts_join(p->pool, &p->start->instead, " ") ;
  for (struct text const *one = p->start->instead.first ; one ; one = one->next)
  {
    char const *where = strchr(one->text, '/') && !strpbrk(one->text, " \t\n") ? written_script(p, one->text) : 0 ;
    if (!where) continue ;
    patching_note(p, pool_printf(p->pool, "TODO: %s, %s, executes what read %s, and would start all of it once more beside the services: write exec \"$@\" in place of that line, ENTRYPOINT [\"%s\", \"/init\"], and no CMD",
      one->text, where, p->input, one->text)) ;
    return ;
  }
  if (patching_keeps_instead(p) && strpbrk(words, ";&|") && shell_mentions(words, p->input))
    patching_note(p, pool_printf(p->pool, "TODO: %s stays as CMD, beside the services, and starts them once more if it executes %s: write CMD without that", words, p->input)) ;
  else
    patching_note(p, pool_printf(p->pool, "TODO: the %s does not execute %s, but %s: %s", p->is_of_stage ? "last stage" : "Dockerfile", p->input, words,
      patching_keeps_instead(p) ? "that stays as CMD, beside the services; is that what you want?" : "a service does, so it goes")) ;
}

static void note_start (struct patching *p)
{
  struct docker_start const *start = p->start ;
  struct instruction *entrypoint = dockerfile_last(p->dockerfile, "ENTRYPOINT") ;
  char const *base = dockerfile_base(p->dockerfile) ;
  int is_onbuild = remove_onbuild(p) ;
  if (start->has_init) note_own_init(p) ;
  if (start->through) note_through(p) ;
  note_callers(p) ;
  if (start->front.first && start->front.first->text != start->through) note_front(p) ;
  if (start->guess && start->script)
    patching_note(p, pool_printf(p->pool, "the Dockerfile does not name %s: %s, which it executes, was taken for that file", p->input, start->guess)) ;
  if (start->kept) note_kept(p) ;
  if (!start->script && !start->instead.first && !is_onbuild && !p->is_of_stage)
    patching_note(p, pool_printf(p->pool, "TODO: nothing in the Dockerfile executes %s: it has neither ENTRYPOINT nor CMD. The services take the place of what its base image executes: is that what you want?", p->input)) ;
  if (start->instead.first && !start->through) note_instead(p) ;
  if (!entrypoint && p->dockerfile->from && strstr(p->dockerfile->from->arguments, "linuxserver/"))
    patching_note(p, pool_printf(p->pool, "TODO: the ENTRYPOINT of %s is s6-overlay's /init, and Reeve's takes its path: what is in /etc/services.d and /etc/cont-init.d runs as it is; each service of "
      "/etc/s6-overlay/s6-rc.d has to become a directory in /etc/services.d", base)) ;
  else if (!entrypoint && *base && !dockerfile_base_is_plain(p->dockerfile))
    patching_note(p, pool_printf(p->pool, "TODO: ENTRYPOINT [\"/init\"] takes the place of the one that %s may have (docker image inspect says it): if that prepares something, "
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
    if (shell_one_of(one->name, "RUN COPY ADD") && !patching_is_removed(p, one)) step = one ;
  }
  if (at && step && step->first > at->first) at = 0 ;
  for (struct instruction *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage != STAGE_LAST) continue ;
    if (shell_one_of(one->name, "ENTRYPOINT CMD")) patching_note(p, pool_printf(p->pool, "%s: the patch takes out %s", patching_place(p, one), one->name)) ;
    if (shell_one_of(one->name, "ENTRYPOINT CMD") && one != at) patching_edit(p, one->first, one->last) ;
    if (strcmp(one->name, "STOPSIGNAL") != 0) continue ;
    has_stop = 1 ;
    if (shell_one_of(pool_copy(p->pool, one->arguments, strcspn(one->arguments, " \t")), "SIGTERM TERM 15")) continue ;
    texts_add(p->pool, &patching_edit(p, one->first, one->last)->lines, "STOPSIGNAL SIGTERM") ;
    patching_note(p, pool_printf(p->pool, "%s: the patch changes STOPSIGNAL to SIGTERM, with which /init is stopped; down-signal is what a service gets", patching_place(p, one))) ;
  }
  add_copies(p, &lines, tree) ;
  if (p->plan->services) texts_add(p->pool, &lines, "RUN [\"reeve\", \"check\", \"/etc/services.d\"]") ;
  if (!has_stop && dockerfile_stop_signal(p->dockerfile))
  {
    texts_add(p->pool, &lines, "STOPSIGNAL SIGTERM") ;
    patching_note(p, pool_printf(p->pool, "the patch adds STOPSIGNAL SIGTERM: %s has another one (%s), and /init is stopped with SIGTERM",
      dockerfile_base(p->dockerfile), dockerfile_stop_signal(p->dockerfile))) ;
  }
  texts_add(p->pool, &lines, entrypoint_line(p)) ;
  if (patching_keeps_instead(p)) texts_add(p->pool, &lines, cmd_line(p)) ;
  patching_note(p, pool_printf(p->pool, "the patch adds: %s", texts_join(p->pool, &lines, "; "))) ;
  if (at) edit = patching_edit(p, at->first, at->last) ;
  else
  {
    uint32_t behind = step ? step->last : p->dockerfile->source->nlines ;
    edit = patching_edit(p, behind + 1, behind) ;
  }
  edit->lines = lines ;
}

char const *dockerfile_patch (struct dockerfile const *dockerfile, struct docker_start const *start, struct plan *plan, char const *input,
  struct docker_tree const *tree, char const **patched)
{
  struct patching p = { .dockerfile = dockerfile, .start = start, .plan = plan, .pool = plan->pool, .input = shell_basename(input) } ;
  p.through = through_patch(&p) ;
  note_stages(&p) ;
  note_edits(&p) ;
  p.supervisor_goes = patching_supervisor_goes(&p) ;
  remove_obsolete(&p) ;
  note_base(&p) ;
  remove_packages(&p) ;
  remove_variables(&p) ;
  note_start(&p) ;
  replace_end(&p, tree) ;
  remove_comments(&p) ;
  note_inits(&p) ;
  note_runners(&p) ;
  *patched = patched_text(dockerfile->source, p.edits) ;
  return pool_printf(p.pool, "%s%s", patch_text(dockerfile->source, p.edits), p.through) ;
}
