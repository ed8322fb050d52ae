/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_VIEWS_THINGS_H
#define TESTS_UNIT_VIEWS_THINGS_H

/* An embedded store with a table Things of the key id, a worker on it, and a folder for what the
 * explorer keeps between runs. */
#include "backend/backend_impl.h"
#include "backend/client.h"
#include "backend/embedded/embedded.h"
#include "backend/json_in.h"
#include "backend/worker.h"
#include "tests/test.h"
#include "views/places/memory.h"

#include <unistd.h>

struct things {
    char folder[64];
    struct backend *backend;
    struct worker *worker;
    struct client client;
    struct client_table table;
    struct arena arena;
    struct memory *memory;
};

static inline void things_open(struct things *t)
{
    struct err err = ERR_INIT;
    struct backend_options options = {.no_sync = true};
    struct ddb_reply reply = {0};
    *t = (struct things){.folder = "/tmp/dynascope-things-XXXXXX"};
    assert_non_null(mkdtemp(t->folder));
    setenv("XDG_STATE_HOME", t->folder, 1);
    t->backend = embedded_open(t->folder, &options, &err);
    assert_non_null(t->backend);
    t->client = (struct client){.backend = t->backend};
    assert_true(client_call(&t->client, STR("CreateTable"),
        STR("{\"TableName\":\"Things\",\"BillingMode\":\"PAY_PER_REQUEST\","
            "\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"
            "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]}"),
        &reply, &err));
    ddb_reply_fini(&reply);
    assert_true(client_describe(&t->client, &t->arena, STR("Things"), &t->table, &err));
    t->memory = memory_open(STR("/the/store"));
}

/* The worker speaks to `backend`: the store, or a line to it. */
static inline void things_work(struct things *t, struct backend *backend)
{
    t->worker = worker_new(backend);
}

static inline void things_wait(struct things *t)
{
    do {
        while (worker_busy(t->worker))
            worker_wait(t->worker, 1000);
    } while (worker_collect(t->worker) || worker_busy(t->worker));
}

static inline void things_close(struct things *t)
{
    char command[128];
    if (t->worker)
        worker_free(t->worker);
    if (t->backend)
        backend_close(t->backend, NULL);
    arena_fini(&t->arena);
    memory_free(t->memory);
    snprintf(command, sizeof command, "rm -rf '%s'", t->folder);
    assert_int_equal(system(command), 0);
}

static inline struct value things_item(struct things *t, const char *plain)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    assert_true(json_in_plain(&bytes, json_parse(&t->arena, str_from(plain), &err), &err));
    struct value v = value_of(arena_dup(&t->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static inline void things_put(struct things *t, const char *plain)
{
    struct err err = ERR_INIT;
    assert_true(client_put(&t->client, STR("Things"), things_item(t, plain), NULL, &err));
}

/* What is stored under the id is this item; NULL: none. */
static inline void things_expect(struct things *t, const char *id, const char *plain)
{
    struct value out;
    struct err err = ERR_INIT;
    char key[64];
    snprintf(key, sizeof key, "{\"id\":\"%s\"}", id);
    assert_true(client_get(&t->client, &t->arena, STR("Things"), things_item(t, key), &out, &err));
    if (!plain)
        assert_int_equal(out.type, VALUE_NONE);
    else
        assert_true(out.type == VALUE_M && value_equal(out, things_item(t, plain)));
}

#endif
