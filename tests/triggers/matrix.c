/* SPDX-License-Identifier: MIT */
/*
 * The matrix of failures: how a function fails × batch size × lanes × bisect, in real processes on
 * a real store. Of each cell, what the function was handed and what was given up is replayed to the
 * model of Lambda's rules, and the ledger has to say the same.
 *
 *   trigger_matrix [heavy]      heavy: 20,000 records besides, in batches of up to 10,000
 */
#include "replay.h"

#include "backend/triggers/dead_letter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAVE = 24, CELLS_MOST = 256 };

struct cell {
    char name[64];
    const char *table, *runtime, *mode;
    bool report, bisect;
    unsigned batch, factor;
    struct mapping m;
};

struct matrix {
    struct world w;
    struct cell cells[CELLS_MOST];
    size_t count;
    struct world_records few, fewer, many;
};

/* ---- what is tried ---- */

static const struct outcome {
    const char *runtime, *mode;
    bool report;
} outcomes[] = {
    {"exec", "ok", false},
    {"exec", "exit", false},
    {"exec", "signal", false},
    {"exec", "hang", false},
    {"exec", "json", true},
    {"exec", "partial", true},
    {"exec", "strange", true},
    {"nodejs", "throw", false},
    {"nodejs", "exit", false},
    {"nodejs", "hang", false},
    {"nodejs", "json", true},
    {"nodejs", "partial", true},
    {"python", "throw", false},
    {"python", "signal", false},
    {"python", "partial", true},
};

static void add_cell(struct matrix *x, const struct outcome *o, const char *table, unsigned batch,
    unsigned factor, bool bisect)
{
    struct cell *c = &x->cells[x->count++];
    *c = (struct cell){.table = table,
        .runtime = o->runtime,
        .mode = o->mode,
        .report = o->report,
        .batch = batch,
        .factor = factor,
        .bisect = bisect};
    snprintf(c->name, sizeof c->name, "%s-%s-%u-%u%s", o->runtime, o->mode, batch, factor,
        bisect ? "-bisect" : "");
}

static void add_cells(struct matrix *x, bool heavy)
{
    static const unsigned batches[] = {1, 10, 10000}, factors[] = {1, 10};
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        const struct outcome *o = &outcomes[i];
        if (!world_has(o->runtime))
            continue;
        bool exec = strcmp(o->runtime, "exec") == 0, slow = strcmp(o->mode, "hang") == 0;
        for (size_t n = 0; n < 12; n++) {
            unsigned batch = batches[n % 3], factor = factors[n / 3 % 2];
            if (!exec && batch != 10)
                continue;
            add_cell(x, o, heavy ? "many" : slow ? "fewer" : "few", batch, factor, n >= 6);
            /* with so many records, one a batch would take for ever, and so would timeouts */
            x->count -= heavy && (batch < 100 || slow);
        }
    }
}

static void write_table(
    struct world *w, const char *name, unsigned records, unsigned poisons, unsigned every)
{
    world_table(w, name);
    for (unsigned i = 0, poisoned = 0; i < records; i++) {
        char key[32];
        bool poison = poisoned < poisons && i % every == every / 2;
        if (poison)
            snprintf(key, sizeof key, "poison-%u", poisoned++);
        else
            snprintf(key, sizeof key, "item-%u", i * 5 % 7);
        world_put(w, name, key, i);
    }
}

/* ---- a cell ---- */

static void begin_cell(struct matrix *x, struct cell *c)
{
    bool exec = strcmp(c->runtime, "exec") == 0;
    world_function(&x->w, &(struct world_function){.name = c->name,
                              .runtime = c->runtime,
                              .mode = c->mode,
                              .handler = exec ? NULL : "account.handler",
                              .folder = exec ? NULL : TRIGGERS_SCRIPTS,
                              .timeout_s = strcmp(c->mode, "hang") == 0 ? 2 : 60});
    mapping_init(&c->m);
    c->m.function = str_from(c->name);
    c->m.from_start = true;
    c->m.batch_size = c->batch;
    c->m.factor = c->factor;
    c->m.retries = 1;
    c->m.bisect = c->bisect;
    c->m.report = c->report;
    c->m.window_s = c->batch > 1; /* so that batches are full */
    world_mapping(&x->w, c->table, &c->m);
}

static void same(const struct cell *c, const char *what, uint64_t is, uint64_t should)
{
    if (is != should)
        world_fail("%s: %s is %" PRIu64 ", should be %" PRIu64, c->name, what, is, should);
}

static const struct world_records *truth_of(const struct matrix *x, const struct cell *c)
{
    return strcmp(c->table, "few") == 0     ? &x->few
           : strcmp(c->table, "fewer") == 0 ? &x->fewer
                                            : &x->many;
}

/* Where the poison alone can be found, nothing else is given up. */
static void check_poison(
    const struct cell *c, const struct world_records *truth, const struct world_letter *l)
{
    bool alone = c->bisect || c->batch == 1;
    size_t poisons = 0, letters = 0;
    for (size_t i = 0; i < truth->count; i++)
        poisons += strncmp(truth->items[i].key, "poison", 6) == 0;
    for (; l != NULL; l = l->next, letters++)
        if (alone && l->count != 1)
            world_fail("%s: %zu records were given up at once", c->name, l->count);
    if (strcmp(c->mode, "ok") == 0)
        same(c, "letters", letters, 0);
    else if (alone)
        same(c, "letters", letters, poisons);
    else if (letters == 0)
        world_fail("%s: nothing was given up", c->name);
}

static void end_cell(struct matrix *x, struct cell *c)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct buf folder = {0}, path = {0};
    const struct world_records *truth = truth_of(x, c);
    struct status status;
    bool found;
    world_wait(&x->w, &c->m, truth->count, 120);
    world_status(&x->w, &c->m, &arena, &status);
    if (!registry_mapping_folder(x->w.registry, c->m.uuid, &folder, &err))
        world_fail("%s", err.text);
    dead_letter_path(folder.at, &c->m, &path);
    struct replay r = {.name = c->name, .truth = truth, .slow = strcmp(c->mode, "hang") == 0};
    r.rules = (struct delivery_rules){.batch_size = c->batch,
        .factor = c->factor,
        .retries = 1,
        .age_ms = -1,
        .bisect = c->bisect,
        .report = c->report};
    r.calls = world_calls(&x->w, c->name, truth, &arena);
    r.letters = replay_letters(path.at, truth, &arena);
    struct delivery_ledger should = replay_run(&r), is = status.ledger;
    same(c, "seen", is.seen, should.seen);
    same(c, "succeeded", is.succeeded, should.succeeded);
    same(c, "dropped", is.dropped, should.dropped);
    same(c, "expired and filtered", is.expired + is.filtered, 0);
    same(c, "calls", is.calls, should.calls);
    same(c, "errors", is.errors, should.errors);
    same(c, "delivered", is.delivered, should.delivered);
    same(c, "retried", is.retried, should.retried);
    check_poison(c, truth, r.letters);
    if (!registry_remove_mapping(x->w.registry, c->m.uuid, &found, &err) ||
        !registry_remove_function(x->w.registry, c->m.function, &found, &err))
        world_fail("%s", err.text);
    buf_fini(&folder);
    buf_fini(&path);
    arena_fini(&arena);
}

static void run_cells(struct matrix *x)
{
    double began = world_seconds();
    world_run(&x->w, NULL);
    for (size_t i = 0; i < x->count; i += WAVE) {
        size_t end = i + WAVE < x->count ? i + WAVE : x->count;
        for (size_t j = i; j < end; j++)
            begin_cell(x, &x->cells[j]);
        triggers_wake(x->w.triggers);
        for (size_t j = i; j < end; j++)
            end_cell(x, &x->cells[j]);
        printf("%zu of %zu cells, %.1f s, %s … %s\n", end, x->count, world_seconds() - began,
            x->cells[i].name, x->cells[end - 1].name);
    }
    world_stop(&x->w);
}

int main(int argc, char **argv)
{
    static struct matrix x;
    bool heavy = argc > 1 && strcmp(argv[1], "heavy") == 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    world_make(&x.w);
    world_open(&x.w);
    write_table(&x.w, "few", 48, 3, 16);
    write_table(&x.w, "fewer", 24, 1, 24);
    world_records(&x.w, "few", &x.few);
    world_records(&x.w, "fewer", &x.fewer);
    if (heavy) {
        write_table(&x.w, "many", 20000, 3, 6000);
        world_records(&x.w, "many", &x.many);
    }
    add_cells(&x, heavy);
    run_cells(&x);
    world_records_fini(&x.few);
    world_records_fini(&x.fewer);
    world_records_fini(&x.many);
    world_remove(&x.w);
    return 0;
}
