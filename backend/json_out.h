/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_OUT_H
#define BACKEND_JSON_OUT_H

#include "backend/json.h"
#include "backend/value.h"

/*
 * Values into JSON text, straight from the stored bytes: no tree, no allocation but the buffer's.
 * Malformed bytes (a damaged store) write what can be read, null for what cannot, and return false.
 * The text is one line of JSON in any case, and holds no control characters: DEL and the C1
 * controls are escaped too.
 */

/* {"N":"1"} */
bool json_out_typed(struct buf *out, struct value v);
/* {"id":{"S":"a"},…}: the attributes of an item. */
bool json_out_typed_item(struct buf *out, struct value item);
/* Plain JSON; a set as an array, binary as base64 text: only for what json_out_is_plain() allows,
 * or for showing. */
bool json_out_plain(struct buf *out, struct value v);
/* Over several lines, two blanks a level, short arrays of scalars on one line: for editors. An M is
 * written as an item, so that json_in_item() reads it back. */
bool json_out_pretty(struct buf *out, struct value v, bool typed);
/* The same for the value of one attribute: a map is {"M": {…}} too where `typed`, as
 * json_in_typed() wants it. */
bool json_out_pretty_value(struct buf *out, struct value v, bool typed);

/* Whether plain JSON loses nothing and would be read back as plain: no set and no binary anywhere,
 * and the item does not look typed. */
bool json_out_is_plain(struct value item);
/* One item and a line feed: plain where json_out_is_plain(), typed otherwise or where asked. */
bool json_out_line(struct buf *out, struct value item, bool typed);

void json_out_base64(struct buf *out, struct str bytes);

#endif
