/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_PAGE_RANGE_H
#define BACKEND_EMBEDDED_PAGE_RANGE_H

#include "backend/embedded/page.h"

/* The terms of a key condition by place in the schema: `count` of them, from the front. */
struct page_range_keys {
    const struct expr_key_term *at[KEY_ATTRIBUTES_MAX];
    uint32_t count;
};

/* Brings the terms into order; refuses what the schema does not allow: partition key attributes all
 * and with =, sort key attributes from the left, an inequality only on the last one. */
bool page_range_order(const struct key_schema *schema, const struct expr_key_condition *given,
    struct page_range_keys *out, struct err *err);
/* Sets page->from and page->to. */
void page_range_set(struct page *page, const struct page_range_keys *keys);

#endif
