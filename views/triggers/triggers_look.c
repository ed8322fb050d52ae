/* SPDX-License-Identifier: MIT */
/*
 * Reading the registry and the runners' status files. Must not know how they are shown.
 */
#include "views/triggers/triggers_look.h"

#include <string.h>

struct look_task {
    struct task task;
    struct registry *registry;
    uint64_t version;
    bool full; /* what is configured was read, too */
    struct arena config, statuses;
    struct triggers_row *rows;
    size_t count;
    struct buf complaint;
};

/* ---- on the worker's thread ---- */

static size_t count_mappings(const struct registry_mappings *all, struct str function)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        count += str_equal(all->items[i].function, function);
    return count;
}

static const struct function *find_function(const struct registry_functions *all, struct str name)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_equal(all->items[i].name, name))
            return &all->items[i];
    return NULL;
}

static struct str folder_of(struct look_task *t, const char *kind, struct str name)
{
    return arena_printf(
        &t->config, "%s/%s/%.*s", registry_folder(t->registry), kind, STR_ARG(name));
}

static void add_rows(struct look_task *t, const struct registry_functions *functions,
    const struct registry_mappings *mappings)
{
    t->rows = arena_array(&t->config, struct triggers_row, functions->count + mappings->count + 1);
    for (size_t i = 0; i < mappings->count; i++) {
        const struct mapping *m = &mappings->items[i];
        bool only = count_mappings(mappings, m->function) == 1;
        t->rows[t->count++] = (struct triggers_row){
            .function = find_function(functions, m->function),
            .mapping = m,
            .name =
                only ? m->function
                     : arena_printf(&t->config, "%.*s %.*s", STR_ARG(m->function), 4, m->uuid.at),
            .function_folder = folder_of(t, "functions", m->function),
            .mapping_folder = folder_of(t, "mappings", m->uuid),
        };
    }
    for (size_t i = 0; i < functions->count; i++)
        if (!count_mappings(mappings, functions->items[i].name))
            t->rows[t->count++] = (struct triggers_row){
                .function = &functions->items[i],
                .name = functions->items[i].name,
                .function_folder = folder_of(t, "functions", functions->items[i].name),
            };
}

static bool read_config(struct look_task *t, struct err *err)
{
    struct registry_functions functions;
    struct registry_mappings mappings;
    if (!registry_functions(t->registry, &t->config, &functions, &t->complaint, err) ||
        !registry_mappings(t->registry, &t->config, &mappings, &t->complaint, err))
        return false;
    t->count = 0;
    add_rows(t, &functions, &mappings);
    return true;
}

static bool read_statuses(struct look_task *t, struct err *err)
{
    bool found, ok = true;
    for (size_t i = 0; ok && i < t->count; i++) {
        struct triggers_row *row = &t->rows[i];
        row->status = (struct status){.state = STATUS_STOPPED};
        ok = !row->mapping_folder.len ||
             status_read(row->mapping_folder.at, &t->statuses, &row->status, &found, err);
    }
    return ok;
}

static bool work(struct task *task, struct client *client, struct err *err)
{
    struct look_task *t = (struct look_task *)task;
    (void)client;
    uint64_t version = registry_version(t->registry);
    t->full = t->full || version != t->version;
    t->version = version;
    return (!t->full || read_config(t, err)) && read_statuses(t, err);
}

/* ---- on the UI's ---- */

static bool differs(const struct status *a, const struct status *b)
{
    return a->state != b->state || a->time_ms != b->time_ms || a->pid != b->pid;
}

static void take_over(struct triggers_look *look, struct look_task *t)
{
    struct triggers_row *rows = look->rows;
    for (size_t i = 0; !t->full && i < t->count; i++)
        rows[i].status = t->rows[i].status;
    arena_fini(&look->statuses);
    look->statuses = t->statuses;
    t->statuses = (struct arena){0};
    if (!t->full)
        return;
    arena_fini(&look->config);
    look->config = t->config;
    t->config = (struct arena){0};
    look->rows = t->rows;
    look->count = t->count;
    look->version = t->version;
    buf_clear(&look->complaint);
    buf_add(&look->complaint, buf_str(&t->complaint));
}

static void drop(struct task *task)
{
    struct look_task *t = (struct look_task *)task;
    arena_fini(&t->config);
    arena_fini(&t->statuses);
    buf_fini(&t->complaint);
}

static void ended(struct task *task)
{
    struct look_task *t = (struct look_task *)task;
    struct triggers_look *look = task->owner;
    bool changed = t->full || !look->looked || task->err.code != look->err.code;
    look->task = NULL;
    look->looked = true;
    look->err = task->err;
    for (size_t i = 0; task->ok && !t->full && i < t->count; i++)
        changed = changed || differs(&t->rows[i].status, &look->rows[i].status);
    if (task->ok)
        take_over(look, t);
    drop(task);
    if (changed)
        look->changed(look->context);
}

void triggers_look_init(struct triggers_look *look, struct registry *registry,
    struct worker *worker, void *context, void (*changed)(void *context))
{
    *look = (struct triggers_look){.registry = registry,
        .worker = worker,
        .context = context,
        .changed = changed,
        .err = ERR_INIT};
}

void triggers_look_fini(struct triggers_look *look)
{
    task_forget(look->task);
    arena_fini(&look->config);
    arena_fini(&look->statuses);
    buf_fini(&look->complaint);
}

void triggers_look_refresh(struct triggers_look *look)
{
    if (look->task)
        return;
    struct look_task *t = task_new(sizeof *t, look, work, ended);
    t->task.dropped = drop;
    t->task.job.quiet = look->looked;
    t->registry = look->registry;
    t->version = look->version;
    t->full = !look->looked;
    t->count = look->count; /* the folders alone, where nothing else changed */
    t->rows = arena_array(&t->config, struct triggers_row, look->count + 1);
    for (size_t i = 0; i < look->count; i++)
        t->rows[i].mapping_folder = arena_dup(&t->config, look->rows[i].mapping_folder);
    look->task = &t->task;
    task_submit(&t->task, look->worker);
}

bool triggers_look_alive(const struct triggers_look *look)
{
    for (size_t i = 0; i < look->count; i++) {
        enum status_state state = look->rows[i].status.state;
        if (state != STATUS_STOPPED && state != STATUS_DISABLED && state != STATUS_ENDED)
            return true;
    }
    return false;
}

const char *triggers_look_state(const struct triggers_row *row)
{
    if (!row->mapping)
        return row->function && row->function->untrusted ? status_word(STATUS_UNTRUSTED)
                                                         : "no mapping";
    if (!row->function)
        return "no function";
    if (row->function->untrusted)
        return status_word(STATUS_UNTRUSTED);
    return status_word(row->mapping->enabled ? row->status.state : STATUS_DISABLED);
}
