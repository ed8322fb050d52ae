/* SPDX-License-Identifier: MIT */
/*
 * Whole items: edited, added and deleted. Must not know from where it was started.
 */
#include "views/item/act_impl.h"

#include "backend/number.h"
#include "views/cells.h"
#include "views/confirm.h"
#include "views/item/item_editor.h"

static void act_delete_yes(struct app *app, void *context)
{
    struct act *act = context;
    (void)app;
    act_write(act, "deleted", act->item, (struct value){0}, NULL);
}

static void act_ask_delete(struct act *act)
{
    struct buf text = {0};
    buf_printf(&text, "Delete from %.*s the item\n\n  ", STR_ARG(act->table.name));
    cells_add_key(&text, act->item, act->table.keys, act->table.key_count);
    buf_printf(
        &text, "\n\nwith %u attributes, %zu bytes?", act->item.count, value_item_size(act->item));
    confirm_open(act->app, &(struct confirm_spec){.title = STR("Delete item"),
                               .text = buf_str(&text),
                               .danger = true,
                               .context = act,
                               .yes = act_delete_yes,
                               .free = act_free});
    buf_fini(&text);
}

void act_delete(struct app *app, const struct client_table *table, struct value key)
{
    if (!act_refuses_write(app))
        act_start(act_new(app, table, act_ask_delete), key);
}

/* What was written, checked: the item, and its key against the one that was loaded. */
static bool act_item_of(struct act *act, struct str text, struct buf *out, struct err *err)
{
    struct arena arena = {0};
    struct change change;
    bool ok = item_editor_parse(text, act->typed, out, err);
    struct value item = ok ? value_of(buf_str(out)) : (struct value){0};
    ok = ok && change_build(&arena, &act->table, (struct value){0}, item, &change, err);
    arena_fini(&arena);
    if (ok && value_item_size(item) > VALUE_ITEM_MAX)
        return err_set(err, ERR_DATA, "the item is %zu bytes: an item holds %d at most",
            value_item_size(item), VALUE_ITEM_MAX);
    if (ok && act->item.type != VALUE_NONE && !change_same_key(&act->table, act->item, item))
        return err_set(err, ERR_DATA,
            "the key of an item cannot change: to copy it under another key, add a new item");
    return ok;
}

static bool act_item_take(void *context, struct str text, struct err *err)
{
    struct buf item = {0};
    bool ok = act_item_of(context, text, &item, err);
    buf_fini(&item);
    return ok;
}

/* "Orders.json", whatever the table is called. */
static void act_file_name(const struct act *act, struct buf *out)
{
    struct str name = str_take(act->table.name, 100);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        buf_add_byte(out, c == '/' || c < ' ' || (c == '.' && i == 0) ? '_' : c);
    }
    buf_add(out, STR(".json"));
}

static void act_item_in_editor(struct act *act, struct value template, const char *notes)
{
    struct err err = ERR_INIT;
    struct buf text = {0}, now = {0}, item = {0}, name = {0};
    act->typed = item_editor_text(template, act->typed, &text);
    act_file_name(act, &name);
    struct item_editor editor = {.app = act->app,
        .name = buf_cstr(&name),
        .notes = notes,
        .text = buf_str(&text),
        .context = act,
        .take = act_item_take};
    enum item_editor_result result = item_editor_run(&editor, &err);
    if (result == ITEM_EDITOR_UNCHANGED) {
        app_say(act->app, ROLE_STATUS, "no change");
    } else if (result == ITEM_EDITOR_FAILED || !edit_read(&editor.file, &now, &err) ||
               !act_item_of(act, buf_str(&now), &item, &err)) {
        app_fail(act->app, &err);
    } else if (value_equal(act->item, value_of(buf_str(&item)))) {
        app_say(act->app, ROLE_STATUS, "no change");
        edit_remove(&editor.file);
    } else {
        act_write(act, act->item.type == VALUE_NONE ? "added" : "changed", act->item,
            value_of(buf_str(&item)), &editor.file);
    }
    edit_keep(&editor.file);
    buf_fini(&text);
    buf_fini(&now);
    buf_fini(&item);
    buf_fini(&name);
    act_free(act);
}

static void act_edit_loaded(struct act *act)
{
    act_item_in_editor(act, act->item, NULL);
}

void act_edit(struct app *app, const struct client_table *table, struct value key, bool typed)
{
    if (act_refuses_write(app))
        return;
    struct act *act = act_new(app, table, act_edit_loaded);
    act->typed = typed;
    act_start(act, key);
}

static void act_template_value(struct buf *out, enum value_type type)
{
    struct number zero;
    number_from_i64(&zero, 0);
    if (type == VALUE_N)
        value_put_number(out, number_str(&zero));
    else if (type == VALUE_B)
        value_put_binary(out, STR_NONE);
    else
        value_put_string(out, STR_NONE);
}

void act_add(struct app *app, const struct client_table *table)
{
    struct buf template = {0}, notes = {0};
    struct err err = ERR_INIT;
    if (act_refuses_write(app))
        return;
    struct act *act = act_new(app, table, NULL);
    struct value_open map = value_open(&template, VALUE_M);
    for (uint32_t i = 0; i < table->key_count; i++) {
        value_member(&map, &template, table->keys[i].name);
        act_template_value(&template, table->keys[i].type);
    }
    value_close(&map, &template, &err);
    buf_printf(&notes, "# A new item of %.*s. Its key attributes must have values.\n",
        STR_ARG(table->name));
    act_item_in_editor(act, value_of(buf_str(&template)), buf_cstr(&notes));
    buf_fini(&template);
    buf_fini(&notes);
}
