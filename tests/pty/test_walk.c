/* SPDX-License-Identifier: MIT */
/*
 * A day's work from the first table to its end, by hand: in a store, through `serve`, and, where
 * one is given, at an endpoint that is not ours.
 *
 *   pty_test_walk PROGRAM [URL]
 */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

static const char *program, *foreign;

struct walk {
    struct sample sample;
    struct term term;
    const char *where; /* the connection */
};

/* Keys, and what they bring to the screen. */
static void step(struct walk *w, const char *keys, const char *seen)
{
    term_send(&w->term, keys);
    term_expect(&w->term, seen);
}

/* Whose editor saves the same item whatever it is given. */
static void begin(struct walk *w, const char *where)
{
    char editor[200];
    const char *env[] = {w->sample.home, w->sample.temporary, editor, NULL};
    const char *words[] = {program, "--read-write", where, NULL};
    w->where = where;
    sample_editor(&w->sample,
        "cat >\"$1\" <<'END'\n{\"id\":\"a\",\"n\":\"1\",\"price\":10,\"status\":\"NEW\","
        "\"big\":12345678901234567890.123456789}\nEND",
        editor);
    term_open(&w->term, &(struct term_options){.argv = words, .env = env, .cols = 120});
    term_expect(&w->term, "no tables yet");
}

static void make_a_table(struct walk *w)
{
    step(w, "a", "Create a table");
    step(w, "\r", "what is it to be called?"); /* nothing is sent while something is wrong */
    step(w, "Walk\tid\t\tn", "its type");
    step(w, "\r", "created Walk");
    term_expect(&w->term, "n S");
    step(w, "\r", "no items here");
}

static void add_and_change_an_item(struct walk *w)
{
    step(w, "a", "added a · \"1\"");
    term_expect(&w->term, "12345678901234567890.123456789");
    step(w, "lllc", "price = 10");
    step(w, "\02511\r", "changed price");
    step(w, "u", "took back");
    step(w, "U", "changed again");
}

/* Somebody else writes while a value is typed. */
static void meet_a_conflict(struct walk *w)
{
    step(w, "c", "price = 11");
    assert_int_equal(
        sample_run(&w->sample, NULL, NULL, NULL, "-c", w->where, "--read-write", "call",
            "UpdateItem",
            "{\"TableName\":\"Walk\",\"Key\":{\"id\":{\"S\":\"a\"},\"n\":{\"S\":\"1\"}},"
            "\"UpdateExpression\":\"SET price = :p, note = :n\","
            "\"ExpressionAttributeValues\":{\":p\":{\"N\":\"12\"},\":n\":{\"S\":\"x\"}}}",
            NULL),
        0);
    step(w, "\02513\r", "1 to choose");
    step(w, "\r", "choose theirs or yours");
    step(w, "2", "yours");
    term_send(&w->term, "\r");
    term_expect_gone(&w->term, "Changed by someone else");
    term_expect(&w->term, "13");
}

static void ask(struct walk *w)
{
    step(w, "A\025", "Query Walk");
    step(w, "status = \"NEW\" and price > 10", "SCAN of all of Walk");
    step(w, "\r", "all 1 of 1 scanned");
    step(w, "A\025id = \"a\"", "QUERY on Walk");
    step(w, "\r", "Query · all 1");
    step(w, "q", "Scan · all 1");
}

static void make_an_index(struct walk *w)
{
    step(w, "i", "base table");
    step(w, "a", "A global index of Walk");
    step(w, "by-status\tstatus", "its type");
    step(w, "\r", "by-status   global  status S");
    term_expect_gone(&w->term, "CREATING");
    step(w, "j\r", "Walk ▸ by-status");
    term_expect(&w->term, "13");
    step(w, "i", "global secondary index");
    step(w, "k\r", "Walk ▸ base table");
}

static void look_at_the_table(struct walk *w)
{
    step(w, "d", "Walk is ACTIVE");
    step(w, "q", "Walk ▸");
}

static void delete_many(struct walk *w)
{
    struct buf lines = {0};
    for (int i = 0; i < 60; i++)
        buf_printf(&lines, "{\"id\":\"m%d\",\"n\":\"%d\"}\n", i / 6, i);
    assert_int_equal(sample_run(&w->sample, buf_cstr(&lines), NULL, NULL, "-c", w->where,
                         "--read-write", "import", "Walk", "-", "-q", NULL),
        0);
    buf_fini(&lines);
    step(w, "r", "all 61");
    step(w, "*", "61 marked");
    step(w, "M", "delete them");
    step(w, "\r", "61");
    step(w, "61\r", "deleted 61 items");
    term_expect(&w->term, "no items here");
    step(w, "u", "Take back: deleted 61 items");
    step(w, "y", "took back");
    step(w, "r", "all 61");
}

static void delete_the_table(struct walk *w)
{
    step(w, "1", "Tables");
    step(w, "D", "type Walk");
    step(w, "wrong\r", "type Walk");
    step(w, "\025Walk\r", "deleted Walk");
    term_expect(&w->term, "no tables yet");
}

static void end(struct walk *w)
{
    sample_quit(&w->term);
}

static void walk(struct walk *w, const char *where, bool indexes)
{
    begin(w, where);
    make_a_table(w);
    add_and_change_an_item(w);
    meet_a_conflict(w);
    ask(w);
    if (indexes)
        make_an_index(w);
    look_at_the_table(w);
    delete_many(w);
    delete_the_table(w);
    end(w);
}

static void in_a_store(void **state)
{
    (void)state;
    struct walk w = {0};
    sample_init(&w.sample, program);
    walk(&w, w.sample.store, true);
    sample_fini(&w.sample);
}

static void through_serve(void **state)
{
    (void)state;
    struct walk w = {0};
    struct endpoint e;
    sample_init(&w.sample, program);
    endpoint_start(&e, program, w.sample.store, 0);
    walk(&w, e.url, true);
    endpoint_stop(&e);
    sample_fini(&w.sample);
}

/* Throughput of an index of an on-demand table is asked for by some: none is made there. */
static void at_another_endpoint(void **state)
{
    (void)state;
    struct walk w = {0};
    sample_init(&w.sample, program);
    walk(&w, foreign, false);
    sample_fini(&w.sample);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest own[] = {cmocka_unit_test(in_a_store), cmocka_unit_test(through_serve)};
    const struct CMUnitTest other[] = {cmocka_unit_test(at_another_endpoint)};
    if (argc < 2)
        return 64;
    program = argv[1];
    foreign = argc > 2 ? argv[2] : NULL;
    return foreign ? cmocka_run_group_tests(other, NULL, NULL)
                   : cmocka_run_group_tests(own, NULL, NULL);
}
