/* SPDX-License-Identifier: MIT */
/* Items of four kinds, each made from its number. Knows nothing of tables but their keys. */
#include "views/cli/sample.h"
#include "backend/number.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

/* ---- chance ---- */

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

struct sample_rng sample_rng(uint64_t seed, uint64_t index)
{
    return (struct sample_rng){mix(seed + 0x9E3779B97F4A7C15u) ^ mix(index * 0xD1B54A32D192ED03u)};
}

uint64_t sample_next(struct sample_rng *rng)
{
    return mix(rng->state += 0x9E3779B97F4A7C15u);
}

uint64_t sample_below(struct sample_rng *rng, uint64_t bound)
{
    return bound ? sample_next(rng) % bound : 0;
}

const char *sample_word(struct sample_rng *rng, const char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    return words[sample_below(rng, count)];
}

/* ---- parts ---- */

__attribute__((format(printf, 2, 0))) static void put_text(
    struct buf *out, const char *format, va_list args)
{
    char text[512];
    int len = vsnprintf(text, sizeof text, format, args);
    value_put_string(out, (struct str){text, len < 0 ? 0 : (size_t)len});
}

void sample_string(
    struct value_open *item, struct buf *out, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value_member(item, out, str_from(name));
    put_text(out, format, args);
    va_end(args);
}

static void put_number(struct buf *out, const char *text)
{
    struct number number;
    struct err ignored = ERR_INIT;
    if (!number_parse(&number, str_from(text), &ignored))
        number_from_i64(&number, 0);
    value_put_number(out, number_str(&number));
}

void sample_number(
    struct value_open *item, struct buf *out, const char *name, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    value_member(item, out, str_from(name));
    put_number(out, text);
}

void sample_bool(struct value_open *item, struct buf *out, const char *name, bool truth)
{
    value_member(item, out, str_from(name));
    value_put_bool(out, truth);
}

void sample_time(struct value_open *item, struct buf *out, const char *name, uint64_t seconds)
{
    static const time_t first_day = 1767225600; /* 2026-01-01 */
    time_t when = first_day + (time_t)seconds;
    struct tm utc;
    char text[32];
    gmtime_r(&when, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    sample_string(item, out, name, "%s", text);
}

static struct value_open open_member(
    struct value_open *item, struct buf *out, const char *name, enum value_type type)
{
    value_member(item, out, str_from(name));
    return value_open(out, type);
}

static void close_member(struct value_open *open, struct buf *out)
{
    struct err ignored = ERR_INIT;
    value_close(open, out, &ignored);
}

/* Items of a partition in a row are written many times faster than scattered ones. */
static unsigned long long partition_of(
    const struct sample *sample, struct sample_rng *rng, uint64_t index)
{
    uint64_t chance = sample_below(rng, sample->partitions);
    return sample->run ? index / sample->run % sample->partitions : chance;
}

/* ---- words ---- */

static const char *const statuses[] = {
    "PENDING", "PAID", "SHIPPED", "DELIVERED", "CANCELLED", "RETURNED", NULL};
static const char *const products[] = {"lamp", "kettle", "notebook", "backpack", "headphones",
    "keyboard", "monitor", "chair", "tea", "mug", "cable", "desk", NULL};
static const char *const cities[] = {"Amsterdam", "Berlin", "Lisbon", "Kraków", "Zürich",
    "São Paulo", "東京", "Reykjavík", "Αθήνα", "Nairobi", "Montréal", "서울", NULL};
static const char *const given[] = {"Ana", "Bo", "Chi", "Dara", "Eun", "Femi", "Gil", "Hana", "Ivo",
    "Jun", "Kai", "Lou", "Mika", "Noa", "Ola", "Pia", NULL};
static const char *const roles[] = {"admin", "editor", "viewer", "billing", NULL};
static const char *const interests[] = {
    "hiking", "chess", "cooking", "photography", "cycling", "gardening", "music", NULL};
static const char *const events[] = {
    "temperature", "humidity", "door", "motion", "battery", "reboot", NULL};

/* ---- orders ---- */

static void add_order_lines(struct sample_rng *rng, struct value_open *item, struct buf *out)
{
    struct value_open lines = open_member(item, out, "items", VALUE_L);
    for (uint64_t i = 0, count = 1 + sample_below(rng, 3); i < count; i++) {
        value_member(&lines, out, STR_NONE);
        struct value_open line = value_open(out, VALUE_M);
        sample_string(&line, out, "product", "%s", sample_word(rng, products));
        sample_number(&line, out, "quantity", "%d", (int)sample_below(rng, 5) + 1);
        close_member(&line, out);
    }
    close_member(&lines, out);
}

static void add_order(
    const struct sample *sample, uint64_t index, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(sample->seed, index);
    sample_string(item, out, "customerId", "C%06llu", partition_of(sample, &rng, index));
    sample_string(item, out, "orderId", "O%010llu", (unsigned long long)index);
    sample_number(item, out, "amount", "%d.%02d", (int)sample_below(&rng, 900) + 1,
        (int)sample_below(&rng, 100));
    sample_string(item, out, "status", "%s", sample_word(&rng, statuses));
    sample_time(item, out, "createdAt", sample_below(&rng, 300 * 86400));
    sample_bool(item, out, "gift", sample_below(&rng, 8) == 0);
    sample_string(item, out, "city", "%s", sample_word(&rng, cities));
    add_order_lines(&rng, item, out);
}

/* ---- users ---- */

static void add_user(
    const struct sample *sample, uint64_t index, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(sample->seed, index);
    const char *name = sample_word(&rng, given);
    sample_string(item, out, "userId", "U%07llu", (unsigned long long)index + 1001);
    sample_string(item, out, "name", "%s", name);
    sample_string(item, out, "email", "%s%llu@example.com", name, (unsigned long long)index);
    sample_string(item, out, "role", "%s", sample_word(&rng, roles));
    sample_bool(item, out, "active", sample_below(&rng, 5) != 0);
    sample_time(item, out, "signupDate", sample_below(&rng, 300 * 86400));
    struct value_open address = open_member(item, out, "address", VALUE_M);
    sample_string(&address, out, "city", "%s", sample_word(&rng, cities));
    sample_string(&address, out, "zip", "%05d", (int)sample_below(&rng, 100000));
    close_member(&address, out);
    struct value_open likes = open_member(item, out, "interests", VALUE_SS);
    uint64_t first = sample_below(&rng, 7);
    for (uint64_t i = 0, count = 1 + sample_below(&rng, 3); i < count; i++)
        value_set_add(&likes, out, str_from(interests[(first + i) % 7]));
    close_member(&likes, out);
}

/* ---- events ---- */

static void add_event(
    const struct sample *sample, uint64_t index, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(sample->seed, index);
    uint64_t payload[2] = {sample_next(&rng), sample_next(&rng)};
    sample_string(item, out, "deviceId", "D%05llu", partition_of(sample, &rng, index));
    sample_number(item, out, "at", "%llu", 1767225600000ull + index * 250);
    sample_string(item, out, "type", "%s", sample_word(&rng, events));
    sample_number(item, out, "value", "%d.%03d", (int)sample_below(&rng, 200) - 100,
        (int)sample_below(&rng, 1000));
    sample_bool(item, out, "ok", sample_below(&rng, 20) != 0);
    value_member(item, out, STR("payload"));
    value_put_binary(out, (struct str){(const char *)payload, 4 + sample_below(&rng, 12)});
    sample_number(item, out, "expiresAt", "%llu", 1893456000ull + index);
}

/* ---- wide: every type, many attributes ---- */

static void add_sets(struct sample_rng *rng, struct value_open *item, struct buf *out)
{
    struct value_open numbers = open_member(item, out, "numberSet", VALUE_NS);
    for (int i = 0; i < 3; i++) {
        struct number n;
        number_from_i64(&n, (int64_t)sample_below(rng, 1000) + i * 1000);
        value_set_add(&numbers, out, number_str(&n));
    }
    close_member(&numbers, out);
    struct value_open binaries = open_member(item, out, "binarySet", VALUE_BS);
    for (int i = 0; i < 2; i++) {
        char bytes[3] = {(char)i, (char)sample_below(rng, 256), (char)0xFF};
        value_set_add(&binaries, out, (struct str){bytes, 3});
    }
    close_member(&binaries, out);
    struct value_open strings = open_member(item, out, "stringSet", VALUE_SS);
    value_set_add(&strings, out, str_from(sample_word(rng, cities)));
    value_set_add(&strings, out, str_from(sample_word(rng, products)));
    close_member(&strings, out);
}

static void add_wide(
    const struct sample *sample, uint64_t index, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(sample->seed, index);
    sample_number(item, out, "id", "%llu", (unsigned long long)index + 1);
    sample_number(item, out, "exact", "%llu%018llu.%010llu",
        (unsigned long long)sample_below(&rng, 9999999999ull) + 1,
        (unsigned long long)sample_below(&rng, 1000000000000000000ull),
        (unsigned long long)sample_below(&rng, 10000000000ull));
    sample_number(item, out, "tiny", "-%d.5e-120", (int)sample_below(&rng, 9) + 1);
    sample_bool(item, out, "flag", index % 2 == 0);
    value_member(item, out, STR("nothing"));
    value_put_null(out);
    sample_string(item, out, "empty", "%s", "");
    add_sets(&rng, item, out);
    struct value_open deep = open_member(item, out, "nested", VALUE_M);
    struct value_open list = open_member(&deep, out, "list", VALUE_L);
    value_member(&list, out, STR_NONE);
    value_put_bool(out, true);
    value_member(&list, out, STR_NONE);
    put_number(out, "3.14159");
    close_member(&list, out);
    close_member(&deep, out);
    for (int i = 1; i <= 24; i++) {
        char name[16];
        snprintf(name, sizeof name, "col%02d", i);
        if (i % 3 == 0)
            sample_number(item, out, name, "%llu", (unsigned long long)sample_next(&rng) >> 20);
        else
            sample_string(item, out, name, "%s", sample_word(&rng, i % 2 ? cities : products));
    }
}

/* ---- schemas ---- */

static const struct sample_schema schemas[] = {
    {.name = "orders",
        .key_count = 2,
        .keys = {{.name = {"customerId", 10}, .type = VALUE_S},
            {.name = {"orderId", 7}, .type = VALUE_S}},
        .add = add_order},
    {.name = "users",
        .key_count = 1,
        .keys = {{.name = {"userId", 6}, .type = VALUE_S}},
        .one_a_partition = true,
        .add = add_user},
    {.name = "events",
        .key_count = 2,
        .keys = {{.name = {"deviceId", 8}, .type = VALUE_S}, {.name = {"at", 2}, .type = VALUE_N}},
        .add = add_event},
    {.name = "wide",
        .key_count = 1,
        .keys = {{.name = {"id", 2}, .type = VALUE_N}},
        .one_a_partition = true,
        .add = add_wide},
};

const struct sample_schema *sample_find(struct str name)
{
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        if (str_equal(str_from(schemas[i].name), name))
            return &schemas[i];
    return NULL;
}

/* Words until the item is about as big as asked. */
static void add_filler(
    struct sample_rng *rng, size_t bytes, struct value_open *item, struct buf *out)
{
    value_member(item, out, STR("note"));
    struct buf text = {0};
    while (text.len < bytes) {
        buf_add(&text, str_from(sample_word(rng, products)));
        buf_add_byte(&text, ' ');
    }
    value_put_string(out, str_take(buf_str(&text), bytes));
    buf_fini(&text);
}

bool sample_item(const struct sample_schema *schema, const struct sample *sample, uint64_t index,
    struct buf *out, struct err *err)
{
    enum { NOTE = 4 };
    size_t start = out->len;
    struct value_open item = value_open(out, VALUE_M);
    schema->add(sample, index, &item, out);
    /* encoded bytes are near enough to the service's count */
    size_t so_far = out->len - start;
    if (sample->bytes > so_far + NOTE) {
        struct sample_rng rng = sample_rng(~sample->seed, index);
        add_filler(&rng, sample->bytes - so_far - NOTE, &item, out);
    }
    return value_close(&item, out, err);
}
