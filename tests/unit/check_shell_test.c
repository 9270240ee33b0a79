#include "check/shell.h"

#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "unit.h"

/* What has been read, a command on a line: LINE DEPTH BEFORE [WORD]... AFTER, `!`
   behind the depth of one that is elsewhere; {} for a compound one, NAME() for a function. */
static char read[4096] ;

static void note (struct shell_command const *command, void *data)
{
  size_t n = strlen(read) ;
  (void)data ;
  n += (size_t)snprintf(read + n, sizeof read - n, "%u %u%s %c", command->line, command->depth, command->elsewhere ? "!" : "", command->before) ;
  for (size_t i = 0 ; i < command->count ; i++) n += (size_t)snprintf(read + n, sizeof read - n, " %s%s", command->words[i], command->kind == SHELL_FUNCTION ? "()" : "") ;
  if (command->kind == SHELL_COMPOUND) n += (size_t)snprintf(read + n, sizeof read - n, " {}") ;
  snprintf(read + n, sizeof read - n, " %c\n", command->after) ;
}

static int is_read (char const *text, char const *expected)
{
  read[0] = 0 ;
  if (shell_read(text, strlen(text), &note, 0) && !strcmp(read, expected)) return 1 ;
  printf("# %s\n# read as: %s\n", text, read) ;
  return 0 ;
}

static int is_refused (char const *text)
{
  read[0] = 0 ;
  return !shell_read(text, strlen(text), &note, 0) ;
}

static void ignore (struct shell_command const *command, void *data)
{
  size_t *words = data ;
  for (size_t i = 0 ; i < command->count ; i++) *words += strlen(command->words[i]) ;
}

TEST(simple_commands)
{
  CHECK(is_read("", "")) ;
  CHECK(is_read("a b c", "1 0 ; a b c ;\n")) ;
  CHECK(is_read("#!/bin/sh\n\n# a comment\na # another\n\tb;c\n", "4 0 ; a ;\n5 0 ; b ;\n5 0 ; c ;\n")) ;
  CHECK(is_read("a#b #c", "1 0 ; a#b ;\n")) ;
}

TEST(operators)
{
  CHECK(is_read("a & b", "1 0 ; a &\n1 0 & b ;\n")) ;
  CHECK(is_read("a && b || c", "1 0 ; a a\n1 0 a b o\n1 0 o c ;\n")) ;
  CHECK(is_read("a |\n b", "1 0 ; a |\n2 0 | b ;\n")) ;
  CHECK(is_read("! a |& b", "1 0 ; a |\n1 0 | b ;\n")) ;
}

TEST(quotes_are_taken_off)
{
  CHECK(is_read("nginx -g 'daemon off;'", "1 0 ; nginx -g daemon off; ;\n")) ;
  CHECK(is_read("a \"b \\\" c\" d\\ e 'f'\"g\"h", "1 0 ; a b \" c d e fgh ;\n")) ;
  CHECK(is_read("a '\n' b\nc", "1 0 ; a \n b ;\n3 0 ; c ;\n")) ;
  CHECK(is_read("a '' \"\"", "1 0 ; a   ;\n")) ;
  CHECK(is_read("'if' a", "1 0 ; if a ;\n")) ;
}

TEST(lines_are_continued)
{
  CHECK(is_read("a \\\n  b \\\n  c\nd", "1 0 ; a b c ;\n4 0 ; d ;\n")) ;
  CHECK(is_read("a\\\nb", "1 0 ; ab ;\n")) ;
}

TEST(expansions_stay_as_they_are)
{
  CHECK(is_read("a $b \"$@\" ${c:-d e} $(f | g; h) `i j`", "1 0 ; a $b $@ ${c:-d e} $(f | g; h) `i j` ;\n")) ;
  CHECK(is_read("a $(b \")\" ')' $(c) \\)) d", "1 0 ; a $(b \")\" ')' $(c) \\)) d ;\n")) ;
  CHECK(is_read("a $((1 + (2 * 3))) b", "1 0 ; a $((1 + (2 * 3))) b ;\n")) ;
  CHECK(is_read("a \"${b:-\"c d\"}\" e", "1 0 ; a ${b:-\"c d\"} e ;\n")) ;
}

TEST(redirections_are_left_out)
{
  CHECK(is_read("exec 2>&1", "1 0 ; exec ;\n")) ;
  CHECK(is_read("a >b 2>> c <d &>e >&2 <&- f 5", "1 0 ; a f 5 ;\n")) ;
  CHECK(is_read(">a b", "1 0 ; b ;\n")) ;
  CHECK(is_read("a <<< 'b c' d", "1 0 ; a d ;\n")) ;
}

TEST(here_documents_are_left_out)
{
  CHECK(is_read("a <<EOF b\nnginx\n'\nEOF\nc", "1 0 ; a b ;\n5 0 ; c ;\n")) ;
  CHECK(is_read("a <<-'E F' <<G\n\tx\n\tE F\ny\nG\nc", "1 0 ; a ;\n6 0 ; c ;\n")) ;
  CHECK(is_refused("a <<EOF\nnginx\n")) ;
}

TEST(compound_commands)
{
  CHECK(is_read("if a; then b; elif c; then d; else e; fi", "1 1 ; a ;\n1 1 ; b ;\n1 1 ; c ;\n1 1 ; d ;\n1 1 ; e ;\n1 0 ; {} ;\n")) ;
  CHECK(is_read("while a\ndo b\ndone &\nc", "1 1 ; a ;\n2 1 ; b ;\n3 0 ; {} &\n4 0 & c ;\n")) ;
  CHECK(is_read("for i in a b c; do d $i; done; e", "1 1 ; d $i ;\n1 0 ; {} ;\n1 0 ; e ;\n")) ;
  CHECK(is_read("for ((i = 0; i < 3; i++)); do a; done", "1 1 ; a ;\n1 0 ; {} ;\n")) ;
  CHECK(is_read("{ a; b; } 2>&1 | c", "1 1 ; a ;\n1 1 ; b ;\n1 0 ; {} |\n1 0 | c ;\n")) ;
  CHECK(is_read("(a; b) && c", "1 1! ; a ;\n1 1! ; b ;\n1 0 ; {} a\n1 0 a c ;\n")) ;
  CHECK(is_read("a || { b; }", "1 0 ; a o\n1 1 ; b ;\n1 0 o {} ;\n")) ;
  CHECK(is_read("{ { a; }; }", "1 2 ; a ;\n1 1 ; {} ;\n1 0 ; {} ;\n")) ;
}

TEST(cases)
{
  CHECK(is_read("case $1 in\n  a|'b)') c ;;\n  (d) e; f\nesac\ng", "2 1 ; c ;\n3 1 ; e ;\n3 1 ; f ;\n4 0 ; {} ;\n5 0 ; g ;\n")) ;
  CHECK(is_read("case a in *) b;; esac", "1 1 ; b ;\n1 0 ; {} ;\n")) ;
  CHECK(is_read("case a in # c\n\nesac", "3 0 ; {} ;\n")) ;
}

TEST(functions)
{
  CHECK(is_read("f() { a; }\nf", "1 0 ; f() ;\n1 1! ; a ;\n1 0 ; {} ;\n2 0 ; f ;\n")) ;
  CHECK(is_read("f ()\n{\n  if a; then b; fi\n}", "1 0 ; f() ;\n3 2! ; a ;\n3 2! ; b ;\n3 1! ; {} ;\n4 0 ; {} ;\n")) ;
  CHECK(is_read("function f { a; }", "1 0 ; f() ;\n1 1! ; a ;\n1 0 ; {} ;\n")) ;
}

TEST(conditions_and_arithmetic)
{
  CHECK(is_read("[[ a && b < c || ( d ) ]] && e", "1 0 ; [[ a\n1 0 a e ;\n")) ;
  CHECK(is_read("((a = 1 + (2))) && b", "1 0 ; {} a\n1 0 a b ;\n")) ;
  CHECK(is_read("a=(b c) d", "1 0 ; a= d ;\n")) ;
}

TEST(what_is_not_understood_is_refused)
{
  static char const *const texts[] =
  {
    "a '", "a \"", "a `", "a $(", "a ${", "if a; then b", "fi", "done", "}", ")", "(a", "{ a", "case a in b) c", "case a b) c;; esac", "a ;;", "& a", "a | | b",
    "if a; done", "f()", "{ a; } b", "a \\", "a >", "[[ a", "$(case a in b) c;; esac)", "$(cat <<E\n'\nE\n)"
  } ;
  for (size_t i = 0 ; i < sizeof texts / sizeof *texts ; i++)
  {
    if (!is_refused(texts[i])) printf("# %s\n", texts[i]) ;
    CHECK(is_refused(texts[i])) ;
  }
  CHECK(!shell_read("a\0b", 3, &note, 0)) ;
}

TEST(depth_and_length_have_an_end)
{
  static char text[200000] ;
  size_t words = 0 ;
  memset(text, '(', sizeof text) ;
  CHECK(!shell_read(text, sizeof text, &ignore, &words)) ;
  memset(text, 'a', sizeof text) ;
  CHECK(!shell_read(text, sizeof text, &ignore, &words)) ;
  for (size_t i = 0 ; i < sizeof text ; i++) text[i] = "a "[i % 2] ;
  CHECK(!shell_read(text, sizeof text, &ignore, &words)) ;
  for (size_t i = 0 ; i < sizeof text ; i++) text[i] = "$("[i % 2] ;
  CHECK(!shell_read(text, sizeof text, &ignore, &words)) ;
}

/* Pieces that matter to it, in every order, and every byte. */
TEST(no_text_is_too_much)
{
  static char const *const pieces[] =
  {
    "a", " ", "\n", ";", "&", "|", "<", ">", "(", ")", "{ ", "}", "$", "`", "'", "\"", "\\", "#", "<<E\n", "E\n", "if ", "then ", "fi", "for ", "do ", "done",
    "case x in ", "esac", "a) ", ";;", "function ", "[[ ", "]]", "=", "2", "$(", "${", "((", "\xff", "\t"
  } ;
  unsigned int seed = 1 ;
  size_t words = 0 ;
  for (unsigned int i = 0 ; i < 200000 ; i++)
  {
    char text[256] ;
    char const *last[16] ;
    char buffer[64] ;
    unsigned int line ;
    size_t len = 0 ;
    char *exact ;
    for (unsigned int j = 0 ; j < 12 ; j++)
    {
      seed = seed * 1103515245 + 12345 ;
      len += (size_t)snprintf(text + len, sizeof text - len, "%s", pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]) ;
    }
    exact = malloc(len) ; /* a byte too far is seen by the sanitizer */
    memcpy(exact, text, len) ;
    shell_read(exact, len, &ignore, &words) ;
    execline_last(exact, len, last, sizeof last / sizeof *last, buffer, sizeof buffer, &line) ;
    free(exact) ;
  }
  CHECK(words) ;
}

/* ---- execline ---- */

static int is_last (char const *text, char const *expected, unsigned int line)
{
  char const *words[8] ;
  char buffer[64] ;
  char all[128] = "" ;
  unsigned int at = 0 ;
  size_t n = execline_last(text, strlen(text), words, 8, buffer, sizeof buffer, &at) ;
  for (size_t i = 0, used = 0 ; i < n ; i++) used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? " " : "", words[i]) ;
  if (!strcmp(all, expected) && (!n || at == line)) return 1 ;
  printf("# %s, line %u\n", all, at) ;
  return 0 ;
}

TEST(execline_has_one_last_command)
{
  CHECK(is_last("#!/bin/execlineb -P\n# x\nfdmove -c 2 1\nnginx -g \"daemon off;\"\n", "fdmove -c 2 1 nginx -g daemon off;", 3)) ;
  CHECK(is_last("foreground { a { b } }\nc d", "c d", 2)) ;
  CHECK(is_last("a \\{ b", "a { b", 1)) ;
  CHECK(is_last("a { b }", "", 0)) ;
  CHECK(is_last("a { b", "", 0)) ;
  CHECK(is_last("a }", "", 0)) ;
  CHECK(is_last("1 2 3 4 5 6 7 8 9", "", 0)) ;
}

/* ---- Which word was meant ---- */

static char const *meant (char const *word)
{
  static char const *const words[] = { "run", "timeout-kill", "timeout-up", "flag-main" } ;
  struct closest closest = { word, 0, 0 } ;
  for (size_t i = 0 ; i < sizeof words / sizeof *words ; i++) closest_try(&closest, words[i]) ;
  return closest.word ? closest.word : "" ;
}

TEST(the_closest_word_was_meant)
{
  CHECK(!strcmp(meant("timeout-kil"), "timeout-kill")) ;
  CHECK(!strcmp(meant("timeuot-kill"), "timeout-kill")) ;
  CHECK(!strcmp(meant("TIMEOUT_KILL"), "timeout-kill")) ;
  CHECK(!strcmp(meant("timeout-u"), "timeout-up")) ;
  CHECK(!strcmp(meant("Run"), "run")) ;
  CHECK(!strcmp(meant("rnu"), "run")) ;
  CHECK(!strcmp(meant("README"), "")) ;
  CHECK(!strcmp(meant("r"), "")) ;
  CHECK(!strcmp(meant(""), "")) ;
  CHECK(!strcmp(meant("a-name-that-is-much-longer-than-any-other-one"), "")) ;
}
