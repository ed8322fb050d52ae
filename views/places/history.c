/* SPDX-License-Identifier: MIT */
/*
 * Lines typed before, and their file: one JSON value a line, added at its end by whoever runs, made
 * anew (the newest HISTORY_MAX, each once) by whoever opens it when it has grown. Must not know
 * what the lines are for.
 *
 *   "table Orders"                                  a line
 *   {"of": "Orders", "line": "status = \"NEW\""}    one about a table
 */
#include "views/places/history.h"

#include "backend/json.h"
#include "base/mem.h"
#include "views/match.h"

#include <stdlib.h>

enum { HISTORY_FILE_BYTES = 256 * 1024, HISTORY_FILE_LINES = 2 * HISTORY_MAX };

/* ---- lines ---- */

static void free_line(struct history_line *line)
{
    buf_fini(&line->text);
    buf_fini(&line->of);
}

static void drop(struct history *h, size_t at)
{
    free_line(&h->lines[at]);
    memmove(&h->lines[at], &h->lines[at + 1], (h->count - at - 1) * sizeof *h->lines);
    h->count--;
}

static bool is_about(const struct history_line *line, struct str of)
{
    return str_equal(buf_str(&line->of), of);
}

/* The newest of its kind stays; returns whether it was that already. */
static bool put(struct history *h, struct str of, struct str text)
{
    for (size_t i = h->count; i-- > 0;)
        if (str_equal(buf_str(&h->lines[i].text), text) && is_about(&h->lines[i], of)) {
            if (i + 1 == h->count)
                return true;
            drop(h, i);
            break;
        }
    if (h->count == HISTORY_MAX)
        drop(h, 0);
    h->lines = mem_grow(h->lines, (h->count + 1) * sizeof *h->lines);
    h->lines[h->count] = (struct history_line){0};
    buf_add(&h->lines[h->count].text, text);
    buf_add(&h->lines[h->count++].of, of);
    return false;
}

void history_fini(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free_line(&history->lines[i]);
    free(history->lines);
    *history = (struct history){0};
}

/* ---- the file ---- */

static void write_line(struct buf *out, struct str of, struct str text)
{
    if (of.len) {
        buf_add(out, STR("{\"of\":"));
        json_put_string(out, of);
        buf_add(out, STR(",\"line\":"));
    }
    json_put_string(out, text);
    if (of.len)
        buf_add_byte(out, '}');
}

/* line = JSON string | { "line": string, "of": string, anything else of later versions } */
static void read_line(struct history *h, struct arena *arena, struct str line)
{
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(arena, line, &ignored), *text = json;
    if (json_is(json, JSON_OBJECT))
        text = json_get(json, STR("line"));
    const struct json *of = json_get(json, STR("of"));
    bool good = json_is(text, JSON_STRING) && text->text.len &&
                text->text.len <= HISTORY_LINE_MAX && !history_is_secret(text->text);
    if (good && (!of || (json_is(of, JSON_STRING) && of->text.len <= HISTORY_LINE_MAX)))
        put(h, of ? of->text : STR_NONE, text->text);
}

static size_t read_lines(struct history *h, struct str rest)
{
    struct arena arena = {0};
    struct str line;
    size_t count = 0;
    for (; str_cut(&rest, '\n', &line); count++) {
        if (line.len && line.len <= 8 * HISTORY_LINE_MAX)
            read_line(h, &arena, line);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return count;
}

/* What others have added since it was read counts too. */
static bool shorten(void *context, struct str old, struct buf *text)
{
    struct history fresh = {0};
    (void)context;
    read_lines(&fresh, old);
    for (size_t i = 0; i < fresh.count; i++) {
        write_line(text, buf_str(&fresh.lines[i].of), buf_str(&fresh.lines[i].text));
        buf_add_byte(text, '\n');
    }
    history_fini(&fresh);
    return true;
}

void history_open(struct history *history, const struct memory *memory, const char *name)
{
    struct buf text = {0};
    struct err ignored = ERR_INIT;
    *history = (struct history){.memory = memory, .name = name};
    bool grown = !memory_read(memory, name, &text);
    if (grown) {
        memory_rewrite(memory, name, shorten, NULL, &ignored);
        memory_read(memory, name, &text);
    }
    grown =
        read_lines(history, buf_str(&text)) > HISTORY_FILE_LINES || text.len > HISTORY_FILE_BYTES;
    if (grown) /* where that fails, the next one to open it tries again */
        memory_rewrite(memory, name, shorten, NULL, &ignored);
    buf_fini(&text);
}

void history_add(struct history *history, struct str of, struct str line)
{
    struct buf text = {0};
    struct err ignored = ERR_INIT; /* what was typed works without being remembered */
    if (!line.len || put(history, of, line))
        return;
    if (line.len <= HISTORY_LINE_MAX && of.len <= HISTORY_LINE_MAX && !history_is_secret(line)) {
        write_line(&text, of, line);
        memory_append(history->memory, history->name, buf_str(&text), &ignored);
    }
    buf_fini(&text);
}

void history_hold(struct history *history, struct str of, struct str line)
{
    if (line.len)
        put(history, of, line);
}

/* ---- looking for a line ---- */

bool history_recall(
    const struct history *history, struct str of, int age, struct str prefix, struct buf *out)
{
    for (size_t i = history->count; i-- > 0;)
        if (is_about(&history->lines[i], of) &&
            str_starts(buf_str(&history->lines[i].text), prefix) && --age == 0) {
            buf_add(out, buf_str(&history->lines[i].text));
            return true;
        }
    return false;
}

int history_find(const struct history *history, struct str of, int age, struct str part)
{
    int now = 0;
    for (size_t i = history->count; i-- > 0;)
        if (is_about(&history->lines[i], of) && ++now > age &&
            match_text(buf_str(&history->lines[i].text), part))
            return now;
    return 0;
}

/* ---- what is nobody's business ---- */

/* scheme "://" user [":" password] "@" host */
static bool names_a_user(struct str line)
{
    size_t at = str_find(line, STR("://"));
    for (size_t i = at == SIZE_MAX ? line.len : at + 3; i < line.len; i++) {
        if (line.at[i] == '@')
            return true;
        if (line.at[i] == '/' || line.at[i] == ' ')
            return false;
    }
    return false;
}

/* AWS access key ids: four letters that say what it is, 16 letters or digits. */
static bool holds_key_id(struct str line, const char *start)
{
    enum { REST = 16 };
    size_t at = str_find(line, str_from(start)), i = 0;
    if (at == SIZE_MAX || at + 4 + REST > line.len)
        return false;
    const char *rest = line.at + at + 4;
    while (i < REST && ((rest[i] >= 'A' && rest[i] <= 'Z') || (rest[i] >= '0' && rest[i] <= '9')))
        i++;
    return i == REST;
}

bool history_is_secret(struct str line)
{
    static const char *const words[] = {"secret", "passw", "token", "credential", "access-key",
        "access_key", "accesskey", "api-key", "api_key", "apikey", "private-key", "private_key",
        "privatekey", "bearer "};
    if (line.len && line.at[0] == ' ')
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (match_text(line, str_from(words[i])))
            return true;
    return names_a_user(line) || holds_key_id(line, "AKIA") || holds_key_id(line, "ASIA");
}
