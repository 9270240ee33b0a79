#include <string.h>

#include "migrate/dockerfile.h"
#include "migrate/shell.h"

static struct instruction *add_instruction (struct dockerfile *dockerfile, struct instruction ***end, char const *text, uint32_t first, uint32_t last)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *instruction = pool_alloc(pool, sizeof(*instruction)) ;
  size_t len ;
  char *name ;
  text += strspn(text, " \t") ;
  len = strcspn(text, " \t\n") ;
  name = (char *)pool_copy(pool, text, len) ;
  for (char *p = name ; *p ; p++) if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 32) ;
  text += len ;
  instruction->name = name ;
  instruction->arguments = text + strspn(text, " \t") ;
  instruction->first = first ;
  instruction->last = last ;
  **end = instruction ;
  *end = &instruction->next ;
  return instruction ;
}

void dockerfile_read (struct source *source, struct dockerfile *dockerfile)
{
  struct instruction **end = &dockerfile->instructions ;
  memset(dockerfile, 0, sizeof(*dockerfile)) ;
  dockerfile->source = source ;
  for (uint32_t line = 1 ; line <= source->nlines ; line++)
  {
    char const *text = "" ;
    uint32_t first = line ;
    int more = 1 ;
    while (more && line <= source->nlines)
    {
      char const *part = source_copy(source, source_line_range(source, line)) ;
      size_t len = strlen(part) ;
      char const *begin = part + strspn(part, " \t") ;
      if (*begin == '#' || (!*begin && line > first))
      {
        more = line > first ;
        if (!more) break ;
        line++ ;
        continue ;
      }
      while (len && strchr(" \t", part[len - 1])) len-- ;
      more = len && part[len - 1] == '\\' ;
      text = pool_printf(source->pool, "%s%.*s", text, (int)(len - (more ? 1 : 0)), part) ;
      if (more) line++ ;
    }
    if (line > source->nlines) line = source->nlines ;
    if (text[strspn(text, " \t")])
    {
      struct instruction *instruction = add_instruction(dockerfile, &end, text, first, line) ;
      if (!strcmp(instruction->name, "FROM")) dockerfile->stage = instruction ;
    }
  }
}

static struct instruction *find (struct dockerfile const *dockerfile, char const *name)
{
  struct instruction *found = 0 ;
  for (struct instruction *one = dockerfile->stage ? dockerfile->stage : dockerfile->instructions ; one ; one = one->next)
    if (!strcmp(one->name, name)) found = one ;
  return found ;
}

/* ["a", "b"], or what a shell would be given. */
static int read_words (struct pool *pool, char const *arguments, struct texts *words)
{
  char const *p = arguments + strspn(arguments, " \t") ;
  struct texts list = { 0 } ;
  if (*p == '[')
  {
    for (p++ ; *(p += strspn(p, " \t,")) == '"' ; )
    {
      char *word = pool_alloc(pool, strlen(p) + 1) ;
      char *out = word ;
      for (p++ ; *p && *p != '"' ; p++)
      {
        if (*p == '\\' && p[1])
        {
          p++ ;
          *out++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p ;
        }
        else *out++ = *p ;
      }
      if (!*p++) return 0 ;
      texts_add(pool, &list, word) ;
    }
    if (*p != ']') return 0 ;
    for (struct text *one = list.first ; one ; one = one->next) texts_add(pool, words, one->text) ;
    return 1 ;
  }
  texts_add(pool, words, "/bin/sh") ;
  texts_add(pool, words, "-c") ;
  texts_add(pool, words, p) ;
  return 1 ;
}

/* The word behind the one that names the script; 0: it is not named. */
static struct text *behind_script (struct texts const *words, char const *script, int *found)
{
  *found = 0 ;
  for (struct text *one = words->first ; one ; one = one->next)
    if (!strcmp(shell_basename(one->text), script))
    {
      *found = 1 ;
      return one->next ;
    }
  return 0 ;
}

static char const *copied_to (struct dockerfile const *dockerfile, char const *name)
{
  struct pool *pool = dockerfile->source->pool ;
  for (struct instruction *one = dockerfile->stage ; one ; one = one->next)
  {
    char const *p = one->arguments ;
    char const *target ;
    size_t len ;
    if ((strcmp(one->name, "COPY") != 0 && strcmp(one->name, "ADD") != 0) || strstr(p, "--from")) continue ;
    while (!strncmp(p, "--", 2)) { p += strcspn(p, " \t") ; p += strspn(p, " \t") ; }
    len = strcspn(p, " \t") ;
    if (strcmp(shell_basename(pool_copy(pool, p, len)), name) != 0) continue ;
    target = p + len + strspn(p + len, " \t") ;
    if (target[strcspn(target, " \t")]) continue ; /* several sources: a folder */
    target = shell_basename(target) ;
    return *target && *target != '.' ? target : name ;
  }
  return 0 ;
}

/* The first word that does not only start another program. */
static char const *first_program (struct texts const *words)
{
  for (struct text const *one = words->first ; one ; one = one->next)
  {
    char const *name = shell_basename(one->text) ;
    if (shell_one_of(name, "tini dumb-init catatonit tini-static sh bash env exec") || *name == '-') continue ;
    return shell_basename(name + strspn(name, " ")) ;
  }
  return 0 ;
}

char const *dockerfile_script (struct dockerfile const *dockerfile, char const *input)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *entrypoint = find(dockerfile, "ENTRYPOINT") ;
  struct instruction *cmd = find(dockerfile, "CMD") ;
  struct texts first = { 0 } ;
  struct texts second = { 0 } ;
  char const *name = shell_basename(input) ;
  char const *copy = copied_to(dockerfile, name) ;
  char const *program ;
  int found ;
  if (entrypoint) read_words(pool, entrypoint->arguments, &first) ;
  if (cmd) read_words(pool, cmd->arguments, &second) ;
  behind_script(&first, name, &found) ;
  if (!found) behind_script(&second, name, &found) ;
  if (found) return name ;
  if (copy) return copy ;
  program = first_program(&first) ;
  if (!program) program = first_program(&second) ;
  return program ? program : name ;
}

char const *dockerfile_workdir (struct dockerfile const *dockerfile)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *path = 0 ;
  for (struct instruction *one = dockerfile->stage ; one ; one = one->next)
  {
    char const *to = one->arguments ;
    size_t len = strlen(to) ;
    if (strcmp(one->name, "WORKDIR") != 0) continue ;
    if (*to == '"' && len > 1 && to[len - 1] == '"') to = pool_copy(pool, to + 1, len - 2) ;
    path = *to == '/' ? to : pool_printf(pool, "%s/%s", path && strcmp(path, "/") != 0 ? path : "", to) ;
  }
  return path && !strchr(path, '$') ? path : 0 ;
}

char const *const *dockerfile_arguments (struct dockerfile const *dockerfile, char const *script)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *entrypoint = find(dockerfile, "ENTRYPOINT") ;
  struct instruction *cmd = find(dockerfile, "CMD") ;
  struct texts first = { 0 } ;
  struct texts second = { 0 } ;
  struct texts all = { 0 } ;
  struct text *rest ;
  char const **array ;
  unsigned int n = 0 ;
  int found ;
  if (entrypoint) read_words(pool, entrypoint->arguments, &first) ;
  if (cmd) read_words(pool, cmd->arguments, &second) ;
  script = dockerfile_script(dockerfile, script) ;
  rest = behind_script(&first, script, &found) ;
  if (found)
  {
    for (; rest ; rest = rest->next) texts_add(pool, &all, rest->text) ;
    for (struct text *one = second.first ; one ; one = one->next) texts_add(pool, &all, one->text) ;
  }
  else
  {
    rest = behind_script(&second, script, &found) ;
    if (!found) return 0 ;
    for (; rest ; rest = rest->next) texts_add(pool, &all, rest->text) ;
  }
  for (struct text *one = all.first ; one ; one = one->next) n++ ;
  array = pool_alloc(pool, (n + 1) * sizeof(*array)) ;
  n = 0 ;
  for (struct text *one = all.first ; one ; one = one->next) array[n++] = one->text ;
  return array ;
}
