/* SPDX-License-Identifier: MIT */
/*
 * What a runner says of itself: notes in words, figures of its invocations, the status file, which
 * is written a few times a second at most and only when there is something new.
 */
#include "backend/triggers/runner_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WRITE_MS = 250 };

/* ---- notes ---- */

void runner_note(struct runner *r, enum runner_note note, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (str_equal(buf_str(&r->notes[note]), str_from(text)))
        return;
    buf_clear(&r->notes[note]);
    buf_add(&r->notes[note], str_from(text));
    r->status_due = true;
}

void runner_note_err(struct runner *r, enum runner_note note, const struct err *err)
{
    if (err->name[0])
        runner_note(r, note, "%s: %s", err->name, err->text);
    else
        runner_note(r, note, "%s", err->text);
}

void runner_note_clear(struct runner *r, enum runner_note note)
{
    r->status_due = r->status_due || r->notes[note].len;
    buf_clear(&r->notes[note]);
}

static struct str first_note(const struct runner *r)
{
    for (int i = 0; i < RUNNER_NOTES; i++)
        if (r->notes[i].len)
            return buf_str(&r->notes[i]);
    return STR_NONE;
}

/* ---- figures ---- */

/* Slots that have passed count nothing. */
static void turn_slots(struct runner_meter *m, int64_t now_ms)
{
    int64_t slot = now_ms / STATUS_SLOT_MS, passed = slot - m->slot;
    if (passed <= 0)
        return;
    size_t shift = passed < STATUS_SLOTS ? (size_t)passed : STATUS_SLOTS;
    uint32_t *const rows[] = {m->calls, m->errors, m->longest_us};
    for (size_t i = 0; i < 3; i++) {
        memmove(rows[i], rows[i] + shift, (STATUS_SLOTS - shift) * sizeof **rows);
        memset(rows[i] + STATUS_SLOTS - shift, 0, shift * sizeof **rows);
    }
    m->slot = slot;
}

void runner_meter_add(struct runner *r, const struct invocation *invocation, bool failed)
{
    struct runner_meter *m = &r->meter;
    int64_t us = invocation->duration_us;
    m->last_ms = clock_now_ms(r->options.clock);
    m->last_us = us;
    m->problem = failed;
    turn_slots(m, m->last_ms);
    m->calls[STATUS_SLOTS - 1]++;
    m->errors[STATUS_SLOTS - 1] += failed;
    if (us > m->longest_us[STATUS_SLOTS - 1])
        m->longest_us[STATUS_SLOTS - 1] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
    m->durations[m->count++ % RUNNER_DURATIONS] = us;
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int64_t median_of(const struct runner_meter *m)
{
    int64_t sorted[RUNNER_DURATIONS];
    size_t count = m->count < RUNNER_DURATIONS ? (size_t)m->count : RUNNER_DURATIONS;
    if (!count)
        return 0;
    memcpy(sorted, m->durations, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_times);
    return sorted[count / 2];
}

/* ---- status ---- */

static void add_ledger(struct delivery_ledger *sum, const struct delivery_ledger *more)
{
    sum->seen += more->seen;
    sum->succeeded += more->succeeded;
    sum->filtered += more->filtered;
    sum->dropped += more->dropped;
    sum->expired += more->expired;
    sum->pending += more->pending;
    sum->delivered += more->delivered;
    sum->retried += more->retried;
    sum->calls += more->calls;
    sum->errors += more->errors;
}

/* Sums over the shards, and the one that is worst off. */
static void gather_shards(const struct runner *r, struct status *status, int64_t now_ms)
{
    int64_t oldest_ms = INT64_MAX;
    struct delivery_trouble trouble;
    for (size_t i = 0; i < r->shard_count; i++) {
        const struct delivery *d = r->shards[i]->delivery;
        struct delivery_ledger ledger = delivery_ledger(d);
        int64_t ms = delivery_oldest_ms(d);
        add_ledger(&status->ledger, &ledger);
        oldest_ms = ms < oldest_ms ? ms : oldest_ms;
        if (!delivery_trouble(d, &trouble) || trouble.attempt <= status->attempt)
            continue;
        status->attempt = trouble.attempt;
        status->again_ms = trouble.again_ms;
        status->blocked_at = trouble.sequence;
    }
    if (oldest_ms < now_ms)
        status->lag_ms = now_ms - oldest_ms;
}

static bool is_blocked(const struct runner *r)
{
    return r->notes[RUNNER_NOTE_CONFIG].len || r->notes[RUNNER_NOTE_JOURNAL].len ||
           r->notes[RUNNER_NOTE_LETTER].len || r->notes[RUNNER_NOTE_STREAM].len;
}

static enum status_state state_of(const struct runner *r, const struct status *status)
{
    if (atomic_load(&r->ended))
        return STATUS_DISABLED;
    if (atomic_load(&r->stopping))
        return STATUS_STOPPED;
    if (atomic_load(&r->untrusted))
        return STATUS_UNTRUSTED;
    if (is_blocked(r))
        return STATUS_BLOCKED;
    if (r->over)
        return STATUS_ENDED;
    if (status->attempt)
        return STATUS_RETRYING;
    return r->in_flight || status->ledger.pending ? STATUS_RUNNING : STATUS_IDLE;
}

static struct str result_of(const struct runner_meter *m)
{
    if (!m->count)
        return STR("No records processed");
    return m->problem ? STR("PROBLEM: Function call failed") : STR("OK");
}

static void gather_status(struct runner *r, struct status *status, int64_t now_ms)
{
    struct runner_meter *m = &r->meter;
    *status = (struct status){.pid = getpid(),
        .time_ms = now_ms,
        .note = first_note(r),
        .last_result = result_of(m),
        .gaps = r->gaps,
        .last_ms = m->last_ms,
        .last_duration_us = m->last_us,
        .median_us = median_of(m),
        .loops = loops_found(&r->loops, now_ms)};
    if (r->progress)
        status->ledger = progress_forgotten(r->progress);
    gather_shards(r, status, now_ms);
    status->state = state_of(r, status);
    turn_slots(m, now_ms);
    memcpy(status->calls, m->calls, sizeof m->calls);
    memcpy(status->errors, m->errors, sizeof m->errors);
    memcpy(status->longest_us, m->longest_us, sizeof m->longest_us);
}

static void note_loops(struct runner *r, int64_t now_ms)
{
    if (loops_found(&r->loops, now_ms))
        runner_note(r, RUNNER_NOTE_LOOP,
            "it seems to feed itself: the items that it is called for change again while it runs; "
            "filter out its own writes, or disable it");
    else
        runner_note_clear(r, RUNNER_NOTE_LOOP);
}

int64_t runner_status_write(struct runner *r, int64_t now_ms, bool now)
{
    struct status status;
    struct err ignored = ERR_INIT;
    int64_t left_ms = WRITE_MS - (clock_tick_ns() - r->status_ns) / 1000000;
    if (!r->status_due && !now)
        return INT64_MAX;
    if (left_ms > 0 && !now)
        return now_ms + left_ms;
    note_loops(r, now_ms);
    gather_status(r, &status, now_ms);
    status_write(buf_cstr(&r->folder), &status, &ignored);
    r->status_due = false;
    r->status_ns = clock_tick_ns();
    return INT64_MAX;
}
