/* Programs that only answer, and those in $( ) that do more. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* Programs that only answer, beside those that is_question() knows. */
#define ANSWERS "echo printf read date env find uname hostname sed awk expr let wait kill jobs mountpoint tty ps systemctl dpkg rpm apk sleep cut head tail cmp diff readlink basename dirname " \
  "test [ true false : grep ip lsmod lspci lsusb ldconfig nvidia-smi iptables netstat ss lsof free df du journalctl dmesg pstree truthy"

int only_answers (char const *program)
{
  return shell_one_of(program, ANSWERS) ;
}

/* A word that says that the command only looks. */
int says_that_it_asks (char const *text)
{
  static char const *const words[] = { "check", "exist", "test", "valid", "verify", "health", "ready", "status", "enabled", "list", "show", "version", "dry-run", "has_", "has-", "is_", "is-", "wait" } ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
    if (strcasestr(text, words[i])) return 1 ;
  return 0 ;
}

/* python -c CODE: what the code does is not known, but mostly it asks. */
int runs_code (struct statement const *statement, unsigned int first)
{
  return first + 1 < statement->nwords && shell_one_of(statement_word(statement, first + 1), "-c -e -r") ;
}

int writes_files (struct statement const *statement)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    struct redirect const *redirect = statement->redirects + i ;
    if (redirect->is_output && !shell_one_of(redirect->target, "1 2 /dev/null /dev/stderr /dev/stdout")) return 1 ;
  }
  return 0 ;
}

/* [ -n "$X" ] && start & : asks before it starts. */
int is_question (struct statement const *statement)
{
  if (statement->kind == STATEMENT_NOT || is_and_or(statement))
    return statement->body && is_question(statement->body) ;
  if (statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL)
    return statement->body && !statement->body->next && is_question(statement->body) ;
  if (statement->kind == STATEMENT_PIPELINE)
  {
    struct statement const *last = statement_last(statement->body) ;
    return last && is_question(last) ;
  }
  if (writes_files(statement) && shell_one_of(statement_command(statement), "grep egrep cat curl wget ls stat getent")) return 0 ; /* printenv | grep -v X >>/etc/environment */
  return statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test [ command which type hash grep egrep pgrep pidof cmp diff nc true false : getent id ping curl wget ls stat cat") ;
}

/* ---- what words execute ---- */

/* The code of the first $(CODE), `CODE` or <(CODE) in `text`, which is in the quote; 0: there is none. */
static char const *first_code (struct pool *pool, char const *text, char *quote, char const **behind)
{
  for (; *text ; text++)
  {
    char const *p = text + 2 ;
    unsigned int depth = 1 ;
    if (*text == '\\' && *quote != '\'' && text[1]) text++ ;
    else if (strchr("'\"", *text) && (!*quote || *quote == *text)) *quote = *quote ? 0 : *text ;
    if (*quote == '\'') continue ;
    if (*text == '`' && strchr(text + 1, '`'))
    {
      *behind = strchr(text + 1, '`') + 1 ;
      return pool_copy(pool, text + 1, (size_t)(*behind - text - 2)) ;
    }
    if ((*text != '$' && *text != '<') || text[1] != '(' || text[2] == '(') continue ;
    while (*p && (depth -= *p == ')')) depth += *p++ == '(' ;
    if (!*p) continue ;
    *behind = p + 1 ;
    return pool_copy(pool, text + 2, (size_t)(p - text - 2)) ;
  }
  return 0 ;
}

/* More that only answers, in $( ): what it prints is what is wanted of it. */
#define PRINTS "sort uniq wc tr nproc id pwd whoami git sqlite3 jq yq awk ls stat cat md5sum sha1sum sha256sum base64 rev tac seq column fold fmt od xxd hexdump strings numfmt factor shuf uuidgen mktemp tput lsb_release arch logname " \
  "who users last uptime top vmstat nslookup dig host redis-cli valkey-cli getconf realpath basename locale file printenv"

struct working
{
  struct pool *pool ;
  struct source *source ;
  struct texts *programs ;
  unsigned int depth ; /* of $( ) in each other */
} ;

#define DEPTH_MAX 10

static void add_inner_work (struct pool *pool, char const *text, struct texts *programs, unsigned int depth) ;

static int add_working (struct statement *statement, void *data)
{
  struct working const *working = data ;
  char const *text = source_copy(working->source, statement->range) ;
  struct launch launch ;
  char const *program ;
  if (statement->kind <= STATEMENT_TEST && working->depth < DEPTH_MAX) add_inner_work(working->pool, text, working->programs, working->depth) ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  command_unwrap(working->pool, statement, &launch) ;
  program = launch.first < statement->nwords ? shell_basename(statement_word(statement, launch.first)) : "" ;
  if (*program && !only_answers(program) && !shell_one_of(program, PRINTS) && !runs_code(statement, launch.first) && !is_question(statement) && !is_probe(text)
   && !says_that_it_asks(text) && !shell_one_of(statement_word(statement, launch.first + 1), "-v -V -version")) texts_add(working->pool, working->programs, program) ;
  return 0 ;
}

static void add_inner_work (struct pool *pool, char const *text, struct texts *programs, unsigned int depth)
{
  char quote = 0 ; /* in which the text is */
  char const *code ;
  while ((code = first_code(pool, text, &quote, &text)))
  {
    struct source inner ;
    struct working working = { .pool = pool, .source = &inner, .programs = programs, .depth = depth + 1 } ;
    for (struct statement *one = shell_parse_text(pool, &inner, code) ; one ; one = one->next) statement_walk(one, &add_working, &working) ;
  }
}

void add_work_in_words (struct pool *pool, char const *text, struct texts *programs)
{
  add_inner_work(pool, text, programs, 0) ;
}
