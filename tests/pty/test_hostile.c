/* SPDX-License-Identifier: MIT */
/* A store in which everything is hostile, and every pane, dialog and prompt on it: each key of each
 * context is pressed there, and each byte that is sent is looked at. */
#include "tests/pty/bytes.h"
#include "tests/pty/sample.h"

#include "base/utf8.h"
#include "keymaps/keymaps.h"
#include "tests/test.h"

#include <sys/stat.h>

enum { STEP_MS = 6, LONG_LINE = 200 * 1000, BLOCK = 4096, POINTS = 0x110000 };

static const char *program;

struct fixture {
    struct sample sample;
    struct term term;
    struct keymap keys;
    size_t checked; /* bytes sent that are known to be good */
    size_t wide;    /* characters beyond ASCII among them */
    char last[80];  /* what was pressed */
};

/* ---- the store ---- */

/* As JSON escapes: whole sequences, controls, what turns, hides or piles up. */
static const char hostile[] =
    "\\u001b]0;owned\\u0007\\u001b[6n\\u001b[21t\\u001bP+q544e\\u001b\\\\\\u001b]52;c;Y2F0\\u0007"
    "\\u009b6n\\u0090q\\u009c\\u001b[?1049l\\u001bc\\u001b[2J\\u001b["
    "31m\\u0000\\u0001\\u0008\\u000e"
    "\\u007f\\r\\n\\t\\u202eabc\\u2066x\\u2069\\u200b\\u200d\\ufeff\\ufe0f\\ufff9\\ue001"
    "e\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301"
    "\\ud83d\\udc69\\u200d\\ud83d\\udc67\\udb40\\udc41\\u2028\\u2029\\u00ad\\u061c";

static void put(struct fixture *x, const char *key, struct str attributes)
{
    struct buf body = {0};
    buf_printf(&body,
        "{\"TableName\":\"Orders\",\"Item\":{\"customerId\":{\"S\":\"%s%s\"},\"orderId\":{\"S\":"
        "\"%s%s\"}%.*s}}",
        key, hostile, key, hostile, STR_ARG(attributes));
    free(sample_call(&x->sample, "PutItem", buf_cstr(&body)));
    buf_fini(&body);
}

static void put_nested(struct fixture *x)
{
    struct buf out = {0};
    buf_printf(&out,
        ",\"%s\":{\"S\":\"%s\"},\"map%s\":{\"M\":{\"%s\":{\"SS\":[\"%s\"]}}},"
        "\"bytes\":{\"B\":\"gICA/8D+7aCA7b+/GzE=\"},\"set\":{\"BS\":[\"G10=\",\"/w==\"]},"
        "\"json\":{\"S\":\"{\\\"a%s\\\":\\\"%s\\\"}\"},\"expiresAt\":{\"N\":\"1893456000\"}",
        hostile, hostile, hostile, hostile, hostile, "x", "y");
    put(x, "a", buf_str(&out));
    buf_fini(&out);
}

static void put_long(struct fixture *x)
{
    struct buf out = {0};
    buf_add(&out, STR(",\"line\":{\"S\":\""));
    for (int i = 0; i < LONG_LINE / 10; i++)
        buf_add(&out, i % 7 ? STR("0123456789") : STR("ab\\u001b[3m"));
    buf_add(&out, STR("\"},\"marks\":{\"S\":\"a"));
    for (int i = 0; i < 20000; i++)
        buf_add(&out, STR("\\u0301"));
    buf_add(&out, STR("\"},\"zero\":{\"S\":\""));
    for (int i = 0; i < 20000; i++)
        buf_add(&out, STR("\\u200b"));
    buf_add(&out, STR("\"}"));
    put(x, "b", buf_str(&out));
    buf_fini(&out);
}

/* Every code point there is, in blocks. */
static void put_points(struct fixture *x, uint32_t from, uint32_t to, const char *key)
{
    struct buf out = {0};
    for (uint32_t block = from; block < to; block += BLOCK) {
        buf_printf(&out, ",\"b%06X\":{\"S\":\"", (unsigned)block);
        for (uint32_t point = block; point < block + BLOCK; point++) {
            if (point < 0x20 || point == '"' || point == '\\')
                buf_printf(&out, "\\u%04x", (unsigned)point);
            else if (point < 0xD800 || point > 0xDFFF)
                utf8_add(&out, point);
        }
        buf_add(&out, STR("\"}"));
    }
    put(x, key, buf_str(&out));
    buf_fini(&out);
}

static void add_trigger(struct fixture *x)
{
    struct buf errors = {0};
    char script[120];
    snprintf(script, sizeof script, "%s/shout.sh", x->sample.folder);
    FILE *file = fopen(script, "we");
    fputs(
        "#!/bin/sh\ncat >/dev/null\nprintf 'a\\033]0;owned\\007\\033[6n\\302\\2336n\\342\\200\\256"
        "z\\n\\377\\300\\200 \\033c\\033[2J\\n' >&2\nprintf '\\033[6n\\302\\2331'\nexit 1\n",
        file);
    fclose(file);
    assert_int_equal(chmod(script, 0700), 0);
    if (sample_run(&x->sample, NULL, NULL, &errors, "trigger", "add", "-c", x->sample.store,
            "Orders", script, "--starting-position", "TRIM_HORIZON", NULL))
        fail_msg("trigger add: %s", buf_cstr(&errors));
    buf_fini(&errors);
}

/* ---- looking at what is sent ---- */

static void assert_clean(struct fixture *x)
{
    struct bytes_count count;
    struct buf what = {0};
    struct str all = buf_str(&x->term.sent), rest = str_skip(all, x->checked);
    /* the end of a piece may lie in the middle of a sequence */
    if (!bytes_check(rest, &count, &what) && !x->term.gone) {
        term_settle(&x->term, 60);
        buf_clear(&what);
        rest = str_skip(buf_str(&x->term.sent), x->checked);
        if (!bytes_check(rest, &count, &what))
            fail_msg("after %s: %s", x->last, buf_cstr(&what));
    }
    x->checked += rest.len;
    x->wide += count.wide;
    buf_fini(&what);
}

static void press(struct fixture *x, const char *what, const char *keys)
{
    snprintf(x->last, sizeof x->last, "%s", what);
    term_send(&x->term, keys);
    term_settle(&x->term, STEP_MS);
    assert_clean(x);
}

static void start(struct fixture *x)
{
    static const char *const arguments[] = {"Orders", NULL}, *const env[] = {"EDITOR=true", NULL};
    sample_open(&x->sample, &x->term,
        &(struct sample_start){.arguments = arguments, .env = env, .rows = 50, .cols = 160});
    x->checked = 0;
    term_expect(&x->term, "customerId");
}

static void begin(struct fixture *x)
{
    *x = (struct fixture){0};
    sample_init(&x->sample, program);
    sample_orders(&x->sample, 3);
    put_nested(x);
    put_long(x);
    free(sample_call(&x->sample, "UpdateTable",
        "{\"TableName\":\"Orders\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}"));
    add_trigger(x);
    put(x, "c", STR(",\"n\":{\"N\":\"1\"}"));
}

static void end(struct fixture *x)
{
    assert_false(x->term.gone);
    assert_true(x->term.alternate);
    term_close(&x->term);
    keymap_fini(&x->keys);
    sample_fini(&x->sample);
}

/* ---- every key of every context ---- */

/* What a terminal sends for a key; false for those that have no place here. */
static bool key_bytes(struct buf *out, struct key key)
{
    static const struct {
        uint32_t code;
        const char *bytes;
    } named[] = {{K_ENTER, "\r"}, {K_TAB, "\t"}, {K_BACKSPACE, "\177"}, {K_UP, TERM_UP},
        {K_DOWN, TERM_DOWN}, {K_LEFT, TERM_LEFT}, {K_RIGHT, TERM_RIGHT}, {K_HOME, TERM_HOME},
        {K_END, TERM_END}, {K_PAGE_UP, TERM_PAGE_UP}, {K_PAGE_DOWN, TERM_PAGE_DOWN},
        {K_DELETE, "\033[3~"}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].code == key.code && !key.mods) {
            buf_add(out, str_from(named[i].bytes));
            return true;
        }
    if (key.code >= K_FIRST || (key.mods & KEY_MOD_SHIFT))
        return false;
    if (key.mods & KEY_MOD_ALT)
        buf_add_byte(out, '\033');
    if (key.mods & KEY_MOD_CTRL)
        buf_add_byte(out, (char)(key.code & 0x1f));
    else
        utf8_add(out, key.code);
    return !(key.mods & KEY_MOD_CTRL) || (key.code & 0x1f);
}

/* What leaves, stops or writes files. */
static bool leaves(struct str command)
{
    static const char *const names[] = {"quit", "suspend", "close", "cancel", "connect", "save"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_starts(command, str_from(names[i])))
            return true;
    return false;
}

static void home(struct fixture *x)
{
    for (int i = 0; i < 4; i++) {
        term_send(&x->term, "\033");
        term_settle(&x->term, 28); /* longer than an Alt is waited for */
    }
    press(x, "(home)", ":table Orders\r");
    press(x, "(home)", TERM_HOME);
}

/* Opens the pane, presses one key there, answers what may have opened with junk, and goes home. */
static void try_key(struct fixture *x, const char *opener, const struct keymap_binding *binding)
{
    struct buf bytes = {0}, name = {0};
    bool good = binding->keys.count > 0;
    for (int i = 0; i < binding->keys.count; i++)
        good = good && key_bytes(&bytes, binding->keys.keys[i]);
    key_sequence_format(&name, &binding->keys);
    buf_printf(&name, " (%.*s in %.*s)", STR_ARG(binding->command), STR_ARG(binding->context));
    if (good) {
        press(x, "(opener)", opener);
        press(x, buf_cstr(&name), buf_cstr(&bytes));
        press(x, buf_cstr(&name), "\033[200~\033]0;x\007\302\2336n\342\200\256\001\n\033[201~");
        press(x, buf_cstr(&name), "\t");
        home(x);
    }
    buf_fini(&bytes);
    buf_fini(&name);
}

static const char *opener_of(struct str context)
{
    static const char *const openers[][2] = {{"tables", "\t"}, {"table", "d"}, {"indexes", "\ti"},
        {"items", ""}, {"item", "\r"}, {"stream", "sb"}, {"triggers", "t"}, {"log", "tl"},
        {"invocations", "to"}, {"letters", "td"}, {"changes", "S"}, {"text", "to\r"},
        {"form", "ta"}, {"query", "A"}, {"prompt", ":"}, {"help", "?"}, {"confirm", "D"}};
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++)
        if (str_equal(context, str_from(openers[i][0])))
            return openers[i][1];
    return NULL;
}

static void no_key_in_any_pane_lets_a_byte_of_the_data_through(void **state)
{
    (void)state;
    struct fixture x;
    struct err err = ERR_INIT;
    begin(&x);
    assert_true(keymap_load(&x.keys, STR_NONE, STR("default"), NULL, &err));
    start(&x);
    for (int i = 0; i < x.keys.count; i++) {
        const struct keymap_binding *b = &x.keys.bindings[i];
        const char *opener = opener_of(b->context);
        if (opener && !leaves(b->command))
            try_key(&x, opener, b);
        if (x.term.gone)
            fail_msg("it is gone after %s", x.last);
    }
    end(&x);
}

static void what_a_function_prints_is_shown_and_not_obeyed(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    start(&x);
    press(&x, "triggers", "t");
    term_expect(&x.term, "shout");
    term_expect(&x.term, "z");
    press(&x, "log", "l");
    term_expect(&x.term, "REPORT");
    static const char *const keys[] = {TERM_HOME, TERM_DOWN, TERM_DOWN, "\r", TERM_DOWN, "\033",
        "y", "C", "i", TERM_DOWN, "\r", TERM_PAGE_DOWN, "\033", "\033", "\033"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        press(&x, keys[i], keys[i]);
    end(&x);
}

/* ---- every code point ---- */

/* Waits for what a key shows; false where that is nothing. */
static bool shows(struct fixture *x, const char *what, const char *keys)
{
    size_t before = x->term.sent.len;
    press(x, what, keys);
    for (int i = 0; i < 50 && x->term.sent.len == before; i++)
        term_settle(&x->term, 20);
    term_settle(&x->term, 20);
    assert_clean(x);
    return x->term.sent.len > before;
}

static void every_code_point_can_be_looked_at(void **state)
{
    (void)state;
    struct fixture x = {0};
    sample_init(&x.sample, program);
    sample_orders(&x.sample, 1);
    for (uint32_t from = 0; from < POINTS; from += 0x10000)
        if (from < 0x30000 || from >= 0xE0000) { /* the planes between are all unassigned */
            char key[16];
            snprintf(key, sizeof key, "p%02X", (unsigned)(from >> 16));
            put_points(&x, from, from + 0x10000, key);
        }
    start(&x);
    /* the grid over all columns, each item as a tree and as JSON, page by page */
    for (int item = 0; item < 7; item++) {
        shows(&x, "open", "\r");
        shows(&x, "tree", TERM_PAGE_DOWN);
        shows(&x, "JSON", "J");
        for (int page = 0; page < 40 && shows(&x, "page", TERM_PAGE_DOWN); page++)
            ;
        shows(&x, "back", "q");
        shows(&x, "next", TERM_DOWN);
    }
    for (int i = 0; i < 30; i++)
        press(&x, "right", TERM_RIGHT);
    print_message("%zu characters beyond ASCII were shown\n", x.wide);
    assert_true(x.wide > 100000);
    end(&x);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_in_any_pane_lets_a_byte_of_the_data_through),
        cmocka_unit_test(what_a_function_prints_is_shown_and_not_obeyed),
        cmocka_unit_test(every_code_point_can_be_looked_at),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
