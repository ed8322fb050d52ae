/* SPDX-License-Identifier: MIT */
/*
 * Two runners of one mapping: whoever has it is killed, again and again. The other one goes on, and
 * the function is never run by both at a time: once a call has begun, no other one says that it
 * still runs.
 *
 *   trigger_takeover [KILLS [SEED [RUNNER…]]]
 */
#include "roles.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { KILLS_MOST = 5000 };

struct pair {
    struct world w;
    struct roles roles;
    struct mapping m;
    uint64_t random;
    pid_t runners[2];
    int64_t died_ns[KILLS_MOST];
    size_t kills;
};

static void make(struct pair *p)
{
    world_make(&p->w);
    world_open(&p->w);
    world_table(&p->w, "tab");
    world_function(&p->w, &(struct world_function){.name = "alone", .mode = "alone", .extra = "3"});
    mapping_init(&p->m);
    p->m.function = STR("alone");
    p->m.from_start = true;
    p->m.batch_size = 5;
    world_mapping(&p->w, "tab", &p->m);
}

/* Which of the two has the mapping; waits until one does. */
static size_t holder(struct pair *p)
{
    struct arena arena = {0};
    double end = world_seconds() + 30;
    size_t which = 2;
    for (struct status s; which == 2; world_pause(2)) {
        arena_reset(&arena);
        bool found = world_status(&p->w, &p->m, &arena, &s);
        for (size_t i = 0; found && s.state != STATUS_STOPPED && i < 2; i++)
            which = s.pid == p->runners[i] ? i : which;
        if (world_seconds() > end)
            world_fail("nobody took the mapping over");
    }
    arena_fini(&arena);
    return which;
}

static void kill_often(struct pair *p, size_t kills)
{
    roles_write(&p->roles, &p->w, world_draw(&p->random));
    for (size_t i = 0; i < 2; i++)
        p->runners[i] = roles_run(&p->roles, &p->w);
    for (p->kills = 0; p->kills < kills; p->kills++) {
        size_t which = holder(p);
        world_pause((unsigned)(world_draw(&p->random) % 150));
        p->died_ns[p->kills] = roles_end(p->runners[which], SIGKILL);
        p->runners[which] = roles_run(&p->roles, &p->w);
    }
    roles_hush(&p->roles);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_alone(struct pair *p)
{
    struct buf text = {0};
    struct str rest, line, word;
    char path[160];
    uint64_t pid = 0, runs = 0;
    snprintf(path, sizeof path, "%s/alone.log", p->w.folder);
    world_file(path, &text);
    for (rest = buf_str(&text); str_cut(&rest, '\n', &line) && line.len;) {
        struct str words = str_skip(line, 2);
        str_cut(&words, ' ', &word);
        str_to_u64(word, &pid);
        if (line.at[0] == 'b')
            runs = pid;
        else if (pid != runs)
            world_fail("two runners had the function called at a time");
    }
    buf_fini(&text);
}

/* From each death to the next call. */
static void look_at(struct pair *p, const struct world_records *truth)
{
    static double times[KILLS_MOST];
    struct arena arena = {0};
    size_t death = 0, calls = 0;
    bool *had = calloc(truth->count + 1, 1);
    for (struct world_call *c = world_calls(&p->w, "alone", truth, &arena); c != NULL;
         c = c->next) {
        for (; death < p->kills && c->began_ns > p->died_ns[death]; death++)
            times[death] = (double)(c->began_ns - p->died_ns[death]) / 1e6;
        for (size_t i = 0; i < c->count; i++)
            had[c->records[i]] = true;
        calls++;
    }
    for (size_t i = 0; i < truth->count; i++)
        if (!had[i])
            world_fail("a record was lost");
    qsort(times, death, sizeof *times, compare);
    printf("%zu kills, %zu calls, %zu records, none at a time; taken over after %.0f ms (median), "
           "%.0f ms (most)\n",
        p->kills, calls, truth->count, death ? times[death / 2] : 0, death ? times[death - 1] : 0);
    free(had);
    arena_fini(&arena);
}

/* ---- what the dead one's function had started ---- */

enum { TREE = 31 };

static void wait_tree(struct pair *p, size_t started, bool gone)
{
    double end = world_seconds() + 30;
    for (struct world_census c;; world_pause(10)) {
        c = world_census(&p->w, "tree", started);
        if (gone ? c.left == 0 : c.started == started)
            return;
        if (world_seconds() > end)
            world_fail("%zu processes of a function whose runner died are left", c.left);
    }
}

/* It forks a tree and hangs; its runner dies, and the other one goes on. */
static void inherit(struct pair *p)
{
    world_make(&p->w);
    world_open(&p->w);
    world_table(&p->w, "tab");
    world_put(&p->w, "tab", "one", 1);
    world_function(
        &p->w, &(struct world_function){.name = "tree", .mode = "tree", .timeout_s = 900});
    mapping_init(&p->m);
    p->m.function = STR("tree");
    p->m.from_start = true;
    world_mapping(&p->w, "tab", &p->m);
    for (size_t i = 0; i < 2; i++)
        p->runners[i] = roles_run(&p->roles, &p->w);
    wait_tree(p, TREE, false);
    size_t which = holder(p);
    struct err err = ERR_INIT;
    bool found;
    roles_end(p->runners[which], SIGKILL);
    wait_tree(p, TREE, true);
    wait_tree(p, 2 * TREE, false);
    if (!registry_remove_mapping(p->w.registry, p->m.uuid, &found, &err))
        world_fail("%s", err.text);
    roles_end(p->runners[1 - which], SIGKILL);
    world_run(&p->w, NULL); /* with nothing to run: it finds what is left */
    wait_tree(p, 2 * TREE, true);
    printf("%d processes of a function whose runner died: 0 left\n", TREE);
    world_remove(&p->w);
}

int main(int argc, char **argv)
{
    static struct pair p;
    struct world_records truth;
    if (roles_play(argc, argv))
        return 0;
    size_t kills = argc > 1 ? strtoull(argv[1], NULL, 10) : 20;
    p.random = argc > 2 ? strtoull(argv[2], NULL, 10) | 1 : (uint64_t)time(NULL) | 1;
    p.roles = (struct roles){.self = argv[0], .runner = argc > 3 ? argv + 3 : NULL};
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("seed %" PRIu64 "\n", p.random);
    make(&p);
    kill_often(&p, kills < KILLS_MOST ? kills : KILLS_MOST);
    world_records(&p.w, "tab", &truth);
    world_wait(&p.w, &p.m, truth.count, 120);
    for (size_t i = 0; i < 2; i++)
        roles_end(p.runners[i], SIGKILL);
    check_alone(&p);
    look_at(&p, &truth);
    world_records_fini(&truth);
    world_remove(&p.w);
    inherit(&p);
    return 0;
}
