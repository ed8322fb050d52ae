/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_RUNNER_H
#define BACKEND_TRIGGERS_RUNNER_H

#include "backend/backend.h"
#include "backend/triggers/delivery.h"
#include "backend/triggers/invoker.h"
#include "backend/triggers/registry.h"

/*
 * A mapping's thread: waits for its lease, reads its stream, delivers, keeps what is dealt with.
 *
 *   lease ─▶ start fixed ─▶ ┌─▶ results ─▶ keep (synced) ─▶ read ─▶ orders ─▶ sleep ─┐ ─▶ let go
 *                           └────────────────────────────────────────────────────────┘
 */
struct runner;

/* How functions are called: the invoker, or something in its place. `start` may be done before it
 * returns. */
struct runner_caller {
    void (*start)(void *context, struct invocation *invocation);
    void (*cancel)(void *context, struct invocation *invocation);
    void *context;
};
struct runner_caller runner_caller_of(struct invoker *invoker);

/* All borrowed for as long as it runs. */
struct runner_options {
    struct backend *backend;
    struct registry *registry;
    struct runner_caller caller;
    const struct clock *clock;
    struct str region;
    const char *watch_path; /* see triggers_options */
    struct str uuid;
    void (*ended)(void *context); /* on its thread: it has let go by itself. May be NULL */
    void *context;
};

struct runner *runner_open(const struct runner_options *options, struct err *err);
/* Asks it to end: no further calls. */
void runner_stop(struct runner *runner);
/* Waits until what is being invoked has ended, kills it after `grace_ms`; frees. */
void runner_close(struct runner *runner, int64_t grace_ms);
/* The mapping, its function or what its user trusts may have changed. */
void runner_wake(struct runner *runner);
/* It has let go: its mapping was removed or disabled. */
bool runner_ended(const struct runner *runner);
/* Whether it waits for its user's word. */
bool runner_untrusted(const struct runner *runner);
const char *runner_uuid(const struct runner *runner);

/* The rules that a mapping says. */
struct delivery_rules delivery_rules_of(const struct mapping *mapping, size_t envelope);

/* Fixes where a mapping begins, durably, unless that was done: whoever makes one calls this after
 * registry_put_mapping(), so that nothing that is written from then on is missed, however late its
 * first runner starts. */
bool runner_fix_start(struct backend *backend, struct registry *registry,
    const struct mapping *mapping, const struct clock *clock, struct err *err);

#endif
