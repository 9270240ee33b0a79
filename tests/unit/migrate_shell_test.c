#include <string.h>

#include "unit.h"
#include "migrate/command/command.h"

static struct pool pool ;
static struct source source ;

static struct statement *parse (char const *text)
{
  pool_free(&pool) ;
  return shell_parse_text(&pool, &source, text) ;
}

static int is (char const *got, char const *expected)
{
  return got && !strcmp(got, expected) ;
}

TEST(quotes_come_off_only_where_nothing_is_expanded)
{
  CHECK(is(shell_unquote(&pool, "a'b c'\"d\\\"e\"\\ f"), "ab cd\"e f")) ;
  CHECK(is(shell_unquote(&pool, "'$x'"), "$x")) ;
  CHECK(!shell_unquote(&pool, "$x") && !shell_unquote(&pool, "\"a$x\"") && !shell_unquote(&pool, "`a`")) ;
  CHECK(!shell_unquote(&pool, "*.c") && !shell_unquote(&pool, "~/a") && !shell_unquote(&pool, "'open")) ;
}

TEST(what_was_quoted_is_one_word_again)
{
  CHECK(is(shell_quote(&pool, "a-b/c"), "a-b/c")) ;
  CHECK(is(shell_quote(&pool, ""), "''") && is(shell_quote(&pool, "a b"), "'a b'") && is(shell_quote(&pool, "it's"), "'it'\\''s'")) ;
}

TEST(words_of_lists_and_identifiers)
{
  CHECK(shell_one_of("b", "a b c") && !shell_one_of("ab", "a b c") && !shell_one_of("", "a") && !shell_one_of("a b", "a b")) ;
  CHECK(shell_mentions("x=$PID;", "PID") && !shell_mentions("$PIDS", "PID") && !shell_mentions("MY_PID", "PID")) ;
  CHECK(shell_number("0042x", 100, 0) == 42 && shell_number("999", 100, 0) == 100 && shell_number("x", 100, 0) == 0) ;
}

TEST(a_command_with_all_its_parts)
{
  struct statement *s = parse("A=1 cmd 'x y' $z >out 2>&1 &\nnext") ;
  CHECK(s && s->kind == STATEMENT_COMMAND && s->background && s->nwords == 3 && s->nassignments == 1 && s->nredirects == 2) ;
  CHECK(is(s->words[1].value, "x y") && !s->words[2].value && is(s->redirects[0].target, "out")) ;
  CHECK(s->next && !s->next->background) ;
}

TEST(lists_belong_together_as_the_shell_has_them)
{
  struct statement *s = parse("a && b || c >x &") ;
  CHECK(s->kind == STATEMENT_OR && s->background && s->body->kind == STATEMENT_AND) ;
  CHECK(s->body->next->nredirects == 1 && !s->nredirects) ;
  s = parse("cat <<E &\nx\nE\nb") ;
  CHECK(s->background && !s->damaged && s->next) ;
}

TEST(branches_and_loops)
{
  struct statement *s = parse("if a; then b; elif c; then d; else e; fi") ;
  CHECK(s->kind == STATEMENT_IF && s->branches->next->next && !s->branches->next->next->condition) ;
  CHECK(is(statement_command(s->branches->next->body), "d")) ;
  s = parse("case $x in a|b) c ;; *) d ;; esac") ;
  CHECK(s->kind == STATEMENT_CASE && is(s->branches->pattern, "a|b") && is(s->branches->next->pattern, "*")) ;
  s = parse("until a; do b; done") ;
  CHECK(s->kind == STATEMENT_LOOP && s->until && is(statement_command(s->branches->body), "b")) ;
  s = parse("for i in 1 '2 3'; do b; done") ;
  CHECK(s->kind == STATEMENT_FOR && s->nwords == 2 && is(s->name, "i")) ;
}

TEST(damage_is_seen)
{
  CHECK(parse("if a; then b")->damaged) ;
  CHECK(parse("cat <<E\nopen\n")->damaged) ;
  CHECK(!parse("exec 3<>/dev/tcp/a/1")->damaged) ;
}

static char const *unwrapped (char const *text, char const **options)
{
  struct statement *s = parse(text) ;
  struct launch launch ;
  command_unwrap(&pool, s, &launch) ;
  *options = texts_join(&pool, &launch.options, " ") ;
  return launch.code ? launch.code : launch.first < s->nwords ? s->words[launch.first].raw : "" ;
}

TEST(what_only_starts_another_program_is_taken_off)
{
  char const *options ;
  CHECK(is(unwrapped("exec nohup setsid tini -g -- gosu a:b cmd x", &options), "cmd") && is(options, "--user a:b")) ;
  CHECK(is(unwrapped("su - u -c 'x y'", &options), "'x y'") && is(options, "--user u")) ;
  CHECK(is(unwrapped("setpriv --reuid=1 --regid 2 --groups 3,4 cmd", &options), "cmd") && is(options, "--user 1:2:3:4 --keep-home")) ;
  CHECK(is(unwrapped("setpriv --no-new-privs cmd", &options), "setpriv") && is(options, "")) ;
  CHECK(is(unwrapped("chroot --userspec=a /x cmd", &options), "cmd") && is(options, "--chroot /x --user a --keep-home")) ;
}
