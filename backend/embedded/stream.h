/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STREAM_H
#define BACKEND_EMBEDDED_STREAM_H

#include "backend/embedded/engine.h"
#include "backend/embedded/shard.h"

/*
 * Stream records. The key is the stream's id and the sequence number, which is one counter for the
 * whole store, so that records of all tables have one order.
 *
 *   key      id (as in key.h) | sequence (8, big-endian)
 *   record   01 | flags | time in ms (8, little-endian) | part ...
 *   part     varint length | codec record of an item with an empty schema
 *
 * A stream's numbers are cut into shards (shard.h): the record that is too late for the open one,
 * or one too many, begins the next, in its own transaction.
 *
 * Parts: the old image where flag OLD is set, then the new one where NEW is set; where neither is
 * (the view KEYS_ONLY), the key attributes alone. Flags: 1 and 2 the event (0 INSERT, 1 MODIFY, 2
 * REMOVE), 4 OLD, 8 NEW, 16 removed by the service (time to live).
 */
enum stream_event { STREAM_INSERT, STREAM_MODIFY, STREAM_REMOVE };
enum { STREAM_RETENTION_MS = 24 * 60 * 60 * 1000, STREAM_SEQUENCE_DIGITS = 21 };

struct stream_record {
    enum stream_event event;
    bool by_service;
    int64_t time_ms;
    struct value keys;     /* M; VALUE_NONE where there are images */
    struct value old, new; /* M or VALUE_NONE */
};

/* Appends a record for a change where the table has a stream. `names` may grow. */
bool stream_append(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct value old, struct value new, bool by_service, struct buf *names, bool *grown,
    struct err *err);
/* Unpacks a record; the values lie in `out`'s arena. */
bool stream_read(struct stream_record *out, struct arena *arena, struct str names,
    struct str record, struct err *err);

/* Event, flags and time only; false where the bytes are no record. */
bool stream_read_head(struct stream_record *out, struct str record);

void stream_key(struct buf *out, uint32_t stream, uint64_t sequence);
/* The number in a record's key; false where it is not one of the stream with this id (key_put_id).
 */
bool stream_read_key(struct str key, struct str id, uint64_t *sequence);
/* The last number given in this store, 0 = none yet. */
bool stream_last(struct store_txn *txn, uint64_t *sequence, struct err *err);
/* 21 digits; reading accepts exactly what is printed. */
void stream_put_sequence(struct buf *out, uint64_t sequence);
bool stream_parse_sequence(struct str text, uint64_t *sequence);

/* The number of the first or last record; *found false where there is none. */
bool stream_end(struct store_txn *txn, uint32_t stream, bool last, uint64_t *sequence, bool *found,
    struct err *err);
/* The shard that takes records, or took the last ones. */
bool stream_open_shard(struct store_txn *txn, const struct catalog_stream_row *row,
    struct shard *out, struct err *err);

/* Closes the table's stream at this time; the row stays for a day. */
bool stream_close(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    int64_t now_ms, struct err *err);
/* Opens a new one: sets table->stream. The caller writes the table's row. */
bool stream_open(struct call *call, struct store_txn *txn, struct catalog_table *table,
    enum catalog_view view, int64_t now_ms, struct err *err);

#endif
