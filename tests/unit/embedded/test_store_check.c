/* SPDX-License-Identifier: MIT */
/* Checking: links between layers that are bent in the file itself are found; a sound store is
 * silent. */
#include "backend/embedded/store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SLICE = 510, LAYER = 8 };

struct place {
    char folder[64], data[80];
    struct err err;
    char findings[2000];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->folder, "/tmp/dynascope-check-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->data, sizeof p->data, "%s/data.mdb", p->folder);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", p->folder);
    assert_int_equal(system(command), 0);
    free(p);
    return 0;
}

/* Two long keys of one layer, two of another one, a short key. */
static bool put_keys(struct store_txn *txn, void *context, struct err *err)
{
    static const char firsts[] = "aabbc";
    (void)context;
    for (size_t i = 0; i < 5; i++) {
        char key[700];
        size_t len = firsts[i] == 'c' ? 20 : 600 + i;
        memset(key, firsts[i], len);
        if (!store_put(txn, STORE_ITEMS, (struct str){key, len}, STR("value"), err))
            return false;
    }
    return true;
}

static void make_store(struct place *p)
{
    struct store *store = store_open(p->folder, NULL, &p->err);
    assert_non_null(store);
    assert_true(store_write(store, put_keys, NULL, &p->err));
    store_close(store, NULL);
}

static void add_finding(void *context, const char *finding)
{
    struct place *p = context;
    size_t len = strlen(p->findings);
    snprintf(p->findings + len, sizeof p->findings - len, "%s\n", finding);
}

static const char *check(struct place *p)
{
    struct store_options options = {.read_only = true, .for_check = true};
    struct store *store = store_open(p->folder, &options, &p->err);
    assert_non_null(store);
    p->findings[0] = '\0';
    if (!store_check(store, add_finding, p, &p->err))
        fail_msg("%s", p->err.text);
    store_close(store, NULL);
    return p->findings;
}

/* The entry that continues the keys of `first`: 510 times that byte, 00, then the layer's id. Every
 * copy in the file is changed: old pages are not looked at. */
static void set_layer(const struct place *p, char first, uint64_t layer)
{
    char key[SLICE + 1] = {0}, id[LAYER];
    struct stat st;
    unsigned count = 0;
    int fd = open(p->data, O_RDWR);
    memset(key, first, SLICE);
    for (size_t i = LAYER; i-- > 0; layer >>= 8)
        id[i] = (char)layer;
    assert_int_equal(fstat(fd, &st), 0);
    char *bytes = malloc((size_t)st.st_size);
    assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
    for (off_t at = 0; at + SLICE + 1 + LAYER < st.st_size; at++)
        if (memcmp(bytes + at, key, sizeof key) == 0) {
            assert_int_equal(pwrite(fd, id, LAYER, at + SLICE + 1), LAYER);
            count++;
        }
    free(bytes);
    close(fd);
    assert_true(count > 0);
}

static void a_sound_store_is_silent(void **state)
{
    make_store(*state);
    assert_string_equal(check(*state), "");
}

static void a_link_to_nowhere_is_found_and_so_is_the_orphan(void **state)
{
    make_store(*state);
    set_layer(*state, 'b', 77);
    check(*state);
    struct place *p = *state;
    assert_string_equal(p->findings,
        "layers: no entry leads to a layer\nlayers: an entry leads to an empty layer\n");
}

static void two_links_to_one_layer_are_found(void **state)
{
    make_store(*state);
    set_layer(*state, 'b', 1);
    assert_string_equal(check(*state),
        "layers: two entries lead to one layer\nlayers: no entry leads to a layer\n");
}

static void a_link_that_could_lead_in_circles_is_found(void **state)
{
    struct place *p = *state;
    make_store(p);
    set_layer(p, 'b', 0);
    assert_non_null(strstr(check(p), "items: an entry that continues leads nowhere\n"));
}

static bool seek_last(struct store_txn *txn, void *context, struct err *err)
{
    struct store_cursor *c = store_cursor_open(txn, STORE_ITEMS, err);
    bool found;
    (void)context;
    return c && store_seek(c, STR("bz"), true, &found, err);
}

static void walking_over_a_bad_link_is_an_error_that_names_the_remedy(void **state)
{
    struct place *p = *state;
    make_store(p);
    set_layer(p, 'b', 0);
    struct store *store = store_open(p->folder, NULL, &p->err);
    assert_non_null(store);
    assert_false(store_read(store, seek_last, NULL, &p->err));
    assert_int_equal(p->err.code, ERR_FILE);
    assert_non_null(strstr(p->err.text, "dynascope check"));
    store_close(store, NULL);
}

static void pages_that_lead_outside_are_found_and_nothing_is_read(void **state)
{
    struct place *p = *state;
    make_store(p);
    int fd = open(p->data, O_RDWR);
    for (off_t meta = 0; meta < 2 * 4096; meta += 4096) {
        uint64_t root; /* of the main database, by both meta pages */
        off_t at = meta + 16 + 24 + 48 + 40;
        assert_int_equal(pread(fd, &root, sizeof root, at), sizeof root);
        if (root != UINT64_MAX && pwrite(fd, &(uint64_t){0}, sizeof root, at) != sizeof root)
            fail();
    }
    close(fd);
    assert_string_equal(check(p), "page 0: is a meta page\n");
    struct store_options options = {.read_only = true, .for_check = true};
    struct store *store = store_open(p->folder, &options, &p->err);
    assert_non_null(store);
    assert_false(store_read(store, seek_last, NULL, &p->err));
    store_close(store, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_sound_store_is_silent),
        TEST(a_link_to_nowhere_is_found_and_so_is_the_orphan),
        TEST(two_links_to_one_layer_are_found),
        TEST(a_link_that_could_lead_in_circles_is_found),
        TEST(walking_over_a_bad_link_is_an_error_that_names_the_remedy),
        TEST(pages_that_lead_outside_are_found_and_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
