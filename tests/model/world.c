/* SPDX-License-Identifier: MIT */
/* Attributes, values and items of the model test. */
#include "world.h"

#include <string.h>

const char *const attribute_names[ATTRIBUTES] = {"a", "b", "g1", "g2", "l1", "n", "pk", "sk"};

const struct thing things[] = {
    {0, "", NULL},
    {'S', "{\"S\":\"\\u0000\"}", NULL},
    {'S', "{\"S\":\"\\u0000\\u0001x\"}", NULL},
    {'S', "{\"S\":\"\\u0001\"}", NULL},
    {'S', "{\"S\":\"a\"}", "{\"S\":\"\\u0061\"}"},
    {'S', "{\"S\":\"a\\u0000\"}", NULL},
    {'S', "{\"S\":\"ab\"}", NULL},
    {'S', "{\"S\":\"b\"}", NULL},
    {'S', "{\"S\":\"b#1\"}", NULL},
    {'S', "{\"S\":\"b#2\"}", NULL},
    {'S', "{\"S\":\"zz\"}", NULL},
    {'S', "{\"S\":\"\xc3\xa9\"}", "{\"S\":\"\\u00e9\"}"},
    {'N', "{\"N\":\"-100000000000000000000\"}", "{\"N\":\"-1e20\"}"},
    {'N', "{\"N\":\"-10\"}", "{\"N\":\"-1E1\"}"},
    {'N', "{\"N\":\"-1.5\"}", "{\"N\":\"-001.50\"}"},
    {'N', "{\"N\":\"0\"}", "{\"N\":\"-0.00\"}"},
    {'N', "{\"N\":\"0.01\"}", "{\"N\":\".01\"}"},
    {'N', "{\"N\":\"1\"}", "{\"N\":\"1.0\"}"},
    {'N', "{\"N\":\"2\"}", NULL},
    {'N', "{\"N\":\"10\"}", "{\"N\":\"1e1\"}"},
    {'N', "{\"N\":\"12345678901234567890123456789012345678\"}", NULL},
    {'B', "{\"B\":\"AA==\"}", NULL},
    {'B', "{\"B\":\"AAE=\"}", NULL},
    {'B', "{\"B\":\"AQ==\"}", NULL},
    {'B', "{\"B\":\"YQ==\"}", NULL},
    {'B', "{\"B\":\"YWI=\"}", NULL},
    {'B', "{\"B\":\"/w==\"}", NULL},
    {'B', "{\"B\":\"//8=\"}", NULL},
    {'x', "{\"BOOL\":true}", NULL},
    {'x', "{\"NULL\":true}", NULL},
    {'x', "{\"L\":[{\"S\":\"\"},{\"N\":\"1\"}]}", NULL},
    {'x', "{\"M\":{\"k\":{\"M\":{}},\"l\":{\"L\":[]}}}", NULL},
    {'x', "{\"SS\":[\"a\",\"b\"]}", "{\"SS\":[\"b\",\"a\"]}"},
    {'x', "{\"NS\":[\"1\",\"20\"]}", "{\"NS\":[\"2e1\",\"1.0\"]}"},
    {'x', "{\"BS\":[\"AA==\"]}", NULL},
};

int things_count(void)
{
    return (int)(sizeof things / sizeof things[0]);
}

uint64_t world_next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

int world_below(uint64_t *random, int bound)
{
    return (int)((world_next(random) >> 20) % (uint64_t)bound);
}

int things_pick(uint64_t *random, char type)
{
    for (;;) {
        int i = 1 + world_below(random, things_count() - 1);
        if (type == 0 || things[i].type == type)
            return i;
    }
}

bool item_has(const struct item *item, int attribute)
{
    return attribute == N ? item->has_n : item->v[attribute] != 0;
}

bool item_equal(const struct item *a, const struct item *b)
{
    return memcmp(a->v, b->v, sizeof a->v) == 0 && a->has_n == b->has_n &&
           (!a->has_n || a->n == b->n);
}

/* With a source of randomness the other spellings are used too. */
void item_put_attribute(struct buf *out, const struct item *item, int attribute, uint64_t *random)
{
    const struct thing *thing = &things[item->v[attribute]];
    buf_printf(out, "\"%s\":", attribute_names[attribute]);
    if (attribute == N)
        buf_printf(out, "{\"N\":\"%ld\"}", item->n);
    else if (random && thing->alias && world_below(random, 2))
        buf_add(out, str_from(thing->alias));
    else
        buf_add(out, str_from(thing->json));
}

void item_put_json(struct buf *out, const struct item *item, uint64_t *random)
{
    bool any = false;
    buf_add_byte(out, '{');
    for (int i = 0; i < ATTRIBUTES; i++) {
        if (!item_has(item, i))
            continue;
        if (any)
            buf_add_byte(out, ',');
        item_put_attribute(out, item, i, random);
        any = true;
    }
    buf_add_byte(out, '}');
}
