/* SPDX-License-Identifier: MIT */
/*
 * Transcripts as text: entries with their continuation lines joined, and what ${…} stands for.
 *
 *   entry = ('>' | '<' | '!' | '@') text { newline blank text }
 */
#include "script.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static bool read_file(struct buf *out, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t got;
    if (!file)
        return false;
    do {
        buf_reserve(out, 65536);
        got = fread(out->at + out->len, 1, 65536, file);
        out->len += got;
    } while (got);
    fclose(file);
    return true;
}

static void add_entry(struct script *s, char kind, struct str text, unsigned line)
{
    s->entries = mem_grow(s->entries, (s->count + 1) * sizeof *s->entries);
    s->entries[s->count++] = (struct entry){kind, text, line};
}

/* The lines lie behind each other in the file, so a continuation only makes the slice longer. */
static void continue_entry(struct script *s, struct str line)
{
    if (s->count)
        s->entries[s->count - 1].text.len =
            (size_t)(line.at + line.len - s->entries[s->count - 1].text.at);
}

bool script_read(struct script *s, const char *path)
{
    *s = (struct script){0};
    if (!read_file(&s->bytes, path))
        return false;
    struct str rest = buf_str(&s->bytes), line;
    for (unsigned number = 1; str_cut(&rest, '\n', &line); number++) {
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (line.at[0] == ' ')
            continue_entry(s, line);
        else
            add_entry(s, line.at[0], str_trim(str_skip(line, 1)), number);
    }
    return true;
}

void script_fini(struct script *s)
{
    buf_fini(&s->bytes);
    free(s->entries);
    *s = (struct script){0};
}

/* x*300 */
static bool expand_repeat(struct buf *out, struct str what)
{
    size_t star = str_find_byte(what, '*');
    uint64_t times;
    if (star == SIZE_MAX || !str_to_u64(str_skip(what, star + 1), &times))
        return false;
    for (uint64_t i = 0; i < times; i++)
        buf_add(out, str_take(what, star));
    return true;
}

bool script_expand(struct buf *out, struct str text, const struct captures *captures)
{
    for (;;) {
        size_t at = str_find(text, STR("${"));
        if (at == SIZE_MAX)
            break;
        buf_add(out, str_take(text, at));
        text = str_skip(text, at + 2);
        size_t end = str_find_byte(text, '}');
        struct str what = str_take(text, end == SIZE_MAX ? text.len : end), value;
        if (captures_get(captures, what, &value))
            buf_add(out, value);
        else if (!expand_repeat(out, what))
            return false;
        text = str_skip(text, what.len + 1);
    }
    buf_add(out, text);
    return true;
}
