/* SPDX-License-Identifier: MIT */
/*
 * dynascope import: records from files, items into a table.
 *
 *   input ──▶ records ──▶ item (+ key) ──▶ loader ──▶ table
 *                │ malformed      refused │
 *                └──▶ FILE:LINE: why ◀────┘        place ──▶ resume, once a second
 *
 * Reading and parsing is this thread's, writing that of the loader's threads.
 */
#include "views/cli/import.h"
#include "views/cli/report.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

/* Durable writes wait for the disk, so many of them share its syncs; others only need the cores. */
enum { THREADS_DURABLE = 12, THREADS_LOADING = 4 };
enum { SAVE_EVERY_NS = 1000000000, LOOK_EVERY = 1024 };

/* ---- the run ---- */

static void start_loader(struct importing *im)
{
    bool loading = cli_has(im->cli, CLI_NO_SYNC);
    struct loader_options options = {.backend = im->cli->backend,
        .table = &im->table,
        .cancel = cli_cancel(),
        .budget = im->cli->client.limits.budget,
        .threads = loading ? THREADS_LOADING : THREADS_DURABLE,
        .keep_text = im->rejects >= 0,
        .refused = import_bad_record,
        .context = im};
    im->loader = loader_new(&options);
}

static struct loader_state look(const struct importing *im)
{
    struct loader_state now = {.all = true};
    if (im->loader)
        loader_look(im->loader, &now);
    return now;
}

/* Remembers the place before which everything is written. Where that cannot be done, the import is
 * still worth its end. */
static void save(struct importing *im)
{
    struct err err = ERR_INIT;
    struct loader_state now = look(im);
    im->state.place = now.all ? im->records.place : now.safe;
    im->saved_ns = clock_tick_ns();
    if (!now.written && !im->state.found)
        return; /* nothing to go on with */
    if (resume_save(&im->state, &err))
        return;
    cli_report_note("dynascope: an interrupted import will have to begin again: %s", err.text);
    buf_clear(&im->state.path);
}

static void tick(void *context)
{
    struct importing *im = context;
    struct loader_state now = look(im);
    pthread_mutex_lock(&im->lock);
    progress_show(&im->progress, im->in.offset, im->written + now.written);
    pthread_mutex_unlock(&im->lock);
}

static void tick_sometimes(struct importing *im)
{
    if (im->records.place.index % LOOK_EVERY)
        return;
    tick(im);
    if (clock_tick_ns() - im->saved_ns >= SAVE_EVERY_NS)
        save(im);
}

static bool take_item(
    struct importing *im, const struct record *record, struct buf *item, struct err *err)
{
    if (!import_complete_key(im, record, item, err) ||
        !import_make_table(im, value_of(buf_str(item)), err))
        return false;
    if (!im->loader)
        start_loader(im);
    if (!loader_put(im->loader, value_of(buf_str(item)), record, tick, im, err))
        return false;
    tick_sometimes(im);
    return true;
}

/* Reads to the end. False where it was stopped; what was handed over before is still written. */
static bool read_records(struct importing *im, struct err *err)
{
    struct buf item = {0};
    struct record record;
    bool ok = true;
    while (ok && !cli_cancelled(err)) {
        enum records_outcome outcome = records_next(&im->records, &record, &item, err);
        if (outcome == RECORDS_END)
            break;
        if (outcome == RECORDS_FAILED) {
            ok = false;
        } else if (outcome == RECORDS_BAD) {
            ok = import_bad_record(im, &record, err);
            if (!ok)
                im->records.place = record.place; /* not passed over */
            if (ok)
                *err = ERR_INIT;
            else
                import_was_stopped(im, err);
        } else {
            ok = take_item(im, &record, &item, err);
        }
    }
    buf_fini(&item);
    return ok && !cli_cancelled(err);
}

/* A bad record stops the reading, but not what was read before it. */
static bool write_rest(struct importing *im, bool ok, struct err *err)
{
    struct err later = ERR_INIT;
    bool write = im->loader && (ok || err->code == ERR_DATA);
    if (write && !loader_finish(im->loader, tick, im, &later)) {
        if (ok)
            *err = later;
        ok = false;
    }
    return !import_was_stopped(im, err) && ok;
}

static bool run_file(struct importing *im, struct err *err)
{
    bool ok = read_records(im, err);
    ok = write_rest(im, ok, err);
    struct loader_state now = look(im);
    im->written += now.written;
    im->state.done = ok;
    save(im); /* also where it failed: going on begins there */
    loader_free(im->loader);
    im->loader = NULL;
    progress_wipe(&im->progress);
    return ok;
}

/* ---- files ---- */

static bool store_of(const struct importing *im, struct buf *path, struct err *err)
{
    const char *connection = cli_connection(im->cli);
    if (!connection)
        return backend_default_path(path, err);
    buf_add(path, str_from(connection));
    return true;
}

static bool new_seed(uint64_t *seed)
{
    return getrandom(seed, sizeof *seed, 0) == sizeof *seed;
}

/* Finds an earlier run's place. Without a folder to remember places in, the import still runs. */
static bool open_place(struct importing *im, struct err *err)
{
    struct buf store = {0};
    bool known = store_of(im, &store, err);
    bool ok = known && resume_open(&im->state, buf_cstr(&store), im->table_name, im->file, err);
    buf_fini(&store);
    if (ok || !known || err->code == ERR_NO_INPUT || im->resume)
        return ok;
    if (!im->quiet)
        cli_report_note("dynascope: an interrupted import will have to begin again: %s", err->text);
    *err = ERR_INIT;
    return true;
}

/* Where to begin: *go_on where an earlier run's place is to be used. */
static bool find_place(struct importing *im, bool *go_on, struct err *err)
{
    struct resume *state = &im->state;
    if (!open_place(im, err))
        return false;
    if (im->resume && !state->path.len)
        return err_set(err, ERR_USAGE, "%s cannot be gone on with: name a file", im->file);
    bool fits = state->found && state->head == state->head_now;
    if (im->resume && state->found && !fits)
        return err_set(err, ERR_DATA,
            "%s has changed since it was imported in part: begin again without --resume", im->file);
    *go_on = im->resume && fits;
    if (!*go_on && fits && !state->done && state->place.offset && !im->quiet)
        cli_report_note("dynascope: %s was imported in part before; this begins again (--resume "
                        "goes on at line %llu)",
            im->file, (unsigned long long)state->place.line);
    state->head = state->head_now;
    state->done = *go_on && state->done;
    return *go_on || new_seed(&state->seed) || err_errno(err, errno, "no random numbers");
}

static bool open_file(struct importing *im, bool go_on, struct err *err)
{
    struct client_table schema;
    struct records_place place = im->state.place;
    if (!records_open(&im->records, &im->in, &im->options, import_schema(im, &schema), err))
        return false;
    im->records.place.index = im->first_index;
    if (go_on && !records_resume(&im->records, &place, err))
        return false;
    if (go_on && !im->quiet)
        cli_report_note(
            "dynascope: going on with %s at line %llu", im->file, (unsigned long long)place.line);
    return true;
}

static bool one_file(struct importing *im, const char *file, struct err *err)
{
    bool go_on;
    struct buf title = {0};
    im->file = file;
    im->in = (struct input){.fd = -1};
    if (!find_place(im, &go_on, err)) {
        resume_close(&im->state);
        return false;
    }
    if (go_on && im->state.done) {
        im->first_index = im->state.place.index;
        resume_close(&im->state);
        return true;
    }
    bool ok = input_open(&im->in, file, cli_cancel(), err) && open_file(im, go_on, err);
    if (ok) {
        buf_add(&title, STR("import "));
        cli_out_add_safe(&title, im->table_name, true);
        progress_init(&im->progress, buf_cstr(&title), im->in.size, im->quiet);
        progress_watch(&im->progress, im->cli->waiting);
        ok = run_file(im, err);
        im->first_index = im->records.place.index;
    }
    records_close(&im->records);
    input_close(&im->in);
    resume_close(&im->state);
    buf_fini(&title);
    return ok;
}

/* All files are in: nothing is left to go on with. */
static void forget_places(struct importing *im)
{
    struct buf store = {0};
    struct err ignored = ERR_INIT;
    if (store_of(im, &store, &ignored)) {
        for (int i = 1; i < im->cli->arg_count; i++) {
            struct resume state;
            if (resume_open(&state, buf_cstr(&store), im->table_name, im->cli->args[i], &ignored))
                resume_forget(&state);
            resume_close(&state);
        }
    }
    buf_fini(&store);
}

static void summarise(const struct importing *im, double seconds)
{
    char count[PROGRESS_NUMBER_MAX], rate[PROGRESS_NUMBER_MAX];
    progress_number(count, im->written);
    progress_number(rate, seconds > 0 ? (uint64_t)((double)im->written / seconds) : 0);
    if (!im->quiet)
        cli_report_note("%s item%s imported into %.*s in %.1f s (%s/s)", count,
            im->written == 1 ? "" : "s", STR_ARG(im->table_name), seconds, rate);
}

static bool can_go_on(const struct err *err)
{
    return err->code == ERR_CANCELLED || err->code == ERR_FILE || err->code == ERR_BUSY ||
           err->code == ERR_UNREACHABLE || err->code == ERR_BUDGET;
}

static bool all_files(struct importing *im, struct err *err)
{
    bool ok = true;
    struct progress whole;
    progress_init(&whole, "", 0, true);
    for (int i = 1; ok && i < im->cli->arg_count; i++)
        ok = one_file(im, im->cli->args[i], err);
    if (!ok) {
        bool standard = im->file && strcmp(im->file, "-") == 0;
        if (im->written)
            summarise(im, progress_seconds(&whole));
        if (!standard && im->stopped.code != ERR_NONE)
            cli_report_note(
                "dynascope: to pass over it, go on with --resume --on-error skip; where "
                "the file gets repaired, begin again");
        else if (im->file && !standard && can_go_on(err))
            cli_report_note("dynascope: the same command with --resume goes on from there");
        return false;
    }
    forget_places(im);
    summarise(im, progress_seconds(&whole));
    return !im->bad || err_set(err, ERR_DATA, "%llu record%s not imported",
                           (unsigned long long)im->bad, im->bad == 1 ? " was" : "s were");
}

bool cli_import_run(struct cli *cli, struct err *err)
{
    struct importing im = {
        .cli = cli, .table_name = str_from(cli->args[0]), .rejects = -1, .stopped = ERR_INIT};
    enum cli_access access = cli_has(cli, CLI_NO_SYNC) ? CLI_LOADS : CLI_WRITES;
    bool ok = import_take_options(&im, err) && cli_open(cli, access, err) &&
              import_find_table(&im, err) && all_files(&im, err);
    if (im.rejects >= 0 && close(im.rejects) != 0 && ok)
        ok = err_errno(err, errno, "cannot write %s", cli->value[CLI_REJECTS]);
    return ok;
}
