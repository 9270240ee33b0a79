#include <string.h>

#include "unit.h"
#include "migrate/write/render.h"

/* The summary of a plan without services. */
#define NOTHING_LEFT "summary: left to you: nothing that is known\n"

static struct pool pool ;
static struct source source ;
static struct plan plan ;

static void take (char const *text)
{
  pool_free(&pool) ;
  source_init(&source, &pool, "dir/start.sh", text, strlen(text)) ;
  plan_init(&plan, &source) ;
}

static struct range find (char const *text)
{
  uint32_t start = (uint32_t)(strstr(source.text, text) - source.text) ;
  return (struct range){ start, start + (uint32_t)strlen(text) } ;
}

TEST(lines_are_counted_from_one_with_or_without_a_last_newline)
{
  take("a\nbb\n\nc") ;
  CHECK(source.nlines == 4) ;
  CHECK(source_line(&source, 0) == 1 && source_line(&source, 2) == 2 && source_line(&source, 4) == 2) ;
  CHECK(source_line(&source, 5) == 3 && source_line(&source, 6) == 4) ;
  take("a\n") ;
  CHECK(source.nlines == 1) ;
  take("") ;
  CHECK(source.nlines == 0) ;
}

TEST(carriage_returns_at_ends_of_lines_go_others_stay)
{
  take("a\r\nb\rc\r\n") ;
  CHECK(source.had_crlf && !strcmp(source.text, "a\nb\rc\n")) ;
  take("a\n") ;
  CHECK(!source.had_crlf) ;
}

TEST(a_byte_has_one_owner_the_first)
{
  take("aa bb cc\n") ;
  source_claim(&source, find("bb"), "inner", "b") ;
  source_claim(&source, find("aa bb"), "outer", "a") ;
  CHECK(source.owner[0] == 2 && source.owner[3] == 1 && !source.owner[6]) ;
}

TEST(what_nobody_claimed_is_found_but_for_blanks_and_separators)
{
  struct range range ;
  take("aa; bb &\n  \ncc dd\n") ;
  source_claim(&source, find("aa"), "x", "x") ;
  CHECK(source_unclaimed(&source, 1, &range) == 1 && range.start == 4 && range.end == 6) ;
  source_claim(&source, find("bb"), "x", "x") ;
  CHECK(source_unclaimed(&source, 1, &range) == 3) ;
  source_claim(&source, find("cc"), "x", "x") ;
  CHECK(source_unclaimed(&source, 1, &range) == 3 && !strcmp(source_copy(&source, range), "dd")) ;
  source_claim(&source, find("dd"), "x", "x") ;
  CHECK(!source_unclaimed(&source, 1, &range)) ;
}

TEST(an_unclaimed_line_becomes_a_todo_and_an_entry_by_itself)
{
  char const *report ;
  take("web &\nnobody wants me\n") ;
  source_claim(&source, find("web"), "services.d/web/run", "service web") ;
  plan_service(&plan, "web", 1)->command = "web" ;
  plan_settle(&plan) ;
  report = render_report(&plan) ;
  CHECK(strstr(report, "line 1: services.d/web/run: service web\n")) ;
  CHECK(strstr(report, "line 2: services.d/web/run: not understood")) ;
  CHECK(strstr(render(&plan)->content, "# TODO reeve-migrate: line 2: do by hand: nobody wants me\n")) ;
}

TEST(equal_entries_are_one_and_a_text_with_newlines_is_one_line)
{
  take("a\nb\n\nc\n") ;
  source_claim(&source, find("a"), "x", "same") ;
  source_claim(&source, find("b"), "x", "same") ;
  source_claim(&source, find("c"), "x", "more\nlines") ;
  CHECK(!strcmp(render_report(&plan), NOTHING_LEFT "lines 1-2: x: same\nline 3: dropped: blank\nline 4: x: more lines\n")) ;
}

TEST(mistakes_come_behind_the_line_that_they_are_about)
{
  take("a\nb\n") ;
  source_claim(&source, find("a"), "x", "a") ;
  source_claim(&source, find("b"), "x", "b") ;
  plan_mistake(&plan, 2, "second") ;
  plan_mistake(&plan, 1, "first") ;
  plan_mistake(&plan, 1, "first") ;
  CHECK(!strcmp(render_report(&plan), NOTHING_LEFT "line 1: x: a\nline 1: mistake: first\nline 2: x: b\nline 2: mistake: second\n")) ;
}

TEST(names_of_services_are_valid_and_differ)
{
  take("") ;
  CHECK(!strcmp(plan_service(&plan, "a b/c", 1)->name, "a-b-c")) ;
  CHECK(!strcmp(plan_service(&plan, ".hidden.", 1)->name, "hidden")) ;
  CHECK(!strcmp(plan_service(&plan, "a b/c", 1)->name, "a-b-c-2")) ;
  CHECK(!strcmp(plan_service(&plan, "///", 1)->name, "service")) ;
}
