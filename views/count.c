/* SPDX-License-Identifier: MIT */
/*
 * Counts, for all keymaps and panes. Must not know keys but digits, nor what a movement moves: it
 * only runs a step again.
 *
 *   digit ─▶ count_digit() ─▶ digit … ─▶ movement ─▶ count_run() ─▶ app_run(), so many times
 */
#include "views/count.h"

#include "views/app.h"

static void count_set(struct count *count, int64_t times)
{
    count->on = true;
    count->times = (int)(times > COUNT_MAX ? COUNT_MAX : times);
}

/* digit = "0" … "9", also with Alt */
bool count_digit(struct count *count, struct key key)
{
    bool digit = key.code >= '0' && key.code <= '9' && !(key.mods & ~KEY_MOD_ALT);
    if (!count->on || !digit)
        return false;
    int before = count->usual ? 0 : count->times;
    count->usual = false;
    count_set(count, (int64_t)before * 10 + (key.code - '0'));
    return true;
}

/* args = [ number ]; without one again: times four, as emacs has it */
void count_begin(struct app *app, struct view *view, struct str args)
{
    struct count *count = &app->count;
    uint64_t times;
    (void)view;
    if (args.len && (!str_to_u64(args, &times) || !times || times > COUNT_MAX)) {
        app_say(app, ROLE_STATUS_ERROR, "a count is a number from 1 to %d", COUNT_MAX);
        return;
    }
    if (args.len)
        count_set(count, (int64_t)times);
    else
        count_set(count, (int64_t)(count->on && count->usual ? count->times : 1) * COUNT_USUAL);
    count->usual = !args.len;
}

/* What is quick is waited for, as it is between two keys. */
static void count_settle(struct app *app)
{
    while (app_waiting(app) && worker_busy(app->worker) && app_may_wait(app))
        app_wait(app);
}

static void count_repeat(struct app *app, struct str line, int times)
{
    const struct view *top = app_top(app);
    for (int i = 0; i < times && app_top(app) == top && !app->quit; i++) {
        app_run(app, line);
        count_settle(app);
    }
}

/* "3 G", "3 g g": to the third row. */
static void count_go_to(struct app *app, int row)
{
    app_run(app, STR("first"));
    count_settle(app);
    count_repeat(app, STR("down"), row - 1);
}

static bool count_stops(struct str name)
{
    return str_equal(name, STR("cancel")) || str_equal(name, STR("back")) ||
           str_equal(name, STR("dismiss"));
}

static bool count_repeats(struct app *app, struct str name)
{
    enum action action;
    struct view *view;
    const struct command *row = app_find_command(app, name, &view);
    if (row)
        return row->flags & COMMAND_REPEATS;
    return action_find(name, &action) && action_repeats(action);
}

void count_run(struct app *app, struct str line)
{
    struct str rest = line, name = STR_NONE;
    int times = app->count.times;
    str_cut(&rest, ' ', &name);
    if (!app->count.on || str_equal(name, STR("count"))) {
        app_run(app, line);
        return;
    }
    app->count = (struct count){0};
    if (count_stops(name))
        app_say(app, ROLE_STATUS, "no count");
    else if (str_equal(name, STR("last")) || str_equal(name, STR("first")))
        count_go_to(app, times);
    else if (count_repeats(app, name))
        count_repeat(app, line, times);
    else
        app_say(app, ROLE_STATUS_WARNING, "a count goes with movements: %.*s was not done",
            STR_ARG(name));
}
