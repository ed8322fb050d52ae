/* SPDX-License-Identifier: MIT */
/*
 * The loop around the editor. Must not know what is done with a text once it is right.
 *
 *   write ─▶ editor ─▶ read ─▶ same as before? ── yes ─▶ nothing to do (as_it_is: if not saved)
 *     ▲                          │ no
 *     └── notes on top ── wrong ◀┴─ take() ─▶ taken
 */
#include "views/item/item_editor.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "base/utf8.h"

#include <signal.h>
#include <unistd.h>

bool item_editor_text(struct value item, bool typed, struct buf *out)
{
    typed = typed || !json_out_is_plain(item);
    json_out_pretty(out, item, typed);
    if (out->len && out->at[out->len - 1] != '\n')
        buf_add_byte(out, '\n');
    return typed;
}

bool item_editor_parse(struct str text, bool typed, struct buf *out, struct err *err)
{
    struct arena arena = {0};
    const struct json *json = json_parse(&arena, text, err);
    bool ok = json != NULL;
    if (ok && json->type != JSON_OBJECT)
        ok = err_set(err, ERR_DATA, "an item is a JSON object: { … }");
    ok = ok && (typed ? json_in_typed_item(out, json, err) : json_in_plain(out, json, err));
    if (!ok && typed && strcmp(err->name, "SerializationException") == 0)
        err_context(err, "each value is typed here, as {\"S\": \"text\"} or {\"N\": \"1\"}");
    arena_fini(&arena);
    return ok;
}

/* The line that a place of the text is in. */
static struct str item_editor_line(struct str text, size_t at, size_t *number, size_t *begin)
{
    *number = 1;
    *begin = 0;
    for (size_t i = 0; i < at; i++)
        if (text.at[i] == '\n') {
            ++*number;
            *begin = i + 1;
        }
    struct str line = str_skip(text, *begin);
    return str_take(line, str_find_byte(line, '\n'));
}

static bool item_editor_legible(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.at[i] < ' ' && line.at[i] != '\t')
            return false;
    return utf8_valid(line);
}

/* "#   "amount": 12 "x"" and a caret below the place; with the line's number in the file. */
static void item_editor_mark(struct buf *out, struct str text, size_t at, size_t notes)
{
    enum { AROUND = 60 };
    size_t number, begin;
    if (at > text.len)
        return;
    struct str line = item_editor_line(text, at, &number, &begin);
    size_t from = at - begin > AROUND ? at - begin - AROUND : 0;
    while (from && ((unsigned char)line.at[from] & 0xC0) == 0x80)
        from--;
    struct str before = str_skip(str_take(line, at - begin), from);
    struct str shown = str_take(str_skip(line, from), 2 * AROUND);
    while (shown.len && !utf8_valid(shown) && shown.len + 4 > 2 * AROUND)
        shown.len--;
    if (!item_editor_legible(before) || !item_editor_legible(shown)) {
        buf_printf(out, "# It is in line %zu of this file.\n", number + notes + 1);
        return;
    }
    buf_printf(out, "#   %.*s\n#   ", STR_ARG(shown));
    for (size_t i = 0; i < before.len; i++) /* a blank a character: wide ones stand further left */
        if (((unsigned char)before.at[i] & 0xC0) != 0x80)
            buf_add_byte(out, before.at[i] == '\t' ? '\t' : ' ');
    buf_printf(out, "^ here: line %zu of this file\n", number + notes + 2);
}

static size_t item_editor_lines(struct str text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    return lines;
}

/* "# line 3, column 7: …" in front of the text, the place below it. */
static void item_editor_notes(struct buf *out, const struct err *err, struct str text)
{
    struct str rest = str_from(err->text), line;
    struct buf last = {0};
    while (str_cut(&rest, '\n', &line))
        buf_printf(out, "# %.*s\n", STR_ARG(line));
    buf_add(&last, STR("# Mend it and save, or leave without saving to give up. "
                       "Lines like this one are left out.\n"));
    if (err->at != ERR_NOWHERE)
        item_editor_mark(out, text, err->at, item_editor_lines(buf_str(out)) + 1);
    buf_add(out, buf_str(&last));
    buf_add(out, text);
    buf_fini(&last);
}

/* `last`: what was in it, for an editor that has taken the file away. */
static enum item_editor_result item_editor_keep(
    struct item_editor *e, struct str last, struct err *err)
{
    struct err ignored = ERR_INIT;
    if (access(e->file.path, F_OK) != 0)
        edit_write(&e->file, last, &ignored);
    err_context(err, "your text is kept in %s", e->file.path);
    edit_keep(&e->file);
    return ITEM_EDITOR_FAILED;
}

/* Asked to end while the editor was open: nobody is there to mend the text. */
static bool item_editor_leaving(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGHUP) == 1 || sigismember(&pending, SIGTERM) == 1);
}

enum { ITEM_EDITOR_ROUNDS = 100 }; /* a script that never gets it right must not hold us for ever */

enum item_editor_result item_editor_run(struct item_editor *e, struct err *err)
{
    struct buf was = {0}, now = {0}, again = {0};
    enum item_editor_result result = ITEM_EDITOR_FAILED;
    struct err wrong = ERR_INIT;
    buf_add(&was, e->text);
    if (e->notes)
        buf_add(&again, str_from(e->notes));
    buf_add(&again, e->text);
    if (!edit_open(&e->file, e->name, buf_str(&again), err))
        goto out;
    bool first = true;
    for (int rounds = 0;; rounds++, first = false) {
        buf_clear(&now);
        bool ran = edit_run(&e->file, e->app->screen, err);
        bool read = edit_read(&e->file, &now, ran ? err : &wrong);
        bool same = read && str_equal(buf_str(&now), buf_str(&was));
        bool meant = first && e->as_it_is && e->file.saved;
        if (ran && read && same && first && !meant) {
            edit_remove(&e->file);
            result = ITEM_EDITOR_UNCHANGED;
            break;
        }
        if (!ran && same && first) { /* nothing of the user's is in it */
            edit_remove(&e->file);
            break;
        }
        if (!ran || !read) {
            result = item_editor_keep(e, buf_str(&was), err);
            break;
        }
        if (same && !meant) { /* came back wrong and was left so */
            *err = wrong;
            result = item_editor_keep(e, buf_str(&was), err);
            break;
        }
        wrong = ERR_INIT;
        if (e->take(e->context, buf_str(&now), &wrong)) {
            result = ITEM_EDITOR_TAKEN;
            break;
        }
        if (item_editor_leaving() || rounds == ITEM_EDITOR_ROUNDS) {
            *err = wrong;
            result = item_editor_keep(e, buf_str(&was), err);
            break;
        }
        buf_clear(&was);
        buf_add(&was, buf_str(&now));
        buf_clear(&again);
        item_editor_notes(&again, &wrong, buf_str(&now));
        if (!edit_write(&e->file, buf_str(&again), err)) {
            result = item_editor_keep(e, buf_str(&was), err);
            break;
        }
    }
out:
    buf_fini(&was);
    buf_fini(&now);
    buf_fini(&again);
    return result;
}
