/* SPDX-License-Identifier: MIT */
/*
 * `:map` and `:unmap`. Must not know what commands do, only where they can be bound.
 */
#include "views/own_keys.h"

#include "views/app.h"
#include "views/contexts.h"
#include "views/hints.h"
#include "views/pane_text.h"

static struct str own_keys_word(struct str line)
{
    struct str word = STR_NONE;
    str_cut(&line, ' ', &word);
    return word;
}

bool own_keys_bind(
    struct app *app, struct str context, struct str keys, struct str command, struct err *err)
{
    struct str name = own_keys_word(command);
    if (!contexts_has(context))
        return err_set(err, ERR_CONFIG, "no such context: %.*s", STR_ARG(str_take(context, 60)));
    if (!str_equal(name, STR("none")) && !contexts_know(context, name))
        return err_set(err, ERR_CONFIG, "no command %.*s in %.*s", STR_ARG(str_take(name, 60)),
            STR_ARG(context));
    if (!keymap_bind(&app->own, context, keys, command, err))
        return false;
    hints_forget(app);
    return keymap_bind(&app->keymap, context, keys, command, err);
}

void own_keys_list(const struct app *app, struct buf *out)
{
    const struct keymap *own = &app->own;
    for (int i = 0; i < own->count; i++) {
        const struct keymap_binding *b = &own->bindings[i];
        if (!i || !str_equal(b->context, own->bindings[i - 1].context))
            buf_printf(out, "\n[map %.*s]\n", STR_ARG(b->context));
        key_sequence_format(out, &b->keys);
        buf_printf(out, " = %.*s\n", STR_ARG(b->command));
    }
}

/* ---- :map ---- */

/* Takes the longest front of words that are keys and leaves a command behind them. */
static struct str own_keys_take(struct str *rest)
{
    struct str line = *rest, after = line, word;
    size_t end = 0;
    struct key key;
    for (int i = 0; i < KEY_SEQUENCE_MAX && str_cut(&after, ' ', &word); i++) {
        after = str_trim(after);
        if (!key_parse(word, &key) || !after.len)
            break;
        end = (size_t)(word.at + word.len - line.at);
        *rest = after;
    }
    return str_take(line, end);
}

/* A pane's own command is bound in that pane, any other everywhere. */
static struct str own_keys_context(struct app *app, struct str command)
{
    const struct view *view = app_focused(app);
    for (const struct command *row = view->ops->commands; row && row->name; row++)
        if (str_equal(own_keys_word(command), str_from(row->name)))
            return str_from(view->ops->context);
    return STR("global");
}

/* What the pane has bound wins over "global": that is said, not found out. */
static void own_keys_say(struct app *app, struct str context, struct str keys, struct str command)
{
    struct str chain[2], now = STR_NONE;
    struct key_sequence sequence;
    int count = app_contexts(app_focused(app), chain);
    key_sequence_parse(keys, &sequence);
    enum keymap_result result = keymap_lookup(&app->keymap, chain, count, &sequence, &now);
    if (str_equal(context, STR("global")) && result == KEYMAP_COMMAND && !str_equal(now, command))
        app_say(app, ROLE_STATUS_WARNING,
            "%.*s is %.*s everywhere but here, where it is %.*s: :map %.*s %.*s %.*s changes that",
            STR_ARG(keys), STR_ARG(command), STR_ARG(now), STR_ARG(chain[0]), STR_ARG(keys),
            STR_ARG(command));
    else
        app_say(app, ROLE_STATUS_OK, "%.*s is %.*s in %.*s; :write-settings keeps it",
            STR_ARG(keys), STR_ARG(command), STR_ARG(context));
}

/* What keys do here. */
static void own_keys_tell(struct app *app, struct str keys)
{
    struct str chain[2], now = STR_NONE;
    struct key_sequence sequence;
    int count = app_contexts(app_focused(app), chain);
    if (!key_sequence_parse(keys, &sequence))
        app_say(app, ROLE_STATUS_ERROR,
            "map [CONTEXT] KEY [KEY …] COMMAND: %.*s is no key; write for example x, Ctrl-D, F5",
            STR_ARG(str_take(keys, 60)));
    else if (keymap_lookup(&app->keymap, chain, count, &sequence, &now) == KEYMAP_COMMAND)
        app_say(app, ROLE_STATUS, "%.*s is %.*s here", STR_ARG(keys), STR_ARG(now));
    else
        app_say(app, ROLE_STATUS, "%.*s does nothing here", STR_ARG(keys));
}

static void own_keys_show(struct app *app)
{
    struct buf out = {0};
    own_keys_list(app, &out);
    if (out.len)
        pane_text_open(app, STR("Keys of your own"), str_trim(buf_str(&out)));
    else
        app_say(app, ROLE_STATUS, "no keys of your own: :map [CONTEXT] KEY [KEY …] COMMAND");
    buf_fini(&out);
}

/* args = [ [ context ] key { key } [ command ] ] */
void own_keys_run_map(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    struct str rest = str_trim(args), context = own_keys_word(rest);
    bool named = contexts_has(context);
    (void)view;
    if (!rest.len) {
        own_keys_show(app);
        return;
    }
    if (named)
        rest = str_trim(str_skip(rest, context.len));
    struct str keys = own_keys_take(&rest);
    if (!keys.len) {
        own_keys_tell(app, rest);
        return;
    }
    if (!named)
        context = own_keys_context(app, rest);
    if (own_keys_bind(app, context, keys, rest, &err))
        own_keys_say(app, context, keys, rest);
    else
        app_fail(app, &err);
}

/* Where a key can be bound; without one of these it is bound here. */
bool own_keys_complete_map(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)app;
    (void)view;
    if (!contexts_nth(nth))
        return false;
    buf_printf(out, "%s ", contexts_nth(nth)->name);
    return true;
}

/* ---- :unmap ---- */

static bool own_keys_remove(struct app *app, struct str context, struct str keys)
{
    struct err err = ERR_INIT;
    if (!keymap_unbind(&app->own, context, keys))
        return false;
    struct buf name = {0};
    buf_add(&name, buf_str(&app->keymap_name));
    if (!app_load_keymap(app, buf_str(&name), &err))
        app_fail(app, &err);
    else
        app_say(app, ROLE_STATUS_OK, "%.*s is again what the keymap says", STR_ARG(keys));
    buf_fini(&name);
    return true;
}

/* args = [ context ] key { key } */
void own_keys_run_unmap(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    struct key_sequence sequence;
    struct str rest = str_trim(args), context = own_keys_word(rest);
    bool named = contexts_has(context);
    (void)view;
    if (named)
        rest = str_trim(str_skip(rest, context.len));
    struct str here = str_from(app_focused(app)->ops->context);
    if (!key_sequence_parse(rest, &sequence)) {
        app_say(app, ROLE_STATUS_ERROR, "unmap [CONTEXT] KEY [KEY …]: %.*s is no key",
            STR_ARG(str_take(rest, 60)));
        return;
    }
    if (named ? own_keys_remove(app, context, rest)
              : own_keys_remove(app, here, rest) || own_keys_remove(app, STR("global"), rest))
        return;
    context = named ? context : here;
    if (own_keys_bind(app, context, rest, STR("none"), &err))
        app_say(
            app, ROLE_STATUS_OK, "%.*s does nothing in %.*s now", STR_ARG(rest), STR_ARG(context));
    else
        app_fail(app, &err);
}

bool own_keys_complete_unmap(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    if (nth >= app->own.count)
        return false;
    buf_printf(out, "%.*s ", STR_ARG(app->own.bindings[nth].context));
    key_sequence_format(out, &app->own.bindings[nth].keys);
    return true;
}
