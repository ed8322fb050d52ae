/* SPDX-License-Identifier: MIT */
/*
 * What is staged, item by item. Must not know who edits, nor what shows it.
 */
#include "views/changes/staged.h"

#include "backend/json.h"
#include "base/mem.h"
#include "views/cells.h"
#include "views/changes/diff.h"
#include "views/changes/journal_impl.h"
#include "views/items/browse.h"
#include "views/pane_text.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STAGED_FILE "staged"
enum { STAGED_DIFF_SIDE = 400 };

/* ---- the list ---- */

static struct value staged_any(const struct staged_item *item)
{
    return item->after.type == VALUE_NONE ? item->before : item->after;
}

struct staged_item *staged_find(
    const struct staged *s, const struct client_table *table, struct value key)
{
    if (!s->first || key.type != VALUE_M)
        return NULL;
    uint64_t identity = browse_identity_of(table->keys, table->key_count, key);
    for (struct staged_item *item = s->first; item; item = item->next)
        if (item->identity == identity && str_equal(item->table.name, table->name) &&
            change_same_key(&item->table, staged_any(item), key))
            return item;
    return NULL;
}

struct staged_item *staged_nth(const struct staged *s, size_t nth)
{
    struct staged_item *item = s->first;
    while (item && nth-- > 0)
        item = item->next;
    return item;
}

struct staged_item *staged_last(const struct staged *s)
{
    struct staged_item *last = NULL;
    for (struct staged_item *item = s->first; item; item = item->next)
        if (!last || item->order > last->order)
            last = item;
    return last;
}

static void staged_free(struct staged_item *item)
{
    arena_fini(&item->arena);
    free(item->steps);
    free(item);
}

static void staged_save(struct staged *s);

static void staged_drop(struct staged *s, struct staged_item *item)
{
    struct staged_item **at = &s->first;
    while (*at != item)
        at = &(*at)->next;
    *at = item->next;
    s->count--;
    staged_free(item);
}

void staged_remove(struct staged *s, struct staged_item *item)
{
    staged_drop(s, item);
    staged_save(s);
}

static struct value staged_copy(struct staged_item *item, struct value v)
{
    return v.type == VALUE_NONE ? (struct value){0} : value_of(arena_dup(&item->arena, v.encoded));
}

static void staged_name(struct staged_item *item)
{
    struct buf what = {0};
    cells_add_key(&what, staged_any(item), item->table.keys, item->table.key_count);
    buf_printf(&what, " of %.*s", STR_ARG(item->table.name));
    item->what = arena_dup(&item->arena, buf_str(&what));
    buf_fini(&what);
}

static struct staged_item *staged_new(struct staged *s, const struct client_table *table,
    struct value before, struct value after, const char *verb)
{
    struct staged_item *item = mem_new(struct staged_item), **end = &s->first;
    browse_copy_table(&item->arena, table, &item->table);
    item->before = staged_copy(item, before);
    item->after = staged_copy(item, after);
    item->verb = arena_dup(&item->arena, str_from(verb)).at;
    item->identity = browse_identity_of(table->keys, table->key_count, staged_any(item));
    item->order = ++s->order;
    staged_name(item);
    while (*end)
        end = &(*end)->next;
    *end = item;
    s->count++;
    return item;
}

static void staged_push_step(struct staged_item *item)
{
    if (item->step_count == STAGED_STEPS_MAX)
        memmove(item->steps, item->steps + 1, --item->step_count * sizeof *item->steps);
    item->steps = mem_grow(item->steps, (item->step_count + 1) * sizeof *item->steps);
    item->steps[item->step_count++] = item->after;
}

static bool staged_is_nothing(const struct staged_item *item)
{
    return item->before.type == item->after.type &&
           (item->before.type == VALUE_NONE || value_equal(item->before, item->after));
}

bool staged_put(struct staged *s, const struct client_table *table, struct value before,
    struct value after, const char *verb, struct err *err)
{
    struct staged_item *item = staged_find(s, table, after.type == VALUE_NONE ? before : after);
    if (!item && s->count == STAGED_MAX)
        return err_set(err, ERR_DATA,
            "%d items are staged already, and no transaction takes more: write these first",
            STAGED_MAX);
    if (!item) {
        item = staged_new(s, table, before, after, verb);
    } else {
        staged_push_step(item);
        item->after = staged_copy(item, after);
        item->order = ++s->order;
    }
    s->edited_ms = clock_now_ms(s->clock);
    if (staged_is_nothing(item))
        staged_drop(s, item);
    staged_save(s);
    return true;
}

void staged_rebase(
    struct staged *s, struct staged_item *item, struct value before, struct value after)
{
    item->before = staged_copy(item, before);
    item->after = staged_copy(item, after);
    item->step_count = 0;
    item->order = ++s->order;
    staged_save(s);
}

void staged_back(struct staged *s, struct staged_item *item)
{
    if (item->step_count) {
        item->after = item->steps[--item->step_count];
        item->order = ++s->order;
    } else {
        staged_drop(s, item);
    }
    staged_save(s);
}

/* ---- writing ---- */

static void staged_add_part(struct journal_entry *entry, struct staged_item *item)
{
    journal_entry_add(entry, &item->table, item->before, item->after);
    item->writing = true;
}

struct journal_entry *staged_entry(struct staged *s, struct staged_item *only, bool together)
{
    struct buf what = {0};
    size_t count = 0;
    struct staged_item *one = only;
    for (struct staged_item *item = s->first; item; item = item->next)
        if ((!only || item == only) && !item->writing) {
            count++;
            one = item;
        }
    if (count == 0)
        return NULL;
    if (count == 1)
        buf_add(&what, one->what);
    else
        buf_printf(&what, "%zu staged items", count);
    struct journal_entry *entry =
        journal_entry_begin(count == 1 ? one->verb : "wrote", buf_str(&what));
    buf_fini(&what);
    entry->staged = true;
    entry->together = together;
    for (struct staged_item *item = s->first; item; item = item->next)
        if ((!only || item == only) && !item->writing)
            staged_add_part(entry, item);
    return entry;
}

void staged_settle(struct staged *s, const struct journal_entry *entry)
{
    for (size_t i = 0; i < entry->count; i++) {
        const struct journal_part *part = &entry->parts[i];
        struct staged_item *item = staged_find(
            s, part->table, part->after.type == VALUE_NONE ? part->before : part->after);
        if (item && part->outcome == JOURNAL_WRITTEN)
            staged_drop(s, item);
        else if (item)
            item->writing = false;
        if (item && part->outcome == JOURNAL_CONFLICT)
            item->conflict = true;
    }
    staged_save(s);
}

struct staged_item *staged_conflict(const struct staged *s)
{
    struct staged_item *item = s->first;
    while (item && !item->conflict)
        item = item->next;
    return item;
}

/* ---- kept ---- */

/* line = "{" '"by":' owner "," part, and the owner is the process and when it began */
static void staged_add_line(
    struct buf *text, const struct staged *s, const struct staged_item *item)
{
    struct buf part = {0};
    journal_file_add_part(&part, &item->table, item->before, item->after);
    if (text->len + part.len + sizeof s->by < MEMORY_BYTES_MAX) /* or it survives no crash */
        buf_printf(text, "{\"by\":\"%s\",%s\n", s->by, buf_cstr(&part) + 1);
    buf_fini(&part);
}

static struct str staged_owner(struct str line)
{
    struct str rest = line, owner;
    if (!str_starts(line, STR("{\"by\":\"")))
        return STR_NONE;
    rest = str_skip(rest, strlen("{\"by\":\""));
    return str_cut(&rest, '"', &owner) ? owner : STR_NONE;
}

static bool staged_keep_others(void *context, struct str old, struct buf *text)
{
    const struct staged *s = context;
    struct str line;
    while (str_cut(&old, '\n', &line)) {
        struct str owner = staged_owner(line);
        if (owner.len && !str_equal(owner, str_from(s->by)))
            buf_printf(text, "%.*s\n", STR_ARG(line));
    }
    for (const struct staged_item *item = s->first; item; item = item->next)
        staged_add_line(text, s, item);
    return true;
}

static void staged_save(struct staged *s)
{
    struct err ignored = ERR_INIT; /* it is still here */
    s->version++;
    if (s->memory)
        memory_rewrite(s->memory, STAGED_FILE, staged_keep_others, s, &ignored);
}

static void staged_take_line(struct staged *s, struct str line)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    struct client_table table;
    struct value before, after;
    const struct json *json = json_parse(&arena, line, &ignored);
    if (json_is(json, JSON_OBJECT) && s->count < STAGED_MAX &&
        journal_file_take_part(&arena, json, &table, &before, &after) &&
        !staged_find(s, &table, before.type == VALUE_NONE ? after : before))
        staged_new(s, &table, before, after,
            before.type == VALUE_NONE  ? "added"
            : after.type == VALUE_NONE ? "deleted"
                                       : "changed");
    arena_fini(&arena);
}

/* Whether it is another process that still runs. */
static bool staged_lives(struct str owner)
{
    char text[20] = "", *end;
    struct str pid = str_take(owner, str_find_byte(owner, '-'));
    if (!pid.len || pid.len >= sizeof text)
        return false;
    memcpy(text, pid.at, pid.len);
    long number = strtol(text, &end, 16);
    return !*end && number > 0 && number <= INT_MAX && number != getpid() &&
           (kill((pid_t)number, 0) == 0 || errno == EPERM);
}

static bool staged_take_over(void *context, struct str old, struct buf *text)
{
    struct staged *s = context;
    struct str line;
    while (str_cut(&old, '\n', &line)) {
        struct str owner = staged_owner(line);
        if (staged_lives(owner))
            buf_printf(text, "%.*s\n", STR_ARG(line));
        else
            staged_take_line(s, line);
    }
    for (const struct staged_item *item = s->first; item; item = item->next)
        staged_add_line(text, s, item);
    return s->first != NULL;
}

void staged_init(struct staged *s, struct memory *memory, const struct clock *clock)
{
    struct err ignored = ERR_INIT;
    struct buf text = {0};
    *s = (struct staged){.memory = memory, .clock = clock};
    snprintf(s->by, sizeof s->by, "%lx-%llx", (unsigned long)getpid(),
        (unsigned long long)clock_tick_ns());
    if (memory && (!memory_read(memory, STAGED_FILE, &text) || text.len))
        memory_rewrite(memory, STAGED_FILE, staged_take_over, s, &ignored);
    buf_fini(&text);
}

void staged_fini(struct staged *s)
{
    while (s->first)
        staged_drop(s, s->first);
}

/* ---- to be read ---- */

static bool staged_see(void *context, const struct diff *diff)
{
    struct buf *out = context;
    diff_add(out, diff, STAGED_DIFF_SIDE);
    buf_add_byte(out, '\n');
    return true;
}

/* The whole item came or went. */
static bool staged_see_plain(void *context, const struct diff *diff)
{
    struct buf *out = context;
    diff_add_plain(out, diff);
    buf_add_byte(out, '\n');
    return true;
}

void staged_add_diff(struct buf *out, struct value before, struct value after)
{
    if (before.type == VALUE_NONE)
        buf_add(out, STR("A new item:\n"));
    if (after.type == VALUE_NONE)
        buf_add(out, STR("Deleted, with all its attributes:\n"));
    bool both = before.type != VALUE_NONE && after.type != VALUE_NONE;
    diff_walk(before, after, both ? staged_see : staged_see_plain, out);
}

void staged_add_request(struct buf *out, const struct staged_item *item)
{
    struct arena arena = {0};
    struct change change;
    struct buf body = {0};
    struct err err = ERR_INIT;
    staged_add_diff(out, item->before, item->after);
    if (change_build(&arena, &item->table, item->before, item->after, &change, &err)) {
        struct str operation = change_operation(&change);
        buf_printf(out, "\n%.*s\n", STR_ARG(operation));
        change_body(&body, item->table.name, &change);
        pane_text_pretty(out, buf_str(&body));
    } else {
        buf_printf(out, "\n%s: it goes in several requests, each guarded.", err.text);
    }
    buf_add_byte(out, '\n');
    buf_fini(&body);
    arena_fini(&arena);
}
