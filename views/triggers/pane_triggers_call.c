/* SPDX-License-Identifier: MIT */
/*
 * Functions called by hand: with an event from the editor, with records of the past; and which of
 * these would pass the filters, without calling anything.
 */
#include "backend/json_out.h"
#include "base/mem.h"
#include "views/confirm.h"
#include "views/item/item_editor.h"
#include "views/items/pane_items.h"
#include "views/menu.h"
#include "views/pane_text.h"
#include "views/prompt.h"
#include "views/stream/pane_stream.h"
#include "views/triggers/pane_triggers_impl.h"
#include "views/triggers/trigger_events.h"
#include "views/triggers/trigger_past.h"
#include "views/triggers/trigger_words.h"
#include "views/words.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LAST_USUAL = 100 };

static const char *outcome_word(enum invoked outcome)
{
    static const char *const words[] = {[INVOKED_OK] = "ok",
        [INVOKED_ERROR] = "it failed",
        [INVOKED_TIMEOUT] = "it took too long",
        [INVOKED_EXIT] = "its process ended",
        [INVOKED_INIT] = "it could not start",
        [INVOKED_REFUSED] = "it was not run"};
    return words[outcome];
}

/* ---- invoke ---- */

struct invoking {
    struct buf name;
};

static void invoking_free(void *context)
{
    struct invoking *i = context;
    buf_fini(&i->name);
    free(i);
}

static void put_answer(struct buf *text, const struct invocation *i)
{
    buf_printf(text, "%s after ", outcome_word(i->outcome));
    trigger_words_us(text, i->duration_us);
    if (i->init_us) {
        buf_add(text, STR(", started in "));
        trigger_words_us(text, i->init_us);
    }
    buf_printf(text, "\nrequest   %s\n\nResult\n", i->request_id);
    pane_text_pretty(text, buf_str(&i->payload));
    buf_add(text, STR("\n\nEvent\n"));
    pane_text_pretty(text, i->event);
    buf_add(text, STR("\n\nLog, its end\n"));
    buf_add(text, buf_str(&i->tail));
}

static void invoke_ended(struct app *app, void *context, const struct trigger_calls *calls,
    const struct invocation *last, const struct err *err)
{
    struct invoking *i = context;
    struct buf text = {0}, title = {0};
    (void)calls;
    if (err->code != ERR_NONE) {
        app_fail(app, err);
    } else if (last) {
        buf_printf(&title, "%.*s ▸ result", STR_ARG(buf_str(&i->name)));
        put_answer(&text, last);
        pane_text_open(app, buf_str(&title), buf_str(&text));
        app_say(app, last->outcome == INVOKED_OK ? ROLE_STATUS_OK : ROLE_STATUS_ERROR, "%s",
            outcome_word(last->outcome));
    }
    buf_fini(&text);
    buf_fini(&title);
}

static bool take_json(void *context, struct str text, struct err *err)
{
    struct arena arena = {0};
    (void)context;
    bool ok = json_parse(&arena, text, err) != NULL;
    arena_fini(&arena);
    return ok;
}

/* Keys and image of the item that is looked at where it is of this table, else none. */
static void put_image(struct app *app, struct str table, struct buf *out)
{
    const struct browse *browse = pane_items_browsed(app->items);
    struct value item = pane_items_current(app->items), v;
    bool there = browse && item.type == VALUE_M && str_equal(browse->table.name, table);
    buf_add(out, STR("\"Keys\":{"));
    for (uint32_t i = 0; there && i < browse->table.key_count; i++)
        if (value_find(item, browse->table.keys[i].name, &v)) {
            json_put_name(out, browse->table.keys[i].name);
            json_out_typed(out, v);
        }
    buf_add(out, STR("},\"NewImage\":"));
    if (there)
        json_out_typed_item(out, item);
    else
        buf_add(out, STR("{}"));
}

/* The record under the stream pane's cursor where that is of this table, else an INSERT. */
static void put_template(struct app *app, const struct triggers_row *row, struct buf *out)
{
    struct buf record = {0};
    struct str table = row->mapping ? mapping_table(row->mapping) : STR_NONE;
    if (app->stream && table.len && pane_stream_events(app, false, table, &record)) {
        buf_add(out, STR("{\"Records\":["));
        buf_add(out, str_trim(buf_str(&record)));
        buf_add(out, STR("]}"));
    } else if (row->mapping) {
        buf_printf(out,
            "{\"Records\":[{\"eventID\":\"0\",\"eventName\":\"INSERT\",\"eventVersion\":\"1.1\","
            "\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"us-east-1\",\"dynamodb\":{"
            "\"ApproximateCreationDateTime\":%" PRId64 ",",
            clock_now_ms(app->options.clock) / 1000);
        put_image(app, table, out);
        buf_printf(out,
            ",\"SequenceNumber\":\"1\",\"SizeBytes\":1,"
            "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"},\"eventSourceARN\":\"%.*s\"}]}",
            STR_ARG(row->mapping->source));
    } else {
        buf_add(out, STR("{}"));
    }
    buf_fini(&record);
}

void pane_triggers_run_invoke(struct app *app, struct view *view, struct str args)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    const struct triggers_row *row = pane_triggers_current(p);
    struct buf json = {0}, text = {0}, now = {0};
    struct err err = ERR_INIT;
    (void)args;
    put_template(app, row, &json);
    pane_text_pretty(&text, buf_str(&json));
    buf_add_byte(&text, '\n');
    struct item_editor editor = {.app = app,
        .name = "event.json",
        .notes = "# The event. Save it, changed or not: the function is called with it.\n"
                 "# Leave without saving to call nothing.\n",
        .text = buf_str(&text),
        .as_it_is = true,
        .take = take_json};
    enum item_editor_result result = item_editor_run(&editor, &err);
    if (result == ITEM_EDITOR_TAKEN && edit_read(&editor.file, &now, &err)) {
        struct invoking *context = mem_new(struct invoking);
        struct str name = row->function->name;
        buf_add(&context->name, name);
        buf_add_byte(&now, '\0');
        trigger_calls_begin(app, &p->calls,
            &(struct trigger_calls_spec){.function = name,
                .what = STR("invoke"),
                .context = context,
                .events = buf_str(&now),
                .ended = invoke_ended,
                .free = invoking_free});
        edit_remove(&editor.file);
    } else if (result == ITEM_EDITOR_UNCHANGED) {
        app_say(app, ROLE_STATUS, "not saved: nothing was called");
    } else {
        app_fail(app, &err);
    }
    buf_fini(&json);
    buf_fini(&text);
    buf_fini(&now);
}

/* ---- replay ---- */

struct replaying {
    struct arena arena;
    struct registry *registry;
    struct str name, uuid;
    struct trigger_past past;
    struct mapping mapping;
    bool has_mapping, step;
    size_t found, taken, bad; /* bad: records that the function has not dealt with */
};

static void replaying_free(void *context)
{
    struct replaying *r = context;
    trigger_past_fini(&r->past);
    arena_fini(&r->arena);
    free(r);
}

static struct replaying *replaying_of(struct app *app, const struct triggers_row *row)
{
    struct replaying *r = mem_new(struct replaying);
    r->registry = host_registry(app->host);
    r->name = arena_dup(&r->arena, row->function ? row->function->name : row->name);
    r->uuid = row->mapping ? arena_dup(&r->arena, row->mapping->uuid) : STR_NONE;
    r->past.arn = row->mapping ? arena_dup(&r->arena, row->mapping->source) : STR_NONE;
    return r;
}

static bool find_past(struct replaying *r, struct client *client, struct err *err)
{
    if (r->uuid.len &&
        !registry_mapping(r->registry, &r->arena, r->uuid, &r->mapping, &r->has_mapping, err))
        return false;
    if (!trigger_past_read(&r->past, client, err))
        return false;
    r->found = r->past.count;
    return true;
}

static bool replay_prepare(
    void *context, struct client *client, struct buf *events, struct err *err)
{
    struct replaying *r = context;
    if (!find_past(r, client, err))
        return false;
    r->taken = trigger_past_batches(&r->past, r->has_mapping ? &r->mapping : NULL,
        r->step          ? 1
        : r->has_mapping ? r->mapping.batch_size
                         : LAST_USUAL,
        events);
    return true;
}

/* Partial failures count where the mapping asks for them. */
static bool replay_seen(void *context, size_t nth, const struct invocation *invocation)
{
    struct replaying *r = context;
    size_t count;
    size_t good = trigger_events_good(invocation->event, buf_str(&invocation->payload),
        r->has_mapping && r->mapping.report, &count);
    (void)nth;
    if (invocation->outcome != INVOKED_OK)
        good = 0;
    r->bad += count - good;
    return invocation->outcome == INVOKED_OK && good >= count;
}

static void replay_ended(struct app *app, void *context, const struct trigger_calls *calls,
    const struct invocation *last, const struct err *err)
{
    struct replaying *r = context;
    struct buf text = {0};
    size_t skipped = trigger_calls_skipped(calls);
    size_t done = trigger_calls_done(calls) - skipped, failed = trigger_calls_failed(calls);
    if (err->code != ERR_NONE) {
        app_fail(app, err);
        return;
    }
    if (!r->found) {
        app_say(app, ROLE_STATUS, "there is no record to replay");
        return;
    }
    buf_printf(&text, "replayed on %.*s: %zu of %zu batches called, %zu failed", STR_ARG(r->name),
        done, trigger_calls_count(calls), failed);
    if (r->bad)
        buf_printf(&text, " (%zu %s)", r->bad, r->bad == 1 ? "record" : "records");
    if (skipped)
        buf_printf(&text, ", %zu skipped", skipped);
    buf_printf(&text, "; %zu of %zu records pass the filters", r->taken, r->found);
    if (last && last->outcome == INVOKED_REFUSED && last->payload.len)
        buf_printf(&text, ": %.*s", STR_ARG(str_take(buf_str(&last->payload), 200)));
    app_say(app, failed ? ROLE_STATUS_WARNING : ROLE_STATUS_OK, "%s", buf_cstr(&text));
    buf_fini(&text);
}

/* ---- step by step ---- */

static void show_event(struct app *app, struct str event)
{
    struct buf text = {0};
    pane_text_pretty(&text, event);
    pane_text_open(app, STR("the event that comes next"), buf_str(&text));
    app_say(app, ROLE_STATUS, "the replay waits: close this, then :replay goes on with it");
    buf_fini(&text);
}

static void step_chosen(struct app *app, struct str value)
{
    struct pane_triggers *p = pane_triggers_of(app);
    struct str event;
    if (!p || !p->calls || !trigger_calls_waits(p->calls, &event))
        return;
    if (str_equal(value, STR("stop")))
        trigger_calls_cancel(p->calls);
    else if (str_equal(value, STR("show")))
        show_event(app, event);
    else
        trigger_calls_go(p->calls, str_equal(value, STR("skip"))  ? CALLS_GO_PAST
                                   : str_equal(value, STR("all")) ? CALLS_GO_ALL
                                                                  : CALLS_GO);
}

/* "INSERT  {"id":{"S":"1"}}" */
static void put_next(struct str event, struct buf *out)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    const struct json *records = json_get(json_parse(&arena, event, &ignored), STR("Records"));
    if (records && records->first)
        trigger_past_words(records->first, out);
    arena_fini(&arena);
}

static void put_last(const struct replaying *r, const struct invocation *last, struct buf *out)
{
    size_t count;
    size_t good = trigger_events_good(
        last->event, buf_str(&last->payload), r->has_mapping && r->mapping.report, &count);
    bool named = last->outcome == INVOKED_OK && good < count;
    buf_printf(out, "%s after ", named ? "named as failed" : outcome_word(last->outcome));
    trigger_words_us(out, last->duration_us);
    buf_printf(out, ": %.*s", STR_ARG(str_take(buf_str(&last->payload), 200)));
}

static void step_menu(struct app *app, const struct trigger_calls *calls, struct str event,
    const struct replaying *r, const struct invocation *last)
{
    struct buf title = {0}, text = {0};
    buf_printf(
        &title, "Record %zu of %zu", trigger_calls_done(calls) + 1, trigger_calls_count(calls));
    struct menu *menu = menu_new(app, buf_str(&title));
    if (r && last) {
        put_last(r, last, &text);
        menu_add(menu, &(struct menu_row){.text = buf_str(&text), .heading = true});
    }
    buf_clear(&text);
    put_next(event, &text);
    menu_add(menu, &(struct menu_row){.text = buf_str(&text), .heading = true});
    menu_add(menu, &(struct menu_row){.text = STR("call it with this record"), .value = STR("go")});
    menu_add(menu, &(struct menu_row){.text = STR("skip this record"), .value = STR("skip")});
    menu_add(menu, &(struct menu_row){.text = STR("look at the event"), .value = STR("show")});
    menu_add(menu, &(struct menu_row){.text = STR("the rest without asking"), .value = STR("all")});
    menu_add(menu, &(struct menu_row){.text = STR("stop"), .value = STR("stop")});
    menu_open(menu, step_chosen);
    buf_fini(&title);
    buf_fini(&text);
}

/* Not over what somebody types into meanwhile: then it waits for R. */
static void replay_step(struct app *app, void *context, const struct invocation *last)
{
    struct pane_triggers *p = pane_triggers_of(app);
    struct str event;
    if (p && p->calls && trigger_calls_waits(p->calls, &event) && app_top(app) == &p->view)
        step_menu(app, p->calls, event, context, last);
    else
        app_say(app, ROLE_STATUS, "the replay waits: :replay goes on with it");
}

static void replay(struct app *app, struct replaying *r)
{
    struct pane_triggers *p = pane_triggers_of(app);
    if (!p) {
        replaying_free(r);
        return;
    }
    trigger_calls_begin(app, &p->calls,
        &(struct trigger_calls_spec){.function = r->name,
            .what = STR("replay"),
            .context = r,
            .prepare = replay_prepare,
            .seen = replay_seen,
            .step = r->step ? replay_step : NULL,
            .ended = replay_ended,
            .free = replaying_free});
}

/* args = [ "step" ] [ number | file ] */
static bool take_source(struct replaying *r, struct str args, struct err *err)
{
    int64_t last = LAST_USUAL;
    r->step = str_equal(args, STR("step")) || str_starts(args, STR("step "));
    if (r->step)
        args = str_trim(str_skip(args, 4));
    if (args.len && !str_to_i64(args, &last)) {
        r->past.file = arena_dup(&r->arena, args);
        return true;
    }
    if (last < 1 || last > TRIGGER_PAST_MOST)
        return err_set(err, ERR_USAGE, "1 to %d records", TRIGGER_PAST_MOST);
    if (!r->past.arn.len)
        return err_set(err, ERR_USAGE, "this function is on no table: name a file of records");
    r->past.last = (size_t)last;
    return true;
}

static bool replay_of(struct app *app, struct str args, struct err *err)
{
    struct pane_triggers *p = pane_triggers_of(app);
    const struct triggers_row *row = p ? pane_triggers_current(p) : NULL;
    if (!row)
        return true;
    struct replaying *r = replaying_of(app, row);
    if (take_source(r, args, err)) {
        replay(app, r);
        return true;
    }
    replaying_free(r);
    return false;
}

static bool replay_accept(struct app *app, void *context, struct str text, struct err *err)
{
    (void)context;
    return replay_of(app, str_trim(text), err);
}

/* `which`: all that are shown, or the one under the cursor. */
static void replay_shown(struct app *app, bool all)
{
    struct pane_triggers *p = pane_triggers_of(app);
    const struct triggers_row *row = p ? pane_triggers_current(p) : NULL;
    struct buf lines = {0};
    if (row && row->mapping && app->stream)
        pane_stream_events(app, all, mapping_table(row->mapping), &lines);
    if (lines.len) {
        struct replaying *r = replaying_of(app, row);
        r->past.lines = arena_dup(&r->arena, buf_str(&lines));
        replay(app, r);
    } else {
        app_say(app, ROLE_STATUS, "the stream pane shows no record of its table");
    }
    buf_fini(&lines);
}

static void replay_chosen(struct app *app, struct str value)
{
    struct err err = ERR_INIT;
    if (str_equal(value, STR("file")))
        prompt_open(app, &(struct prompt_spec){.label = STR("replay the records of the file: "),
                             .accept = replay_accept});
    else if (str_equal(value, STR("all")) || str_equal(value, STR("one")))
        replay_shown(app, str_equal(value, STR("all")));
    else if (str_equal(value, STR("count")))
        prompt_open(app, &(struct prompt_spec){.label = STR("replay the last … records: "),
                             .text = STR("100"),
                             .accept = replay_accept});
    else if (!replay_of(app, value, &err))
        app_fail(app, &err);
}

static void replay_menu(struct app *app, const struct triggers_row *row)
{
    struct buf lines = {0}, title = {0}, words = {0};
    struct str table = row->mapping ? mapping_table(row->mapping) : STR_NONE;
    buf_printf(&title, "Replay on %.*s", STR_ARG(row->name));
    struct menu *menu = menu_new(app, buf_str(&title));
    if (app->stream && table.len) {
        size_t count = pane_stream_events(app, true, table, &lines);
        buf_add(&words, STR("what the stream pane shows: "));
        words_plural(&words, (int64_t)count, "record");
        menu_add(menu, &(struct menu_row){.text = STR("the record under the stream pane's cursor"),
                           .value = STR("one"),
                           .disabled = !count});
        menu_add(menu,
            &(struct menu_row){.text = buf_str(&words), .value = STR("all"), .disabled = !count});
    }
    if (table.len) {
        menu_add(menu, &(struct menu_row){.text = STR("the last record"), .value = STR("1")});
        menu_add(
            menu, &(struct menu_row){.text = STR("the last 100 records"), .value = STR("100")});
        menu_add(
            menu, &(struct menu_row){.text = STR("the last … records"), .value = STR("count")});
        menu_add(menu, &(struct menu_row){.text = STR("the last 100 records, step by step"),
                           .value = STR("step 100")});
    }
    menu_add(menu, &(struct menu_row){.text = STR("records of a file…"), .value = STR("file")});
    menu_open(menu, replay_chosen);
    buf_fini(&lines);
    buf_fini(&title);
    buf_fini(&words);
}

void pane_triggers_run_replay(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    struct trigger_calls *calls = ((struct pane_triggers *)view)->calls;
    struct str event;
    if (!args.len && calls && trigger_calls_waits(calls, &event))
        step_menu(app, calls, event, NULL, NULL);
    else if (!args.len)
        replay_menu(app, pane_triggers_current((struct pane_triggers *)view));
    else if (!replay_of(app, args, &err))
        app_fail(app, &err);
}

/* ---- which would pass ---- */

struct test_task {
    struct task task;
    struct replaying *replaying;
    struct buf text;
    size_t passed;
};

static bool test_work(struct task *task, struct client *client, struct err *err)
{
    struct test_task *t = (struct test_task *)task;
    struct replaying *r = t->replaying;
    if (!find_past(r, client, err))
        return false;
    for (size_t i = 0; i < r->past.count; i++) {
        bool passes = mapping_wants(&r->mapping, r->past.events[i]);
        t->passed += passes;
        buf_add(&t->text, passes ? STR("passes  ") : STR("-       "));
        trigger_past_words(r->past.events[i], &t->text);
        buf_add_byte(&t->text, '\n');
    }
    return true;
}

static void test_drop(struct task *task)
{
    struct test_task *t = (struct test_task *)task;
    replaying_free(t->replaying);
    buf_fini(&t->text);
}

static void test_ended(struct task *task)
{
    struct test_task *t = (struct test_task *)task;
    struct app *app = task->owner;
    struct buf title = {0};
    buf_printf(&title, "%.*s ▸ %zu of the last %zu records would pass", STR_ARG(t->replaying->name),
        t->passed, t->replaying->found);
    if (task->ok)
        pane_text_open(app, buf_str(&title), buf_str(&t->text));
    else
        app_fail(app, &task->err);
    buf_fini(&title);
    test_drop(task);
}

void pane_triggers_run_test(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    struct replaying *r = replaying_of(app, pane_triggers_current((struct pane_triggers *)view));
    if (!take_source(r, args, &err)) {
        app_fail(app, &err);
        replaying_free(r);
        return;
    }
    struct test_task *t = task_new(sizeof *t, app, test_work, test_ended);
    t->task.dropped = test_drop;
    t->replaying = r;
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}
