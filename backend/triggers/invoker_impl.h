/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_INVOKER_IMPL_H
#define BACKEND_TRIGGERS_INVOKER_IMPL_H

#include "backend/triggers/invoker.h"
#include "backend/triggers/output.h"
#include "backend/triggers/process.h"
#include "backend/triggers/runtime_api.h"
#include "backend/triggers/watch.h"

#include <pthread.h>

/*
 * What the invoker's files share. All but the inbox belongs to its thread.
 *
 *   invoker.c   the thread: what comes in, what is due
 *   pool.c      a function: its queue, its processes, its code's version
 *   instance…   a process of it: started, called, ended
 */
enum instance_state {
    INSTANCE_STARTING, /* has not asked for an event yet */
    INSTANCE_IDLE,     /* waits for one (exec: has no process) */
    INSTANCE_BUSY,     /* has one */
    INSTANCE_ENDING,   /* was asked to end, is killed at due_ns */
    INSTANCE_GONE,     /* buried: nobody finds it, its memory stays until the round is over */
};

struct instance {
    struct instance *next, *next_grave;
    struct pool *pool;
    struct invoker *invoker;
    uint64_t mark;    /* never given twice */
    unsigned version; /* of the code that it was started with */
    enum instance_state state;
    bool exec;              /* a process an invocation, none between */
    bool slow;              /* has answered, and not asked for the next event for a while */
    struct process process; /* pid 0 = none */
    int listener;
    struct output output;
    struct buf result; /* exec: what it printed */
    uint64_t result_came;
    struct runtime_call *held;     /* its GET …/next */
    struct invocation *invocation; /* that it has, or will have when it has started */
    bool killed;                   /* with all that it started, as far as that was there */
    bool judged;                   /* it is being killed: `verdict` is how the invocation ends */
    enum invoked verdict;
    char last_id[37]; /* of the invocation before */
    int64_t spawned_ns, began_ns, due_ns, idle_ns, looked_ns, init_us, memory_kb;
};

struct pool {
    struct pool *next;
    struct invoker *invoker;
    uint64_t tag; /* for the watch */
    struct arena arena;
    struct function function; /* a copy: processes outlive the invocations' */
    struct buf identity;      /* what would have to differ for new processes */
    unsigned version;
    struct instance *instances;
    bool serving;                    /* pool_serve() is at work further up */
    struct invocation *first, **end; /* the queue */
    unsigned failures;               /* to start, one after the other */
    int64_t again_ns;                /* not before */
    struct buf failure;              /* what the last one said */
    int64_t changed_ns;              /* the code was touched, the last time; 0 = not */
};

enum inbox_kind { INBOX_START, INBOX_CANCEL, INBOX_DROP };
struct inbox_item {
    struct inbox_item *next;
    enum inbox_kind kind;
    struct invocation *invocation;
    char *name;
};

struct invoker {
    struct invoker_options options;
    struct arena arena; /* of the options' texts */
    struct runtime_api *api;
    struct watch *watch;
    struct pool *pools;
    struct instance *graves;
    struct instance **doomed; /* of this round: to be killed together */
    size_t doomed_count, doomed_cap;
    uint64_t marks;
    int epoll, wake;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    pthread_mutex_t lock; /* of the inbox */
    struct inbox_item *inbox, **inbox_end;
};

/* What an event of epoll is about: the instance's mark and one of these. */
enum event_kind { EVENT_WAKE, EVENT_WATCH, EVENT_LISTENER, EVENT_OUT, EVENT_ERRORS, EVENT_END };
enum { EVENT_BITS = 3 };

/* ---- instance_start.c ---- */

enum { INSTANCE_SLOW_MS = 100 };

/* A process (exec: only its place) for this invocation, which it gets when it has started; or the
 * invocation is done with, and there is no instance. */
void instance_open(struct pool *pool, struct invocation *invocation);
/* Hands an idle one its next invocation. */
void instance_run(struct instance *i, struct invocation *invocation);
/* The same for one that asks for its event right now, and whose invocation has its name. */
void instance_hand(struct instance *i, struct invocation *invocation);

/* ---- instance.c ---- */

void instance_take_call(struct instance *i, struct runtime_call *call);
void instance_take_event(struct instance *i, enum event_kind kind); /* not EVENT_END */
/* What is due: timeouts, a look at its memory. */
void instance_tick(struct instance *i, int64_t now_ns);
int64_t instance_due_ns(const struct instance *i);
/* Asks it to end; kills it soon. */
void instance_end(struct instance *i);
/* Kills it; its invocation, if it has one, ends as refused. */
void instance_cancel(struct instance *i);
/* Those that are gone. */
void instance_free_graves(struct invoker *invoker);

/* ---- instance_end.c ---- */

/* The invocation that it has is over; `invocation->payload` says how. */
void instance_finish(struct instance *i, enum invoked outcome);
/* Kills processes with all that they have started. */
void instance_kill(struct instance *const *some, size_t count);
/* It is to be killed, and its invocation ends so. */
void instance_judge(struct instance *i, enum invoked verdict, int64_t grace_ns);
/* It has ended, or cannot be started: buries it, and tells its invocation. */
void instance_bury(struct instance *i);
/* An invocation that never got a process. */
void instance_refuse(
    struct invocation *invocation, enum invoked outcome, const char *type, struct str text);

/* ---- invoker.c ---- */

/* It is among those that are killed at the end of this round: many for the price of one. */
void invoker_doom(struct invoker *invoker, struct instance *i);

/* ---- pool.c ---- */

/* The function's pool, as the invocation has it; made where there is none. */
struct pool *pool_of(struct invoker *invoker, const struct function *function);
struct pool *pool_find(struct invoker *invoker, struct str function);
void pool_free(struct pool *pool);
void pool_add(struct pool *pool, struct invocation *invocation, bool first);
/* True where it was in the queue. */
bool pool_withdraw(struct pool *pool, const struct invocation *invocation);
/* Gives the queue to whoever is free. */
void pool_serve(struct pool *pool);
/* The code is another: processes end after what they do. */
void pool_renew(struct pool *pool);
void pool_started(struct pool *pool);
void pool_failed(struct pool *pool, struct str payload);
void pool_remove(struct pool *pool, struct instance *i);
void pool_tick(struct pool *pool, int64_t now_ns);
int64_t pool_due_ns(const struct pool *pool);
bool pool_is_empty(const struct pool *pool);

#endif
