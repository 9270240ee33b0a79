#include <string.h>

#include "unit.h"
#include "migrate/text/patch.h"

static struct pool pool ;
static struct source source ;

static void take (char const *text)
{
  pool_free(&pool) ;
  source_init(&source, &pool, "f", text, strlen(text)) ;
}

static int is (struct edit const *edits, char const *expected)
{
  char const *text = patch_text(&source, edits) ;
  if (!strcmp(text, expected)) return 1 ;
  printf("# %s", text) ;
  return 0 ;
}

TEST(no_edit_no_patch)
{
  take("a\n") ;
  CHECK(is(0, "")) ;
}

TEST(lines_replaced_removed_and_added)
{
  struct edit *edits = 0 ;
  take("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n") ;
  edit_add(&pool, &edits, 11, 11) ;
  texts_add(&pool, &edit_add(&pool, &edits, 2, 2)->lines, "two") ;
  texts_add(&pool, &edit_add(&pool, &edits, 3, 2)->lines, "before three") ;
  CHECK(is(edits, "--- f\n+++ f\n@@ -1,5 +1,6 @@\n 1\n-2\n+two\n+before three\n 3\n 4\n 5\n"
    "@@ -8,5 +9,4 @@\n 8\n 9\n 10\n-11\n 12\n")) ;
}

TEST(the_end_of_a_file_without_a_newline)
{
  struct edit *edits = 0 ;
  take("1\n2") ;
  texts_add(&pool, &edit_add(&pool, &edits, 2, 2)->lines, "two") ;
  CHECK(is(edits, "--- f\n+++ f\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+two\n")) ;
}
