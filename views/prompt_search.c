/* SPDX-License-Identifier: MIT */
/*
 * Looking for a line of the history while its letters are typed, from the newest on, as readline
 * does. Must not draw.
 *
 *   history-search ─▶ text: longer, the newest that has it      history-search: an older one
 *                     delete-left: shorter, from the newest     accept: takes the line
 *                     dismiss: the line as it was               any other action: edits the line
 */
#include "base/utf8.h"
#include "views/app.h"
#include "views/prompt_impl.h"

static void say(struct prompt *p, const char *what)
{
    struct prompt_search *s = &p->search;
    buf_clear(&s->label);
    buf_printf(&s->label, "%s \"%.*s\": ", what, STR_ARG(buf_str(&s->sought)));
}

/* In one step of the line's undo, whatever came before it. */
static void show(struct prompt *p, struct str line)
{
    line_edit_handle(&p->edit, ACTION_CLEAR);
    line_edit_insert(&p->edit, line);
    prompt_changed(p);
}

/* The newest line older than `age` that has what is sought; what is shown stays where none has. */
static void look(struct prompt *p, int age)
{
    struct prompt_search *s = &p->search;
    struct str of = buf_str(&p->of);
    struct buf line = {0};
    int found = s->sought.len ? history_find(p->spec.history, of, age, buf_str(&s->sought)) : 0;
    if (found) {
        s->age = found;
        history_recall(p->spec.history, of, found, STR_NONE, &line);
        show(p, buf_str(&line));
    }
    say(p, found || !s->sought.len ? "search" : age ? "no older" : "no line has");
    buf_fini(&line);
}

void prompt_search_run(struct app *app, struct view *view, struct str args)
{
    struct prompt *p = (struct prompt *)view;
    (void)app;
    (void)args;
    if (p->search.on) {
        look(p, p->search.age);
        return;
    }
    p->search.on = true;
    p->search.age = 0;
    buf_clear(&p->search.sought);
    buf_clear(&p->search.before);
    buf_add(&p->search.before, line_edit_text(&p->edit));
    prompt_changed(p);
    say(p, "search");
}

bool prompt_search_enabled(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (((struct prompt *)view)->spec.history)
        return true;
    buf_add(why, STR("what is typed here is not remembered"));
    return false;
}

bool prompt_search_action(struct prompt *p, enum action action)
{
    struct prompt_search *s = &p->search;
    if (action != ACTION_DELETE_LEFT) {
        s->on = false;
        prompt_changed(p);
        return false;
    }
    s->sought.len = s->sought.len ? utf8_before(buf_str(&s->sought), s->sought.len) : 0;
    s->age = 0;
    look(p, 0);
    return true;
}

void prompt_search_text(struct prompt *p, struct str text)
{
    enum { SOUGHT_MAX = 256 };
    struct prompt_search *s = &p->search;
    if (s->sought.len + text.len <= SOUGHT_MAX && utf8_valid(text))
        buf_add(&s->sought, text);
    look(p, s->age ? s->age - 1 : 0); /* the line that is shown may have this too */
}

bool prompt_search_leave(struct prompt *p)
{
    if (!p->search.on)
        return false;
    p->search.on = false;
    show(p, buf_str(&p->search.before));
    return true;
}

void prompt_search_fini(struct prompt *p)
{
    buf_fini(&p->search.sought);
    buf_fini(&p->search.before);
    buf_fini(&p->search.label);
}
