/* The children of a node of the grammar's tree. */

#include "migrate/shell/tree.h"

struct children children_of (struct pool *pool, TSNode node)
{
  uint32_t n = ts_node_child_count(node) ;
  struct children children = { .list = pool_alloc(pool, n * sizeof(TSNode)) } ;
  TSTreeCursor cursor = ts_tree_cursor_new(node) ;
  for (int more = ts_tree_cursor_goto_first_child(&cursor) ; more && children.n < n ; more = ts_tree_cursor_goto_next_sibling(&cursor))
    children.list[children.n++] = ts_tree_cursor_current_node(&cursor) ;
  ts_tree_cursor_delete(&cursor) ;
  return children ;
}
