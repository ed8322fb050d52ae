/* SPDX-License-Identifier: MIT */
/*
 * Nanoseconds for one item of 575 bytes of DynamoDB JSON: text to value, value to text, and the
 * small steps that filters take; jansson on the same text beside it. Each figure is the best of
 * nine rounds. With an argument only the rows that contain it.
 */
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "backend/number.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* From jansson.h, which cannot be included beside backend/json.h: both name JSON_OBJECT. */
struct json_t;
struct json_t *json_loadb(const char *text, size_t len, size_t flags, void *error);
void json_delete(struct json_t *json);
char *json_dumps(const struct json_t *json, size_t flags);

enum { ROUNDS = 9, CALLS = 40000 };

static const char item_text[] =
    "{\"artist\":{\"S\":\"The Acme Band\"},\"song_title\":{\"S\":\"Happy Day, or how the day went "
    "by\"},"
    "\"album_title\":{\"S\":\"Songs About "
    "Life\"},\"year\":{\"N\":\"2015\"},\"price\":{\"N\":\"12.99\"},"
    "\"rating\":{\"N\":\"4.75\"},\"in_stock\":{\"BOOL\":true},\"tags\":{\"SS\":[\"country\","
    "\"folk\",\"live\","
    "\"rock\"]},\"cover\":{\"B\":\"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlE\"},"
    "\"tracks\":{\"L\":[{\"M\":{\"no\":{\"N\":\"1\"},\"sec\":{\"N\":\"212\"}}},{\"M\":{\"no\":{"
    "\"N\":\"2\"},"
    "\"sec\":{\"N\":\"187\"}}}]},\"updated_at\":{\"N\":\"1718031234567\"},\"note\":{\"NULL\":true},"
    "\"owner\":{\"S\":\"warehouse-7, third shelf from the door, box 1718031, behind the blue "
    "one\"}}";

struct bench {
    struct arena arena;
    struct buf value, out;
    struct str text;
    struct value item;
    struct number numbers[2];
    struct json_t *tree;
    uint64_t sink;
};

static void jansson_parse(struct bench *b)
{
    json_delete(json_loadb(b->text.at, b->text.len, 0x11, NULL));
}

static void jansson_dump(struct bench *b)
{
    free(json_dumps(b->tree, 0x20));
}

static void parse(struct bench *b)
{
    struct err err;
    arena_reset(&b->arena);
    b->sink += json_parse(&b->arena, b->text, &err)->count;
}

static void text_to_value(struct bench *b)
{
    struct err err;
    arena_reset(&b->arena);
    buf_clear(&b->out);
    const struct json *json = json_parse(&b->arena, b->text, &err);
    b->sink += json_in_typed_item(&b->out, json, &err);
}

static void value_to_typed(struct bench *b)
{
    buf_clear(&b->out);
    b->sink += json_out_typed_item(&b->out, b->item);
}

static void value_to_plain(struct bench *b)
{
    buf_clear(&b->out);
    b->sink += json_out_plain(&b->out, b->item);
}

static void check(struct bench *b)
{
    struct err err;
    b->sink += value_check(b->item.encoded, &err);
}

static void find_first(struct bench *b)
{
    struct value found;
    b->sink += value_find(b->item, STR("album_title"), &found);
}

static void find_last(struct bench *b)
{
    struct value found;
    b->sink += value_find(b->item, STR("year"), &found);
}

static void find_none(struct bench *b)
{
    struct value found;
    b->sink += value_find(b->item, STR("missing"), &found);
}

static void item_size(struct bench *b)
{
    b->sink += value_item_size(b->item);
}

static void read_number(struct bench *b)
{
    struct number n;
    struct err err;
    b->sink += number_parse(&n, STR("1718031234.567"), &err);
}

static void write_number(struct bench *b)
{
    char text[NUMBER_TEXT_MAX];
    b->sink += number_format(number_str(&b->numbers[0]), text);
}

static void compare_numbers(struct bench *b)
{
    b->sink += (uint64_t)str_compare(number_str(&b->numbers[0]), number_str(&b->numbers[1]));
}

static void add_numbers(struct bench *b)
{
    struct number sum;
    struct err err;
    b->sink += number_add(&sum, number_str(&b->numbers[0]), number_str(&b->numbers[1]), &err);
}

static double best_ns(struct bench *b, void (*call)(struct bench *))
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = clock_tick_ns();
        for (int i = 0; i < CALLS; i++)
            call(b);
        double ns = (double)(clock_tick_ns() - start) / CALLS;
        best = ns < best ? ns : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *what;
        void (*call)(struct bench *);
    } rows[] = {
        {"text to tree, jansson", jansson_parse},
        {"tree to text, jansson", jansson_dump},
        {"text to tree", parse},
        {"text to value", text_to_value},
        {"value to typed text", value_to_typed},
        {"value to plain text", value_to_plain},
        {"value checked whole", check},
        {"value_find, first", find_first},
        {"value_find, last of 13", find_last},
        {"value_find, none", find_none},
        {"value_item_size", item_size},
        {"number from text, 13 digits", read_number},
        {"number to text", write_number},
        {"numbers compared", compare_numbers},
        {"numbers added", add_numbers},
    };
    struct bench b = {.text = STR(item_text)};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&b.arena, b.text, &err);
    if (json == NULL || !json_in_typed_item(&b.value, json, &err))
        return fprintf(stderr, "%s\n", err.text), 1;
    b.item = value_of(buf_str(&b.value));
    b.tree = json_loadb(b.text.at, b.text.len, 0x11, NULL);
    number_parse(&b.numbers[0], STR("1718031234.567"), &err);
    number_parse(&b.numbers[1], STR("1718031234.5"), &err);
    printf("%zu bytes of text, %zu bytes of value\n", b.text.len, b.value.len);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (argc < 2 || strstr(rows[i].what, argv[1]))
            printf("%-30s %8.1f ns\n", rows[i].what, best_ns(&b, rows[i].call));
    json_delete(b.tree);
    arena_fini(&b.arena);
    buf_fini(&b.value);
    buf_fini(&b.out);
    return b.sink == 0;
}
