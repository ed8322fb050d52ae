/* SPDX-License-Identifier: MIT */
/*
 * The journal as lines of a file, so that undo survives a restart. Must not know what undo does.
 * Lines that make no sense are dropped; items are judged as any input is.
 *
 *   {"id":"…","time":1732089600000,"verb":"changed","what":"amount of C101 · O5001","parts":[
 *     {"table":"Orders","key":["customerId","S","orderId","S"],"before":{…},"after":{…}}]}
 *   {"id":"…","state":"undone"}              later: "undone", "done" again, or "gone"
 *
 * Several explorers add to one file; each takes back what it has written itself, and what was there
 * when it began.
 */
#include "views/changes/journal_impl.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "views/items/browse.h"

#include <inttypes.h>

#define JOURNAL_FILE "journal"
enum {
    JOURNAL_FILE_KEEP = 640 * 1024, /* when it is made smaller, this much stays */
    JOURNAL_FILE_MOST = 960 * 1024, /* then it is */
    JOURNAL_LINE_MAX = 600 * 1024,  /* what is longer can be taken back in this session alone */
    JOURNAL_WORDS_MAX = 2048,
    JOURNAL_PARTS_MAX = 20000
};

/* ---- writing ---- */

static void journal_file_add_item(struct buf *out, struct str name, struct value item)
{
    if (item.type == VALUE_NONE)
        return;
    json_put_name(out, name);
    json_out_typed_item(out, item);
}

void journal_file_add_part(
    struct buf *out, const struct client_table *table, struct value before, struct value after)
{
    buf_add(out, STR("{\"table\":"));
    json_put_string(out, table->name);
    buf_add(out, STR(",\"key\":["));
    for (uint32_t i = 0; i < table->key_count; i++) {
        json_put_comma(out);
        json_put_string(out, table->keys[i].name);
        buf_printf(out, ",\"%s\"", value_type_name(table->keys[i].type));
    }
    buf_add_byte(out, ']');
    journal_file_add_item(out, STR("before"), before);
    journal_file_add_item(out, STR("after"), after);
    buf_add_byte(out, '}');
}

void journal_file_add(struct buf *out, const struct journal_entry *entry)
{
    buf_add(out, STR("{\"id\":"));
    json_put_string(out, entry->id);
    buf_printf(out, ",\"time\":%" PRId64 ",\"verb\":", entry->time_ms);
    json_put_string(out, str_from(entry->verb));
    buf_add(out, STR(",\"what\":"));
    json_put_string(out, entry->what);
    if (entry->together)
        buf_add(out, STR(",\"together\":true"));
    buf_add(out, STR(",\"parts\":["));
    for (size_t i = 0; i < entry->count; i++) {
        json_put_comma(out);
        journal_file_add_part(
            out, entry->parts[i].table, entry->parts[i].before, entry->parts[i].after);
    }
    buf_add(out, STR("]}"));
}

/* The newest lines that fit. */
static bool journal_file_shorten(void *context, struct str old, struct buf *text)
{
    size_t from = old.len > JOURNAL_FILE_KEEP ? old.len - JOURNAL_FILE_KEEP : 0;
    while (from && from < old.len && old.at[from - 1] != '\n')
        from++;
    buf_add(text, str_skip(old, from));
    *(size_t *)context = text->len;
    return true;
}

static void journal_file_line(struct journal *j, struct str line)
{
    struct err ignored = ERR_INIT; /* the change is made: not to remember it is no reason to stop */
    if (!j->memory || line.len > JOURNAL_LINE_MAX)
        return;
    if (j->file_bytes + line.len + 1 > JOURNAL_FILE_MOST)
        memory_rewrite(j->memory, JOURNAL_FILE, journal_file_shorten, &j->file_bytes, &ignored);
    memory_append(j->memory, JOURNAL_FILE, line, &ignored);
    j->file_bytes += line.len + 1;
}

void journal_file_append(struct journal *j, const struct journal_entry *entry)
{
    struct buf line = {0};
    if (!j->memory)
        return;
    journal_file_add(&line, entry);
    journal_file_line(j, buf_str(&line));
    buf_fini(&line);
}

void journal_file_state(struct journal *j, const struct journal_entry *entry, const char *state)
{
    struct buf line = {0};
    buf_add(&line, STR("{\"id\":"));
    json_put_string(&line, entry->id);
    buf_printf(&line, ",\"state\":\"%s\"}", state);
    journal_file_line(j, buf_str(&line));
    buf_fini(&line);
}

/* ---- reading ---- */

/* key = "[" name "," type [ "," name "," type ] "]" */
static bool journal_file_take_table(
    struct arena *arena, const struct json *part, struct client_table *table)
{
    const struct json *name = json_get(part, STR("table")), *key = json_get(part, STR("key"));
    *table = (struct client_table){0};
    if (!json_is(name, JSON_STRING) || !name->text.len || !json_is(key, JSON_ARRAY) ||
        (key->count != 2 && key->count != 4))
        return false;
    table->name = arena_dup(arena, str_take(name->text, 255));
    for (const struct json *m = key->first; m; m = m->next->next) {
        if (!json_is(m, JSON_STRING) || !json_is(m->next, JSON_STRING))
            return false;
        enum value_type type = value_type_from_name(m->next->text);
        if (type != VALUE_S && type != VALUE_N && type != VALUE_B)
            return false;
        table->keys[table->key_count++] =
            (struct client_key){.name = arena_dup(arena, m->text), .type = type};
    }
    return true;
}

static bool journal_file_take_item(struct arena *arena, const struct json *json,
    const struct client_table *table, struct value *out)
{
    struct buf bytes = {0};
    struct err ignored = ERR_INIT;
    *out = (struct value){0};
    if (!json)
        return true;
    bool ok = json_is(json, JSON_OBJECT) && json_in_typed_item(&bytes, json, &ignored);
    if (ok)
        *out = value_of(arena_dup(arena, buf_str(&bytes)));
    struct value v;
    for (uint32_t i = 0; ok && i < table->key_count; i++)
        ok = value_find(*out, table->keys[i].name, &v) && v.type == table->keys[i].type;
    buf_fini(&bytes);
    return ok;
}

bool journal_file_take_part(struct arena *arena, const struct json *json,
    struct client_table *table, struct value *before, struct value *after)
{
    return journal_file_take_table(arena, json, table) &&
           journal_file_take_item(arena, json_get(json, STR("before")), table, before) &&
           journal_file_take_item(arena, json_get(json, STR("after")), table, after) &&
           (before->type != VALUE_NONE || after->type != VALUE_NONE) &&
           (before->type == VALUE_NONE || after->type == VALUE_NONE ||
               change_same_key(table, *before, *after));
}

static bool journal_file_take_parts(struct journal_entry *entry, const struct json *parts)
{
    bool ok = json_is(parts, JSON_ARRAY) && parts->count && parts->count <= JOURNAL_PARTS_MAX;
    for (const struct json *m = ok ? parts->first : NULL; ok && m; m = m->next) {
        struct arena arena = {0};
        struct client_table table;
        struct value before, after;
        ok = journal_file_take_part(&arena, m, &table, &before, &after);
        if (ok)
            journal_entry_add(entry, &table, before, after);
        arena_fini(&arena);
    }
    return ok;
}

static bool journal_file_word(const struct json *json)
{
    return json_is(json, JSON_STRING) && json->text.len && json->text.len <= JOURNAL_WORDS_MAX &&
           str_find_byte(json->text, '\0') == SIZE_MAX;
}

static struct journal_entry *journal_file_take(const struct json *json)
{
    const struct json *id = json_get(json, STR("id")), *verb = json_get(json, STR("verb")),
                      *what = json_get(json, STR("what"));
    struct buf word = {0};
    int64_t time_ms;
    if (!journal_file_word(id) || !journal_file_word(verb) || !journal_file_word(what) ||
        !json_to_i64(json_get(json, STR("time")), &time_ms) || time_ms < 0)
        return NULL;
    buf_add(&word, verb->text);
    struct journal_entry *entry = journal_entry_begin(buf_cstr(&word), what->text);
    buf_fini(&word);
    entry->id = arena_dup(&entry->arena, id->text);
    entry->time_ms = time_ms;
    entry->together = json_is(json_get(json, STR("together")), JSON_TRUE);
    entry->earlier = true;
    if (journal_file_take_parts(entry, json_get(json, STR("parts"))))
        return entry;
    journal_entry_free(entry);
    return NULL;
}

struct journal_entry *journal_file_parse(struct str line)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(&arena, line, &ignored);
    struct journal_entry *entry = json_is(json, JSON_OBJECT) ? journal_file_take(json) : NULL;
    arena_fini(&arena);
    return entry;
}

static void journal_file_take_state(struct journal *j, struct str line)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(&arena, line, &ignored);
    const struct json *id = json_get(json, STR("id")), *state = json_get(json, STR("state"));
    struct journal_entry *entry =
        json_is(id, JSON_STRING) && json_is(state, JSON_STRING) ? journal_find(j, id->text) : NULL;
    if (entry && str_equal(state->text, STR("gone"))) {
        journal_remove(j, entry);
    } else if (entry) {
        entry->undone = str_equal(state->text, STR("undone"));
        entry->undone_order = entry->undone ? ++j->order : 0;
    }
    arena_fini(&arena);
}

static void journal_file_take_line(struct journal *j, struct str line)
{
    struct journal_entry *entry = journal_file_parse(line);
    if (!entry) {
        journal_file_take_state(j, line);
    } else if (journal_find(j, entry->id)) {
        journal_entry_free(entry);
    } else {
        j->floor = j->order;
        journal_push(j, entry);
    }
}

void journal_file_load(struct journal *j)
{
    struct buf text = {0};
    struct err ignored = ERR_INIT;
    struct str rest, line;
    if (!j->memory)
        return;
    if (!memory_read(j->memory, JOURNAL_FILE, &text)) {
        memory_rewrite(j->memory, JOURNAL_FILE, journal_file_shorten, &j->file_bytes, &ignored);
        memory_read(j->memory, JOURNAL_FILE, &text);
    }
    j->file_bytes = text.len;
    for (rest = buf_str(&text); str_cut(&rest, '\n', &line);)
        if (line.len)
            journal_file_take_line(j, line);
    buf_fini(&text);
}
