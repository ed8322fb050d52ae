/* SPDX-License-Identifier: MIT */
/*
 * Text of all scripts, and text that wants to break out, in grid, tree and pager at every width:
 * nothing is split, nothing but printable characters is shown, what is aligned right ends where its
 * column ends.
 */
#include "tui/grid.h"
#include "tui/pager.h"
#include "tui/text.h"
#include "tui/tree.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <wchar.h>

#include <cmocka.h>

static const char *const corpus[] = {
    "plain", "", "日本語テキスト", "한국어 텍스트", "a中b文c",
    "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84",  /* marks beyond two */
    "\xcc\x81stray",                      /* a mark on nothing */
    "👩\xe2\x80\x8d👩\xe2\x80\x8d👧 family", /* joined */
    "👍🏽 ok",                        /* skin tone */
    "🇯🇵🇩🇪",                               /* flags */
    "\xe2\x9d\xa4\xef\xb8\x8f heart",     /* variation selector */
    "שלום עולם",                          /* right to left */
    "مرحبا بالعالم",                      /* joined, right to left */
    "abc\xe2\x80\xae"
    "fed\xe2\x80\xac",                  /* bidi override */
    "\xe2\x81\xa6isolated\xe2\x81\xa9", /* bidi isolate */
    "नमस्ते दुनिया",                       /* spacing marks */
    "ไทยภาษา",                          /* Thai */
    "\x1b[31mred\x1b[0m\a",             /* escape sequences */
    "\xc2\x9b"
    "31m",                          /* C1 */
    "tab\tnew\nline\r",             /* blanks that move */
    "\xff\xfe\xc0\x80",             /* no UTF-8 */
    "\xf3\xa0\x81\x81tag",          /* a tag character */
    "\xef\xbf\xbf\xf4\x8f\xbf\xbf", /* no characters */
    "ﾊﾝｶｸ Ｆｕｌｌ",                /* half and full width */
    "𝒳𝓎 𠀀",                        /* beyond the first plane */
};
enum { CORPUS = sizeof corpus / sizeof *corpus };

/* ---- what a frame may hold ---- */

static void check_cell(const struct canvas_cell *cell, const struct canvas_cell *next, int width)
{
    if (cell->columns == 2 && (!next || next->columns != 0))
        fail_msg("U+%04X is cut in half at width %d", cell->point, width);
    if (cell->columns == 0)
        return;
    if (cell->point < 0x20 || (cell->point >= 0x7F && cell->point < 0xA0))
        fail_msg("a control reaches the screen");
    if ((cell->point >= 0x200B && cell->point <= 0x200F) ||
        (cell->point >= 0x202A && cell->point <= 0x202E) ||
        (cell->point >= 0x2066 && cell->point <= 0x2069) || cell->point >= 0xE0000)
        fail_msg("U+%04X reaches the screen", cell->point);
    if (wcwidth((wchar_t)cell->point) != cell->columns)
        fail_msg("U+%04X in %d columns", cell->point, cell->columns);
    for (int i = 0; i < 2; i++)
        if (cell->marks[i] && wcwidth((wchar_t)cell->marks[i]) != 0)
            fail_msg("U+%04X is no mark", cell->marks[i]);
}

static void check_frame(const struct frame *frame)
{
    for (int row = 0; row < frame->rows; row++)
        for (int col = 0; col < frame->cols; col++) {
            const struct canvas_cell *cell = frame->cells + row * frame->cols + col;
            if (cell->columns == 0 && (col == 0 || cell[-1].columns != 2))
                fail_msg("half a character at row %d, column %d of %d", row, col, frame->cols);
            check_cell(cell, col + 1 < frame->cols ? cell + 1 : NULL, frame->cols);
        }
}

/* ---- grid ---- */

static int64_t grid_rows(void *data)
{
    (void)data;
    return CORPUS;
}

static void grid_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    (void)data;
    (void)room;
    cell->text = str_from(corpus[row]);
    cell->flags = column == 0 ? CANVAS_RIGHT : 0;
    cell->note = column == 1 ? str_from(corpus[(row + 7) % CORPUS]) : STR_NONE;
}

/* Where a right-aligned text fits, it ends in the last column of its slot. */
static void check_right(const struct frame *frame, const struct grid *grid, bool ascii)
{
    const struct grid_slot *slot = &grid->slots[0];
    for (int64_t row = 0; row < CORPUS && slot->column == 0; row++) {
        struct str text = str_from(corpus[row]);
        int columns = text_columns(text, slot->width, ascii);
        const struct canvas_cell *line = frame->cells + (row + 1) * frame->cols + slot->col;
        const struct canvas_cell *first = line + slot->width - columns;
        if (!columns || columns > slot->width || slot->col + slot->width > frame->cols)
            continue;
        bool before = columns == slot->width || (first[-1].point == ' ' && first[-1].columns == 1);
        struct text_glyph glyph;
        text_next(&text, ascii, &glyph);
        uint32_t wanted = glyph.point ? glyph.point : (unsigned char)glyph.label[0];
        if (!before || first->point != wanted)
            fail_msg("row %d does not end at the right of %d columns", (int)row, slot->width);
    }
}

static void draw_grid(int cols, bool ascii)
{
    struct frame frame = {.ascii = ascii};
    struct grid_column columns[2] = {
        {.name = str_from(corpus[2]), .flags = CANVAS_RIGHT}, {.name = str_from(corpus[7])}};
    struct grid grid;
    grid_init(&grid, &(struct grid_source){.rows = grid_rows, .cell = grid_cell});
    grid_columns_set(&grid, columns, 2);
    grid.flags = ascii ? GRID_ASCII : 0;
    grid.search = STR("中");
    frame_resize(&frame, CORPUS + 1, cols);
    struct canvas c = frame_canvas(&frame);
    grid_arrange(&grid, CORPUS + 1, cols);
    grid_draw(&grid, &c);
    check_frame(&frame);
    check_right(&frame, &grid, ascii);
    frame_fini(&frame);
}

static void the_grid_at_every_width(void **state)
{
    (void)state;
    for (int cols = 1; cols < 90; cols++) {
        draw_grid(cols, false);
        draw_grid(cols, true);
    }
}

static int64_t one_row(void *data)
{
    (void)data;
    return 1;
}

static void sign_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    (void)data;
    (void)row;
    (void)column;
    (void)room;
    cell->text = STR("✗");
}

static void our_signs_have_their_room_on_an_ascii_screen(void **state)
{
    (void)state;
    for (int ascii = 0; ascii < 2; ascii++) {
        struct grid_column column = {.name = STR("no")};
        struct grid grid;
        grid_init(&grid, &(struct grid_source){.rows = one_row, .cell = sign_cell});
        grid.flags = ascii ? GRID_ASCII : 0;
        grid_columns_set(&grid, &column, 1);
        grid_arrange(&grid, 3, 40);
        assert_int_equal(grid.slots[0].width, ascii ? 5 : GRID_WIDTH_MIN); /* false */
    }
}

/* ---- tree ---- */

static void tree_node(void *data, int64_t index, bool brief, struct tree_node *node)
{
    (void)data;
    (void)brief;
    node->id = (uint64_t)index;
    node->depth = (int)(index % 5);
    node->label = str_from(corpus[(index + 3) % CORPUS]);
    node->value = str_from(corpus[index]);
    node->note = str_from(corpus[(index + 9) % CORPUS]);
    node->aside = index % 2 ? str_from(corpus[(index + 1) % CORPUS]) : STR_NONE;
}

static void the_tree_at_every_width(void **state)
{
    (void)state;
    for (int cols = 1; cols < 90; cols++) {
        struct frame frame = {0};
        struct tree tree;
        tree_init(&tree, &(struct tree_source){.count = grid_rows, .node = tree_node});
        tree_update(&tree);
        frame_resize(&frame, CORPUS, cols);
        struct canvas c = frame_canvas(&frame);
        tree_arrange(&tree, CORPUS, cols);
        tree_draw(&tree, &c);
        check_frame(&frame);
        tree_fini(&tree);
        frame_fini(&frame);
    }
}

/* ---- pager ---- */

static void the_pager_at_every_width_and_in_every_wrap(void **state)
{
    (void)state;
    struct buf text = {0};
    for (int i = 0; i < CORPUS; i++)
        buf_printf(&text, "%s %s ", corpus[i], corpus[(i * 7) % CORPUS]);
    for (int cols = 1; cols < 90; cols++) {
        struct frame frame = {0};
        struct pager pager;
        pager_init(&pager);
        pager_set(&pager, buf_str(&text));
        for (int wrap = 0; wrap < 3; wrap++) {
            pager_handle(&pager, ACTION_WRAP);
            pager_handle(&pager, ACTION_RIGHT);
            frame_resize(&frame, 200, cols);
            struct canvas c = frame_canvas(&frame);
            pager_arrange(&pager, 200, cols);
            pager_draw(&pager, &c);
            check_frame(&frame);
        }
        pager_fini(&pager);
        frame_fini(&frame);
    }
    buf_fini(&text);
}

/* The way by runs of ASCII gives what the way by single characters gives. */
static void runs_of_ascii_measure_like_single_characters(void **state)
{
    (void)state;
    for (int i = 0; i < CORPUS * CORPUS; i++) {
        struct buf text = {0};
        buf_printf(&text, "%sabc%sx", corpus[i % CORPUS], corpus[i / CORPUS]);
        for (int ascii = 0; ascii < 2; ascii++) {
            struct str rest = buf_str(&text);
            int columns = 0;
            while (rest.len) {
                struct text_glyph glyph;
                size_t at = text.len - rest.len;
                text_next(&rest, ascii, &glyph);
                for (int fit = columns; fit < columns + glyph.columns; fit++)
                    assert_int_equal(text_fit(buf_str(&text), fit, ascii), at);
                columns += glyph.columns;
            }
            assert_int_equal(text_fit(buf_str(&text), columns, ascii), text.len);
            assert_int_equal(text_columns(buf_str(&text), columns + 5, ascii), columns);
            assert_int_equal(text_columns(buf_str(&text), columns, ascii), columns);
            if (columns > 3)
                assert_true(text_columns(buf_str(&text), columns - 3, ascii) > columns - 3);
        }
        buf_fini(&text);
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grid_at_every_width),
        cmocka_unit_test(our_signs_have_their_room_on_an_ascii_screen),
        cmocka_unit_test(the_tree_at_every_width),
        cmocka_unit_test(the_pager_at_every_width_and_in_every_wrap),
        cmocka_unit_test(runs_of_ascii_measure_like_single_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
