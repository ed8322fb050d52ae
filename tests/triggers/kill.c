/* SPDX-License-Identifier: MIT */
/*
 * kill -9 of the runner at random moments, while another process writes.
 *
 *   trigger_kill [KILLS [SEED [RUNNER…]]]     RUNNER…: a command instead of this program's own
 *
 *     writer ──puts, batches, transactions, deletes──▶ store ──▶ runner, killed ──▶ functions
 *                                                        │                             │ account
 *                                                        └── truth ──── compared ──────┘
 *
 * Of each mapping: every record is delivered, none out of its item's order, no more of them twice
 * than were under way when the runner died, and the ledger is the stream's own count.
 */
#include "roles.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { KILLS_MOST = 20000 };

struct kill {
    struct world w;
    uint64_t random;
    struct roles roles;
    int64_t died_ns[KILLS_MOST];
    size_t kills;
};

/* ---- mappings ---- */

struct side {
    const char *name, *mode, *runtime, *handler, *folder;
    unsigned batch, factor;
    bool inserts; /* only these */
    struct mapping m;
};

static struct side sides[] = {
    {.name = "plain", .batch = 10, .factor = 3},
    {.name = "inserts", .batch = 100, .factor = 1, .inserts = true},
    {.name = "single", .batch = 1, .factor = 10},
    {.name = "warm",
        .runtime = "nodejs",
        .handler = "account.handler",
        .folder = TRIGGERS_SCRIPTS,
        .batch = 25,
        .factor = 2},
};
enum { SIDES = sizeof sides / sizeof *sides };

static const char inserts_pattern[] = "{\"eventName\":[\"INSERT\"]}";

/* Where its runtime is not here, the side runs the program that the others run. */
static void have_runtime(struct side *s)
{
    if (s->runtime && !world_has(s->runtime))
        s->runtime = s->handler = s->folder = NULL;
}

static void map_side(struct world *w, struct side *s)
{
    struct err err = ERR_INIT;
    have_runtime(s);
    struct world_function f = {.name = s->name,
        .mode = "ok",
        .runtime = s->runtime,
        .handler = s->handler,
        .folder = s->folder};
    world_function(w, &f);
    mapping_init(&s->m);
    s->m.function = str_from(s->name);
    s->m.from_start = true;
    s->m.batch_size = s->batch;
    s->m.factor = s->factor;
    if (s->inserts) {
        s->m.filter_count = 1;
        s->m.filters[0].text = str_from(inserts_pattern);
        s->m.filters[0].pattern = json_parse(&w->arena, s->m.filters[0].text, &err);
    }
    world_mapping(w, "tab", &s->m);
}

static void make(struct kill *k)
{
    world_make(&k->w);
    world_open(&k->w);
    world_table(&k->w, "tab");
    world_call(&k->w, "UpdateTimeToLive",
        "{\"TableName\":\"tab\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":"
        "\"x\"}}");
    for (size_t i = 0; i < SIDES; i++)
        map_side(&k->w, &sides[i]);
}

static void kill_often(struct kill *k, size_t kills)
{
    roles_write(&k->roles, &k->w, world_draw(&k->random));
    for (k->kills = 0; k->kills < kills; k->kills++) {
        pid_t runner = roles_run(&k->roles, &k->w);
        world_pause((unsigned)(world_draw(&k->random) % (k->kills % 5 ? 200 : 600)));
        k->died_ns[k->kills] = roles_end(runner, SIGKILL);
    }
    roles_hush(&k->roles);
}

/* ---- what has to hold ---- */

struct verdict {
    size_t wanted, delivered, twice, most_twice;
    unsigned *times;
    size_t *newest; /* of a key, by its first record: deliveries must not jump */
};

static bool wants(const struct side *s, const struct world_record *r)
{
    return !s->inserts || r->event == 'I';
}

/* For each record, the one of the same item before it that the function is to have; SIZE_MAX =
 * none. */
static size_t *chain(const struct side *s, const struct world_records *truth)
{
    size_t *before = calloc(truth->count + 1, sizeof *before);
    if (before == NULL)
        abort();
    for (size_t i = 0; i < truth->count; i++) {
        before[i] = SIZE_MAX;
        for (size_t j = i; j-- > 0 && before[i] == SIZE_MAX;)
            if (wants(s, &truth->items[j]) && strcmp(truth->items[j].key, truth->items[i].key) == 0)
                before[i] = j;
    }
    return before;
}

static void see_record(const struct side *s, const struct world_records *truth,
    const size_t *before, struct verdict *v, size_t at)
{
    if (at == SIZE_MAX || !wants(s, &truth->items[at]))
        world_fail("%s: was handed what it should not have", s->name);
    if (before[at] != SIZE_MAX && v->times[before[at]] == 0)
        world_fail("%s: %s came before %s of the same item", s->name, truth->items[at].sequence,
            truth->items[before[at]].sequence);
    v->twice += v->times[at] > 0;
    v->delivered += v->times[at]++ == 0;
}

static void look_at(struct kill *k, struct side *s, const struct world_records *truth)
{
    struct arena arena = {0};
    struct verdict v = {.times = calloc(truth->count + 1, sizeof *v.times)};
    size_t *before = chain(s, truth), life = 0, twice_before = 0;
    struct world_call *call = world_calls(&k->w, s->name, truth, &arena);
    for (; call != NULL; call = call->next) {
        while (life < k->kills && call->began_ns > k->died_ns[life]) {
            life++;
            twice_before = v.twice;
        }
        for (size_t i = 0; i < call->count; i++)
            see_record(s, truth, before, &v, call->records[i]);
        if (v.twice - twice_before > s->batch * s->factor)
            world_fail("%s: %zu records came twice in one life", s->name, v.twice - twice_before);
        v.most_twice =
            v.twice - twice_before > v.most_twice ? v.twice - twice_before : v.most_twice;
    }
    for (size_t i = 0; i < truth->count; i++)
        v.wanted += wants(s, &truth->items[i]);
    if (v.delivered != v.wanted)
        world_fail("%s: %zu of %zu records were delivered", s->name, v.delivered, v.wanted);
    struct status status;
    world_status(&k->w, &s->m, &arena, &status);
    const struct delivery_ledger *l = &status.ledger;
    if (l->seen != truth->count || l->succeeded != v.wanted || l->pending != 0 ||
        l->filtered != truth->count - v.wanted)
        world_fail("%s: the ledger says %" PRIu64 " seen, %" PRIu64 " succeeded, %" PRIu64
                   " filtered; the stream has %zu",
            s->name, l->seen, l->succeeded, l->filtered, truth->count);
    printf("  %-8s batch %3u lanes %2u: %zu records, %zu twice, at most %zu in a life\n", s->name,
        s->batch, s->factor, v.wanted, v.twice, v.most_twice);
    free(before);
    free(v.times);
    arena_fini(&arena);
}

/* Items may expire while one waits. */
static void wait_for_all(struct kill *k, struct world_records *truth)
{
    for (size_t before = SIZE_MAX;; before = truth->count, world_records_fini(truth)) {
        world_records(&k->w, "tab", truth);
        if (truth->count == before)
            return;
        for (size_t i = 0; i < SIDES; i++)
            world_wait(&k->w, &sides[i].m, truth->count, 60 + (double)k->kills);
    }
}

static int run(struct kill *k, size_t kills)
{
    struct world_records truth;
    double began = world_seconds();
    make(k);
    kill_often(k, kills);
    pid_t last = roles_run(&k->roles, &k->w);
    wait_for_all(k, &truth);
    roles_end(last, SIGKILL);
    printf("%zu kills, %zu records, %.1f s\n", kills, truth.count, world_seconds() - began);
    for (size_t i = 0; i < SIDES; i++)
        look_at(k, &sides[i], &truth);
    world_records_fini(&truth);
    world_remove(&k->w);
    return 0;
}

int main(int argc, char **argv)
{
    static struct kill k;
    if (roles_play(argc, argv))
        return 0;
    size_t kills = argc > 1 ? strtoull(argv[1], NULL, 10) : 50;
    k.random = argc > 2 ? strtoull(argv[2], NULL, 10) | 1 : (uint64_t)time(NULL) | 1;
    k.roles = (struct roles){.self = argv[0], .runner = argc > 3 ? argv + 3 : NULL};
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("seed %" PRIu64 "\n", k.random);
    return run(&k, kills < KILLS_MOST ? kills : KILLS_MOST);
}
