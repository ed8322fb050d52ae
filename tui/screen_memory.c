/* SPDX-License-Identifier: MIT */
/* A screen for tests: keeps the last frame and reads it back as text and as roles. */
#include "base/mem.h"
#include "base/utf8.h"
#include "tui/screen.h"
#include <stdlib.h>

struct screen_memory {
    struct screen screen;
    struct frame shown;
    int rows, cols, frames;
    struct input_unit *units;
    int unit_count, unit_at;
    struct buf copied;
};

static struct screen_memory *memory_of(const struct screen *screen)
{
    return (struct screen_memory *)screen;
}

static void memory_size(struct screen *screen, int *rows, int *cols)
{
    *rows = memory_of(screen)->rows;
    *cols = memory_of(screen)->cols;
}

static bool memory_present(struct screen *screen, const struct frame *frame)
{
    struct screen_memory *memory = memory_of(screen);
    frame_resize(&memory->shown, frame->rows, frame->cols);
    memcpy(memory->shown.cells, frame->cells,
        (size_t)frame->rows * (size_t)frame->cols * sizeof *frame->cells);
    memory->shown.cursor_row = frame->cursor_row;
    memory->shown.cursor_col = frame->cursor_col;
    memory->frames++;
    return true;
}

static bool memory_read(struct screen *screen, struct input_unit *unit)
{
    struct screen_memory *memory = memory_of(screen);
    if (memory->unit_at == memory->unit_count)
        return false;
    *unit = memory->units[memory->unit_at++];
    return true;
}

static void memory_ignore(struct screen *screen)
{
    (void)screen;
}

static void memory_styles(struct screen *screen, const struct style_table *table)
{
    (void)screen;
    (void)table;
}

static void memory_mouse(struct screen *screen, bool on)
{
    (void)screen;
    (void)on;
}

static bool memory_copy(struct screen *screen, struct str text, struct err *err)
{
    (void)err;
    buf_clear(&memory_of(screen)->copied);
    buf_add(&memory_of(screen)->copied, text);
    return true;
}

static void memory_close(struct screen *screen)
{
    struct screen_memory *memory = memory_of(screen);
    frame_fini(&memory->shown);
    buf_fini(&memory->copied);
    free(memory->units);
    free(memory);
}

static const struct screen_ops memory_ops = {.name = "memory",
    .size = memory_size,
    .present = memory_present,
    .read = memory_read,
    .styles = memory_styles,
    .mouse = memory_mouse,
    .bell = memory_ignore,
    .copy = memory_copy,
    .suspend = memory_ignore,
    .resume = memory_ignore,
    .redraw = memory_ignore,
    .close = memory_close};

struct screen *screen_memory_open(int rows, int cols)
{
    struct screen_memory *memory = mem_new(struct screen_memory);
    memory->screen = (struct screen){.ops = &memory_ops, .fd = -1};
    screen_memory_resize(&memory->screen, rows, cols);
    return &memory->screen;
}

void screen_memory_resize(struct screen *screen, int rows, int cols)
{
    struct screen_memory *memory = memory_of(screen);
    memory->rows = rows;
    memory->cols = cols;
    frame_resize(&memory->shown, rows, cols);
}

const struct frame *screen_memory_frame(const struct screen *screen)
{
    return &memory_of(screen)->shown;
}

struct str screen_memory_copied(const struct screen *screen)
{
    return buf_str(&memory_of(screen)->copied);
}

int screen_memory_frames(const struct screen *screen)
{
    return memory_of(screen)->frames;
}

static void add_cell(struct buf *out, const struct canvas_cell *cell)
{
    if (cell->columns == 0)
        return;
    utf8_add(out, cell->point);
    for (int i = 0; i < 2 && cell->marks[i]; i++)
        utf8_add(out, cell->marks[i]);
}

void screen_memory_text(const struct screen *screen, struct buf *out)
{
    const struct frame *frame = screen_memory_frame(screen);
    for (int row = 0; row < frame->rows; row++) {
        size_t start = out->len;
        for (int col = 0; col < frame->cols; col++)
            add_cell(out, &frame->cells[row * frame->cols + col]);
        while (out->len > start && out->at[out->len - 1] == ' ')
            out->len--;
        buf_add_byte(out, '\n');
    }
}

/* "0-11 title.focus": columns of one role in a row; what is plain text is not told. */
static void add_run(struct buf *out, int row, bool first, int from, int to, enum role role)
{
    if (first)
        buf_printf(out, "%d:", row);
    buf_printf(out, "%s %d-%d %s", first ? "" : ",", from, to, style_role_name(role));
}

void screen_memory_roles(const struct screen *screen, struct buf *out)
{
    const struct frame *frame = screen_memory_frame(screen);
    for (int row = 0; row < frame->rows; row++) {
        const struct canvas_cell *line = frame->cells + row * frame->cols;
        bool first = true;
        for (int from = 0, to; from < frame->cols; from = to) {
            for (to = from + 1; to < frame->cols && line[to].role == line[from].role; to++)
                ;
            if (line[from].role == ROLE_TEXT)
                continue;
            add_run(out, row, first, from, to - 1, (enum role)line[from].role);
            first = false;
        }
        if (!first)
            buf_add_byte(out, '\n');
    }
}

static void queue(struct screen *screen, struct input_unit unit)
{
    struct screen_memory *memory = memory_of(screen);
    memory->units =
        mem_grow(memory->units, (size_t)(memory->unit_count + 1) * sizeof *memory->units);
    memory->units[memory->unit_count++] = unit;
}

bool screen_memory_press(struct screen *screen, const char *names)
{
    struct str rest = str_from(names), name;
    struct key key;
    while (str_cut(&rest, ' ', &name)) {
        if (!name.len)
            continue;
        if (!key_parse(name, &key))
            return false;
        queue(screen, (struct input_unit){.kind = INPUT_UNIT_KEY, .key = key});
    }
    return true;
}

void screen_memory_type(struct screen *screen, const char *text)
{
    struct str rest = str_from(text);
    struct input_unit unit = {.kind = INPUT_UNIT_CHARACTER};
    while (rest.len) {
        utf8_next(&rest, &unit.code);
        queue(screen, unit);
    }
}

void screen_memory_paste(struct screen *screen, const char *text)
{
    queue(screen, (struct input_unit){.kind = INPUT_UNIT_PASTE_BEGIN});
    screen_memory_type(screen, text);
    queue(screen, (struct input_unit){.kind = INPUT_UNIT_PASTE_END});
}
