/* SPDX-License-Identifier: MIT */
/*
 * Upkeep of a process that stays open. The keeper runs one step at a time:
 *
 *              ┌─ ranges to delete, indexes to fill ──▶ a step of upkeep ──────┐
 *   look ──────┼─ records or streams over a day old ──▶ a step of trimming ────┼──▶ a pause, look
 *   (reads)    ├─ tables with a time to live ─────────▶ a step of the walk ────┘
 *              └─ nothing now ──▶ sleep until something is due, or for good
 *
 * Of several processes that have the store open one works: the others find the lease taken, and ask
 * again later. Walking reads; only what is to be removed is written. A walk that found nothing
 * changed on its way knows when the next item expires, so that a store which rests is left alone.
 */
#include "backend/embedded/idle.h"

#include "backend/embedded/keeper.h"
#include "backend/embedded/sweep.h"
#include "backend/embedded/trim.h"
#include "backend/embedded/upkeep.h"
#include "base/mem.h"

#include <stdlib.h>

enum { PAUSE_MIN_MS = 5, PAUSE_SHARE = 4 };
static const int64_t never = INT64_MAX;

/* A walk through all tables that have a time to live. */
struct walk {
    bool runs, changed; /* somebody wrote meanwhile */
    uint64_t version;   /* of the store when it was looked at last */
    uint32_t table;     /* the place: items of this table after this key */
    struct buf after;
    int64_t began_ns, soonest_ms;
    int64_t next_ms, rest_ms; /* when the next walk is due; how long it is to be put off */
};

struct idle {
    atomic_bool soon;         /* a look is coming within IDLE_LOOK_MS */
    _Atomic uint64_t version; /* of the store when it was looked at last */
    /* the keeper's own: */
    bool leads;
    int64_t refused_ms; /* since when the lease is, 0 = it is not */
    uint64_t left;      /* the store's version when the last step ended */
    struct walk walk;
    int64_t trim_ms;       /* when trimming is due */
    int64_t trim_look_ms;  /* when that was found out, */
    uint64_t trim_version; /* of this version of the store */
    int64_t trimmed_ms;    /* when it was done last */
};

/* ---- looking ---- */

struct look {
    bool tasks, lives; /* work that was left; tables with a time to live */
    int64_t trim_ms;
};

static bool look_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct look *look = context;
    return upkeep_any(txn, &look->tasks, err) && sweep_any(call, txn, &look->lives, err) &&
           (look->trim_ms != never || trim_due(call, txn, &look->trim_ms, err));
}

/* Streams are many, and what they keep is not in a hurry: they are looked at once a minute. */
static bool may_look_at_streams(struct engine *engine, const struct idle *idle)
{
    int64_t since = engine_now_ms(engine) - idle->trim_look_ms;
    return idle->trim_version != store_version(engine->store) &&
           (since >= IDLE_TRIM_MS || since < 0);
}

static bool look_at_store(struct call *call, struct idle *idle, struct look *look, struct err *err)
{
    struct engine *engine = call->engine;
    bool streams = may_look_at_streams(engine, idle);
    uint64_t version = store_version(engine->store);
    *look = (struct look){.trim_ms = streams ? never : 0};
    if (!engine_read(call, look_in, look, err))
        return false;
    if (!streams)
        return true;
    idle->trim_look_ms = engine_now_ms(engine);
    idle->trim_version = version;
    idle->trim_ms = look->trim_ms == never || look->trim_ms > idle->trimmed_ms + IDLE_TRIM_MS
                        ? look->trim_ms
                        : idle->trimmed_ms + IDLE_TRIM_MS;
    return true;
}

/* ---- the walk ---- */

static void begin_walk(struct engine *engine, struct walk *walk)
{
    buf_clear(&walk->after);
    walk->runs = true;
    walk->changed = false;
    walk->table = 0;
    walk->soonest_ms = never;
    walk->began_ns = clock_tick_ns();
    walk->version = store_version(engine->store);
}

static void end_walk(struct engine *engine, struct walk *walk)
{
    int64_t now = engine_now_ms(engine);
    walk->runs = false;
    walk->rest_ms = (clock_tick_ns() - walk->began_ns) / 1000000 * IDLE_SHARE;
    if (walk->rest_ms < IDLE_REST_MS)
        walk->rest_ms = IDLE_REST_MS;
    walk->next_ms = walk->changed || walk->soonest_ms < now + walk->rest_ms ? now + walk->rest_ms
                                                                            : walk->soonest_ms;
}

/* A store that has changed since has to be walked through again, but not all the time. */
static void hasten_walk(struct engine *engine, struct walk *walk)
{
    int64_t now = engine_now_ms(engine);
    if (!walk->runs && store_version(engine->store) != walk->version) {
        walk->version = store_version(engine->store);
        if (walk->next_ms > now + walk->rest_ms)
            walk->next_ms = now + walk->rest_ms;
    }
}

static bool look_at_items(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    return sweep_look(call, txn, context, err);
}

static bool remove_items(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct sweep_look *look = context;
    bool done =
        look->ended ? sweep_unmark(txn, look->table, err) : sweep_remove(call, txn, look, err);
    return done || engine_spoil(txn);
}

static void move_on(struct walk *walk, const struct sweep_look *look)
{
    buf_clear(&walk->after);
    walk->table = look->table;
    if (look->ended || look->end)
        walk->table++;
    else
        buf_add(&walk->after, look->last);
    if (look->soonest_ms < walk->soonest_ms)
        walk->soonest_ms = look->soonest_ms;
}

static bool step_walk(struct call *call, struct walk *walk, struct err *err)
{
    struct engine *engine = call->engine;
    struct sweep_look *look = arena_new(&call->arena, struct sweep_look);
    if (!walk->runs)
        begin_walk(engine, walk);
    *look = (struct sweep_look){.table = walk->table, .after = buf_str(&walk->after)};
    if (!engine_read(call, look_at_items, look, err))
        return false;
    bool writes = look->found && (look->ended || look->count);
    if (writes && !engine_write(call, remove_items, look, err))
        return false;
    walk->changed = walk->changed || writes || walk->version != store_version(engine->store);
    walk->version = store_version(engine->store);
    if (look->found)
        move_on(walk, look);
    else
        end_walk(engine, walk);
    return true;
}

/* ---- steps ---- */

/* The lease is kept while there is something to wait for. Who has it may be stopped: after a while
 * the work that is due is done once without it. */
static bool lead(struct engine *engine, struct idle *idle)
{
    int64_t now = engine_now_ms(engine);
    if (!idle->leads)
        idle->leads = store_lease(engine->store, IDLE_LEASE);
    if (idle->leads)
        idle->refused_ms = 0;
    else if (idle->refused_ms == 0)
        idle->refused_ms = now;
    return idle->leads || now - idle->refused_ms >= IDLE_PATIENCE_MS;
}

static void follow(struct engine *engine, struct idle *idle)
{
    if (idle->leads)
        store_lease_end(engine->store, IDLE_LEASE);
    idle->leads = false;
}

enum work { NOTHING, TASKS, TRIMMING, WALKING };

static enum work choose(struct engine *engine, struct idle *idle, const struct look *look)
{
    int64_t now = engine_now_ms(engine);
    if (look->tasks)
        return TASKS;
    if (now >= idle->trim_ms)
        return TRIMMING;
    return look->lives && (idle->walk.runs || now >= idle->walk.next_ms) ? WALKING : NOTHING;
}

/* What it leaves is due at once, else whatever the next look finds. */
static bool do_trimming(struct engine *engine, struct idle *idle, struct err *err)
{
    bool more;
    if (!upkeep_trim(engine, UPKEEP_STEP, &more, err))
        return false;
    if (more)
        return true;
    idle->trim_ms = never;
    idle->trimmed_ms = engine_now_ms(engine);
    return true;
}

static bool do_work(struct call *call, struct idle *idle, enum work work, struct err *err)
{
    bool more;
    return work == TASKS     ? upkeep_step(call->engine, UPKEEP_STEP, &more, err)
           : work == WALKING ? step_walk(call, &idle->walk, err)
                             : do_trimming(call->engine, idle, err);
}

/* Until the next look, where nothing is to be done now. That others write is only noticed by
 * looking, and matters where tables have a time to live. */
static int64_t wait_for(
    struct engine *engine, const struct idle *idle, const struct look *look, bool others)
{
    int64_t now = engine_now_ms(engine), due = idle->trim_ms;
    int64_t poll = now + (others ? IDLE_REST_MS : IDLE_POLL_MS);
    if (look->lives && idle->walk.next_ms < due)
        due = idle->walk.next_ms;
    if (look->lives && poll < due)
        due = poll;
    if (idle->trim_version != store_version(engine->store) && now + IDLE_TRIM_MS < due)
        due = now + IDLE_TRIM_MS;
    return due == never ? never : due > now ? due - now : IDLE_LOOK_MS;
}

/* Others who write get the store for most of the time. */
static int64_t pause_after(int64_t ns, bool others)
{
    int64_t ms = others ? ns / 1000000 * PAUSE_SHARE : 0;
    return ms < PAUSE_MIN_MS ? PAUSE_MIN_MS : ms;
}

/* A step that changed nothing is not repeated at once. */
static bool work_on(struct call *call, struct idle *idle, enum work work, bool others,
    int64_t *wait_ms, struct err *err)
{
    struct engine *engine = call->engine;
    uint64_t version = store_version(engine->store);
    int64_t began = clock_tick_ns();
    *wait_ms = IDLE_POLL_MS;
    if (!lead(engine, idle))
        return true;
    if (!do_work(call, idle, work, err))
        return false;
    if (work != TASKS || store_version(engine->store) != version)
        *wait_ms = pause_after(clock_tick_ns() - began, others);
    return true;
}

static bool step(struct call *call, struct idle *idle, int64_t *wait_ms, struct err *err)
{
    struct engine *engine = call->engine;
    struct look look;
    bool others = store_version(engine->store) != idle->left;
    if (!look_at_store(call, idle, &look, err))
        return false;
    hasten_walk(engine, &idle->walk);
    enum work work = choose(engine, idle, &look);
    if (work != NOTHING)
        return work_on(call, idle, work, others, wait_ms, err);
    *wait_ms = wait_for(engine, idle, &look, others);
    idle->refused_ms = 0;
    if (!look.lives)
        follow(engine, idle);
    return true;
}

/* Says when the thread is to look next. What changed while it looked is looked at soon. */
static void arrange(struct engine *engine, struct idle *idle, uint64_t seen, int64_t wait_ms)
{
    keeper_every(engine->keeper, KEEPER_UPKEEP, wait_ms == never ? 0 : wait_ms);
    atomic_store(&idle->version, seen);
    atomic_store(&idle->soon, wait_ms <= IDLE_LOOK_MS);
    idle_note(engine);
}

static bool idle_step(struct engine *engine, bool *more, struct err *err)
{
    struct idle *idle = engine->idle;
    uint64_t seen = store_version(engine->store);
    int64_t wait_ms;
    struct call *call = engine_take(engine);
    bool done = step(call, idle, &wait_ms, err);
    idle->left = store_version(engine->store);
    engine_give(call);
    *more = false;
    if (done)
        arrange(engine, idle, seen, wait_ms);
    return done;
}

/* ---- the others ---- */

void idle_note(struct engine *engine)
{
    struct idle *idle = engine->idle;
    if (!idle || atomic_load_explicit(&idle->soon, memory_order_relaxed) ||
        store_version(engine->store) ==
            atomic_load_explicit(&idle->version, memory_order_relaxed) ||
        atomic_exchange(&idle->soon, true))
        return;
    keeper_every(engine->keeper, KEEPER_UPKEEP, IDLE_LOOK_MS);
}

void idle_start(struct engine *engine)
{
    struct idle *idle = mem_new(struct idle);
    idle->trim_ms = never;
    atomic_init(&idle->soon, true);
    atomic_init(&idle->version, 0);
    engine->idle = idle;
    keeper_task(engine->keeper, KEEPER_UPKEEP, idle_step);
    keeper_every(engine->keeper, KEEPER_UPKEEP, IDLE_LOOK_MS);
}

void idle_free(struct idle *idle)
{
    if (!idle)
        return;
    buf_fini(&idle->walk.after);
    free(idle);
}
