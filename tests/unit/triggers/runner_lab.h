/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_TRIGGERS_RUNNER_LAB_H
#define TESTS_UNIT_TRIGGERS_RUNNER_LAB_H

#include "backend/client.h"
#include "backend/follow.h"
#include "backend/json.h"
#include "backend/triggers/runner.h"
#include "backend/triggers/status.h"
#include "tests/unit/triggers/folder_test.h"

#include <pthread.h>
#include <time.h>

/*
 * A store with a table Orders (partition key p) and its stream, a registry with a function f,
 * mappings of it, and a function that is a few lines of the test: `answer` gets the event and says
 * what comes out. Who waits gives up after a minute, which fails the test instead of hanging it.
 */
struct runner_lab;
typedef enum invoked lab_answer(struct runner_lab *lab, struct str event, struct buf *payload);

struct runner_lab {
    struct folder_test folder;
    struct backend *backend;
    struct registry *registry;
    struct runner *runner;
    struct mapping mapping;
    struct arena arena;
    struct str stream;
    char watch[64], trusted[64];
    struct clock_fake clock; /* of the store and the runner, where `fake` */
    bool fake;
    lab_answer *answer;
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t calls, records, written;
    struct buf events; /* one a line */
    bool ended;
    bool hold; /* keep invocations until lab_release() */
    struct invocation *held[16];
    size_t held_count;
};

static inline void lab_call(struct runner_lab *lab, const char *operation, const char *body)
{
    struct err err = ERR_INIT;
    struct ddb_reply reply = {0};
    struct ddb_call call = {.operation = str_from(operation), .body = str_from(body)};
    if (!backend_call(lab->backend, &call, &reply, &err) || reply.status != 200)
        fail_msg("%s: %.*s %s", operation, STR_ARG(buf_str(&reply.body)), err.text);
    ddb_reply_fini(&reply);
}

static inline void lab_put(struct runner_lab *lab, const char *key, uint64_t version)
{
    char body[256];
    snprintf(body, sizeof body,
        "{\"TableName\":\"Orders\",\"Item\":{\"p\":{\"S\":\"%s\"},\"v\":{\"N\":\"%llu\"}}}", key,
        (unsigned long long)version);
    lab_call(lab, "PutItem", body);
    lab->written++;
}

static inline void lab_put_many(struct runner_lab *lab, size_t count)
{
    char key[32];
    for (size_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "k%zu", i % 7);
        lab_put(lab, key, lab->written + 1);
    }
}

static inline uint64_t lab_count_records(struct str event)
{
    uint64_t count = 0;
    for (size_t at; (at = str_find(event, STR("\"eventID\""))) != SIZE_MAX; count++)
        event = str_skip(event, at + 9);
    return count;
}

/* ---- the function ---- */

static inline void lab_finish(struct runner_lab *lab, struct invocation *i)
{
    enum invoked outcome = INVOKED_OK;
    pthread_mutex_lock(&lab->lock);
    buf_clear(&i->payload);
    strcpy(i->request_id, "00000000-0000-0000-0000-000000000001");
    if (lab->answer)
        outcome = lab->answer(lab, i->event, &i->payload);
    i->outcome = outcome;
    i->duration_us = 1000;
    lab->calls++;
    lab->records += lab_count_records(i->event);
    buf_add(&lab->events, i->event);
    buf_add_byte(&lab->events, '\n');
    pthread_cond_broadcast(&lab->changed);
    pthread_mutex_unlock(&lab->lock);
    i->done(i);
}

static inline void lab_start(void *context, struct invocation *i)
{
    struct runner_lab *lab = context;
    pthread_mutex_lock(&lab->lock);
    bool hold = lab->hold;
    if (hold)
        lab->held[lab->held_count++] = i;
    pthread_cond_broadcast(&lab->changed);
    pthread_mutex_unlock(&lab->lock);
    if (!hold)
        lab_finish(lab, i);
}

static inline void lab_cancel(void *context, struct invocation *i)
{
    struct runner_lab *lab = context;
    bool mine = false;
    pthread_mutex_lock(&lab->lock);
    for (size_t at = 0; at < lab->held_count; at++)
        if (lab->held[at] == i) {
            lab->held[at] = lab->held[--lab->held_count];
            mine = true;
        }
    pthread_mutex_unlock(&lab->lock);
    if (!mine)
        return;
    i->outcome = INVOKED_REFUSED;
    i->done(i);
}

/* Invocations are kept from now on. */
static inline void lab_hold(struct runner_lab *lab)
{
    pthread_mutex_lock(&lab->lock);
    lab->hold = true;
    pthread_mutex_unlock(&lab->lock);
}

static inline uint64_t lab_calls(struct runner_lab *lab)
{
    pthread_mutex_lock(&lab->lock);
    uint64_t calls = lab->calls;
    pthread_mutex_unlock(&lab->lock);
    return calls;
}

static inline uint64_t lab_records(struct runner_lab *lab)
{
    pthread_mutex_lock(&lab->lock);
    uint64_t records = lab->records;
    pthread_mutex_unlock(&lab->lock);
    return records;
}

/* Lets what is held end; what comes later is not held. */
static inline void lab_release(struct runner_lab *lab)
{
    pthread_mutex_lock(&lab->lock);
    lab->hold = false;
    size_t count = lab->held_count;
    lab->held_count = 0;
    pthread_mutex_unlock(&lab->lock);
    for (size_t i = 0; i < count; i++)
        lab_finish(lab, lab->held[i]);
}

/* ---- waiting ---- */

static inline void lab_deadline(struct timespec *until)
{
    clock_gettime(CLOCK_REALTIME, until);
    until->tv_sec += 60;
}

#define LAB_WAIT(lab, condition)                                                                   \
    do {                                                                                           \
        struct timespec until_;                                                                    \
        lab_deadline(&until_);                                                                     \
        pthread_mutex_lock(&(lab)->lock);                                                          \
        while (!(condition))                                                                       \
            if (pthread_cond_timedwait(&(lab)->changed, &(lab)->lock, &until_) != 0)               \
                fail_msg("waited a minute for " #condition);                                       \
        pthread_mutex_unlock(&(lab)->lock);                                                        \
    } while (0)

static inline const char *lab_folder(struct runner_lab *lab)
{
    struct err err = ERR_INIT;
    struct buf path = {0};
    assert_true(registry_mapping_folder(lab->registry, lab->mapping.uuid, &path, &err));
    const char *copy = arena_dup(&lab->arena, buf_str(&path)).at;
    buf_fini(&path);
    return copy;
}

static inline bool lab_status(struct runner_lab *lab, struct status *status)
{
    struct err err = ERR_INIT;
    bool found;
    assert_true(status_read(lab_folder(lab), &lab->arena, status, &found, &err));
    return found;
}

/* Looks at the status file until it says so: what is told there is told by nothing else. */
#define LAB_WAIT_STATUS(lab, status, condition)                                                    \
    do {                                                                                           \
        const struct timespec pause_ = {.tv_nsec = 5000000};                                       \
        int tries_ = 0;                                                                            \
        while (!(lab_status(lab, status) && (condition))) {                                        \
            if (tries_++ > 12000)                                                                  \
                fail_msg("waited a minute for " #condition);                                       \
            nanosleep(&pause_, NULL);                                                              \
        }                                                                                          \
    } while (0)

/* ---- life ---- */

static inline const struct clock *lab_clock(struct runner_lab *lab)
{
    return lab->fake ? &lab->clock.clock : NULL;
}

static inline void lab_make_with(struct runner_lab *lab, bool fake)
{
    struct err err = ERR_INIT;
    memset(lab, 0, sizeof *lab);
    lab->fake = fake;
    folder_test_begin(&lab->folder);
    pthread_mutex_init(&lab->lock, NULL);
    pthread_cond_init(&lab->changed, NULL);
    clock_fake_init(&lab->clock, 1767225600000);
    lab->backend =
        backend_open("./store", &(struct backend_options){.clock = lab_clock(lab)}, &err);
    if (!lab->backend)
        fail_msg("%s", err.text);
    lab_call(lab, "CreateTable",
        "{\"TableName\":\"Orders\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\","
        "\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],"
        "\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}");
    struct client client = {.backend = lab->backend};
    if (!follow_arn(&client, &lab->arena, STR("Orders"), &lab->stream, &err))
        fail_msg("%s", err.text);
    folder_test_write("f.sh", "#!/bin/sh\n");
    chmod("f.sh", 0700);
    snprintf(lab->trusted, sizeof lab->trusted, "%s/trusted", lab->folder.path);
    lab->registry = registry_open("store/triggers", lab->trusted, NULL, &err);
    struct function function;
    if (!lab->registry ||
        !function_of_script(
            &lab->arena, STR("f"), "f.sh", STR_NONE, STR("exec"), &function, &err) ||
        !registry_put_function(lab->registry, &lab->arena, &function, true, &err))
        fail_msg("%s", err.text);
    mapping_init(&lab->mapping);
    lab->mapping.function = STR("f");
    lab->mapping.source = lab->stream;
    lab->mapping.from_start = true;
    lab->mapping.enabled = true;
    snprintf(lab->watch, sizeof lab->watch, "store/data.mdb");
}

static inline void lab_make(struct runner_lab *lab)
{
    lab_make_with(lab, false);
}

/* The mapping as the test has set it. */
static inline void lab_add(struct runner_lab *lab)
{
    struct err err = ERR_INIT;
    if (!registry_put_mapping(lab->registry, &lab->arena, &lab->mapping, true, &err) ||
        !runner_fix_start(lab->backend, lab->registry, &lab->mapping, lab_clock(lab), &err))
        fail_msg("%s", err.text);
    lab->mapping.uuid = arena_dup(&lab->arena, lab->mapping.uuid);
}

static inline void lab_change(struct runner_lab *lab)
{
    struct err err = ERR_INIT;
    if (!registry_put_mapping(lab->registry, &lab->arena, &lab->mapping, false, &err))
        fail_msg("%s", err.text);
    if (lab->runner)
        runner_wake(lab->runner);
}

static inline void lab_ended(void *context)
{
    struct runner_lab *lab = context;
    pthread_mutex_lock(&lab->lock);
    lab->ended = true;
    pthread_cond_broadcast(&lab->changed);
    pthread_mutex_unlock(&lab->lock);
}

static inline struct runner *lab_runner(struct runner_lab *lab)
{
    struct err err = ERR_INIT;
    struct runner_options options = {.backend = lab->backend,
        .registry = lab->registry,
        .caller = {.start = lab_start, .cancel = lab_cancel, .context = lab},
        .clock = lab_clock(lab),
        .region = STR("us-east-1"),
        .watch_path = lab->watch,
        .uuid = lab->mapping.uuid,
        .ended = lab_ended,
        .context = lab};
    struct runner *runner = runner_open(&options, &err);
    if (!runner)
        fail_msg("%s", err.text);
    return runner;
}

static inline void lab_run(struct runner_lab *lab)
{
    lab->ended = false;
    lab->runner = lab_runner(lab);
}

static inline void lab_stop(struct runner_lab *lab)
{
    runner_close(lab->runner, 0);
    lab->runner = NULL;
}

static inline void lab_free(struct runner_lab *lab)
{
    runner_close(lab->runner, 0);
    registry_close(lab->registry);
    backend_close(lab->backend, NULL);
    arena_fini(&lab->arena);
    buf_fini(&lab->events);
    pthread_mutex_destroy(&lab->lock);
    pthread_cond_destroy(&lab->changed);
    folder_test_end(&lab->folder);
}

#endif
