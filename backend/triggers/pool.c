/* SPDX-License-Identifier: MIT */
/*
 * A function's queue and processes. An invocation goes to the process that was used last, or to a
 * new one while there are fewer than there may be, or waits. Who cannot be started again and again
 * is started ever less often; who asks meanwhile gets the last answer:
 *
 *     0.1 s, 0.2 s, 0.4 s … 5 s after the 2nd, 3rd, 4th … failure; new code begins anew
 */
#include "backend/triggers/invoker_impl.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

static const int64_t ms_ns = 1000000;
enum { DEBOUNCE_MS = 100, PAUSE_MS = 100, PAUSE_MOST_MS = 5000 };

/* ---- which one ---- */

static void put_part(struct buf *out, struct str part)
{
    buf_add(out, part);
    buf_add_byte(out, '\0');
}

static void put_identity(struct buf *out, const struct function *f)
{
    buf_clear(out);
    put_part(out, f->runtime_name);
    put_part(out, f->handler);
    put_part(out, f->folder);
    put_part(out, f->code_sha256);
    buf_printf(
        out, "%d %u %u %d", (int)f->runtime, f->memory_mb, f->timeout_s, f->pass_credentials);
    if (f->environment)
        json_put(out, f->environment);
}

static void copy_function(struct pool *pool, const struct function *f)
{
    struct buf text = {0};
    struct err err = ERR_INIT;
    struct arena *arena = &pool->arena;
    arena_reset(arena);
    pool->function = *f;
    pool->function.name = arena_dup(arena, f->name);
    pool->function.runtime_name = arena_dup(arena, f->runtime_name);
    pool->function.handler = arena_dup(arena, f->handler);
    pool->function.folder = arena_dup(arena, f->folder);
    pool->function.role = pool->function.description = STR_NONE;
    pool->function.code_sha256 = pool->function.last_modified = STR_NONE;
    pool->function.revision = STR_NONE;
    if (f->environment) {
        json_put(&text, f->environment);
        pool->function.environment = json_parse(arena, arena_dup(arena, buf_str(&text)), &err);
    }
    buf_fini(&text);
    watch_add(pool->invoker->watch, pool->tag, f->runtime == RUNTIME_EXEC ? STR_NONE : f->folder,
        f->handler);
}

struct pool *pool_find(struct invoker *invoker, struct str function)
{
    for (struct pool *pool = invoker->pools; pool; pool = pool->next)
        if (str_equal(pool->function.name, function))
            return pool;
    return NULL;
}

static struct pool *make(struct invoker *invoker)
{
    struct pool *pool = mem_new(struct pool);
    pool->invoker = invoker;
    pool->tag = ++invoker->marks;
    pool->end = &pool->first;
    pool->next = invoker->pools;
    invoker->pools = pool;
    return pool;
}

struct pool *pool_of(struct invoker *invoker, const struct function *function)
{
    struct buf identity = {0};
    struct pool *pool = pool_find(invoker, function->name);
    put_identity(&identity, function);
    if (!pool || !str_equal(buf_str(&pool->identity), buf_str(&identity))) {
        if (pool)
            pool_renew(pool);
        else
            pool = make(invoker);
        copy_function(pool, function);
        buf_clear(&pool->identity);
        buf_add(&pool->identity, buf_str(&identity));
    }
    buf_fini(&identity);
    return pool;
}

void pool_free(struct pool *pool)
{
    struct pool **at = &pool->invoker->pools;
    while (*at != pool)
        at = &(*at)->next;
    *at = pool->next;
    watch_remove(pool->invoker->watch, pool->tag);
    arena_fini(&pool->arena);
    buf_fini(&pool->identity);
    buf_fini(&pool->failure);
    free(pool);
}

/* ---- the queue ---- */

void pool_add(struct pool *pool, struct invocation *invocation, bool first)
{
    invocation->next = first ? pool->first : NULL;
    if (first)
        pool->first = invocation;
    else
        *pool->end = invocation;
    if (!invocation->next)
        pool->end = &invocation->next;
}

static struct invocation *take(struct pool *pool)
{
    struct invocation *invocation = pool->first;
    if (invocation && !(pool->first = invocation->next))
        pool->end = &pool->first;
    return invocation;
}

bool pool_withdraw(struct pool *pool, const struct invocation *invocation)
{
    struct invocation **at = &pool->first;
    while (*at && *at != invocation)
        at = &(*at)->next;
    if (!*at)
        return false;
    *at = invocation->next;
    if (!*at)
        pool->end = at;
    return true;
}

/* ---- serving it ---- */

static struct instance *find_idle(const struct pool *pool)
{
    struct instance *best = NULL;
    for (struct instance *i = pool->instances; i; i = i->next)
        if (i->state == INSTANCE_IDLE && i->version == pool->version && (i->held || i->exec) &&
            (!best || i->idle_ns > best->idle_ns))
            best = i;
    return best;
}

/* One that has just answered asks for its next event in a moment. */
static bool has_room(const struct pool *pool)
{
    unsigned count = 0;
    for (struct instance *i = pool->instances; i; i = i->next) {
        count += i->state != INSTANCE_ENDING;
        if (i->state == INSTANCE_IDLE && i->version == pool->version && !i->slow)
            return false;
    }
    return count < pool->invoker->options.processes;
}

void pool_serve(struct pool *pool)
{
    if (pool->serving)
        return;
    for (pool->serving = true; pool->first;) {
        struct instance *idle = find_idle(pool);
        if (!idle && !has_room(pool))
            break;
        struct invocation *invocation = take(pool);
        if (idle)
            instance_run(idle, invocation);
        else if (pool->failures && clock_tick_ns() < pool->again_ns)
            instance_refuse(invocation, INVOKED_INIT, NULL, buf_str(&pool->failure));
        else
            instance_open(pool, invocation);
    }
    pool->serving = false;
}

void pool_started(struct pool *pool)
{
    pool->failures = 0;
}

void pool_failed(struct pool *pool, struct str payload)
{
    int64_t pause = 0;
    if (pool->failures)
        pause = pool->failures > 6 ? PAUSE_MOST_MS : PAUSE_MS << (pool->failures - 1);
    pool->failures++;
    pool->again_ns = clock_tick_ns() + (pause < PAUSE_MOST_MS ? pause : PAUSE_MOST_MS) * ms_ns;
    buf_clear(&pool->failure);
    buf_add(&pool->failure, payload);
}

void pool_remove(struct pool *pool, struct instance *i)
{
    struct instance **at = &pool->instances;
    while (*at != i)
        at = &(*at)->next;
    *at = i->next;
}

/* ---- the code ---- */

void pool_renew(struct pool *pool)
{
    struct instance *next;
    pool->version++;
    pool->failures = 0;
    pool->changed_ns = 0;
    for (struct instance *i = pool->instances; i; i = next) {
        next = i->next;
        if (i->state == INSTANCE_IDLE)
            instance_end(i);
    }
}

static void read_anew(struct pool *pool)
{
    pool_renew(pool);
    watch_add(pool->invoker->watch, pool->tag, pool->function.folder, pool->function.handler);
    pool_serve(pool);
}

/* ---- time ---- */

bool pool_is_empty(const struct pool *pool)
{
    return !pool->instances && !pool->first;
}

void pool_tick(struct pool *pool, int64_t now_ns)
{
    struct instance *next;
    if (pool->changed_ns && now_ns >= pool->changed_ns + DEBOUNCE_MS * ms_ns)
        read_anew(pool);
    for (struct instance *i = pool->instances; i; i = next) {
        next = i->next;
        instance_tick(i, now_ns);
    }
}

int64_t pool_due_ns(const struct pool *pool)
{
    int64_t due = pool->changed_ns ? pool->changed_ns + DEBOUNCE_MS * ms_ns : INT64_MAX;
    for (const struct instance *i = pool->instances; i; i = i->next) {
        int64_t each = instance_due_ns(i);
        due = each < due ? each : due;
    }
    return due;
}
