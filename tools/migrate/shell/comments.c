/* Shell code without its comments. */

#include <string.h>

#include "migrate/shell/shell.h"

static int blank_comment (struct statement *statement, void *data)
{
  char *text = data ;
  if (statement->kind == STATEMENT_COMMENT) memset(text + statement->range.start, ' ', statement->range.end - statement->range.start) ;
  return 0 ;
}

char const *shell_uncommented (struct pool *pool, char const *text)
{
  struct source code ;
  char *copy ;
  if (!strchr(text, '#')) return text ;
  copy = (char *)pool_copy(pool, text, strlen(text)) ;
  for (struct statement *one = shell_parse_text(pool, &code, text) ; one ; one = one->next) statement_walk(one, &blank_comment, copy) ;
  return copy ;
}

char const *source_uncommented (struct source *source)
{
  if (!source->uncommented) source->uncommented = shell_uncommented(source->pool, source->text) ;
  return source->uncommented ;
}
