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
#include "world.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { KEYS = 40, KILLS_MOST = 20000 };

struct kill {
    struct world w;
    uint64_t random;
    const char *self;
    char **runner; /* of another program; NULL = this one */
    int64_t died_ns[KILLS_MOST];
    size_t kills;
};

/* ---- the writer: a process of its own ---- */

static void write_one(struct world *w, uint64_t *random, uint64_t n)
{
    char a[32], b[32];
    snprintf(a, sizeof a, "key-%d", (int)(world_draw(random) % KEYS));
    snprintf(b, sizeof b, "other-%d", (int)(world_draw(random) % KEYS));
    switch (world_draw(random) % 6) {
    case 0:
        world_call(w, "BatchWriteItem",
            "{\"RequestItems\":{\"t\":[{\"PutRequest\":{\"Item\":{\"p\":{\"S\":\"%s\"},\"n\":{"
            "\"N\":"
            "\"%" PRIu64 "\"}}}},{\"DeleteRequest\":{\"Key\":{\"p\":{\"S\":\"%s\"}}}}]}}",
            a, n, b);
        break;
    case 1:
        world_call(w, "TransactWriteItems",
            "{\"TransactItems\":[{\"Put\":{\"TableName\":\"t\",\"Item\":{\"p\":{\"S\":\"%s\"},"
            "\"n\":{"
            "\"N\":\"%" PRIu64
            "\"}}}},{\"Update\":{\"TableName\":\"t\",\"Key\":{\"p\":{\"S\":\"%s\"}},"
            "\"UpdateExpression\":\"ADD c "
            ":o\",\"ExpressionAttributeValues\":{\":o\":{\"N\":\"1\"}}}}]}",
            a, n, b);
        break;
    case 2:
        world_call(w, "DeleteItem", "{\"TableName\":\"t\",\"Key\":{\"p\":{\"S\":\"%s\"}}}", a);
        break;
    case 3: /* expired already */
        world_call(w, "PutItem",
            "{\"TableName\":\"t\",\"Item\":{\"p\":{\"S\":\"ttl-%s\"},\"n\":{\"N\":\"%" PRIu64
            "\"},\"x\":{\"N\":\"1700000000\"}}}",
            a, n);
        break;
    default:
        world_put(w, "t", a, n);
    }
}

static int write_on(const char *folder, uint64_t seed)
{
    struct world w = {.upkeep = true};
    uint64_t random = seed | 1;
    snprintf(w.folder, sizeof w.folder, "%s", folder);
    snprintf(w.store, sizeof w.store, "%s/store", folder);
    world_open(&w);
    struct pollfd told = {.fd = 0, .events = POLLIN};
    for (uint64_t n = 1; poll(&told, 1, (int)(world_draw(&random) % 3)) == 0; n++)
        write_one(&w, &random, n);
    world_close(&w);
    return 0;
}

static void run_on(const char *folder)
{
    struct world w = {0};
    snprintf(w.folder, sizeof w.folder, "%s", folder);
    snprintf(w.store, sizeof w.store, "%s/store", folder);
    snprintf(w.trusted, sizeof w.trusted, "%s/dynascope/trusted", folder);
    world_open(&w);
    world_run(&w, NULL);
    for (;;)
        pause();
}

static pid_t start(char *const *words, int in)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (posix_spawnp(&pid, words[0], &actions, NULL, words, environ) != 0)
        world_fail("cannot start %s", words[0]);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static pid_t start_role(struct kill *k, const char *role, const char *word, int in)
{
    char *const words[] = {(char *)k->self, (char *)role, k->w.folder, (char *)word, NULL};
    return start(words, in);
}

static pid_t start_runner(struct kill *k)
{
    return k->runner ? start(k->runner, -1) : start_role(k, "--run", "", -1);
}

static void stop(pid_t pid, int signal)
{
    int status;
    kill(pid, signal);
    if (waitpid(pid, &status, 0) != pid)
        world_fail("no such child");
    if (signal == SIGKILL ? !WIFSIGNALED(status) : status != 0)
        world_fail("a child ended by itself with %d", status);
}

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

static void map_side(struct world *w, struct side *s)
{
    struct err err = ERR_INIT;
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
    world_mapping(w, "t", &s->m);
}

static void make(struct kill *k)
{
    world_make(&k->w);
    setenv("XDG_STATE_HOME", k->w.folder, 1);
    world_open(&k->w);
    world_table(&k->w, "t");
    world_call(&k->w, "UpdateTimeToLive",
        "{\"TableName\":\"t\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":"
        "\"x\"}}");
    for (size_t i = 0; i < SIDES; i++)
        map_side(&k->w, &sides[i]);
}

static void kill_often(struct kill *k, size_t kills)
{
    int ends[2];
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, world_draw(&k->random));
    if (pipe(ends) != 0)
        world_fail("no pipe");
    pid_t writer = start_role(k, "--write", seed, ends[0]);
    close(ends[0]);
    for (k->kills = 0; k->kills < kills; k->kills++) {
        struct timespec now;
        pid_t runner = start_runner(k);
        world_pause((unsigned)(world_draw(&k->random) % (k->kills % 5 ? 200 : 600)));
        stop(runner, SIGKILL);
        clock_gettime(CLOCK_REALTIME, &now);
        k->died_ns[k->kills] = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    }
    if (write(ends[1], "", 1) != 1)
        world_fail("the writer is gone");
    stop(writer, 0);
    close(ends[1]);
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
        world_records(&k->w, "t", truth);
        if (truth->count == before)
            return;
        for (size_t i = 0; i < SIDES; i++)
            world_wait(&k->w, &sides[i].m, truth->count, 60);
    }
}

static int run(struct kill *k, size_t kills)
{
    struct world_records truth;
    double began = world_seconds();
    make(k);
    kill_often(k, kills);
    pid_t last = start_runner(k);
    wait_for_all(k, &truth);
    stop(last, SIGKILL);
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
    if (argc > 2 && strcmp(argv[1], "--run") == 0)
        run_on(argv[2]);
    if (argc > 3 && strcmp(argv[1], "--write") == 0)
        return write_on(argv[2], strtoull(argv[3], NULL, 10));
    size_t kills = argc > 1 ? strtoull(argv[1], NULL, 10) : 50;
    k.random = argc > 2 ? strtoull(argv[2], NULL, 10) | 1 : (uint64_t)time(NULL) | 1;
    k.self = argv[0];
    k.runner = argc > 3 ? argv + 3 : NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("seed %" PRIu64 "\n", k.random);
    return run(&k, kills < KILLS_MOST ? kills : KILLS_MOST);
}
