/* SPDX-License-Identifier: MIT */
/* What was typed, seen and saved is found again by the next explorer, whatever became of its files.
 */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

static const char *program;

#define CTRL_N "\016"
#define CTRL_O "\017"
#define CTRL_R "\022"
#define CTRL_U "\025"

static void init(struct sample *s)
{
    sample_init(s, program);
    sample_orders(s, 200);
    free(sample_call(s, "CreateTable",
        "{\"TableName\":\"Users\",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],"
        "\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"
        "\"BillingMode\":\"PAY_PER_REQUEST\"}"));
    free(sample_call(s, "PutItem",
        "{\"TableName\":\"Users\",\"Item\":{\"id\":{\"S\":\"grace\"},\"city\":{\"S\":\"Ur\"},"
        "\"password\":{\"S\":\"x\"}}}"));
}

static void open_explorer(struct sample *s, struct term *t, const char *table)
{
    const char *const arguments[] = {table, NULL};
    sample_open(s, t, &(struct sample_start){.arguments = arguments});
}

/* All files of a name, as one text. */
static void kept(struct sample *s, const char *name, struct buf *out)
{
    char command[256];
    snprintf(
        command, sizeof command, "cat %s/.local/state/dynascope/explorer/*/%s", s->folder, name);
    FILE *files = popen(command, "r");
    size_t n;
    while ((n = fread(buf_reserve(out, 65536), 1, 65536, files)) > 0)
        out->len += n;
    pclose(files);
}

static bool is_kept(struct sample *s, const char *name, const char *text)
{
    struct buf all = {0};
    kept(s, name, &all);
    bool found = str_find(buf_str(&all), str_from(text)) != SIZE_MAX;
    buf_fini(&all);
    return found;
}

static void lines_are_found_by_the_next_explorer(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init(&s);
    open_explorer(&s, &t, "Orders");
    term_expect(&t, "PENDING");
    term_send(&t, ":table Users\r");
    term_expect(&t, "grace");
    term_send(&t, ":connect http://me:word@localhost:1\r");
    term_expect(&t, "keys come from a profile");
    term_send(&t, ":tabel\r");
    term_expect(&t, "did you mean table?");
    term_send(&t, "/grac\r");
    term_expect(&t, "/grac");
    sample_quit(&t);
    assert_true(is_kept(&s, "commands", "table Users"));
    assert_false(is_kept(&s, "*", "word@"));
    open_explorer(&s, &t, "Orders");
    term_expect(&t, "PENDING");
    term_send(&t, ":" TERM_UP TERM_UP); /* the newest one is quit */
    term_expect(&t, ":tabel");
    term_send(&t, CTRL_U CTRL_R "users");
    term_expect(&t, "search \"users\": table Users");
    term_send(&t, CTRL_R);
    term_expect(&t, "no older \"users\":");
    term_send(&t, TERM_ENTER);
    term_expect(&t, "grace");
    term_send(&t, "/" TERM_UP);
    term_expect(&t, "/grac");
    term_send(&t, "\003");
    sample_quit(&t);
    sample_fini(&s);
}

static void typed_values_are_found_but_no_secret_ones(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init(&s);
    open_explorer(&s, &t, "Users");
    term_expect(&t, "grace");
    term_send(&t, ":edit-attribute city\r");
    term_expect(&t, "city =");
    term_send(&t, CTRL_U "Babylon" TERM_ENTER);
    term_expect_gone(&t, "city =");
    term_expect(&t, "Babylon");
    term_send(&t, ":edit-attribute password\r");
    term_expect(&t, "password =");
    term_send(&t, CTRL_U "sesame" TERM_ENTER);
    term_expect_gone(&t, "password =");
    term_expect(&t, "sesame");
    sample_quit(&t);
    assert_true(is_kept(&s, "values", "Babylon"));
    assert_false(is_kept(&s, "values", "sesame"));
    open_explorer(&s, &t, "Users");
    term_expect(&t, "Babylon");
    term_send(&t, ":edit-attribute id2\r");
    term_expect(&t, "id2 =");
    term_send(&t, TERM_UP);
    term_expect(&t, "id2 = Babylon");
    term_send(&t, "\003");
    sample_quit(&t);
    sample_fini(&s);
}

static void places_are_found_by_the_next_explorer(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init(&s);
    open_explorer(&s, &t, "Users");
    term_expect(&t, "grace");
    term_send(&t, ":table Orders\r");
    term_expect(&t, "PENDING");
    term_send(&t, ":ask customerId = \"C012\"\r");
    term_expect(&t, "O0123");
    term_send(&t, TERM_DOWN TERM_DOWN TERM_DOWN TERM_ENTER);
    term_expect(&t, "C012 · O0123");
    sample_quit(&t);
    open_explorer(&s, &t, NULL);
    term_expect(&t, "Ctrl-O goes back to Orders · customerId = \"C012\" · C012 O0123");
    term_send(&t, CTRL_O);
    term_expect(&t, "C012 · O0123");
    term_expect(&t, "\"PENDING\"");
    term_send(&t, CTRL_O);
    term_expect(&t, "O0129");
    term_expect(&t, "customerId = \"C012\"");
    term_send(&t, CTRL_O CTRL_O);
    term_expect(&t, "grace");
    term_send(&t, CTRL_N CTRL_N CTRL_N);
    term_expect(&t, "C012 · O0123");
    term_send(&t, "'use" TERM_ENTER);
    term_expect(&t, "grace");
    free(sample_call(&s, "DeleteTable", "{\"TableName\":\"Orders\"}"));
    term_expect_gone(&t, "Orders"); /* it is known */
    term_send(&t, CTRL_O);
    term_expect(&t, "skipped: the table Orders is not there any more");
    sample_quit(&t);
    sample_fini(&s);
}

static void bookmarks_are_found_by_the_next_explorer(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init(&s);
    open_explorer(&s, &t, "Orders");
    term_expect(&t, "PENDING");
    term_send(&t, ":ask customerId = \"C012\"\r");
    term_expect(&t, "O0123");
    term_send(&t, "B" CTRL_U "twelve" TERM_ENTER);
    term_expect(&t, "saved the query twelve");
    sample_quit(&t);
    struct buf out = {0}, errors = {0};
    assert_int_equal(
        sample_run(&s, NULL, &out, NULL, "-c", s.store, "ask", "Orders", "--saved", "twelve", NULL),
        0);
    assert_true(str_find(buf_str(&out), STR("O0123")) != SIZE_MAX);
    assert_int_equal(sample_run(&s, NULL, NULL, &errors, "-c", s.store, "ask", "Users", "--saved",
                         "twelve", NULL),
        66);
    buf_fini(&out);
    buf_fini(&errors);
    open_explorer(&s, &t, "Users");
    term_expect(&t, "grace");
    term_send(&t, "b");
    term_expect(&t, "customerId = \"C012\"");
    term_send(&t, "twel" TERM_ENTER);
    term_expect(&t, "O0123");
    term_send(&t, "b" CTRL_R CTRL_U "dozen" TERM_ENTER);
    term_expect(&t, "dozen");
    term_send(&t, TERM_ESCAPE);
    term_expect_gone(&t, "dozen");
    sample_quit(&t);
    open_explorer(&s, &t, "Users");
    term_expect(&t, "grace");
    term_send(&t, ":bookmarks dozen\r");
    term_expect(&t, "O0123");
    sample_quit(&t);
    sample_fini(&s);
}

/* Lines with escape sequences in them, and noise behind, instead of every file. */
static void spoil(struct sample *s, int noise)
{
    char command[640];
    snprintf(command, sizeof command,
        "for f in %s/.local/state/dynascope/explorer/*/*; do { printf '\"\\\\u001b[2Jbad\"\\n"
        "{\"name\":\"\\342\\200\\256evil\",\"table\":\"Orders\",\"query\":\"\\302\\233\"}\\n"
        "{\"table\":\"\\342\\200\\256Orders\"}\\n\\033]0;title\\007\\n'; "
        "head -c %d /dev/urandom; } > \"$f\"; done",
        s->folder, noise);
    assert_int_equal(system(command), 0);
}

static void assert_harmless(const struct term *t)
{
    static const char *const harm[] = {"\033]0;title", "\033[2Jbad", "\xe2\x80\xae", "\xc2\x9b"};
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++)
        assert_true(str_find(buf_str(&t->sent), str_from(harm[i])) == SIZE_MAX);
}

static void quit_from_menu(struct term *t)
{
    term_send(t, "\003");
    term_expect_gone(t, "renames");
    sample_quit(t);
}

static void spoiled_files_do_no_harm(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init(&s);
    open_explorer(&s, &t, "Orders");
    term_expect(&t, "PENDING");
    term_send(&t, ":bookmark here\r");
    term_expect(&t, "saved the table here");
    term_send(&t, "/PEN\r:table Users\r");
    term_expect(&t, "grace");
    sample_quit(&t);
    spoil(&s, 0);
    open_explorer(&s, &t, "Users");
    term_expect(&t, "goes back to"); /* the last place has a name of its own kind */
    term_send(&t, ":" TERM_UP);
    term_expect(&t, "bad");
    term_send(&t, "\003b");
    term_expect(&t, "evil");
    assert_harmless(&t);
    quit_from_menu(&t);
    spoil(&s, 1100000);
    open_explorer(&s, &t, "Orders");
    term_expect(&t, "PENDING");
    term_send(&t, "b:" TERM_UP);
    term_settle(&t, 100);
    term_send(&t, "\003");
    term_send(&t, ":bookmark again\r");
    term_expect(&t, "saved the table again");
    term_send(&t, "b");
    term_expect(&t, "renames");
    term_send(&t, TERM_ESCAPE);
    term_expect_gone(&t, "renames");
    assert_harmless(&t);
    sample_quit(&t);
    open_explorer(&s, &t, "Users");
    term_expect(&t, "grace");
    term_send(&t, ":bookmarks again\r");
    term_expect(&t, "PENDING");
    sample_quit(&t);
    sample_fini(&s);
}

static void open_endpoint(
    struct sample *s, struct term *t, const struct endpoint *e, const char *table)
{
    const char *env[] = {s->home, s->temporary, NULL};
    const char *words[] = {program, e->url, table, NULL};
    term_open(t, &(struct term_options){.argv = words, .env = env});
}

/* By its address, beside that of the store which it serves. */
static void an_endpoint_has_a_memory_of_its_own(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    init(&s);
    endpoint_start(&e, program, s.store, 0);
    open_endpoint(&s, &t, &e, "Orders");
    term_expect(&t, "PENDING");
    term_send(&t, ":ask customerId = \"C012\"\r");
    term_expect(&t, "O0123");
    term_send(&t, "B" CTRL_U "twelve" TERM_ENTER);
    term_expect(&t, "saved the query twelve");
    term_send(&t, "'use" TERM_ENTER);
    term_expect(&t, "grace");
    sample_quit(&t);
    open_endpoint(&s, &t, &e, NULL);
    term_expect(&t, "Ctrl-O goes back to Users");
    term_send(&t, CTRL_O);
    term_expect(&t, "grace");
    term_send(&t, CTRL_O);
    term_expect(&t, "O0123");
    term_send(&t, CTRL_N);
    term_expect(&t, "grace");
    term_send(&t, ":bookmarks twelve\r");
    term_expect(&t, "O0123");
    sample_quit(&t);
    struct buf out = {0};
    assert_int_equal(sample_run(&s, NULL, &out, NULL, "-c", e.url, "ask", "Orders", "--saved",
                         "twelve", "--count", NULL),
        0);
    assert_string_equal(buf_cstr(&out), "10\n");
    buf_fini(&out);
    assert_int_equal(
        sample_run(&s, NULL, NULL, NULL, "-c", s.store, "ask", "Orders", "--saved", "twelve", NULL),
        66);
    endpoint_stop(&e);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_found_by_the_next_explorer),
        cmocka_unit_test(typed_values_are_found_but_no_secret_ones),
        cmocka_unit_test(places_are_found_by_the_next_explorer),
        cmocka_unit_test(bookmarks_are_found_by_the_next_explorer),
        cmocka_unit_test(an_endpoint_has_a_memory_of_its_own),
        cmocka_unit_test(spoiled_files_do_no_harm),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
