/* SPDX-License-Identifier: MIT */
/* The names of what widgets can be told to do. */
#include "tui/action.h"

static const struct {
    const char *name, *help;
} actions[ACTION_COUNT] = {
#define ACTION_ROW(id, name, help) [ACTION_##id] = {name, help},
    ACTIONS(ACTION_ROW)
#undef ACTION_ROW
};

const char *action_name(enum action action)
{
    return actions[action].name;
}

const char *action_help(enum action action)
{
    return actions[action].help;
}

bool action_find(struct str name, enum action *action)
{
    for (int i = 0; i < ACTION_COUNT; i++) {
        if (str_equal(name, str_from(actions[i].name))) {
            *action = (enum action)i;
            return true;
        }
    }
    return false;
}

bool action_repeats(enum action action)
{
    switch (action) {
    case ACTION_UP:
    case ACTION_DOWN:
    case ACTION_LEFT:
    case ACTION_RIGHT:
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
    case ACTION_HALF_UP:
    case ACTION_HALF_DOWN:
    case ACTION_SCROLL_UP:
    case ACTION_SCROLL_DOWN:
    case ACTION_WIDEN:
    case ACTION_NARROW:
    case ACTION_PARENT:
        return true;
    default:
        return false;
    }
}
