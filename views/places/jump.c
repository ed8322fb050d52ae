/* SPDX-License-Identifier: MIT */
/*
 * One key to any table or index. Must not know how letters are matched (tui/list.h).
 *
 *   Orders ▸ GSI1      status S · orderId S     where one has been, the last one first
 *   Customers                         1,024     then all others in order, indexes under their table
 */
#include "views/places/jump.h"

#include "views/menu.h"
#include "views/tables/table_facts.h"
#include "views/words.h"

enum { JUMP_RECENT_MAX = 8 };

struct jump {
    struct app *app;
    struct menu *menu;
    struct buf text, right, value;
    struct {
        struct str table, index;
    } recent[JUMP_RECENT_MAX];
    int recent_count;
};

static const struct client_index *find_index(const struct listing_entry *e, struct str index)
{
    for (uint32_t i = 0; e->described && i < e->table.index_count; i++)
        if (str_equal(e->table.indexes[i].name, index))
            return &e->table.indexes[i];
    return NULL;
}

static bool is_recent(const struct jump *j, struct str table, struct str index)
{
    for (int i = 0; i < j->recent_count; i++)
        if (str_equal(j->recent[i].table, table) && str_equal(j->recent[i].index, index))
            return true;
    return false;
}

static void add_row(
    struct jump *j, const struct listing_entry *e, const struct client_index *index, int lift)
{
    buf_clear(&j->text);
    buf_clear(&j->right);
    buf_clear(&j->value);
    buf_add(&j->text, e->name);
    if (index)
        buf_printf(&j->text, " ▸ %.*s", STR_ARG(index->name));
    if (e->described && index)
        table_facts_keys(&j->right, &e->table, index);
    else if (e->described)
        words_count_short(&j->right, e->table.items);
    buf_add(&j->value, e->name);
    buf_add_byte(&j->value, '\0');
    buf_add(&j->value, index ? index->name : STR_NONE);
    menu_add(j->menu, &(struct menu_row){.text = buf_str(&j->text),
                          .right = buf_str(&j->right),
                          .value = buf_str(&j->value),
                          .lift = lift});
}

/* What is shown is not where one wants to go, so it comes last of these. */
static bool is_here(const struct app *app, const struct place *place)
{
    const struct places *all = &app->places;
    const struct place *here = all->at < all->count ? &all->list[all->at] : NULL;
    return here && str_equal(buf_str(&here->table), buf_str(&place->table)) &&
           str_equal(buf_str(&here->index), buf_str(&place->index));
}

static void add_recent(struct jump *j, const struct place *place)
{
    struct str table = buf_str(&place->table), index = buf_str(&place->index);
    const struct listing_entry *e = listing_find(&j->app->listing, table);
    const struct client_index *found = e && index.len ? find_index(e, index) : NULL;
    if (!e || (index.len && !found) || is_recent(j, table, index))
        return;
    add_row(j, e, found, JUMP_RECENT_MAX - j->recent_count);
    j->recent[j->recent_count].table = e->name;
    j->recent[j->recent_count++].index = found ? found->name : STR_NONE;
}

static void add_recents(struct jump *j)
{
    const struct places *all = &j->app->places;
    for (size_t i = all->count; i-- > 0 && j->recent_count + 1 < JUMP_RECENT_MAX;)
        if (!is_here(j->app, &all->list[i]))
            add_recent(j, &all->list[i]);
    if (all->at < all->count && j->recent_count)
        add_recent(j, &all->list[all->at]);
}

static void add_table(struct jump *j, const struct listing_entry *e)
{
    if (!is_recent(j, e->name, STR_NONE))
        add_row(j, e, NULL, 0);
    for (uint32_t i = 0; e->described && i < e->table.index_count; i++)
        if (!is_recent(j, e->name, e->table.indexes[i].name))
            add_row(j, e, &e->table.indexes[i], 0);
}

static void accept(struct app *app, struct str value)
{
    struct str table, index = value;
    str_cut(&index, '\0', &table);
    app_open_table(app, table, index);
}

void jump_open(struct app *app, struct view *view, struct str args)
{
    struct jump j = {.app = app, .menu = menu_new(app, STR("Jump to a table or index"))};
    (void)view;
    (void)args;
    add_recents(&j);
    for (size_t i = 0; i < app->listing.count; i++)
        add_table(&j, app->listing.entries[i]);
    buf_fini(&j.text);
    buf_fini(&j.right);
    buf_fini(&j.value);
    menu_open(j.menu, accept);
}
