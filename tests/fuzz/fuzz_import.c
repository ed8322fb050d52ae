/* SPDX-License-Identifier: MIT */
/*
 * Texts of imports: whatever they are, reading comes to an end, what comes out is a canonical item,
 * and a text that is cut anywhere is only asked for more of. What Ion gave is given again by the
 * Ion that is made of it. uses: ds_embedded
 */
#include "backend/embedded/import_read.h"
#include "backend/embedded/ion_in.h"
#include "backend/embedded/ion_out.h"
#include "tests/fuzz/fuzz.h"

static void check_ion(struct value item)
{
    struct buf text = {0}, again = {0};
    struct err err = ERR_INIT;
    buf_add(&text, STR("{Item:"));
    ion_out_value(&text, item);
    buf_add(&text, STR("}"));
    struct str rest = buf_str(&text);
    FUZZ_CHECK(ion_in_next(&rest, &again, &err) == ION_IN_ITEM);
    FUZZ_CHECK(str_equal(buf_str(&again), item.encoded));
    buf_fini(&text);
    buf_fini(&again);
}

static void read_all(const struct import_reader *reader, struct str text)
{
    struct arena arena = {0};
    struct buf item = {0};
    enum import_got got = IMPORT_ITEM;
    while (text.len && got != IMPORT_BROKEN) {
        struct err err = ERR_INIT;
        size_t before = text.len;
        buf_clear(&item);
        got = import_read(reader, &arena, &text, true, &item, &err);
        FUZZ_CHECK(got != IMPORT_MORE);
        FUZZ_CHECK(got == IMPORT_BROKEN || text.len < before);
        FUZZ_CHECK((got == IMPORT_INVALID || got == IMPORT_BROKEN) == (err.code != ERR_NONE));
        if (got == IMPORT_ITEM) {
            FUZZ_CHECK(
                value_check(buf_str(&item), &err) || item.len > 100000 || err.code == ERR_DATA);
            if (value_check(buf_str(&item), &err))
                check_ion(value_of(buf_str(&item)));
        }
        arena_reset(&arena);
    }
    buf_fini(&item);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct catalog_table table = {
        .schema = {.partition = 1,
            .sort = 1,
            .count = 2,
            .at = {{{"p", 1}, VALUE_S}, {{"s", 1}, VALUE_N}}}};
    struct str text = {(const char *)bytes, len};
    struct import_reader reader = {.table = &table, .delimiter = ','};
    struct arena arena = {0};
    struct err err = ERR_INIT;
    read_all(&reader, text);
    reader.format = IMPORT_ION;
    read_all(&reader, text);
    reader.format = IMPORT_CSV;
    if (import_read_header(&reader, &arena, &text, true, &err) == IMPORT_ITEM)
        read_all(&reader, text);
    arena_fini(&arena);
    return 0;
}
