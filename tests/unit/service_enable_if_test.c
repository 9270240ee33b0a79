#include "service/enable_if.h"

#include <string.h>

#include "unit.h"

static char why[ENABLE_IF_WHY_MAX] ;

/* The environment: ON=1, EMPTY=, ROLE=web, TEXT=two words, LINES=a<newline>b, SECRET.x=s; nothing else. */
static char const *lookup (char const *name, void *data)
{
  static char const *const environment[][2] =
    { { "ON", "1" }, { "EMPTY", "" }, { "ROLE", "web" }, { "TEXT", "two words" }, { "LINES", "a\nb" }, { "SECRET.x", "s" }, { "_a-b9", "y" } } ;
  CHECK(data == why) ;
  for (size_t i = 0 ; i < sizeof environment / sizeof *environment ; i++)
    if (!strcmp(environment[i][0], name)) return environment[i][1] ;
  return 0 ;
}

static int enabled (char const *text)
{
  return enable_if(text, &lookup, why, why) == 1 ;
}

static int disabled (char const *text, char const *reason)
{
  if (enable_if(text, &lookup, why, why) || strcmp(why, reason) != 0)
  {
    printf("# %s: %s\n", text, why) ;
    return 0 ;
  }
  return 1 ;
}

static int invalid (char const *text, char const *line)
{
  if (enable_if(text, &lookup, why, why) != -1 || strcmp(why, line) != 0)
  {
    printf("# %s: %s\n", text, why) ;
    return 0 ;
  }
  return 1 ;
}

TEST(a_name_is_to_be_set_and_not_empty)
{
  CHECK(enabled("ON")) ;
  CHECK(enabled("ON\n")) ;
  CHECK(enabled("SECRET.x\n_a-b9")) ;
  CHECK(disabled("OFF", "OFF is not set")) ;
  CHECK(disabled("EMPTY", "EMPTY is empty")) ;
}

TEST(a_name_that_is_not_to_be_set)
{
  CHECK(enabled("!OFF")) ;
  CHECK(enabled("!EMPTY")) ;
  CHECK(disabled("!ON", "ON is set")) ;
}

TEST(one_of_several_values)
{
  CHECK(enabled("ROLE=web")) ;
  CHECK(enabled("ROLE=worker|web|all")) ;
  CHECK(enabled("TEXT=two words|three")) ;
  CHECK(disabled("ROLE=worker", "ROLE is web, not worker")) ;
  CHECK(disabled("ROLE=worker|all", "ROLE is web, not worker or all")) ;
  CHECK(disabled("ROLE=a|b|c", "ROLE is web, not a, b or c")) ;
  CHECK(disabled("ROLE=we|webs|Web", "ROLE is web, not we, webs or Web")) ;
  CHECK(disabled("OFF=1|true", "OFF is not set, so not 1 or true")) ;
  CHECK(disabled("EMPTY=1", "EMPTY is empty, so not 1")) ;
  CHECK(enabled("ON=a=b|1")) ;
}

TEST(none_of_several_values)
{
  CHECK(enabled("!ROLE=worker|all")) ;
  CHECK(enabled("!OFF=1")) ;
  CHECK(enabled("!EMPTY=1")) ;
  CHECK(disabled("!ROLE=web", "ROLE is web")) ;
  CHECK(disabled("!ROLE=all|web", "ROLE is web")) ;
}

TEST(all_lines_hold_and_the_first_that_does_not_is_told)
{
  CHECK(enabled("ON\nROLE=web\n!OFF\n")) ;
  CHECK(disabled("ON\nOFF\nEMPTY\n", "OFF is not set")) ;
  CHECK(disabled("!ROLE=web\n!ON", "ROLE is web")) ;
}

TEST(white_space_and_comments_mean_nothing)
{
  CHECK(enabled("\r\n  # OFF\r\n#\n\n \t \n  ON \t\r\n")) ;
  CHECK(enabled(" ! OFF ")) ;
  CHECK(enabled("ROLE = worker | web \r\n")) ;
  CHECK(disabled("\tOFF\r\n", "OFF is not set")) ;
  CHECK(disabled("ROLE= worker |all", "ROLE is web, not worker or all")) ;
}

TEST(all_else_is_invalid_and_its_line_is_told)
{
  static char const *const garbage[] =
  {
    "=", "=web", "!", "!!ON", "!=web", "ROLE=", "ROLE=|web", "ROLE=web|", "ROLE=web||all", "ROLE==web", "ROLE!=web", "ROLE=\"web\"", "ROLE='web'",
    "ROLE=$OTHER", "$ROLE", "${ROLE}", "1ON", "-ON", "ON OFF", "ON && OFF", "ON # comment", "ON;", "R\xc3\xb6le"
  } ;
  for (size_t i = 0 ; i < sizeof garbage / sizeof *garbage ; i++) CHECK(invalid(garbage[i], garbage[i])) ;
  CHECK(invalid("OFF\n$ROLE \nON", "$ROLE")) ; /* also behind one that does not hold */
  CHECK(invalid("", "")) ;
  CHECK(invalid("# nothing\n\n", "")) ;
  CHECK(invalid("\x1b[31m", "?[31m")) ;
}

TEST(what_is_told_is_short_and_printable)
{
  char text[600] ;
  CHECK(disabled("LINES=b", "LINES is a?b, not b")) ;
  CHECK(disabled("ON=a\tb\x1b", "ON is 1, not a b?")) ;
  memset(text, 'A', 255) ;
  text[255] = 0 ;
  CHECK(!enable_if(text, &lookup, why, why) && !strcmp(why, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA is not set")) ;
  memset(text, 'A', 256) ;
  text[256] = 0 ;
  CHECK(enable_if(text, &lookup, why, why) == -1) ;
  strcpy(text, "ROLE=v") ;
  for (unsigned int i = 0 ; i < 100 ; i++) strcat(text, "|some") ;
  CHECK(!enable_if(text, &lookup, why, why) && strlen(why) < ENABLE_IF_WHY_MAX) ;
}

TEST(lines_and_values_are_found_one_after_the_other)
{
  char const *text = "\n A = x | y z \n#\n!B\n" ;
  char const *at = 0 ;
  struct enable_if_line line = { .number = 0 } ;
  CHECK(enable_if_next(&text, &line) == 1 && line.number == 2 && line.name_len == 1 && *line.name == 'A' && line.values && !line.negated) ;
  CHECK(enable_if_value(&line, &at) == 1 && *at == 'x') ;
  CHECK(enable_if_value(&line, &at) == 3 && !strncmp(at, "y z", 3)) ;
  CHECK(!enable_if_value(&line, &at)) ;
  CHECK(enable_if_holds(&line, "x") && enable_if_holds(&line, "y z") && !enable_if_holds(&line, "y") && !enable_if_holds(&line, "") && !enable_if_holds(&line, 0)) ;
  CHECK(enable_if_next(&text, &line) == 1 && line.number == 4 && line.negated && !line.values) ;
  CHECK(enable_if_holds(&line, 0) && enable_if_holds(&line, "") && !enable_if_holds(&line, "x")) ;
  CHECK(!enable_if_next(&text, &line) && !*text) ;
}
