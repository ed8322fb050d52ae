/* SPDX-License-Identifier: MIT */
/*
 * Lines of recorded sessions: any bytes are refused or read within bounds, and what was read is the
 * same when it is written and read again.
 * uses: ds_views
 */
#include "tests/fuzz/fuzz.h"
#include "views/sessions/record_line.h"

static void check_again(const struct record_line *line)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct record_line again;
    struct err err = ERR_INIT;
    FUZZ_CHECK(record_line_format(&text, line));
    FUZZ_CHECK(text.len && text.at[text.len - 1] == '\n');
    struct str written = str_take(buf_str(&text), text.len - 1);
    FUZZ_CHECK(str_find_byte(written, '\n') == SIZE_MAX);
    FUZZ_CHECK(record_line_parse(&arena, written, &again, &err));
    FUZZ_CHECK(again.kind == line->kind && again.ms == line->ms);
    FUZZ_CHECK(line->kind == RECORD_WAIT || str_equal(again.text, line->text));
    arena_fini(&arena);
    buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str input = {(const char *)bytes, len}, line;
    struct arena arena = {0};
    while (str_cut(&input, '\n', &line)) {
        struct record_line read;
        struct err err = ERR_INIT;
        if (!record_line_parse(&arena, line, &read, &err))
            FUZZ_CHECK(err.code == ERR_DATA && err.text[0]);
        else if (read.kind != RECORD_NOTHING)
            check_again(&read);
    }
    arena_fini(&arena);
    return 0;
}
