/* SPDX-License-Identifier: MIT */
/* Marked items in the real program: deleted, changed, written to files, and what is left of them.
 */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/remote/proxy.h"
#include "tests/test.h"

#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *program;

static void explore(struct sample *s, struct term *t, const char *const *words)
{
    const char *env[] = {s->home, s->temporary, NULL};
    term_open(t, &(struct term_options){.argv = words, .env = env, .cols = 130});
}

static int count_of(struct sample *s)
{
    char *answer = sample_call(s, "Scan", "{\"TableName\":\"Orders\",\"Select\":\"COUNT\"}");
    const char *count = strstr(answer, "\"Count\":");
    assert_non_null(count);
    int number = atoi(count + strlen("\"Count\":"));
    free(answer);
    return number;
}

/* The number that stands before `word` on the screen, or -1. */
static int number_before(struct term *t, const char *word)
{
    char *text = term_text(t);
    const char *at = strstr(text, word);
    int number = at ? 0 : -1, unit = 1;
    while (at && at > text && at[-1] == ' ')
        at--;
    for (; at && at > text && strchr(",0123456789", at[-1]); at--)
        if (at[-1] != ',') {
            number += unit * (at[-1] - '0');
            unit *= 10;
        }
    free(text);
    return number;
}

static bool range_has_all(struct term *t, void *context)
{
    const int *wanted = context;
    if (number_before(t, " in the range") == *wanted)
        return true;
    term_send(t, TERM_PAGE_DOWN);
    return false;
}

/* Marks all by a range that goes over many pages. */
static void mark_by_range(struct term *t, int count)
{
    term_send(t, "v");
    term_expect(t, "1 in the range");
    term_expect_that(t, range_has_all, &count, "the range has all");
    term_send(t, "v");
    term_expect(t, "marked");
    term_expect_gone(t, "in the range");
}

static void delete_marked(struct term *t, const char *typed)
{
    term_send(t, ":delete-marked\r");
    term_expect(t, "to delete them");
    term_send(t, typed);
    term_expect(t, "Enter does it");
    term_send(t, "\r");
}

static void marked_items_of_many_pages_are_deleted_and_come_back(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 3000);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "C");
    mark_by_range(&t, 3000);
    term_expect(&t, "3,000 marked (");
    delete_marked(&t, "3000");
    term_expect(&t, "deleted 3,000 items");
    term_expect(&t, "takes it back");
    assert_int_equal(count_of(&s), 0);

    term_send(&t, "u");
    term_expect(&t, "Take back: deleted 3,000 items of Orders");
    term_send(&t, "y");
    term_expect(&t, "took back 3,000 items");
    sample_quit(&t);
    assert_int_equal(count_of(&s), 3000);
    sample_fini(&s);
}

static void an_undo_file_takes_a_run_back_in_another_session(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char command[600];
    sample_init(&s, program);
    sample_orders(&s, 300);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "of 300 read");
    mark_by_range(&t, 300);
    term_send(&t, ":update-marked SET amount = 1 REMOVE note\r");
    term_expect(&t, "type 300 to change them");
    term_send(&t, "300\r");
    term_expect(&t, "changed 300 items");
    glob_t found;
    char pattern[400];
    snprintf(pattern, sizeof pattern, "%s/.local/state/dynascope/undo/Orders-*.jsonl",
        s.home + strlen("HOME="));
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    snprintf(command, sizeof command, ":undo-file %s\r", found.gl_pathv[0]);
    globfree(&found);
    sample_quit(&t);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "of 300 read");
    term_send(&t, command);
    term_expect(&t, "took back 300 items");
    sample_quit(&t);
    char *answer = sample_call(&s, "Scan",
        "{\"TableName\":\"Orders\",\"Select\":\"COUNT\",\"FilterExpression\":\"note = :n\","
        "\"ExpressionAttributeValues\":{\":n\":{\"S\":\"first\"}}}");
    assert_non_null(strstr(answer, "\"Count\":300"));
    free(answer);
    sample_fini(&s);
}

static void a_few_that_were_deleted_come_back_by_undo(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 60);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "all 60");
    term_send(&t, "\033a");
    term_expect(&t, "all marked");
    delete_marked(&t, "60");
    term_expect(&t, "deleted 60 items");
    sample_quit(&t);
    assert_int_equal(count_of(&s), 0);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "no items");
    term_send(&t, "u"); /* in another session */
    term_expect(&t, "Take back");
    term_send(&t, "y");
    term_expect(&t, "took back");
    sample_quit(&t);
    assert_int_equal(count_of(&s), 60);
    sample_fini(&s);
}

static void what_somebody_changed_meanwhile_is_kept_and_told(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 8);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "O0003");
    term_send(&t, "*");
    term_expect(&t, "8 marked");
    free(sample_call(&s, "UpdateItem",
        "{\"TableName\":\"Orders\",\"Key\":{\"customerId\":{\"S\":\"C000\"},\"orderId\":{\"S\":"
        "\"O0003\"}},\"UpdateExpression\":\"SET note = :n\",\"ExpressionAttributeValues\":{\":n\":{"
        "\"S\":\"theirs\"}}}"));
    term_expect(&t, "theirs"); /* even where it is seen: it was not when it was marked */
    term_send(&t, ":delete-marked\r");
    term_expect(&t, "Delete the 8 marked items");
    term_send(&t, "y");
    term_expect(&t, "kept: somebody has changed it since it was seen");
    term_expect(&t, "C000 · O0003");
    term_send(&t, TERM_ESCAPE);
    term_expect(&t, "1 marked");
    sample_quit(&t);
    assert_int_equal(count_of(&s), 1);
    sample_fini(&s);
}

/* ---- an endpoint that waits ---- */

struct gate {
    atomic_int deletes;
    atomic_bool open;
    int most;
};

/* Deletions pass until there were so many; then they wait. */
static enum proxy_fault wait_at_gate(void *context, struct str operation, struct str body)
{
    struct gate *gate = context;
    (void)body;
    if (str_equal(operation, STR("DeleteItem")) &&
        atomic_fetch_add(&gate->deletes, 1) >= gate->most)
        while (!atomic_load(&gate->open))
            usleep(1000);
    return PROXY_PASS;
}

static bool gate_is_reached(struct term *t, void *context)
{
    struct gate *gate = context;
    (void)t;
    return atomic_load(&gate->deletes) > gate->most;
}

/* An endpoint behind the gate, and the explorer on it with all 3,000 items marked. */
struct gated {
    struct sample s;
    struct endpoint e;
    struct proxy *proxy;
    struct gate gate;
    char url[64];
    struct term t;
};

static void gated_explore(struct gated *g)
{
    explore(&g->s, &g->t, (const char *[]){program, "--read-write", g->url, "Orders", NULL});
    term_expect(&g->t, "base table");
}

static void gated_init(struct gated *g)
{
    *g = (struct gated){.gate.most = 500};
    sample_init(&g->s, program);
    sample_orders(&g->s, 3000);
    endpoint_start(&g->e, program, g->s.store, 0);
    g->proxy = proxy_start(g->e.port);
    proxy_let_choose(g->proxy, wait_at_gate, &g->gate);
    snprintf(g->url, sizeof g->url, "http://127.0.0.1:%u", g->proxy->port);
    gated_explore(g);
    mark_by_range(&g->t, 3000);
    delete_marked(&g->t, "3000");
    term_expect_that(&g->t, gate_is_reached, &g->gate, "500 deletions have passed");
}

static void gated_fini(struct gated *g)
{
    proxy_stop(g->proxy);
    endpoint_stop(&g->e);
    sample_fini(&g->s);
}

static void a_delete_that_is_stopped_in_the_middle_adds_up(void **state)
{
    (void)state;
    struct gated g;
    gated_init(&g);
    term_send(&g.t, "\003");
    term_expect(&g.t, "stopped");
    atomic_store(&g.gate.open, true);
    term_expect(&g.t, "stopped: deleted ");
    int done = number_before(&g.t, " items ·"), kept = number_before(&g.t, " left as they are");
    assert_in_range(done, 500, 1500);
    assert_int_equal(done + kept, 3000);
    term_expect(&g.t, " marked");
    assert_int_equal(number_before(&g.t, " marked"), kept);
    sample_quit(&g.t);
    assert_int_equal(done + count_of(&g.s), 3000);
    gated_fini(&g);
}

static void who_leaves_in_the_middle_is_told_how_to_take_it_back(void **state)
{
    (void)state;
    struct gated g;
    struct buf sent = {0};
    gated_init(&g);
    term_forget(&g.t);
    term_send(&g.t, ":quit\r");
    term_expect_exit(&g.t, 0);
    buf_add(&sent, buf_str(&g.t.sent));
    term_close(&g.t);
    char *at = strstr(buf_cstr(&sent), "'dynascope undo "), *end = at ? strstr(at, ".jsonl") : NULL;
    if (!end)
        fail_msg("no undo file is named: %s", buf_cstr(&sent));
    at += strlen("'dynascope undo ");
    end[strlen(".jsonl")] = '\0';
    atomic_store(&g.gate.open, true);
    proxy_settle(g.proxy);
    assert_in_range(count_of(&g.s), 1500, 2500);
    assert_int_equal(sample_run(&g.s, NULL, NULL, NULL, "-c", g.s.store, "undo", at, NULL), 0);
    assert_int_equal(count_of(&g.s), 3000);
    buf_fini(&sent);
    gated_fini(&g);
}

/* A line that refuses, and one that loses answers after what was asked for is done. */
static enum proxy_fault go_wrong(void *context, struct str operation, struct str body)
{
    struct gate *gate = context;
    (void)body;
    if (!str_equal(operation, STR("DeleteItem")))
        return PROXY_PASS;
    int n = atomic_fetch_add(&gate->deletes, 1);
    return n % 5 == 1    ? PROXY_THROTTLE
           : n % 7 == 3  ? PROXY_RESET_AFTER
           : n % 11 == 5 ? PROXY_FAIL_AFTER
                         : PROXY_PASS;
}

static void what_is_throttled_or_unanswered_is_settled(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct gate gate = {0};
    struct term t;
    char url[64];
    sample_init(&s, program);
    sample_orders(&s, 40);
    endpoint_start(&e, program, s.store, 0);
    struct proxy *proxy = proxy_start(e.port);
    proxy_let_choose(proxy, go_wrong, &gate);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", proxy->port);
    explore(&s, &t, (const char *[]){program, "--read-write", url, "Orders", NULL});
    term_expect(&t, "all 40");
    term_send(&t, "*");
    term_expect(&t, "40 marked");
    delete_marked(&t, "40");
    term_expect(&t, "deleted 40 items");
    sample_quit(&t);
    assert_int_equal(count_of(&s), 0);
    assert_true(atomic_load(&gate.deletes) > 40);
    proxy_stop(proxy);
    endpoint_stop(&e);
    sample_fini(&s);
}

/* ---- changing and writing ---- */

static void an_attribute_of_all_marked_is_changed(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 30);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "O0003");
    term_send(&t, "*");
    term_expect(&t, "30 marked");
    term_send(&t, ":update-marked SET amount = amount + 1000, note = \"bulk\"\r");
    term_expect(&t, "type 30 to change them");
    term_send(&t, "30\r");
    term_expect(&t, "changed 30 items");
    sample_quit(&t);
    char *answer = sample_call(&s, "GetItem",
        "{\"TableName\":\"Orders\",\"Key\":{\"customerId\":{\"S\":\"C001\"},\"orderId\":{\"S\":"
        "\"O0017\"}}}");
    assert_non_null(strstr(answer, "1017.5"));
    assert_non_null(strstr(answer, "bulk"));
    free(answer);
    sample_fini(&s);
}

static char *file_text(const char *path)
{
    struct buf text = {0};
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        buf_add_byte(&text, (char)c);
    fclose(file);
    return buf_take(&text);
}

static void marked_items_are_written_and_no_file_is_lost(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char command[200], csv[150], lines[150];
    sample_init(&s, program);
    sample_orders(&s, 25);
    snprintf(csv, sizeof csv, "%s/out.csv", s.folder);
    snprintf(lines, sizeof lines, "%s/out.jsonl", s.folder);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "O0003");
    term_send(&t, "\033a");
    term_expect(&t, "all marked");
    snprintf(command, sizeof command, ":export-marked %s\r", csv);
    term_send(&t, command);
    term_expect(&t, "wrote 25 items");
    char *text = file_text(csv);
    assert_ptr_equal(strstr(text, "customerId,orderId,amount,note,status\r\n"), text);
    assert_non_null(strstr(text, "\r\nC001,O0010,10.5,first,PENDING\r\n"));
    free(text);

    FILE *file = fopen(lines, "w");
    fputs("precious\n", file);
    fclose(file);
    snprintf(command, sizeof command, ":export-marked %s\r", lines);
    term_send(&t, command);
    term_expect(&t, "is there already");
    term_send(&t, "n");
    term_expect(&t, "nothing was changed");
    text = file_text(lines);
    assert_string_equal(text, "precious\n");
    free(text);
    term_send(&t, command);
    term_expect(&t, "is there already");
    term_send(&t, "y");
    term_expect(&t, "wrote 25 items");
    text = file_text(lines);
    assert_non_null(strstr(text, "\"orderId\":\"O0010\""));
    free(text);
    sample_quit(&t);
    unlink(csv);
    unlink(lines);
    sample_fini(&s);
}

static enum proxy_fault read_at_gate(void *context, struct str operation, struct str body)
{
    struct gate *gate = context;
    (void)body;
    if (str_equal(operation, STR("GetItem")) && atomic_fetch_add(&gate->deletes, 1) >= gate->most)
        while (!atomic_load(&gate->open))
            usleep(1000);
    return PROXY_PASS;
}

static void half_an_export_is_no_file(void **state)
{
    (void)state;
    struct gated g = {.gate.most = 500};
    char command[200], file[150];
    sample_init(&g.s, program);
    sample_orders(&g.s, 3000);
    snprintf(file, sizeof file, "%s/half.jsonl", g.s.folder);
    endpoint_start(&g.e, program, g.s.store, 0);
    g.proxy = proxy_start(g.e.port);
    proxy_let_choose(g.proxy, read_at_gate, &g.gate);
    snprintf(g.url, sizeof g.url, "http://127.0.0.1:%u", g.proxy->port);
    gated_explore(&g);
    mark_by_range(&g.t, 3000);
    snprintf(command, sizeof command, ":export-marked %s\r", file);
    term_send(&g.t, command);
    term_expect_that(&g.t, gate_is_reached, &g.gate, "500 reads have passed");
    term_send(&g.t, "\003");
    term_expect(&g.t, "stopped");
    atomic_store(&g.gate.open, true);
    term_expect(&g.t, "nothing was written");
    sample_quit(&g.t);
    assert_int_equal(access(file, F_OK), -1);
    gated_fini(&g);
}

/* 30 items are many where :set says so. */
static void writing_all_of_a_remote_table_asks_first(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    char command[200], lines[150];
    sample_init(&s, program);
    sample_orders(&s, 30);
    snprintf(lines, sizeof lines, "%s/out.jsonl", s.folder);
    endpoint_start(&e, program, s.store, 0);
    explore(&s, &t, (const char *[]){program, e.url, "Orders", NULL});
    term_expect(&t, "all 30");
    term_send(&t, ":set scan-ask 20\r");
    term_send(&t, "\033a");
    term_expect(&t, "all marked");
    snprintf(command, sizeof command, ":export-marked %s\r", lines);
    term_send(&t, command);
    term_expect(&t, "about 30 items are read");
    term_send(&t, "n");
    term_expect(&t, "nothing was changed");
    assert_int_equal(access(lines, F_OK), -1);
    term_send(&t, command);
    term_expect(&t, "about 30 items are read");
    term_send(&t, "y");
    term_expect(&t, "wrote 30 items");
    sample_quit(&t);
    assert_int_equal(access(lines, F_OK), 0);
    unlink(lines);
    endpoint_stop(&e);
    sample_fini(&s);
}

static void the_marked_are_copied_as_lines(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 3);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "O0002");
    term_send(&t, "*");
    term_expect(&t, "3 marked");
    term_forget(&t);
    term_send(&t, ":copy-marked\r");
    term_expect(&t, "copied 3 marked items");
    assert_true(str_find(buf_str(&t.sent), STR("\033]52;c;eyJ")) != SIZE_MAX); /* {" */
    sample_quit(&t);
    sample_fini(&s);
}

static void what_is_too_long_for_the_clipboard_is_offered_to_a_file(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    struct buf item = {0};
    char path[150];
    sample_init(&s, program);
    sample_orders(&s, 1);
    snprintf(path, sizeof path, "%s/long.txt", s.folder);
    buf_add(&item, STR("{\"TableName\":\"Orders\",\"Item\":{\"customerId\":{\"S\":\"C000\"},"
                       "\"orderId\":{\"S\":\"O0000\"},\"note\":{\"S\":\""));
    for (int i = 0; i < 90000; i++)
        buf_add_byte(&item, 'x');
    buf_add(&item, STR("\"}}}"));
    free(sample_call(&s, "PutItem", buf_cstr(&item)));
    buf_fini(&item);
    explore(&s, &t, (const char *[]){program, s.store, "Orders", NULL});
    term_expect(&t, "xxxx");
    term_send(&t, "Y");
    term_expect(&t, "is too much for a terminal's clipboard");
    term_send(&t, path);
    term_send(&t, "\r");
    term_expect(&t, "wrote the item as JSON");
    sample_quit(&t);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_in_range(st.st_size, 90000, 90100);
    unlink(path);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marked_items_of_many_pages_are_deleted_and_come_back),
        cmocka_unit_test(an_undo_file_takes_a_run_back_in_another_session),
        cmocka_unit_test(a_few_that_were_deleted_come_back_by_undo),
        cmocka_unit_test(what_somebody_changed_meanwhile_is_kept_and_told),
        cmocka_unit_test(a_delete_that_is_stopped_in_the_middle_adds_up),
        cmocka_unit_test(who_leaves_in_the_middle_is_told_how_to_take_it_back),
        cmocka_unit_test(what_is_throttled_or_unanswered_is_settled),
        cmocka_unit_test(an_attribute_of_all_marked_is_changed),
        cmocka_unit_test(marked_items_are_written_and_no_file_is_lost),
        cmocka_unit_test(half_an_export_is_no_file),
        cmocka_unit_test(writing_all_of_a_remote_table_asks_first),
        cmocka_unit_test(the_marked_are_copied_as_lines),
        cmocka_unit_test(what_is_too_long_for_the_clipboard_is_offered_to_a_file),
    };
    assert_true(argc == 2);
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
