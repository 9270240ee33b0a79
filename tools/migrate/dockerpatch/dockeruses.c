/* Does a text, or an instruction, use a file of the image? */

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/shell/shell.h"

#define WORD_ENDS " \t\n\"';|&()<>"
/* Folders that are there without the file. */
#define FOLDERS "/ /bin /sbin /usr /usr/bin /usr/sbin /usr/local /usr/local/bin /usr/local/sbin /etc /opt /srv /tmp /root /home /var /run"

/* "wanted":"up", which a finish asks for: a file called up is not meant. */
static int is_own_question (char const *text, char const *at)
{
  char const *question = strstr(text, "$(reeve status --json \"$REEVE_SERVICE\")") ;
  while (at > text && at[-1] != '\n') at-- ;
  while (question && question < at) question = strstr(question + 1, "$(reeve status --json \"$REEVE_SERVICE\")") ;
  return question && question < at + strcspn(at, "\n") ;
}

int text_names_file (char const *text, char const *path)
{
  char const *name = shell_basename(path) ;
  size_t len = strlen(name) ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
  {
    char const *word = p ;
    if (p[len] && (isalnum((unsigned char)p[len]) || strchr("_-.", p[len]))) continue ;
    if (p > text && (isalnum((unsigned char)p[-1]) || strchr("_-.$", p[-1]))) continue ;
    if ((p[len] == '=' && (p == text || strchr(" \t\n;", p[-1]))) || is_own_question(text, p)) continue ; /* a variable of that name */
    while (word > text && !strchr(" \t\n\"'`=;&|()<>[],:", word[-1])) word-- ;
    if (*word == '/' && *path == '/' && !memchr(word, '$', (size_t)(p - word))
     && ((size_t)(p - word) + len != strlen(path) || strncmp(word, path, strlen(path)) != 0)) continue ; /* one of that name in another folder */
    return 1 ;
  }
  return 0 ;
}

struct messages
{
  struct pool *pool ;
  struct range kept[64] ; /* what a pipe, a file, or who calls a function, gets */
  unsigned int nkept ;
  char *text ;
} ;

static int find_read (struct statement *statement, void *data)
{
  struct messages *m = data ;
  if (statement->nredirects && !strcmp(statement_command(statement), "exec")) return 1 ;
  if (statement->kind != STATEMENT_PIPELINE && statement->kind != STATEMENT_FUNCTION && (statement->kind == STATEMENT_COMMAND || !statement->nredirects)) return 0 ;
  if (m->nkept == sizeof(m->kept) / sizeof(*m->kept)) return 1 ;
  m->kept[m->nkept++] = statement->range ;
  return 0 ;
}

/* echo "go.sh: starting": it goes to the log, and is nothing that a program reads. */
static int blank_message (struct statement *statement, void *data)
{
  struct messages *m = data ;
  if (statement->kind != STATEMENT_COMMAND || !shell_one_of(statement_command(statement), "echo printf")) return 0 ;
  for (unsigned int i = 0 ; i < m->nkept ; i++)
    if (statement->range.start >= m->kept[i].start && statement->range.end <= m->kept[i].end) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (strcmp(statement->redirects[i].raw, ">&2") != 0 && strcmp(statement->redirects[i].raw, "1>&2") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (strstr(statement->words[i].raw, "$(") || strchr(statement->words[i].raw, '`') || strstr(statement->words[i].raw, "<(")) return 0 ;
  memset(m->text + statement->range.start, ' ', statement->range.end - statement->range.start) ;
  return 0 ;
}

char const *text_without_messages (struct pool *pool, char const *text)
{
  struct source code ;
  struct messages m = { .pool = pool } ;
  struct statement *first = shell_parse_text(pool, &code, text) ;
  if (code.len != strlen(text)) return text ;
  m.text = (char *)pool_copy(pool, text, code.len) ;
  for (struct statement *one = first ; one ; one = one->next)
    if (one->damaged || statement_walk(one, &find_read, &m)) return text ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &blank_message, &m) ;
  return m.text ;
}

/* * * * * * COMMAND, in quotes: of cron, and no pattern. */
static int is_lone_star (char const *text, char const *p)
{
  return *p == '*' && (p == text || strchr(" \"'", p[-1])) && strchr(" \"'", p[1]) ;
}

/* The text as words: without quotes, and with what separates commands as blanks. */
static char const *as_words (struct pool *pool, char const *text)
{
  char *copy = (char *)pool_copy(pool, text, strlen(text)) ;
  char quote = 0 ;
  for (char const *p = text ; *p ; p++)
  {
    if (quote && is_lone_star(text, p)) copy[p - text] = ' ' ;
    if (*p == quote) quote = 0 ;
    else if (!quote && strchr("\"'", *p)) quote = *p ;
  }
  for (char *p = copy ; *p ; p++) if (strchr("\"'\n\t;&|()[],=<>`", *p)) *p = ' ' ;
  return copy ;
}

static int word_means (char const *word, char const *path, char const *workdir)
{
  size_t len = strlen(word) ;
  while (len > 1 && word[len - 1] == '/') len-- ;
  if (strpbrk(word, "*?"))
  {
    if (*word == '/') return !fnmatch(word, path, FNM_PATHNAME) ;
    return !fnmatch(shell_basename(word), shell_basename(path), 0) ;
  }
  /* Its folder, which the COPY may have made. */
  return *word == '/' && !strncmp(path, word, len) && path[len] == '/' && strcmp(word, workdir) != 0 && !shell_one_of(word, FOLDERS) ;
}

static int text_needs (struct pool *pool, char const *text, char const *path, char const *workdir)
{
  char const *name = shell_basename(path) ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
  {
    char before = p > text ? p[-1] : ' ' ;
    char after = p[strlen(name)] ;
    if (!strchr("-.", before) && !strchr("-.", after ? after : ' ') && shell_mentions(p > text ? p - 1 : p, name)) return 1 ;
  }
  text = as_words(pool, text) ;
  for (; *(text += strspn(text, " ")) ; text += strcspn(text, " "))
    if (word_means(pool_copy(pool, text, strcspn(text, " ")), path, workdir)) return 1 ;
  return 0 ;
}

char const *text_without_urls (struct pool *pool, char const *text)
{
  char *copy = (char *)pool_copy(pool, text, strlen(text)) ;
  char *p = copy ;
  while ((p = strstr(p, "://")))
  {
    while (p > copy && !strchr(WORD_ENDS, p[-1])) p-- ;
    for (; *p && !strchr(WORD_ENDS, *p) ; p++) *p = ' ' ;
  }
  return copy ;
}

/* >FILE, tee FILE */
static int text_writes (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  if (!len) return 0 ; /* of a folder: /app/ */
  for (char const *p = text ; (p = strstr(p, name)) ; p += len)
  {
    char const *start = p ;
    if (p[len] && !strchr(" \t\n;&|\"'<)", p[len])) continue ;
    while (start > text && !strchr(" \t>", start[-1])) start-- ;
    while (start > text && strchr(" \t", start[-1])) start-- ;
    if (start > text && (start[-1] == '>' || (start - text >= 3 && !strncmp(start - 3, "tee", 3)))) return 1 ;
  }
  return 0 ;
}

int run_writes (struct instruction const *run, char const *name)
{
  for (struct text const *one = run->documents.first ; one ; one = one->next)
    if (text_writes(one->text, name)) return 1 ;
  return text_writes(run->arguments, name) ;
}

char const *why_missing (struct dockerfile const *dockerfile, char const *path)
{
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "RUN")) ; )
    if (run_writes(one, shell_basename(path)))
      return pool_printf(dockerfile->source->pool, "is written by the RUN in line %u (docker run --rm --entrypoint cat IMAGE FILE shows it)", one->first) ;
  return "is not in the build context here" ;
}

int run_needs (struct dockerfile const *dockerfile, struct instruction const *run, char const *path)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *workdir = dockerfile_workdir(dockerfile, run) ;
  char const *text = dockerfile_expand(dockerfile, run, run->arguments) ;
  if (shell_one_of(run->name, "HEALTHCHECK")) text = text_without_urls(pool, text) ; /* it asks a server for that */
  if (text_needs(pool, text, path, workdir)) return 1 ;
  for (struct text const *one = run->documents.first ; one ; one = one->next)
    if (text_needs(pool, one->text, path, workdir)) return 1 ;
  return 0 ;
}

int dockerfile_says (struct dockerfile const *dockerfile, char const *text)
{
  for (struct instruction const *one = dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage == STAGE_OTHER || !shell_one_of(one->name, "RUN COPY")) continue ;
    if (strstr(one->arguments, text)) return 1 ;
    for (struct text const *line = one->documents.first ; line ; line = line->next)
      if (strstr(line->text, text)) return 1 ;
  }
  return 0 ;
}

/* sed '/daemon off;/d' FILE, s/daemon off;// of it, "# daemon off;", nginx -g "daemon off;", grep -q: no line of a configuration comes of that. */
static int is_in_force (char const *text, char const *at)
{
  char const *behind = at + strlen("daemon off") ;
  unsigned int marks = 0 ; /* that end a part of sed's command */
  while (at > text && strchr(" \t\"'\\^", at[-1])) at-- ;
  if (at > text && (at[-1] == '#' || (at - text >= 2 && (!strncmp(at - 2, "-g", 2) || !strncmp(at - 2, "-q", 2))))) return 0 ;
  for (; *behind && !strchr("'\"\n", *behind) && (*behind != ' ' || !strchr(">|&", behind[1])) ; behind++)
    if (strchr("/|", *behind) && ++marks == 1 && behind[1] == 'd') return 0 ;
  return marks < 2 ;
}

/* Does the text name the file, and not nginx.conf.bak? */
static int names_file (char const *text, char const *name)
{
  for (char const *p = text ; (p = strstr(p, name)) ; p += strlen(name))
    if (!isalnum((unsigned char)p[strlen(name)]) && !strchr("._-", p[strlen(name)] ? p[strlen(name)] : ' ')) return 1 ;
  return 0 ;
}

int dockerfile_keeps_nginx (struct dockerfile const *dockerfile)
{
  for (struct instruction const *one = dockerfile->instructions ; one ; one = one->next)
  {
    char const *text ;
    if (one->stage == STAGE_OTHER || !shell_one_of(one->name, "RUN COPY")) continue ;
    text = pool_printf(dockerfile->source->pool, "%s\n%s", one->arguments, texts_join(dockerfile->source->pool, &one->documents, "\n")) ;
    if (!names_file(text, "nginx.conf")) continue ;
    for (char const *p = text ; (p = strstr(p, "daemon off")) ; p++)
      if (is_in_force(text, p)) return 1 ;
  }
  return 0 ;
}

void dockerfile_runs (struct dockerfile const *dockerfile, struct texts *codes)
{
  for (struct instruction const *one = dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage == STAGE_OTHER || strcmp(one->name, "RUN") != 0) continue ;
    texts_add(dockerfile->source->pool, codes, one->documents.first
      ? texts_join(dockerfile->source->pool, &one->documents, "\n") : dockerfile_expand(dockerfile, one, one->arguments)) ;
  }
}
