/* What stays in the image and looks for a service among all processes: pgrep -f, ps | grep. Such a pattern also
   matches the service's supervisor, whose command line is reeve-supervise NAME. */

#include <regex.h>
#include <string.h>

#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

#define WORDS_MAX 32
#define PATTERN_MAX 200

struct pattern
{
  char const *text ;
  int flags ; /* of regcomp() */
  int is_fixed ; /* it is no regular expression: grep -F */
  int whole ; /* it has to match all of the command line */
} ;

/* A count of repetitions, repeated groups in each other, or a reference to what has matched, may take regcomp() and
   regexec() any memory and time. */
static int is_costly (char const *text)
{
  unsigned int repeated = 0 ;
  for (char const *p = text ; (p = strchr(p, ')')) ; p++) repeated += p[1] == '+' || p[1] == '*' || p[1] == '\\' ;
  if (repeated > 4) return 1 ;
  if (strlen(text) > PATTERN_MAX || strchr(text, '{')) return 1 ;
  for (char const *p = text ; (p = strchr(p, '\\')) && p[1] ; p += 2)
    if (p[1] >= '0' && p[1] <= '9') return 1 ;
  return 0 ;
}

static int matches (struct pattern const *pattern, char const *line)
{
  regex_t regex ;
  regmatch_t match ;
  int found ;
  if (pattern->is_fixed || !pattern->text[strcspn(pattern->text, "^$.[]|()*+?{}\\")])
    return pattern->whole ? !strcmp(line, pattern->text) : pattern->flags & REG_ICASE ? !!strcasestr(line, pattern->text) : !!strstr(line, pattern->text) ;
  if (is_costly(pattern->text) || regcomp(&regex, pattern->text, pattern->flags)) return 0 ;
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
    char const *end = text ;
    char quote = 0 ;
    char *word ;
    size_t len = 0 ;
    for (; *end && (quote || !strchr(" \t\n;|&)", *end)) ; end++)
      if (quote ? *end == quote : strchr("\"'", *end) != 0) quote = quote ? 0 : *end ;
    word = pool_alloc(pool, (size_t)(end - text) + 1) ;
    for (quote = 0 ; text < end ; text++)
      if (quote ? *text == quote : strchr("\"'", *text) != 0) quote = quote ? 0 : *text ;
      else word[len++] = *text ;
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

/* pkill -HUP, -SIGUSR1, -9 */
static int is_signal (char const *option)
{
  return (option[1] >= '0' && option[1] <= '9') || (option[1] >= 'A' && option[1] <= 'Z' && option[2] >= 'A' && option[2] <= 'Z') ;
}

/* pgrep -u root -f PATTERN. Returns 0 if it looks at names only, or the pattern is not known. */
static int read_pgrep (char const *const *words, struct pattern *pattern)
{
  int full = 0 ;
  *pattern = (struct pattern){ .flags = REG_EXTENDED } ;
  for (; *words && **words == '-' ; words++)
  {
    int takes_next = 0 ;
    if (is_signal(*words)) continue ;
    if ((*words)[1] != '-')
    {
      if (has_letter(*words, "i", "dgGPstuUFrO", &takes_next)) pattern->flags |= REG_ICASE ;
      full |= has_letter(*words, "f", "dgGPstuUFrO", &takes_next) ;
      pattern->whole |= has_letter(*words, "x", "dgGPstuUFrO", &takes_next) ;
    }
    if (!strcmp(*words, "--ignore-case")) pattern->flags |= REG_ICASE ;
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
    int is_long = (*words)[1] == '-' ;
    int takes_next = 0 ;
    if (!strncmp(*words, "--regexp=", 9) || (!is_long && (*words)[1] == 'e' && (*words)[2])) pattern->text = *words + (is_long ? 9 : 2) ;
    if (is_long ? !strncmp(*words, "--invert", 8) || !strncmp(*words, "--file", 6) : has_letter(*words, "vf", "ABCme", &takes_next)) return 0 ;
    if (is_long ? !strcmp(*words, "--ignore-case") : has_letter(*words, "iy", "ABCme", &takes_next)) pattern->flags |= REG_ICASE ;
    if (is_long ? !strcmp(*words, "--extended-regexp") : has_letter(*words, "EP", "ABCme", &takes_next)) pattern->flags |= REG_EXTENDED ;
    pattern->is_fixed |= is_long ? !strcmp(*words, "--fixed-strings") : has_letter(*words, "F", "ABCme", &takes_next) ;
    if (!takes_next || !words[1]) continue ;
    if ((*words)[strlen(*words) - 1] == 'e') pattern->text = words[1] ;
    words++ ;
  }
  if (!pattern->text) pattern->text = *words ;
  return pattern->text != 0 ;
}

/* Is `name` a word of its own at `at`? */
static int is_command (char const *text, char const *at, char const *name)
{
  return (at == text || strchr(" \t\n/;|&($`!\"'", at[-1])) && strchr(" \t|", at[strlen(name)]) ;
}

/* Does it list command lines, and not only names? ps ax, ps -ef, ps -eo args; all that busybox has. */
static int lists_arguments (struct pool *pool, char const *line, int is_busybox)
{
  for (char const *at = line ; (at = strstr(at, "ps")) ; at++)
  {
    char const *words[WORDS_MAX] ;
    int takes_next = 0 ;
    if (!is_command(line, at, "ps")) continue ;
    read_words(pool, at + 2, words) ;
    if (is_busybox && !words[0]) return 1 ;
    for (char const *const *one = words ; *one ; one++)
      if (**one == '-' && (*one)[1] != '-' && strpbrk(*one, "Cp")) return 0 ; /* by name or pid, and so no supervisor */
      else if (shell_mentions(*one, "args") || shell_mentions(*one, "cmd") || shell_mentions(*one, "command")) return 1 ;
      else if (shell_mentions(*one, "comm") || shell_mentions(*one, "pid")) return 0 ;
      else if (is_busybox || (**one == '-' ? strchr(*one, 'x') || has_letter(*one, "fF", "oOptugGUCs", &takes_next) : one == words && strpbrk(*one, "axuf"))) return 1 ;
  }
  return 0 ;
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
  static char const *const programs[] = { "pgrep", "pkill", "grep", "egrep", "fgrep" } ;
  int by_ps = shell_mentions(line, "ps") && lists_arguments(p->pool, line, dockerfile_has_other_sh(p->dockerfile)) ;
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
      if (i == 3) pattern.flags |= REG_EXTENDED ;
      pattern.is_fixed |= i == 4 ;
      add_services(p, &pattern, "root 1 ", names) ;
    }
}

/* pkill -USR1, kill $(pgrep ...), xargs kill; not with -0, which only asks */
static int line_signals (char const *line)
{
  return (shell_mentions(line, "kill") || shell_mentions(line, "pkill")) && !strstr(line, "kill -0") ;
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
  struct texts signalled = { 0 } ;
  text = as_code(p->pool, text) ;
  for (size_t len ; *text ; text += len + (text[len] == '\n'))
  {
    char const *line = pool_copy(p->pool, text, len = strcspn(text, "\n")) ;
    look_at_line(p, line, line_signals(line) ? &signalled : &names) ;
  }
  for (struct text const *one = names.first ; one ; one = one->next)
    patching_note(p, pool_printf(p->pool, "TODO: %s looks for %s among all processes, where its supervisor is, too (reeve-supervise %s), so that it always finds one: write reeve status %s in its place",
      where, one->text, one->text, one->text)) ;
  for (struct text const *one = signalled.first ; one ; one = one->next)
    patching_note(p, pool_printf(p->pool, "TODO: %s signals %s as one of all processes, and so its supervisor, too (reeve-supervise %s): write reeve kill SIGNAL %s, or reeve stop, reload, restart %s in its place",
      where, one->text, one->text, one->text, one->text)) ;
}
