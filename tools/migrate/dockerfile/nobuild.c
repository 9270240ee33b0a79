/* A line that no builder reads: a JSON or a command that goes on without an escape at the end of its line. */

#include <string.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/shell/shell.h"

#define INSTRUCTIONS "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR"
#define TEMPLATE_LETTERS "{<%@$" /* {{ if }}, <% if %>, %%BASE%%, @BASE@, ${BASE}: something else makes the Dockerfile of it */

/* # syntax=NAME above everything else: another reader's instructions. BuildKit also takes // for the #. */
static int has_other_syntax (struct source const *source)
{
  for (uint32_t line = 1 ; line <= source->nlines ; line++)
  {
    char const *text = source_copy(source, source_line_range(source, line)) ;
    size_t mark = *text == '#' ? 1 : strncmp(text, "//", 2) ? 0 : 2 ;
    if (!mark) return 0 ;
    text += mark + strspn(text + mark, " \t") ;
    if (!strncasecmp(text, "syntax", 6) && strchr(" \t=", text[6]) && !strstr(text, "docker/dockerfile")) return 1 ;
  }
  return 0 ;
}

/* A here-document whose end was not found: its lines only look like instructions. */
static int may_go_on (struct instruction const *instruction)
{
  return !instruction->documents.first && strstr(instruction->arguments, "<<") ;
}

char const *dockerfile_cannot_be_built (struct dockerfile const *dockerfile, char const *path)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction const *before = 0 ;
  if (has_other_syntax(dockerfile->source)) return 0 ;
  for (struct instruction const *one = dockerfile->instructions ; one && !may_go_on(one) ; before = one, one = one->next)
  {
    char const *what ;
    if (!strncmp(one->name, "\xEF\xBB\xBF", 3) || strchr(TEMPLATE_LETTERS, *one->name) || strchr(one->name, '(')) return 0 ; /* a byte order mark; include(base.m4) */
    if (shell_one_of(one->name, INSTRUCTIONS)) continue ;
    what = source_copy(dockerfile->source, source_line_range(dockerfile->source, one->first)) ;
    what = pool_printf(pool, "%s: line %u begins with no instruction of a Dockerfile, so that no image can be built from it: %.60s", path, one->first, what + strspn(what, " \t")) ;
    if (!before) return what ;
    return pool_printf(pool, "%s. If it belongs to %s in line %u, %s %c", what, before->name, before->first,
      *before->arguments == '[' ? "write that JSON on one line, or end each of its lines but the last one in" : "end each of its lines but the last one in", dockerfile->escape) ;
  }
  return 0 ;
}
