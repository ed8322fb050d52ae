/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_FACTS_H
#define VIEWS_TABLES_TABLE_FACTS_H

#include "backend/client.h"

/* What DescribeTable knows, for people. `index` NULL = the base table. */

/* "customerId S · orderId S" */
void table_facts_keys(
    struct buf *out, const struct client_table *table, const struct client_index *index);
/* One line for the status line. */
void table_facts_line(
    struct buf *out, const struct client_table *table, const struct client_index *index);
/* Some short lines: the name first. */
void table_facts_block(
    struct buf *out, const struct client_table *table, const struct client_index *index);

#endif
