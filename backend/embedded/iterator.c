/* SPDX-License-Identifier: MIT */
/* Shard iterators as texts; the drawing is in iterator.h. Knows neither shards nor records. */
#include "backend/embedded/iterator.h"

#include "backend/embedded/stream_find.h"
#include "backend/embedded/token.h"
#include "backend/json_in.h"
#include "backend/json_out.h"

#include <endian.h>

enum { PLACE_LEN = 4 + 3 * 8 + 1, ITERATOR_LEN = PLACE_LEN + 8 };

static void put_u64(struct buf *out, uint64_t number)
{
    uint64_t little = htole64(number);
    buf_add_bytes(out, &little, sizeof little);
}

static uint64_t get_u64(struct str bytes, size_t at)
{
    uint64_t little;
    memcpy(&little, bytes.at + at, sizeof little);
    return le64toh(little);
}

static uint64_t digest_of(const struct call *call, struct str place)
{
    struct token_digest digest;
    token_digest_start(&digest);
    token_digest_add(&digest, store_uuid(call->engine->store));
    token_digest_add(&digest, place);
    return digest.a ^ digest.b;
}

void iterator_put(struct call *call, struct str name, const struct iterator *it)
{
    struct buf bytes = {0};
    uint32_t stream = htole32(it->stream);
    buf_add_bytes(&bytes, &stream, sizeof stream);
    put_u64(&bytes, (uint64_t)it->shard);
    put_u64(&bytes, it->next);
    put_u64(&bytes, (uint64_t)engine_now_ms(call->engine));
    buf_add_byte(&bytes, it->horizon);
    put_u64(&bytes, digest_of(call, buf_str(&bytes)));
    json_put_name(call->out, name);
    buf_add_byte(call->out, '"');
    buf_add(call->out, it->arn);
    buf_add(call->out, STR("|1|"));
    json_out_base64(call->out, buf_str(&bytes));
    buf_add_byte(call->out, '"');
    buf_fini(&bytes);
}

/* iterator = stream ARN "|1|" base64 */
static bool read_iterator(const struct call *call, struct str text, struct iterator *out)
{
    struct buf bytes = {0};
    struct err ignored = ERR_INIT;
    struct str version;
    uint32_t stream;
    bool fine = str_cut(&text, '|', &out->arn) && stream_find_check_arn(out->arn, &ignored) &&
                str_cut(&text, '|', &version) && str_equal(version, STR("1")) &&
                json_in_base64(&bytes, text) && bytes.len == ITERATOR_LEN;
    if (fine) {
        struct str place = str_take(buf_str(&bytes), PLACE_LEN);
        memcpy(&stream, place.at, sizeof stream);
        out->stream = le32toh(stream);
        out->shard = (int64_t)get_u64(place, 4);
        out->next = get_u64(place, 12);
        out->made_ms = (int64_t)get_u64(place, 20);
        out->horizon = place.at[28];
        fine = get_u64(buf_str(&bytes), PLACE_LEN) == digest_of(call, place);
    }
    buf_fini(&bytes);
    return fine;
}

bool iterator_refuse(struct err *err)
{
    return err_invalid(err, "Invalid ShardIterator");
}

bool iterator_parse(struct call *call, struct str text, struct iterator *out, struct err *err)
{
    if (!read_iterator(call, text, out))
        return iterator_refuse(err);
    return engine_now_ms(call->engine) - out->made_ms <= ITERATOR_LIFE_MS ||
           err_refuse(err, "ExpiredIteratorException", "Shard iterator has expired");
}
