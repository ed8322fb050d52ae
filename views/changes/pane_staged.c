/* SPDX-License-Identifier: MIT */
/* How what is staged looks in other panes. Must not change anything. */
#include "views/changes/pane_staged.h"

#include "tui/grid.h"
#include "views/cells.h"
#include "views/words.h"

static const struct staged_item *staged_of(
    const struct app *app, const struct client_table *table, struct value item)
{
    return app->staged.first && item.type == VALUE_M ? staged_find(&app->staged, table, item)
                                                     : NULL;
}

struct value pane_staged_item(
    const struct app *app, const struct client_table *table, struct value item)
{
    const struct staged_item *staged = staged_of(app, table, item);
    return staged && staged->after.type != VALUE_NONE ? staged->after : item;
}

unsigned pane_staged_flags(
    const struct app *app, const struct client_table *table, struct value item)
{
    const struct staged_item *staged = staged_of(app, table, item);
    if (!staged)
        return 0;
    return staged->after.type == VALUE_NONE ? GRID_ROW_REMOVED : GRID_ROW_CHANGED;
}

bool pane_staged_attribute(const struct app *app, const struct client_table *table,
    struct value item, struct str name, struct value v)
{
    const struct staged_item *staged = staged_of(app, table, item);
    struct value was;
    return staged && staged->after.type != VALUE_NONE &&
           !(staged->before.type != VALUE_NONE && value_find(staged->before, name, &was) &&
               value_equal(was, v));
}

static bool staged_is_nested(struct value v)
{
    return v.type == VALUE_M || v.type == VALUE_L;
}

bool pane_staged_note(const struct app *app, const struct client_table *table, struct value item,
    const struct patch_path *path, struct buf *out)
{
    const struct staged_item *staged = staged_of(app, table, item);
    struct value was = {0}, now = {0};
    if (!staged || staged->after.type == VALUE_NONE || !patch_find(staged->after, path, &now))
        return false;
    bool had = staged->before.type != VALUE_NONE && patch_find(staged->before, path, &was);
    if (had && (value_equal(was, now) || (staged_is_nested(was) && was.type == now.type)))
        return false; /* of what is nested the members say it */
    if (had) {
        buf_add(out, STR("was "));
        cells_add(out, was, true);
    } else {
        buf_add(out, STR("new"));
    }
    buf_add(out, STR(" ← staged"));
    return true;
}

void pane_staged_title(
    const struct app *app, const struct client_table *table, struct value item, struct buf *out)
{
    const struct staged_item *staged = staged_of(app, table, item);
    if (!staged)
        return;
    if (staged->after.type == VALUE_NONE)
        buf_add(out, STR("staged to be deleted"));
    else if (staged->before.type == VALUE_NONE)
        buf_add(out, STR("staged as a new item"));
    else {
        words_plural(out, change_count(staged->before, staged->after), "change");
        buf_add(out, STR(" staged"));
    }
    buf_add(out, STR(" · "));
}
