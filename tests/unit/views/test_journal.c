/* SPDX-License-Identifier: MIT */
/* Changes that are taken back and made again, in one run and in the next. */
#include "tests/unit/views/random_value.h"
#include "tests/unit/views/things.h"
#include "views/changes/journal_impl.h"

#include "base/mem.h"

#include <sys/stat.h>

/* ---- a line to the store that loses answers ---- */

/* 'a' the answer is lost, 'b' the request is, anything else passes. */
struct line {
    struct backend base;
    struct backend *store;
    const char *script;
    int transactions;
};

static bool line_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct line *line = (struct line *)backend;
    char fate = *line->script ? *line->script++ : '.';
    line->transactions += str_equal(call->operation, STR("TransactWriteItems"));
    if (fate != 'b' && !backend_call(line->store, call, reply, err))
        return false;
    if (fate == 'a' || fate == 'b') {
        ddb_reply_fini(reply);
        return err_set(err, ERR_UNKNOWN, "the line broke");
    }
    return true;
}

static bool line_close(struct backend *backend, struct err *err)
{
    (void)backend; /* the store lives on */
    (void)err;
    return true;
}

static const struct backend_ops line_ops = {.name = "line", .call = line_call, .close = line_close};

struct told {
    struct things things;
    struct journal journal;
    struct line line;
    int ended, failed;
    enum err_code code;
    size_t written, conflicts;
    size_t refused; /* the first part that was, counted from 0 */
};

static void ended(void *context, const struct journal_entry *entry, const struct err *err)
{
    struct told *t = context;
    t->ended++;
    t->failed += err != NULL;
    t->code = err ? err->code : ERR_NONE;
    t->written = journal_entry_count(entry, JOURNAL_WRITTEN);
    t->conflicts = journal_entry_count(entry, JOURNAL_CONFLICT);
    t->refused = 0;
    while (t->conflicts && entry->parts[t->refused].outcome != JOURNAL_CONFLICT)
        t->refused++;
}

static void begin_journal(struct told *t)
{
    t->line = (struct line){.base = {.ops = &line_ops}, .store = t->things.backend, .script = ""};
    things_work(&t->things, &t->line.base);
    journal_init(&t->journal, t->things.worker, t, ended);
    journal_remember(&t->journal, t->things.memory, NULL);
}

static void open_told(struct told *t)
{
    *t = (struct told){0};
    things_open(&t->things);
    begin_journal(t);
}

static void end_journal(struct told *t)
{
    journal_fini(&t->journal);
    worker_free(t->things.worker);
    t->things.worker = NULL;
}

static void restart(struct told *t)
{
    end_journal(t);
    begin_journal(t);
}

static void close_told(struct told *t)
{
    journal_fini(&t->journal);
    things_close(&t->things);
}

static struct value thing(struct told *t, const char *plain)
{
    return plain ? things_item(&t->things, plain) : (struct value){0};
}

static struct journal_entry *entry_of(struct told *t, const char *before, const char *after)
{
    return journal_entry_new(
        &t->things.table, thing(t, before), thing(t, after), "changed", STR("it"));
}

static void write_one(struct told *t, const char *before, const char *after)
{
    journal_write(&t->journal, entry_of(t, before, after));
    things_wait(&t->things);
}

static void undo(struct told *t)
{
    struct journal_entry *next = journal_next_undo(&t->journal);
    assert_non_null(next);
    journal_turn(&t->journal, next);
    things_wait(&t->things);
}

static void redo(struct told *t)
{
    struct journal_entry *next = journal_next_redo(&t->journal);
    assert_non_null(next);
    journal_turn(&t->journal, next);
    things_wait(&t->things);
}

#define ONE "{\"id\":\"a\",\"n\":1}"
#define TWO "{\"id\":\"a\",\"n\":2}"

static void what_was_done_is_taken_back_and_made_again(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    assert_null(journal_next_undo(&t.journal));
    write_one(&t, NULL, ONE);
    write_one(&t, ONE, TWO);
    write_one(&t, TWO, NULL);
    const char *const states[] = {NULL, ONE, TWO, NULL};
    for (int round = 0; round < 2; round++) {
        for (int i = 2; i >= 0; i--) {
            undo(&t);
            things_expect(&t.things, "a", states[i]);
        }
        assert_null(journal_next_undo(&t.journal));
        for (int i = 1; i <= 3; i++) {
            redo(&t);
            things_expect(&t.things, "a", states[i]);
        }
        assert_null(journal_next_redo(&t.journal));
    }
    assert_int_equal(t.failed, 0);
    close_told(&t);
}

static void a_new_change_ends_what_could_be_made_again(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    write_one(&t, NULL, ONE);
    undo(&t);
    assert_non_null(journal_next_redo(&t.journal));
    write_one(&t, NULL, TWO);
    assert_null(journal_next_redo(&t.journal));
    assert_int_equal(t.journal.count, 2); /* by its name it can still be tried */
    close_told(&t);
}

static void a_change_is_taken_back_in_the_next_run(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    write_one(&t, NULL, ONE);
    write_one(&t, ONE, TWO);
    restart(&t);
    assert_int_equal(t.journal.count, 2);
    assert_true(journal_next_undo(&t.journal)->earlier);
    undo(&t);
    things_expect(&t.things, "a", ONE);
    restart(&t);
    redo(&t);
    things_expect(&t.things, "a", TWO);
    restart(&t);
    assert_null(journal_next_redo(&t.journal));
    undo(&t);
    undo(&t);
    things_expect(&t.things, "a", NULL);
    close_told(&t);
}

static void what_somebody_changed_since_is_not_taken_back(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    write_one(&t, NULL, "{\"id\":\"b\"}");
    write_one(&t, NULL, ONE);
    write_one(&t, ONE, TWO);
    restart(&t);
    things_put(&t.things, "{\"id\":\"a\",\"n\":3}");
    undo(&t);
    assert_int_equal(t.conflicts, 1);
    things_expect(&t.things, "a", "{\"id\":\"a\",\"n\":3}");
    struct journal_entry *refused = t.journal.top;
    assert_true(refused->refused && !refused->undone);
    assert_ptr_not_equal(journal_next_undo(&t.journal), refused); /* the one before is next */
    things_put(&t.things, TWO);
    journal_turn(&t.journal, refused); /* by its name, now that it applies again */
    things_wait(&t.things);
    things_expect(&t.things, "a", ONE);
    close_told(&t);
}

static void it_is_said_what_will_be_taken_back_and_how_old_it_is(void **state)
{
    (void)state;
    struct told t;
    struct clock_fake clock;
    open_told(&t);
    clock_fake_init(&clock, 1732089600000);
    t.journal.clock = &clock.clock;
    write_one(&t, NULL, ONE);
    static const struct {
        int64_t later_ms;
        const char *words;
    } cases[] = {{59000, "it"}, {180000, "it, 3min ago"}, {3 * 3600000, "it, 3h ago"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf words = {0};
        journal_add_words(&words, t.journal.top, 1732089600000 + cases[i].later_ms);
        assert_string_equal(buf_cstr(&words), cases[i].words);
        buf_fini(&words);
    }
    close_told(&t);
}

static void other_attributes_may_have_changed(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    things_put(&t.things, "{\"id\":\"a\",\"n\":1,\"other\":1}");
    write_one(&t, "{\"id\":\"a\",\"n\":1,\"other\":1}", "{\"id\":\"a\",\"n\":2,\"other\":1}");
    assert_int_equal(t.journal.top->parts[0].before.count, 2); /* only what differs is kept */
    things_put(&t.things, "{\"id\":\"a\",\"n\":2,\"other\":7}");
    undo(&t);
    things_expect(&t.things, "a", "{\"id\":\"a\",\"n\":1,\"other\":7}");
    close_told(&t);
}

/* ---- several items ---- */

static struct journal_entry *batch(struct told *t, int count)
{
    struct journal_entry *entry = journal_entry_begin("deleted", STR("some items"));
    for (int i = 0; i < count; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"id\":\"%d\",\"n\":1}", i);
        things_put(&t->things, text);
        journal_entry_add(entry, &t->things.table, thing(t, text), thing(t, NULL));
    }
    return entry;
}

static void a_batch_is_one_entry(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    for (int together = 0; together < 2; together++) {
        struct journal_entry *entry = batch(&t, 30);
        entry->together = together;
        journal_write(&t.journal, entry);
        things_wait(&t.things);
        assert_int_equal(t.written, 30);
        things_expect(&t.things, "17", NULL);
        undo(&t);
        things_expect(&t.things, "17", "{\"id\":\"17\",\"n\":1}");
        redo(&t);
        things_expect(&t.things, "29", NULL);
    }
    assert_int_equal(t.line.transactions, 6); /* in a store the others go so, too */
    close_told(&t);
}

static void what_others_did_is_remembered(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    struct journal_entry *entry =
        journal_entry_new(&t.things.table, thing(&t, ONE), thing(&t, NULL), "deleted", STR("x"));
    assert_true(journal_record(&t.journal, entry));
    restart(&t);
    undo(&t);
    things_expect(&t.things, "a", ONE);
    close_told(&t);
}

/* Of a batch of three one was changed since: the first, the second or the last. */
static void of_a_batch_the_rest_is_taken_back_and_the_refused_part_stays(void **state)
{
    (void)state;
    static const char *const mine[] = {"{\"id\":\"0\",\"mine\":true}",
        "{\"id\":\"1\",\"mine\":true}", "{\"id\":\"2\",\"mine\":true}"};
    static const char *const ids[] = {"0", "1", "2"};
    for (size_t changed = 0; changed < 3; changed++) {
        struct told t;
        open_told(&t);
        journal_write(&t.journal, batch(&t, 3));
        things_wait(&t.things);
        things_put(&t.things, mine[changed]);
        undo(&t);
        assert_int_equal(t.written, 2);
        assert_int_equal(t.conflicts, 1);
        for (size_t i = 0; i < 3; i++) {
            char text[64];
            snprintf(text, sizeof text, "{\"id\":\"%zu\",\"n\":1}", i);
            things_expect(&t.things, ids[i], i == changed ? mine[i] : text);
        }
        restart(&t);
        assert_int_equal(t.journal.count, 2);
        /* what is said is what will be done */
        assert_true(str_starts(t.journal.top->what, STR("2 of ")));
        assert_true(str_starts(t.journal.top->below->what, STR("1 of ")));
        redo(&t);
        assert_int_equal(t.failed, 1); /* that of the undo */
        for (size_t i = 0; i < 3; i++)
            things_expect(&t.things, ids[i], i == changed ? mine[i] : NULL);
        close_told(&t);
    }
}

static void an_item_that_a_batch_changed_twice_is_taken_back_from_the_end(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    things_put(&t.things, ONE);
    struct journal_entry *entry = entry_of(&t, ONE, TWO);
    journal_entry_add(entry, &t.things.table, thing(&t, TWO), thing(&t, "{\"id\":\"a\",\"n\":3}"));
    journal_write(&t.journal, entry);
    things_wait(&t.things);
    things_expect(&t.things, "a", "{\"id\":\"a\",\"n\":3}");
    undo(&t);
    assert_int_equal(t.written, 2);
    things_expect(&t.things, "a", ONE);
    redo(&t);
    things_expect(&t.things, "a", "{\"id\":\"a\",\"n\":3}");
    close_told(&t);
}

static void a_transaction_is_refused_as_a_whole(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    struct journal_entry *entry = batch(&t, 3);
    entry->together = true;
    things_put(&t.things, "{\"id\":\"1\",\"n\":5}");
    journal_write(&t.journal, entry);
    things_wait(&t.things);
    assert_int_equal(t.failed, 1);
    assert_int_equal(t.written, 0);
    assert_int_equal(t.conflicts, 1);
    assert_int_equal(t.refused, 1);
    things_expect(&t.things, "0", "{\"id\":\"0\",\"n\":1}");
    assert_int_equal(t.journal.count, 0);
    close_told(&t);
}

static void a_transaction_is_taken_back_as_a_whole_or_not_at_all(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    struct journal_entry *entry = batch(&t, 3);
    entry->together = true;
    journal_write(&t.journal, entry);
    things_wait(&t.things);
    things_put(&t.things, "{\"id\":\"2\",\"mine\":true}");
    undo(&t);
    assert_int_equal(t.written, 0);
    assert_int_equal(t.conflicts, 1);
    things_expect(&t.things, "0", NULL);
    things_expect(&t.things, "1", NULL);
    things_expect(&t.things, "2", "{\"id\":\"2\",\"mine\":true}");
    close_told(&t);
}

static void a_transaction_whose_answer_is_lost_is_made_once(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        size_t written;
        enum err_code code;
    } cases[] = {{"a.", 3, ERR_NONE}, {"b.", 3, ERR_NONE}, {"aaaa", 3, ERR_NONE},
        {"bbbb", 0, ERR_UNREACHABLE}, {"aaaab", 0, ERR_UNKNOWN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told t;
        open_told(&t);
        struct journal_entry *entry = batch(&t, 3);
        entry->together = true;
        t.line.script = cases[i].script;
        journal_write(&t.journal, entry);
        things_wait(&t.things);
        assert_int_equal(t.written, cases[i].written);
        assert_int_equal(t.code, cases[i].code);
        close_told(&t);
    }
}

/* ---- the file ---- */

static void random_item(uint64_t *seed, struct buf *out)
{
    struct err err = ERR_INIT;
    struct value_open map = value_open(out, VALUE_M);
    char name[16];
    value_member(&map, out, STR("id"));
    value_put_string(out, STR("a"));
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "x%d", i);
        value_member(&map, out, str_from(name));
        random_value(seed, out, 0);
    }
    assert_true(value_close(&map, out, &err));
}

static void an_entry_comes_back_from_its_line(void **state)
{
    (void)state;
    struct told t;
    uint64_t seed = 5;
    open_told(&t);
    for (int i = 0; i < 200; i++) {
        struct buf before = {0}, after = {0}, line = {0}, again = {0};
        random_item(&seed, &before);
        random_item(&seed, &after);
        struct journal_entry *entry = journal_entry_new(&t.things.table,
            i % 3 ? value_of(buf_str(&before)) : (struct value){0},
            i % 3 == 1 ? (struct value){0} : value_of(buf_str(&after)), "verb",
            STR("\"what\"\n\x1b[2J é"));
        entry->id = STR("17");
        entry->time_ms = 1732089600000 + i;
        entry->together = i % 2;
        journal_file_add(&line, entry);
        assert_int_equal(str_find_byte(buf_str(&line), '\n'), SIZE_MAX);
        assert_int_equal(str_find_byte(buf_str(&line), '\x1b'), SIZE_MAX);
        struct journal_entry *read = journal_file_parse(buf_str(&line));
        assert_non_null(read);
        assert_int_equal(read->together, i % 2);
        journal_file_add(&again, read);
        assert_true(str_equal(buf_str(&line), buf_str(&again)));
        journal_entry_free(read);
        journal_entry_free(entry);
        struct buf *bufs[] = {&before, &after, &line, &again};
        for (int k = 0; k < 4; k++)
            buf_fini(bufs[k]);
    }
    close_told(&t);
}

/* Whatever happens to the bytes, what is read are entries that can be written. */
static void a_damaged_file_loses_lines_and_nothing_else(void **state)
{
    (void)state;
    struct told t;
    uint64_t seed = 3;
    struct buf good = {0};
    struct err err = ERR_INIT;
    open_told(&t);
    for (int i = 0; i < 20; i++)
        write_one(&t, i % 2 ? ONE : NULL, i % 2 ? NULL : ONE);
    undo(&t);
    end_journal(&t);
    assert_true(memory_read(t.things.memory, "journal", &good));
    for (int i = 0; i < 600; i++) {
        struct buf bad = {0};
        buf_add(&bad, buf_str(&good));
        for (uint64_t n = 1 + random_below(&seed, 4); n > 0; n--) {
            size_t at = (size_t)random_below(&seed, bad.len);
            switch (random_below(&seed, 3)) {
            case 0:
                bad.at[at] = (char)random_below(&seed, 256);
                break;
            case 1:
                bad.len = at + 1;
                break;
            default:
                memmove(bad.at + at, bad.at + at + (bad.len - at) / 2, (bad.len - at) / 2);
                break;
            }
        }
        assert_true(memory_replace(t.things.memory, "journal", buf_str(&bad), &err));
        begin_journal(&t);
        assert_true(t.journal.count <= 20);
        for (struct journal_entry *e = t.journal.top; e; e = e->below)
            for (size_t k = 0; k < e->count; k++) {
                const struct journal_part *part = &e->parts[k];
                struct value any = part->before.type ? part->before : part->after;
                assert_true(any.type == VALUE_M && value_check(any.encoded, &err));
                struct value key;
                assert_int_equal(part->table->key_count, 1);
                assert_true(value_find(any, part->table->keys[0].name, &key));
                assert_int_equal(key.type, part->table->keys[0].type);
            }
        end_journal(&t);
        buf_fini(&bad);
    }
    buf_fini(&good);
    begin_journal(&t);
    close_told(&t);
}

/* Guarded by the one item, the other would be written. */
static void a_part_of_two_items_is_not_read(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool good;
    } rows[] = {
        {"{\"id\":\"1\",\"time\":1,\"verb\":\"changed\",\"what\":\"x\",\"parts\":[{\"table\":\"T\","
         "\"key\":[\"id\",\"S\"],\"before\":{\"id\":{\"S\":\"a\"}},"
         "\"after\":{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}}]}",
            true},
        {"{\"id\":\"1\",\"time\":1,\"verb\":\"changed\",\"what\":\"x\",\"parts\":[{\"table\":\"T\","
         "\"key\":[\"id\",\"S\"],\"before\":{\"id\":{\"S\":\"a\"}},"
         "\"after\":{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"1\"}}}]}",
            false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct journal_entry *entry = journal_file_parse(str_from(rows[i].line));
        assert_int_equal(entry != NULL, rows[i].good);
        journal_entry_free(entry);
    }
}

static void the_file_stays_small_and_keeps_the_newest(void **state)
{
    (void)state;
    struct told t;
    struct buf text = {0}, big = {0};
    open_told(&t);
    for (int i = 0; i < 40; i++) {
        buf_clear(&big);
        buf_printf(&big, "{\"id\":\"%d\",\"n\":\"%0*d\"}", i, 60000, i);
        write_one(&t, NULL, buf_cstr(&big));
    }
    assert_true(memory_read(t.things.memory, "journal", &text));
    assert_in_range(text.len, 500000, MEMORY_BYTES_MAX);
    restart(&t);
    assert_in_range(t.journal.count, 5, 20);
    undo(&t);
    things_expect(&t.things, "39", NULL);
    undo(&t);
    things_expect(&t.things, "38", NULL);
    buf_fini(&text);
    buf_fini(&big);
    close_told(&t);
}

static void memory_is_bounded_too(void **state)
{
    (void)state;
    struct told t;
    open_told(&t);
    for (int i = 0; i < 3 * JOURNAL_ENTRIES_MAX; i++)
        assert_true(
            journal_record(&t.journal, entry_of(&t, i % 2 ? ONE : NULL, i % 2 ? NULL : ONE)));
    assert_int_equal(t.journal.count, JOURNAL_ENTRIES_MAX);
    struct journal_entry *entry = journal_entry_begin("deleted", STR("too much"));
    struct buf big = {0};
    buf_printf(&big, "{\"id\":\"a\",\"n\":\"%0*d\"}", 300000, 1);
    for (int i = 0; i < 20; i++)
        journal_entry_add(entry, &t.things.table, thing(&t, buf_cstr(&big)), thing(&t, NULL));
    assert_false(journal_record(&t.journal, entry));
    assert_true(t.journal.bytes <= JOURNAL_BYTES_MAX);
    buf_fini(&big);
    close_told(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_done_is_taken_back_and_made_again),
        cmocka_unit_test(a_new_change_ends_what_could_be_made_again),
        cmocka_unit_test(a_change_is_taken_back_in_the_next_run),
        cmocka_unit_test(what_somebody_changed_since_is_not_taken_back),
        cmocka_unit_test(it_is_said_what_will_be_taken_back_and_how_old_it_is),
        cmocka_unit_test(other_attributes_may_have_changed),
        cmocka_unit_test(a_batch_is_one_entry),
        cmocka_unit_test(what_others_did_is_remembered),
        cmocka_unit_test(of_a_batch_the_rest_is_taken_back_and_the_refused_part_stays),
        cmocka_unit_test(an_item_that_a_batch_changed_twice_is_taken_back_from_the_end),
        cmocka_unit_test(a_transaction_is_refused_as_a_whole),
        cmocka_unit_test(a_transaction_is_taken_back_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_transaction_whose_answer_is_lost_is_made_once),
        cmocka_unit_test(an_entry_comes_back_from_its_line),
        cmocka_unit_test(a_damaged_file_loses_lines_and_nothing_else),
        cmocka_unit_test(a_part_of_two_items_is_not_read),
        cmocka_unit_test(the_file_stays_small_and_keeps_the_newest),
        cmocka_unit_test(memory_is_bounded_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
