/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_PAGE_H
#define VIEWS_TABLES_TABLE_PAGE_H

#include "views/tables/table_look.h"

/* All that is known of a table as a text to read, in sections, with figures for people. What has no
 * place of its own stands at the end as it came. `now_ms` for what is so long ago. */
void table_page_write(struct buf *out, const struct table_look *look, int64_t now_ms);

#endif
