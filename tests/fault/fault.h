/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULT_FAULT_H
#define TESTS_FAULT_FAULT_H

/* What the fault tests share: a folder of their own, random numbers, numbered entries. */

#include "backend/embedded/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fault_folder {
    char path[64], data[80];
};

static inline void fault_folder_make(struct fault_folder *f)
{
    strcpy(f->path, "/tmp/dynascope-fault-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    snprintf(f->data, sizeof f->data, "%s/data.mdb", f->path);
}

static inline void fault_folder_remove(const struct fault_folder *f)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", f->path);
    assert_int_equal(system(command), 0);
}

static inline uint64_t fault_draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

/* Entry `number`: every seventh has a key that goes on in layers, lengths of values vary. */
struct fault_entry {
    char key[1600], value[3000];
    struct str key_str, value_str;
};

static inline void fault_entry_make(struct fault_entry *e, uint64_t number)
{
    size_t pad = number % 7 == 0 ? 500 + number % 1000 : 0, len = number * 37 % sizeof e->value;
    memset(e->key, 'k', pad);
    int digits = snprintf(e->key + pad, 32, "%012llu", (unsigned long long)number);
    for (size_t i = 0; i < len; i++)
        e->value[i] = (char)(number + i);
    e->key_str = (struct str){e->key, pad + (size_t)digits};
    e->value_str = (struct str){e->value, len};
}

static inline bool fault_put(struct store_txn *txn, void *context, struct err *err)
{
    struct fault_entry e;
    fault_entry_make(&e, *(const uint64_t *)context);
    return store_put(txn, STORE_ITEMS, e.key_str, e.value_str, err);
}

struct fault_count {
    uint64_t count;   /* entries 0..count-1 are wanted */
    uint64_t missing; /* of those */
};

static inline bool fault_look(struct store_txn *txn, void *context, struct err *err)
{
    struct fault_count *c = context;
    struct fault_entry e;
    struct str value;
    bool found;
    c->missing = 0;
    for (uint64_t i = 0; i < c->count; i++) {
        fault_entry_make(&e, i);
        if (!store_get(txn, STORE_ITEMS, e.key_str, &value, &found, err))
            return false;
        c->missing += !found || !str_equal(value, e.value_str);
    }
    return true;
}

static inline void fault_finding(void *context, const char *finding)
{
    (void)context;
    fail_msg("%s", finding);
}

#endif
