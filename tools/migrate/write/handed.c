/* Values that the setup computes once are handed on in files, one for each variable. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/write/handed.h"

/* with-contenv's place, beside the live directory. */
#define FIND_PLACE "reeve_place=${REEVE_LIVE:-/run/service}; reeve_place=${reeve_place%/*}/s6/container_environment"

/* The words from the beginning of the command that `at` is in. */
static char const *command_before (struct plan const *plan, char const *at)
{
  char const *begin = at ;
  while (begin > plan->source->text && !strchr("\n;&|(){}", begin[-1])) begin-- ;
  return pool_copy(plan->pool, begin + strspn(begin, " \t"), (size_t)(at - begin) - strspn(begin, " \t")) ;
}

/* mapfile NAME, declare -A NAME, read -a NAME */
static int declares_array (char const *command)
{
  char word[16] ;
  size_t len = strcspn(command, " \t") ;
  if (!len || len >= sizeof(word)) return 0 ;
  memcpy(word, command, len) ;
  word[len] = 0 ;
  if (shell_one_of(word, "mapfile readarray")) return 1 ;
  for (char const *p = shell_one_of(word, "declare typeset local readonly read") ? command : "" ; (p = strstr(p, " -")) ; p++)
    if (strcspn(p + 2, "aA") < strcspn(p + 2, " \t")) return 1 ;
  return 0 ;
}

/* A plain file could only hold its first element. */
static int is_array (struct plan const *plan, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *p = plan->source->text ; (p = strstr(p, name)) ; p += len)
  {
    if (p > plan->source->text && !strchr(" \t\n;&|(){", p[-1])) continue ;
    if (!strncmp(p + len, "=(", 2) || !strncmp(p + len, "+=(", 3)) return 1 ;
    if (p[len] == '[' && (!strncmp(p + strcspn(p, "]\n"), "]=", 2) || !strncmp(p + strcspn(p, "]\n"), "]+=", 3))) return 1 ;
    if (!strchr(NAME_LETTERS, p[len] ? p[len] : ' ') && declares_array(command_before(plan, p))) return 1 ;
  }
  return 0 ;
}

/* The shell's own: how it reads words, where it is. Another shell has others. */
static int is_of_shell (char const *name)
{
  return shell_one_of(name, "IFS PWD OLDPWD _ PPID RANDOM SECONDS LINENO REPLY BASHPID PIPESTATUS") ;
}

/* MSG="$(date)$NL", NOTE="two lines\n": $( ) would take the newline off that the value may end with. */
static int has_newline (char const *text)
{
  return strstr(text, "\\n'") || strstr(text, "\n\"") || strstr(text, "\n'") ;
}

static int may_end_in_newline (struct plan const *plan, char const *name)
{
  struct piece const *end = plan->pieces + plan->npieces ;
  for (struct piece const *piece = plan->pieces ; piece < end ; piece++)
  {
    if (piece->is_function || !strstr(piece->names, pool_printf(plan->pool, " %s ", name))) continue ;
    if (has_newline(piece->text)) return 1 ;
    for (struct piece const *one = plan->pieces ; one < piece ; one++)
      if (!one->is_function && has_newline(one->text) && piece_mentioned(one, piece->text)) return 1 ;
  }
  return 0 ;
}

void add_received (struct plan const *plan, struct texts *lines, struct piece const *piece)
{
  struct pool *pool = plan->pool ;
  for (char const *p = piece->names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *name = pool_copy(pool, p, strcspn(p, " ")) ;
    if (is_of_shell(name)) continue ;
    texts_add_once(pool, lines, FIND_PLACE) ;
    if (is_array(plan, name))
      texts_add_once(pool, lines, pool_printf(pool, "[ ! -e \"$reeve_place/%s\" ] || eval \"$(cat \"$reeve_place/%s\")\" # an array", name, name)) ;
    else if (may_end_in_newline(plan, name))
      texts_add_once(pool, lines, pool_printf(pool, "[ ! -e \"$reeve_place/%s\" ] || { %s=\"$(cat \"$reeve_place/%s\"; echo .)\"; %s%s=\"${%s%%.}\"; } # with newlines at its end",
        name, name, name, piece->always ? "export " : "", name, name)) ;
    else texts_add_once(pool, lines, pool_printf(pool, "[ ! -e \"$reeve_place/%s\" ] || %s%s=\"$(cat \"$reeve_place/%s\")\"",
      name, piece->always ? "export " : "", name, name)) ;
  }
}

/* What run executes as another user has the values from run; a file that starts again as that user reads them, and so
   does a check, where the whole script had become that user (asks_ahead_of_user() in render.c). */
static int reads_as_another (struct service const *service)
{
  int has_user = service->user.first || texts_has(&service->options, "--user") ;
  return (has_user && (service->runs_again || service->logger.first)) || (service->user.first && service->check && !service->builtin) ;
}

/* Only root enters that folder. */
static void let_read (struct plan *plan, struct texts *lines, struct texts const *names, struct texts const *readers)
{
  struct texts files = { 0 } ;
  if (!readers->first) return ;
  for (struct text const *one = names->first ; one ; one = one->next)
    texts_add(plan->pool, &files, pool_printf(plan->pool, "\"$reeve_place/%s\"", one->text)) ;
  texts_add(plan->pool, lines, pool_printf(plan->pool, "# Read by another user: %s.\nchmod 711 \"$reeve_place\" && chmod -f 644 %s || :",
    texts_join(plan->pool, readers, ", "), texts_join(plan->pool, &files, " "))) ;
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool,
    "%s computes this for %s: it is in files that every user in the container may read, as a file of that service reads it as another user than root: %s",
    plan_setup_where(plan), texts_join(plan->pool, readers, ", "), texts_join(plan->pool, names, ", "))) ;
}

void add_handed (struct plan *plan, struct texts *lines)
{
  char *needed = pool_alloc(plan->pool, plan->npieces + 1) ;
  struct texts names = { 0 } ;
  struct texts shown = { 0 } ; /* those that another user reads */
  struct texts readers = { 0 } ;
  for (struct service *service = plan->services ; service ; service = service->next)
  {
    plan_needed(plan, service, service->npieces, service->positional, "", needed) ;
    for (unsigned int i = 0 ; i < service->npieces ; i++)
    {
      if (!needed[i] || !plan->pieces[i].shared) continue ;
      if (reads_as_another(service)) texts_add_once(plan->pool, &readers, service->name) ;
      for (char const *p = plan->pieces[i].names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
      {
        char const *name = pool_copy(plan->pool, p, strcspn(p, " ")) ;
        if (is_of_shell(name)) continue ;
        texts_add_once(plan->pool, &names, name) ;
        if (reads_as_another(service)) texts_add_once(plan->pool, &shown, name) ;
      }
    }
  }
  if (names.first) texts_add(plan->pool, lines, "\n# For the services, a file a variable.\n" FIND_PLACE "\nmkdir -p \"$reeve_place\"") ;
  for (struct text const *one = names.first ; one ; one = one->next)
    texts_add(plan->pool, lines, is_array(plan, one->text)
      ? pool_printf(plan->pool, "declare -p %s >\"$reeve_place/%s\" 2>/dev/null || : # an array, perhaps an empty one", one->text, one->text)
      : pool_printf(plan->pool, "[ -z \"${%s+set}\" ] || printf %%s \"$%s\" >\"$reeve_place/%s\"", one->text, one->text, one->text)) ;
  let_read(plan, lines, &shown, &readers) ;
}
