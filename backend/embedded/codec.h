/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_CODEC_H
#define BACKEND_EMBEDDED_CODEC_H

#include "backend/embedded/key.h"
#include "backend/value.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Items as records: an item without what its key says already (the key attributes are decoded from
 * the key) and without its attributes' names (the table's dictionary has them: names.h).
 *
 *   record     01 | attribute ...          in the order of the item's names
 *   attribute  id | value                  id 1..EF: the name with that number in the dictionary
 *              00 | varint length | name | value
 *              F0+i                        the i-th key attribute stands here: taken from the key
 *
 * Use the same schema for key_of_item() and for both functions here. With an empty schema (count 0)
 * an item of any kind is packed whole, e.g. an image in a stream record.
 */

/* Appends the record of `item` (an M). Names that are new go into `names` (a dictionary that
 * belongs to the caller, see names.h) and *grown is set (never cleared): save it in the same
 * transaction. False where the item lacks a key attribute or is no well-formed map; `record` is as
 * before. */
bool codec_strip(struct buf *record, const struct key_schema *schema, struct value item,
    struct buf *names, bool *grown);

/* Appends the whole item, canonical, as value.h's M. `components` is what key_components() gives of
 * the entry's key. False (ERR_FILE, "damaged") where record, key or dictionary do not fit together;
 * `item` is as before. Reads nothing outside its arguments whatever their bytes are, but does not
 * look inside nested values: value_check() does. */
bool codec_join(struct buf *item, const struct key_schema *schema, struct str components,
    struct str names, struct str record, struct err *err);

#endif
