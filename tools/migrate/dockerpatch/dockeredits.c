/* Who changes the input in the image: a RUN behind the COPY that brings it, or a script when the container
   starts. The services are made from the file as it is here, so that each such change is a TODO. */

#include <string.h>
#include <strings.h>

#include "migrate/dockerpatch/changes.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/shell/shell.h"

/* ---- does a command change it? ---- */

/* The text with quotes, backslashes and blanks left out. */
static char const *plain (struct pool *pool, char const *text)
{
  char *out = (char *)pool_copy(pool, text, strlen(text)) ;
  char *q = out ;
  for (; *text ; text++) if (!strchr("\"'\\ \t", *text)) *q++ = *text ;
  *q = 0 ;
  return out ;
}

/* Has the input each line of the text? */
static int has_lines (struct changes const *c, char const *text)
{
  for (char const *end ; *text ; text = end)
  {
    size_t len = strcspn(text, "\n") ;
    char const *escape = strstr(text, "\\n") ; /* echo -e, printf */
    end = text + len + !!text[len] ;
    if (escape && escape < text + len)
    {
      len = (size_t)(escape - text) ;
      end = escape + 2 ;
    }
    if (!strstr(c->known, plain(c->p->pool, pool_copy(c->p->pool, text, len)))) return 0 ;
  }
  return 1 ;
}

/* The lines of a here-document, without that of its end. */
static char const *document_of (struct changes const *c, struct redirect const *redirect)
{
  char const *body = strchr(redirect->raw, '\n') ;
  char const *end = body ? strrchr(body + 1, '\n') : 0 ;
  return end ? pool_copy(c->p->pool, body + 1, (size_t)(end - body - 1)) : "" ;
}

/* Is what the command writes in the input already? Then it made the file, or would add nothing. */
static int writes_known (struct changes const *c, struct statement const *statement)
{
  int any = 0 ;
  if (shell_one_of(statement_command(statement), "echo printf"))
    for (unsigned int i = 1 ; i < statement->nwords ; i++)
    {
      char const *word = statement->words[i].value ? statement->words[i].value : statement->words[i].raw ;
      if ((i == 1 && *word == '-' && strspn(word + 1, "enE") == strlen(word + 1)) || strstr(word, "%s")) continue ;
      if (!has_lines(c, word)) return 0 ;
      any = 1 ;
    }
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    if (strncmp(statement->redirects[i].raw, "<<", 2) != 0 || !strncmp(statement->redirects[i].raw, "<<<", 3)) continue ;
    if (!has_lines(c, document_of(c, statement->redirects + i))) return 0 ;
    any = 1 ;
  }
  for (struct text const *one = c->run ? c->run->documents.first : 0 ; one ; one = one->next)
  {
    if (!has_lines(c, one->text)) return 0 ;
    any = 1 ;
  }
  return any ;
}

/* sed -i, perl -pi: not of the carriage returns alone */
static int edits_in_place (struct statement const *statement)
{
  int in_place = 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (strstr(raw, "\\r")) return 0 ;
    in_place |= *raw == '-' && raw[1] != '-' && strchr(raw, 'i') && !strpbrk(raw, "/. ") ;
    in_place |= !strncmp(raw, "--in-place", 10) || !strncmp(raw, "-i.", 3) ;
  }
  return in_place ;
}

/* sed -i 's/nodaemon=false/nodaemon=true/' of the file that supervisor's package brings, and no COPY */
static int edits_package_file (struct changes const *c, struct statement const *statement)
{
  char const *text = source_copy(c->code, statement->range) ;
  char const *file = statement->nwords ? file_of_word(c, statement->words[statement->nwords - 1].raw) : "" ;
  return c->in_build && shell_one_of(file, "/etc/supervisor/supervisord.conf /etc/supervisord.conf") && !strstr(text, "files") && !strstr(text, "include") && !strstr(text, "program")
    && !c->p->plan->is_of_package && !context_file_at(c->p->dockerfile, c->p->dockerfile->source->name, file) ;
}

static int appends (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement->words[i].raw, "-a --append -ai -ia")) return 1 ;
  return 0 ;
}

/* By a word of the command. What a build fetches, moves or writes as a whole there is the input itself. */
static int changes_word (struct changes const *c, struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  unsigned int from = 1 ;
  if (shell_one_of(command, "sed perl") ? !edits_in_place(statement) || edits_package_file(c, statement)
   : !strcmp(command, "tee") ? c->in_build && !appends(statement)
   : shell_one_of(command, "rm unlink truncate wget curl confd") ? c->in_build
   : !shell_one_of(command, "cp mv ln install rsync crudini patch ed ex dockerize gomplate envplate ep")) return 0 ;
  if (shell_one_of(command, "cp mv ln install rsync"))
  {
    int is_moved = !strcmp(command, "mv") && !c->in_build ;
    for (unsigned int i = 1 ; i + 1 < statement->nwords && !is_moved ; i++) if (word_is_input(c, statement->words[i].raw)) return 0 ;
    if (!is_moved && statement->nwords) from = statement->nwords - 1 ;
  }
  for (unsigned int i = from ; i < statement->nwords ; i++) if (word_is_input(c, statement->words[i].raw)) return 1 ;
  return 0 ;
}

/* cat <<EOF | tee FILE: the grammar has what is behind | in the here-document. */
static int changes_behind_document (struct changes const *c, struct statement const *statement)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    struct source code ;
    char const *raw = statement->redirects[i].raw ;
    char const *pipe = strncmp(raw, "<<", 2) ? 0 : memchr(raw, '|', strcspn(raw, "\n")) ;
    struct statement const *one = pipe ? shell_parse_text(c->p->pool, &code, pool_copy(c->p->pool, pipe + 1, strcspn(pipe + 1, "\n"))) : 0 ;
    if (one && one->kind == STATEMENT_COMMAND && changes_word(c, one)) return 1 ;
  }
  return 0 ;
}

/* By a redirection: also of supervisord's programs, to whatever file. */
static int changes_target (struct changes const *c, struct statement const *statement, char const *text)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (statement->redirects[i].is_output && (word_is_input(c, statement->redirects[i].target)
     || (input_is_of_supervisord(c) && strstr(text, "[program:") && strcmp(statement->redirects[i].target, "/dev/null") != 0 && *statement->redirects[i].target != '&'))) return 1 ;
  return 0 ;
}

static void add_programs (struct changes *c, char const *text)
{
  for (char const *p = text ; (p = strstr(p, "[program:")) ; )
  {
    size_t len = strcspn(p += 9, "]\n") ;
    if (p[len] == ']') texts_add_once(c->p->pool, &c->programs, pool_copy(c->p->pool, p, len)) ;
  }
}

static uint32_t line_of (struct changes const *c, struct statement const *statement)
{
  return c->run ? source_line(c->p->dockerfile->source, c->run->start + statement->range.start) : c->line + source_line(c->code, statement->range.start) - 1 ;
}

static int look_at (struct statement *statement, void *data)
{
  struct changes *c = data ;
  struct pool *pool = c->p->pool ;
  char const *text = source_copy(c->code, statement->range) ;
  size_t first_line = strcspn(text, "\n") ;
  if (!changes_target(c, statement, text) && !changes_behind_document(c, statement) && !(statement->kind == STATEMENT_COMMAND && changes_word(c, statement))) return 0 ;
  if (writes_known(c, statement)) return 0 ;
  texts_add(pool, &c->found, pool_printf(pool, "line %u: %.*s", line_of(c, statement), (int)first_line, text)) ;
  add_programs(c, text) ;
  return 0 ;
}

static void look_through (struct changes *c, char const *text, uint32_t line)
{
  struct source code ;
  c->code = &code ;
  c->line = line ;
  c->first = shell_parse_text(c->p->pool, &code, text) ;
  for (struct statement *one = c->first ; one ; one = one->next) statement_walk(one, &look_at, c) ;
  c->code = 0 ;
}

/* ---- what is said of it ---- */

static char const *added_programs (struct changes const *c)
{
  return c->programs.first ? pool_printf(c->p->pool, " (program %s)", texts_join(c->p->pool, &c->programs, ", ")) : "" ;
}

static void forget (struct changes *c)
{
  c->found = (struct texts){ 0 } ;
  c->programs = (struct texts){ 0 } ;
}

static void note_build (struct changes *c)
{
  struct pool *pool = c->p->pool ;
  c->p->build_edits = !!c->found.first ;
  if (c->found.first)
    patching_note(c->p, pool_printf(pool, "TODO: a RUN of the Dockerfile changes %s in the image: %s: the services are made from the file as it is here, without that%s: "
      "give reeve-migrate the image's file, if this is another one (docker run --rm --entrypoint cat IMAGE FILE)", c->p->input, texts_join(pool, &c->found, "; "), added_programs(c))) ;
  forget(c) ;
}

/* When the container starts. */
static void note_start (struct changes *c, char const *who)
{
  struct pool *pool = c->p->pool ;
  if (c->found.first)
    patching_note(c->p, pool_printf(pool, "TODO: %s changes %s in the image when the container starts, and nothing reads that file any more: %s: make the same change to the "
      "services%s, with enable-if where a variable decides it, and take it out there", who, c->p->input, texts_join(pool, &c->found, "; "), added_programs(c))) ;
  forget(c) ;
}

/* The last COPY that may bring the input with its folder. */
static struct instruction const *folder_copy (struct changes const *c)
{
  struct instruction const *found = 0 ;
  char const *path = c->p->start->path ;
  for (struct instruction const *one = 0 ; path && (one = dockerfile_next(c->p->dockerfile, one, "COPY ADD")) ; )
  {
    size_t len = strlen(one->copying->target) ;
    len -= len && one->copying->target[len - 1] == '/' ;
    if (!strncmp(path, one->copying->target, len) && path[len] == '/') found = one ;
  }
  return found ;
}

/* Has `copy` --from=NAME, or its number? */
static int takes_from (struct pool *pool, struct instruction const *copy, struct instruction const *from, unsigned int number)
{
  char const *flag = copy ? strstr(copy->flags, "--from=") : 0 ;
  char const *as = strcasestr(from->arguments, " as ") ;
  char const *stage = flag ? pool_copy(pool, flag + 7, strcspn(flag + 7, " \t")) : "" ;
  if (as) as += 4 + strspn(as + 4, " \t") ;
  if (as && !strcasecmp(stage, pool_copy(pool, as, strcspn(as, " \t")))) return 1 ;
  return !strcmp(stage, pool_printf(pool, "%u", number)) ;
}

/* Is it in a stage that the image has the input from? */
static int is_in_other_stage (struct changes const *c, struct instruction const *run, struct instruction const *copy)
{
  struct instruction const *from = 0 ;
  unsigned int n = 0 ;
  for (struct instruction const *one = c->p->dockerfile->instructions ; one != run ; one = one->next)
    if (!strcmp(one->name, "FROM"))
    {
      from = one ;
      n++ ;
    }
  return from && takes_from(c->p->pool, copy ? copy : folder_copy(c), from, n - 1) ;
}

/* In the build: by a RUN behind the COPY. */
static void look_at_build (struct changes *c)
{
  struct instruction const *copy = input_copy(c) ;
  c->in_build = 1 ;
  for (struct instruction const *one = c->p->dockerfile->instructions ; one ; one = one->next)
  {
    int is_code = !strncmp(one->arguments, "<<", 2) ;
    if (strcmp(one->name, "RUN") != 0) continue ;
    if (one->stage == STAGE_OTHER ? !is_in_other_stage(c, one, copy) : copy && one->first < copy->first) continue ;
    c->run = one ;
    if (!is_code) look_through(c, one->arguments, one->first) ;
    c->run = 0 ;
    for (struct text const *text = is_code ? one->documents.first : 0 ; text ; text = text->next) look_through(c, text->text, one->first + 1) ;
  }
  c->in_build = 0 ;
}

/* What a here-document of the Dockerfile makes a script. */
static void look_at_documents (struct changes *c, struct instruction const *one)
{
  if (one->stage == STAGE_OTHER || !strncmp(one->arguments, "<<", 2)) return ;
  for (struct text const *text = one->documents.first ; text ; text = text->next)
    if (!strncmp(text->text, "#!", 2) && strncmp(text->text, c->p->plan->source->text, strlen(text->text)) != 0) look_through(c, text->text, one->first + 1) ;
}

/* COPY may bring the same script from two folders, as far as is known here. */
static int is_first_of_its_text (struct patching const *p, struct docker_script const *script)
{
  for (struct docker_script const *one = p->start->scripts ; one != script ; one = one->next)
    if (!strcmp(one->text, script->text)) return 0 ;
  return 1 ;
}

void note_edits (struct patching *p)
{
  struct changes c = { .p = p, .known = plain(p->pool, p->plan->source->text) } ;
  char const *front = p->start->front_text ;
  look_at_build(&c) ;
  note_build(&c) ;
  for (struct docker_script const *one = p->start->scripts ; one ; one = one->next)
  {
    if (is_first_of_its_text(p, one)) look_through(&c, one->text, 1) ;
    note_start(&c, one->name + (strncmp(one->name, "./", 2) ? 0 : 2)) ;
    if (front && !strcmp(front, one->text)) front = 0 ;
  }
  if (front) look_through(&c, front, 1) ;
  if (front) note_start(&c, p->start->front.first->text) ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next) look_at_documents(&c, one) ;
  note_start(&c, "a script in the Dockerfile") ;
  if (p->start->code) look_through(&c, p->start->code, p->start->line) ;
  note_start(&c, "what the image executes first") ;
}
