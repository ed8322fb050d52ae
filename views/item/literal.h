/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_LITERAL_H
#define VIEWS_ITEM_LITERAL_H

#include "backend/json_in.h"
#include "backend/value.h"

/*
 * A value as a person types it, without loss:
 *
 *   literal = string | number | "true" | "false" | "null" | json | typed | set | bare
 *   string  = JSON string
 *   json    = JSON array or object
 *   typed   = { "S": … } and the like
 *   set     = ( "⟨" | "<<" ) { string | number | bare } ( "⟩" | ">>" )
 *   bare    = any other text: a string, where the value was a string before
 */
void literal_add(struct buf *out, struct value v);
/* The same over several lines, for an editor: plain JSON, or typed where that would lose a type
 * anywhere inside. */
void literal_add_lines(struct buf *out, struct value v);
/* Appends the value; `was` is the type that it had (VALUE_NONE = new). Errors say what to type. */
bool literal_parse(struct buf *out, struct str text, enum value_type was, struct err *err);

#endif
