/* SPDX-License-Identifier: MIT */
/*
 * What is no matter of how a function fails: records that are too old, a destination that cannot be
 * written, a hand that skips, a function that nobody has trusted, a mapping that is turned off.
 */
#include "world.h"

#include "backend/triggers/dead_letter.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

enum { RECORDS = 12, POISONS = 2 };

struct corner {
    struct world w;
    struct mapping m;
    struct arena arena;
    struct status status;
    char name[32], mode[32];
};

/* A table of its own with poison at 3 and 7, a function and a mapping; nothing runs. */
static void make(struct corner *c, const char *name, const char *mode)
{
    char key[32];
    snprintf(c->name, sizeof c->name, "%s", name);
    world_table(&c->w, name);
    for (unsigned i = 0; i < RECORDS; i++) {
        snprintf(key, sizeof key, i % 4 == 3 && i < 8 ? "poison-%u" : "item-%u", i);
        world_put(&c->w, name, key, i);
    }
    world_function(&c->w, &(struct world_function){.name = c->name, .mode = mode, .extra = "3"});
    mapping_init(&c->m);
    c->m.function = str_from(c->name);
    c->m.from_start = true;
    c->m.batch_size = 1;
}

static void wait_state(struct corner *c, enum status_state state)
{
    double end = world_seconds() + 60;
    for (;; world_pause(5)) {
        arena_reset(&c->arena);
        if (world_status(&c->w, &c->m, &c->arena, &c->status) && c->status.state == state)
            return;
        if (world_seconds() > end)
            world_fail("%s: is %s, not %s: %.*s", c->name, status_word(c->status.state),
                status_word(state), STR_ARG(c->status.note));
    }
}

static void ask(struct corner *c, enum status_wish wish)
{
    struct err err = ERR_INIT;
    struct buf folder = {0};
    if (!registry_mapping_folder(c->w.registry, c->m.uuid, &folder, &err) ||
        !status_ask(buf_cstr(&folder), wish, &err))
        world_fail("%s", err.text);
    buf_fini(&folder);
}

static size_t letters(struct corner *c)
{
    struct err err = ERR_INIT;
    struct buf folder = {0}, path = {0}, text = {0};
    size_t lines = 0;
    if (!registry_mapping_folder(c->w.registry, c->m.uuid, &folder, &err))
        world_fail("%s", err.text);
    dead_letter_path(buf_cstr(&folder), &c->m, &path);
    world_file(path.at, &text);
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    buf_fini(&folder);
    buf_fini(&path);
    buf_fini(&text);
    return lines;
}

static size_t calls(struct corner *c)
{
    struct world_records truth;
    struct arena arena = {0};
    size_t count = 0;
    world_records(&c->w, c->name, &truth);
    for (struct world_call *i = world_calls(&c->w, c->name, &truth, &arena); i; i = i->next)
        count++;
    world_records_fini(&truth);
    arena_fini(&arena);
    return count;
}

static void end(struct corner *c, uint64_t succeeded, uint64_t dropped, uint64_t expired)
{
    world_wait(&c->w, &c->m, RECORDS, 60);
    arena_reset(&c->arena);
    world_status(&c->w, &c->m, &c->arena, &c->status);
    const struct delivery_ledger *l = &c->status.ledger;
    if (l->succeeded != succeeded || l->dropped != dropped || l->expired != expired)
        world_fail("%s: %" PRIu64 " succeeded, %" PRIu64 " dropped, %" PRIu64 " expired", c->name,
            l->succeeded, l->dropped, l->expired);
    if (letters(c) < (dropped + expired > 0))
        world_fail("%s: no dead letters", c->name);
    world_stop(&c->w);
    printf("%s: %" PRIu64 " calls, %" PRIu64 " errors\n", c->name, l->calls, l->errors);
}

/* ---- age ---- */

/* The store's clock is behind, so that what is written is old. */
static void open_behind(struct corner *c, int64_t by_ms)
{
    world_close(&c->w);
    clock_fake_init(&c->w.clock, clock_now_ms(NULL) - by_ms);
    world_open(&c->w);
}

static void open_again(struct corner *c)
{
    world_close(&c->w);
    c->w.clock = (struct clock_fake){.ms = 0};
    world_open(&c->w);
}

static void old_records_are_not_even_tried(struct corner *c)
{
    open_behind(c, 3600000);
    make(c, "old", "exit");
    open_again(c);
    c->m.age_s = 60;
    world_mapping(&c->w, c->name, &c->m);
    world_run(&c->w, NULL);
    end(c, 0, 0, RECORDS);
    if (calls(c) != 0)
        world_fail("old: the function was called");
}

static void poison_grows_old(struct corner *c)
{
    open_behind(c, 57000);
    make(c, "ageing", "exit");
    open_again(c);
    c->m.age_s = 60;
    c->m.factor = 10; /* others are not kept waiting until they are old, too */
    world_mapping(&c->w, c->name, &c->m);
    world_run(&c->w, NULL);
    world_wait(&c->w, &c->m, RECORDS, 60);
    arena_reset(&c->arena);
    world_status(&c->w, &c->m, &c->arena, &c->status);
    const struct delivery_ledger *l = &c->status.ledger;
    if (l->expired < POISONS || l->dropped != 0 || l->errors < POISONS ||
        l->succeeded + l->expired != RECORDS)
        world_fail("ageing: %" PRIu64 " succeeded, %" PRIu64 " expired", l->succeeded, l->expired);
    end(c, l->succeeded, 0, l->expired);
}

/* ---- destinations ---- */

static void nothing_is_dropped_unwritten(struct corner *c)
{
    static char destination[160], folder[128];
    snprintf(folder, sizeof folder, "%s/later", c->w.folder);
    snprintf(destination, sizeof destination, "%s/dead.jsonl", folder);
    make(c, "blocked", "exit");
    c->m.retries = 0;
    c->m.destination = str_from(destination);
    world_mapping(&c->w, c->name, &c->m);
    world_run(&c->w, NULL);
    wait_state(c, STATUS_BLOCKED);
    if (c->status.ledger.dropped != 0 || c->status.ledger.pending == 0 || c->status.note.len == 0)
        world_fail("blocked: %" PRIu64 " dropped", c->status.ledger.dropped);
    if (mkdir(folder, 0700) != 0)
        world_fail("no folder");
    ask(c, STATUS_RETRY_NOW);
    end(c, RECORDS - POISONS, POISONS, 0);
    if (letters(c) != POISONS)
        world_fail("blocked: %zu letters", letters(c));
}

/* ---- by hand ---- */

static void a_hand_skips_what_blocks(struct corner *c)
{
    make(c, "skipped", "exit");
    world_mapping(&c->w, c->name, &c->m); /* retries without end */
    world_run(&c->w, NULL);
    for (uint64_t i = 0; i < POISONS; i++) {
        do
            wait_state(c, STATUS_RETRYING);
        while (c->status.ledger.dropped != i);
        ask(c, STATUS_SKIP);
    }
    end(c, RECORDS - POISONS, POISONS, 0);
}

static void what_fails_for_a_while_succeeds_at_last(struct corner *c)
{
    make(c, "flaky", "flaky");
    world_mapping(&c->w, c->name, &c->m);
    world_run(&c->w, NULL);
    end(c, RECORDS, 0, 0);
    if (c->status.ledger.errors != 3)
        world_fail("flaky: %" PRIu64 " errors", c->status.ledger.errors);
}

/* ---- permission ---- */

static void what_nobody_trusted_does_not_run(struct corner *c)
{
    struct err err = ERR_INIT;
    struct function f;
    bool found = false;
    make(c, "foreign", "ok");
    world_mapping(&c->w, c->name, &c->m);
    if (remove(c->w.trusted) != 0)
        world_fail("no file of what is trusted");
    world_run(&c->w, c->name);
    wait_state(c, STATUS_UNTRUSTED);
    if (calls(c) != 0 || c->status.ledger.calls != 0)
        world_fail("foreign: it was called");
    if (!registry_function(c->w.registry, &c->arena, str_from(c->name), &f, &found, &err) ||
        !registry_trust(c->w.registry, &f, &err))
        world_fail("%s", err.text);
    triggers_wake(c->w.triggers);
    end(c, RECORDS, 0, 0);
}

static void what_is_off_waits(struct corner *c)
{
    struct err err = ERR_INIT;
    make(c, "off", "ok");
    c->m.enabled = false;
    world_mapping(&c->w, c->name, &c->m);
    world_run(&c->w, c->name);
    world_put(&c->w, c->name, "more", 1);
    world_pause(50);
    if (calls(c) != 0)
        world_fail("off: it was called");
    c->m.enabled = true;
    if (!registry_put_mapping(c->w.registry, &c->w.arena, &c->m, false, &err))
        world_fail("%s", err.text);
    triggers_wake(c->w.triggers);
    world_wait(&c->w, &c->m, RECORDS + 1, 60);
    end(c, RECORDS + 1, 0, 0);
}

/* ---- shards ---- */

enum { HOURS_4 = 15000000, PHASES = 4, EACH = 30, KEYS = 5 };

/* Keys change in turns, so the n-th value of a key is that of record n * KEYS + key. */
static void check_order(struct corner *c, const struct world_records *truth)
{
    struct arena arena = {0};
    size_t newest[KEYS] = {0}, seen = 0;
    for (struct world_call *i = world_calls(&c->w, c->name, truth, &arena); i; i = i->next)
        for (size_t n = 0; n < i->count; n++, seen++) {
            size_t *last = &newest[(size_t)(truth->items[i->records[n]].key[4] - '0')];
            if (i->records[n] + 1 <= *last)
                world_fail("%s: a record came after a younger one of its item", c->name);
            *last = i->records[n] + 1;
        }
    if (seen != truth->count)
        world_fail("%s: %zu of %zu records came", c->name, seen, truth->count);
    arena_fini(&arena);
}

/* The store's clock goes on by hours: shards end, others begin, runners come and go. */
static void shards_roll_under_it(struct corner *c)
{
    struct world_records truth;
    char key[32];
    open_behind(c, 20 * 3600000);
    snprintf(c->name, sizeof c->name, "rolling");
    world_table(&c->w, c->name);
    world_function(&c->w, &(struct world_function){.name = c->name, .mode = "ok"});
    mapping_init(&c->m);
    c->m.function = str_from(c->name);
    c->m.from_start = true;
    c->m.batch_size = 7;
    c->m.factor = 3;
    world_mapping(&c->w, c->name, &c->m);
    for (size_t phase = 0; phase < PHASES; phase++) {
        if (phase % 2)
            world_run(&c->w, NULL);
        for (size_t i = 0; i < EACH; i++) {
            snprintf(key, sizeof key, "key-%zu", i % KEYS);
            world_put(&c->w, c->name, key, phase * EACH + i);
        }
        if (phase % 2)
            world_wait(&c->w, &c->m, (phase + 1) * EACH, 60);
        world_stop(&c->w);
        c->w.clock.ms += HOURS_4;
    }
    world_records(&c->w, c->name, &truth);
    check_order(c, &truth);
    world_call(&c->w, "DescribeStream", "{\"StreamArn\":\"%.*s\"}", STR_ARG(c->m.source));
    size_t shards = 0;
    for (const char *at = buf_cstr(&c->w.reply.body); (at = strstr(at, "\"ShardId\"")); at++)
        shards++;
    if (shards < PHASES - 1)
        world_fail("%s: %zu shards", c->name, shards);
    printf("%s: %zu records, %zu shards\n", c->name, truth.count, shards);
    world_records_fini(&truth);
}

/* What the stream has trimmed before it was read is told, and what is left comes. */
static void what_is_trimmed_is_told(struct corner *c)
{
    open_behind(c, 40 * 3600000);
    make(c, "trimmed", "ok");
    world_mapping(&c->w, c->name, &c->m);
    world_run(&c->w, NULL);
    world_wait(&c->w, &c->m, RECORDS, 60);
    world_stop(&c->w);
    world_put(&c->w, c->name, "lost", 1);
    c->w.clock.ms += 30 * 3600000;
    world_put(&c->w, c->name, "left", 1);
    world_run(&c->w, NULL);
    for (double until = world_seconds() + 30; world_seconds() < until; world_pause(10)) {
        arena_reset(&c->arena);
        world_status(&c->w, &c->m, &c->arena, &c->status);
        if (c->status.ledger.succeeded > RECORDS && c->status.ledger.pending == 0 &&
            c->status.gaps > 0)
            break;
    }
    world_stop(&c->w);
    if (c->status.ledger.succeeded != RECORDS + 1 || c->status.gaps == 0)
        world_fail("trimmed: %" PRIu64 " succeeded, %" PRIu64 " gaps", c->status.ledger.succeeded,
            c->status.gaps);
    printf("trimmed: %" PRIu64 " succeeded, %" PRIu64 " gaps\n", c->status.ledger.succeeded,
        c->status.gaps);
}

int main(void)
{
    static void (*const corners[])(struct corner *) = {
        old_records_are_not_even_tried,
        poison_grows_old,
        nothing_is_dropped_unwritten,
        a_hand_skips_what_blocks,
        what_fails_for_a_while_succeeds_at_last,
        what_nobody_trusted_does_not_run,
        what_is_off_waits,
        shards_roll_under_it,
        what_is_trimmed_is_told,
    };
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++) {
        struct corner c = {0};
        world_make(&c.w);
        world_open(&c.w);
        corners[i](&c);
        arena_fini(&c.arena);
        world_remove(&c.w);
    }
    return 0;
}
