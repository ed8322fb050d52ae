/* SPDX-License-Identifier: MIT */
/*
 * Named places and their file: one JSON object a line, that of places.h and a name. Every change is
 * made to what the file holds at that moment. Lines of later versions stay as they are.
 *
 *   {"name":"late orders","table":"Orders","query":"status = \"PENDING\" if age > 3"}
 */
#include "views/places/saved.h"

#include "backend/json.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>

static void free_one(struct saved_one *one)
{
    buf_fini(&one->name);
    place_fini(&one->place);
}

void saved_fini(struct saved *saved)
{
    for (size_t i = 0; i < saved->count; i++)
        free_one(&saved->list[i]);
    free(saved->list);
    saved->list = NULL;
    saved->count = 0;
}

/* C0, DEL and C1: what a terminal would take for more than text. */
static bool has_controls(struct str text)
{
    uint32_t point;
    while (text.len)
        if (!utf8_next(&text, &point) || point < 0x20 || (point >= 0x7F && point < 0xA0))
            return true;
    return false;
}

bool saved_name_check(struct str name, struct err *err)
{
    if (!name.len)
        return err_set(err, ERR_DATA, "a name is needed");
    if (name.len > SAVED_NAME_MAX)
        return err_set(err, ERR_DATA, "a name has at most %d bytes", SAVED_NAME_MAX);
    if (has_controls(name) || str_trim(name).len != name.len)
        return err_set(err, ERR_DATA, "a name has no control characters, nor blanks at its ends");
    return true;
}

/* ---- the list ---- */

static size_t find(const struct saved *s, struct str table, struct str name)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_equal(buf_str(&s->list[i].name), name) &&
            str_equal(buf_str(&s->list[i].place.table), table))
            return i;
    return SIZE_MAX;
}

const struct saved_one *saved_find(const struct saved *saved, struct str table, struct str name)
{
    size_t at = find(saved, table, name);
    return at == SIZE_MAX ? NULL : &saved->list[at];
}

static void drop(struct saved *s, size_t at)
{
    if (at == SIZE_MAX)
        return;
    free_one(&s->list[at]);
    memmove(&s->list[at], &s->list[at + 1], (s->count - at - 1) * sizeof *s->list);
    s->count--;
}

/* Takes what is in `place`. */
static void add(struct saved *s, struct str name, struct place *place)
{
    drop(s, find(s, buf_str(&place->table), name));
    s->list = mem_grow(s->list, (s->count + 1) * sizeof *s->list);
    s->list[s->count] = (struct saved_one){.place = *place};
    buf_add(&s->list[s->count++].name, name);
    *place = (struct place){0};
}

/* ---- the file ---- */

static void write_one(struct buf *out, struct str name, const struct place *place)
{
    struct buf line = {0};
    place_write(&line, place);
    buf_add(out, STR("{\"name\":"));
    json_put_string(out, name);
    buf_add_byte(out, ',');
    buf_add(out, str_skip(buf_str(&line), 1));
    buf_fini(&line);
}

/* False: it is none; *foreign: but perhaps one of a later version. */
static bool read_one(struct saved *s, struct str line, bool *foreign)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    struct place place = {0};
    const struct json *json = json_parse(&arena, line, &ignored);
    const struct json *name = json_get(json, STR("name"));
    bool good = json_is(name, JSON_STRING) && saved_name_check(name->text, &ignored) &&
                s->count < SAVED_MAX && place_read(&place, line);
    *foreign = !good && json_is(json, JSON_OBJECT);
    if (good)
        add(s, name->text, &place);
    place_fini(&place);
    arena_fini(&arena);
    return good;
}

static void read_lines(struct saved *s, struct str rest, struct buf *foreign)
{
    struct str line;
    bool other;
    while (str_cut(&rest, '\n', &line))
        if (!read_one(s, line, &other) && other && foreign)
            buf_printf(foreign, "%.*s\n", STR_ARG(line));
}

void saved_read(struct saved *saved, const struct memory *memory)
{
    struct buf text = {0};
    saved->memory = memory;
    if (!memory)
        return;
    saved_fini(saved);
    memory_read(memory, "bookmarks", &text);
    read_lines(saved, buf_str(&text), NULL);
    buf_fini(&text);
}

/* ---- changes ---- */

struct change {
    struct saved *saved;
    struct str table, name;
    const struct place *place; /* to put; NULL = to remove, or to rename */
    struct str new_name;       /* empty = to remove */
    struct err *err;
};

static bool copy_place(struct place *to, const struct place *from)
{
    struct buf line = {0};
    place_write(&line, from);
    bool ok = place_read(to, buf_str(&line));
    buf_fini(&line);
    return ok;
}

static bool put(struct change *c, struct saved *s)
{
    struct place place;
    if (find(s, c->table, c->name) == SIZE_MAX && s->count >= SAVED_MAX)
        return err_set(c->err, ERR_DATA, "%d are saved already: remove some first", SAVED_MAX);
    if (!copy_place(&place, c->place))
        return err_set(c->err, ERR_DATA, "this is too long to be saved");
    add(s, c->name, &place);
    return true;
}

static bool rename_one(struct change *c, struct saved *s, size_t at)
{
    if (str_equal(c->name, c->new_name))
        return true;
    if (find(s, c->table, c->new_name) != SIZE_MAX)
        return err_set(c->err, ERR_DATA, "%.*s is taken", STR_ARG(c->new_name));
    buf_clear(&s->list[at].name);
    buf_add(&s->list[at].name, c->new_name);
    return true;
}

static bool apply(struct change *c, struct saved *s)
{
    if (c->place)
        return put(c, s);
    size_t at = find(s, c->table, c->name);
    if (at == SIZE_MAX)
        return err_set(c->err, ERR_DATA, "%.*s is not there any more", STR_ARG(c->name));
    if (c->new_name.len)
        return rename_one(c, s, at);
    drop(s, at);
    return true;
}

static bool rewrite(void *context, struct str old, struct buf *text)
{
    struct change *c = context;
    struct saved fresh = {.memory = c->saved->memory};
    read_lines(&fresh, old, text);
    bool ok = apply(c, &fresh);
    for (size_t i = 0; ok && i < fresh.count; i++) {
        write_one(text, buf_str(&fresh.list[i].name), &fresh.list[i].place);
        buf_add_byte(text, '\n');
    }
    if (ok && text->len > MEMORY_BYTES_MAX)
        ok = err_set(c->err, ERR_DATA, "too much is saved already: remove some first");
    if (ok) {
        saved_fini(c->saved);
        *c->saved = fresh;
    } else {
        saved_fini(&fresh);
    }
    return ok;
}

static bool change(struct change *c)
{
    struct memory const *memory = c->saved->memory;
    if (!memory)
        return apply(c, c->saved);
    return memory_rewrite(memory, "bookmarks", rewrite, c, c->err) && c->err->code == ERR_NONE;
}

bool saved_put(struct saved *saved, struct str name, const struct place *place, struct err *err)
{
    return saved_name_check(name, err) && change(&(struct change){.saved = saved,
                                              .table = buf_str(&place->table),
                                              .name = name,
                                              .place = place,
                                              .err = err});
}

bool saved_remove(struct saved *saved, struct str table, struct str name, struct err *err)
{
    return change(&(struct change){.saved = saved, .table = table, .name = name, .err = err});
}

bool saved_rename(
    struct saved *saved, struct str table, struct str name, struct str new_name, struct err *err)
{
    return saved_name_check(new_name, err) &&
           change(&(struct change){
               .saved = saved, .table = table, .name = name, .new_name = new_name, .err = err});
}
