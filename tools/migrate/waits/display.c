/* Xvfb, vncserver: clients find it by the socket of its display, which its words name. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

#define SERVERS "Xvfb Xvnc Xtigervnc Xtightvnc Xvnc4"
#define LAUNCHERS "vncserver tigervncserver tightvncserver vnc4server" /* without a display they look for one that nobody has */

/* -screen 0 $SIZE, -dpi $DPI: whatever it holds, the display is the same. */
static int is_value (struct statement const *command, unsigned int i)
{
  if (i && shell_one_of(command->words[i - 1].raw, "-dpi -fp -fbdir -auth -xkbdir -geometry -depth -rfbport -rfbauth -PasswordFile -passwd -SecurityTypes -name -desktop -localhost")) return 1 ;
  return i > 1 && !strcmp(command->words[i - 2].raw, "-screen") ;
}

/* :7, :$N, "$DISPLAY", ${DISPLAY:-:7}: the check; 0: another form. */
static char const *check_of (struct pool *pool, char const *raw)
{
  char const *word = shell_without_quotes(pool, raw) ;
  size_t len = strlen(word) ;
  char const *name = word + (word[0] == '$') + (word[0] == '$' && word[1] == '{') ;
  size_t name_len = strspn(name, NAME_LETTERS) ;
  if (strpbrk(word, "`\"\\ ") || strstr(word, "$(")) return 0 ;
  if (*word == ':' && len > 1 && strspn(word + 1, "0123456789") == len - 1) return pool_printf(pool, "[ -S /tmp/.X11-unix/X%s ]", word + 1) ;
  if (*word == ':' && word[1] == '$') return pool_printf(pool, "[ -S \"/tmp/.X11-unix/X%s\" ]", word + 1) ;
  if (*word != '$' || !name_len || !strcasestr(pool_copy(pool, name, name_len), "display")) return 0 ; /* $XVFB_ARGS may hold anything */
  if (!name[name_len] || !strcmp(name + name_len, "}")) return pool_printf(pool, "[ -S \"/tmp/.X11-unix/X${%.*s#*:}\" ]", (int)name_len, name) ;
  return word[len - 1] == '}' ? pool_printf(pool, "display=%s; [ -S \"/tmp/.X11-unix/X${display#*:}\" ]", word) : 0 ;
}

char const *display_of (struct analysis *a, char const *words)
{
  struct source code ;
  struct statement *command = shell_parse_text(a->pool, &code, words) ;
  char const *check = 0 ;
  if (!command || command->next || command->kind != STATEMENT_COMMAND || !shell_one_of(shell_basename(statement_word(command, 0)), SERVERS " " LAUNCHERS)) return 0 ;
  for (unsigned int i = 1 ; i < command->nwords ; i++)
  {
    char const *raw = command->words[i].raw ;
    char const *plain = shell_without_quotes(a->pool, raw) ;
    if (!strcmp(raw, "-displayfd") || (!strcmp(raw, "-nolisten") && shell_one_of(statement_word(command, i + 1), "unix local"))) return "" ;
    if (*plain == ':' || (i == 1 && *plain == '$'))
    {
      if (check || !(check = check_of(a->pool, raw))) return "" ;
    }
    else if (strpbrk(raw, "$`") && !is_value(command, i)) return "" ;
  }
  return check ? check : shell_one_of(shell_basename(statement_word(command, 0)), LAUNCHERS) ? "" : "[ -S /tmp/.X11-unix/X0 ]" ;
}
