/* What stays in the image and looks for a service among all processes: pgrep -f, ps | grep. Such a pattern also
   matches the service's supervisor, whose command line is reeve-supervise NAME. */

#include <regex.h>
#include <string.h>

#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

#define WORDS_MAX 32

struct pattern
{
  char const *text ;
  int flags ; /* of regcomp() */
  int whole ; /* it has to match all of the command line */
} ;

static int matches (struct pattern const *pattern, char const *line)
{
  regex_t regex ;
  regmatch_t match ;
  int found ;
  if (regcomp(&regex, pattern->text, pattern->flags)) return 0 ;
  found = !regexec(&regex, line, 1, &match, 0) && (!pattern->whole || (!match.rm_so && !line[match.rm_eo])) ;
  regfree(&regex) ;
  return found ;
}

/* The words of the command at `text`, without their quotes, up to its end; 0 at their end. */
static void read_words (struct pool *pool, char const *text, char const *words[WORDS_MAX])
{
  unsigned int n = 0 ;
  while (n + 1 < WORDS_MAX && *(text += strspn(text, " \t")) && !strchr("\n;|&)", *text))
  {
    char *word = pool_alloc(pool, strlen(text) + 1) ;
    size_t len = 0 ;
    char quote = 0 ;
    for (; *text && (quote || !strchr(" \t\n;|&)", *text)) ; text++)
      if (quote ? *text == quote : strchr("\"'", *text) != 0) quote = quote ? 0 : *text ;
      else word[len++] = *text ;
    word[len] = 0 ;
    words[n++] = word ;
  }
  words[n] = 0 ;
}

/* Does the option have a letter of `letters`, ahead of one whose value follows? *takes_next: the value is the next word. */
static int has_letter (char const *option, char const *letters, char const *with_value, int *takes_next)
{
  int has = 0 ;
  for (char const *p = option + 1 ; *p ; p++)
  {
    has |= strchr(letters, *p) != 0 ;
    if (!strchr(with_value, *p)) continue ;
    *takes_next = !p[1] ;
    break ;
  }
  return has ;
}

/* pgrep -u root -f PATTERN. Returns 0 if it looks at names only, or the pattern is not known. */
static int read_pgrep (char const *const *words, struct pattern *pattern)
{
  int full = 0 ;
  *pattern = (struct pattern){ .flags = REG_EXTENDED } ;
  for (; *words && **words == '-' ; words++)
  {
    int takes_next = 0 ;
    if ((*words)[1] != '-')
    {
      full |= has_letter(*words, "f", "dgGPstuUFrO", &takes_next) ;
      pattern->whole |= has_letter(*words, "x", "dgGPstuUFrO", &takes_next) ;
    }
    full |= !strcmp(*words, "--full") ;
    pattern->whole |= !strcmp(*words, "--exact") ;
    takes_next |= shell_one_of(*words, "--delimiter --pgroup --group --parent --session --terminal --euid --uid --pidfile --runstates --signal --older --cgroup --env --ns --nslist") ;
    if (!takes_next || !words[1]) continue ;
    if ((strchr("uU", (*words)[strlen(*words) - 1]) || shell_one_of(*words, "--euid --uid")) && !shell_one_of(words[1], "root 0")) return 0 ; /* its supervisor is root's */
    words++ ;
  }
  pattern->text = *words ;
  return full && *words ;
}

/* grep -q PATTERN, of the lines of ps. Returns 0 if it leaves lines out, or the pattern is not known. */
static int read_grep (char const *const *words, struct pattern *pattern)
{
  *pattern = (struct pattern){ 0 } ;
  for (; *words && **words == '-' ; words++)
  {
    int takes_next = 0 ;
    if (!strcmp(*words, "-e")) continue ;
    if ((*words)[1] == '-' ? !strncmp(*words, "--invert", 8) : has_letter(*words, "v", "ABCmf", &takes_next)) return 0 ;
    if ((*words)[1] != '-' && strchr(*words, 'E')) pattern->flags = REG_EXTENDED ;
    if (takes_next && words[1]) words++ ;
  }
  pattern->text = *words ;
  return *words != 0 ;
}

/* Is `name` a word of its own at `at`? */
static int is_command (char const *text, char const *at, char const *name)
{
  return (at == text || strchr(" \t\n/;|&($`!\"'", at[-1])) && strchr(" \t", at[strlen(name)]) ;
}

static void add_services (struct patching *p, struct pattern const *pattern, char const *ahead, struct texts *names)
{
  char const *variable = strchr(pattern->text, '$') ;
  if ((variable && variable[1]) || strchr(pattern->text, '`')) return ;
  for (struct service const *one = p->plan->services ; one ; one = one->next)
    if (matches(pattern, pool_printf(p->pool, "%sreeve-supervise %s", ahead, one->name))) texts_add_once(p->pool, names, one->name) ;
}

/* The services that a line finds even when only their supervisors are there. */
static void look_at_line (struct patching *p, char const *line, struct texts *names)
{
  static char const *const programs[] = { "pgrep", "pkill", "grep", "egrep" } ;
  int by_ps = shell_mentions(line, "ps") ;
  for (size_t i = 0 ; i < sizeof(programs) / sizeof(*programs) ; i++)
    for (char const *at = line ; (at = strstr(at, programs[i])) ; at++)
    {
      char const *words[WORDS_MAX] ;
      struct pattern pattern ;
      if (!is_command(line, at, programs[i])) continue ;
      read_words(p->pool, at + strlen(programs[i]), words) ;
      if (i < 2)
      {
        if (read_pgrep(words, &pattern)) add_services(p, &pattern, "", names) ;
        continue ;
      }
      if (!by_ps || !read_grep(words, &pattern)) continue ;
      if (i == 3) pattern.flags = REG_EXTENDED ;
      add_services(p, &pattern, "root 1 ", names) ;
    }
}

/* CMD ["pgrep", "-f", "web"] as shell code; other text is as it is. */
static char const *as_code (struct pool *pool, char const *text)
{
  char const *list = strchr(text, '[') ;
  struct texts words = { 0 } ;
  char const *code = "" ;
  if (!list || !strstr(text, "CMD") || !dockerfile_exec_form(pool, list, &words)) return text ;
  for (struct text const *one = words.first ; one ; one = one->next)
    code = pool_printf(pool, "%s %s", code, strstr(one->text, "grep ") ? one->text : shell_quote(pool, one->text)) ;
  return code ;
}

void note_looks (struct patching *p, char const *where, char const *text)
{
  struct texts names = { 0 } ;
  text = as_code(p->pool, text) ;
  for (size_t len ; *text ; text += len + (text[len] == '\n'))
  {
    len = strcspn(text, "\n") ;
    look_at_line(p, pool_copy(p->pool, text, len), &names) ;
  }
  for (struct text const *one = names.first ; one ; one = one->next)
    patching_note(p, pool_printf(p->pool, "TODO: %s looks for %s among all processes, where its supervisor is, too (reeve-supervise %s), so that it always finds one: write reeve status %s in its place",
      where, one->text, one->text, one->text)) ;
}
