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
#include "backend/number.h"
#include "views/cli/cli.h"
#include "views/cli/loader.h"
#include "views/cli/progress.h"
#include "views/cli/records.h"
#include "views/cli/report.h"
#include "views/cli/resume.h"
#include "views/cli/table.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

/* Durable writes wait for the disk, so many of them share its syncs; others only need the cores. */
enum { THREADS_DURABLE = 12, THREADS_LOADING = 4, REPORTS_MAX = 50 };
enum { SAVE_EVERY_NS = 1000000000, LOOK_EVERY = 1024 };

enum add_key { ADD_NONE, ADD_UUID, ADD_LINE, ADD_NAME };

struct importing {
    struct cli *cli;
    struct str table_name;
    struct records_options options;
    struct client_key keys[2]; /* from --key, --sort-key; names empty where not given */
    struct client_table table;
    bool table_known;
    enum add_key add_key;
    bool skip, quiet, resume;
    int rejects; /* descriptor, or -1 */

    /* of the file that is read */
    const char *file;
    struct input in;
    struct records records;
    struct resume state;
    struct loader *loader;
    int64_t saved_ns;
    uint64_t first_index; /* of the run in this file */

    uint64_t written;
    pthread_mutex_t lock; /* guards what follows: the loader's threads report, too */
    struct progress progress;
    uint64_t bad, reported;
    struct err stopped; /* why a bad record ended it all */
};

/* ---- options ---- */

static bool choose(const struct cli *cli, enum cli_option_id id, const char *const *words,
    int *choice, struct err *err)
{
    *choice = 0;
    if (!cli_has(cli, id))
        return true;
    for (*choice = 0; words[*choice]; ++*choice)
        if (strcmp(words[*choice], cli->value[id]) == 0)
            return true;
    return err_set(err, ERR_USAGE, "--%s %s: one of %s", cli_option(id)->name, cli->value[id],
        cli_option(id)->list);
}

static bool take_keys(struct importing *im, struct err *err)
{
    struct cli *cli = im->cli;
    if (cli_has(cli, CLI_SORT_KEY) && !cli_has(cli, CLI_KEY))
        return err_set(err, ERR_USAGE, "--sort-key goes together with --key");
    return (!cli_has(cli, CLI_KEY) || cli_table_key(cli_value(cli, CLI_KEY), &im->keys[0], err)) &&
           (!cli_has(cli, CLI_SORT_KEY) ||
               cli_table_key(cli_value(cli, CLI_SORT_KEY), &im->keys[1], err));
}

static bool open_rejects(struct importing *im, struct err *err)
{
    const char *name = im->cli->value[CLI_REJECTS];
    im->rejects = -1;
    if (!name)
        return true;
    if (!im->skip)
        return err_set(err, ERR_USAGE, "--rejects goes together with --on-error skip");
    int how = im->resume ? O_APPEND : O_TRUNC;
    im->rejects = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
    return im->rejects >= 0 || err_errno(err, errno, "cannot open %s", name);
}

static bool take_options(struct importing *im, struct err *err)
{
    static const char *const formats[] = {"auto", "jsonl", "json", "csv", "tsv", NULL};
    static const char *const empties[] = {"absent", "string", "null", NULL};
    static const char *const actions[] = {"stop", "skip", NULL};
    static const char *const kinds[] = {"", "uuid", "line", "name", NULL};
    struct cli *cli = im->cli;
    int format, empty, action, kind;
    if (!choose(cli, CLI_FORMAT, formats, &format, err) ||
        !choose(cli, CLI_EMPTY, empties, &empty, err) ||
        !choose(cli, CLI_ON_ERROR, actions, &action, err) ||
        !choose(cli, CLI_ADD_KEY, kinds, &kind, err) || !take_keys(im, err))
        return false;
    im->options = (struct records_options){.format = (enum records_format)format,
        .path = cli_value(cli, CLI_PATH),
        .types = cli_value(cli, CLI_TYPES),
        .no_header = cli_has(cli, CLI_NO_HEADER),
        .empty = (enum records_empty)empty};
    im->add_key = (enum add_key)kind;
    im->options.members = im->add_key == ADD_NAME;
    im->skip = action == 1;
    im->quiet = cli_has(cli, CLI_QUIET);
    im->resume = cli_has(cli, CLI_RESUME);
    return open_rejects(im, err);
}

/* ---- bad records ---- */

/* FILE:LINE or FILE:LINE:COLUMN. A place inside the record is counted on from where that starts. */
static void add_where(
    struct buf *out, const struct importing *im, const struct record *record, const struct err *err)
{
    uint64_t line = record->place.line;
    size_t column = 0;
    for (size_t i = 0; err->at != ERR_NOWHERE && i < err->at && i < record->text.len; i++) {
        column = record->text.at[i] == '\n' ? 0 : column + 1;
        line += record->text.at[i] == '\n';
    }
    buf_printf(out, "%s:%llu", im->in.name, (unsigned long long)line);
    if (err->at != ERR_NOWHERE)
        buf_printf(out, ":%zu", column + 1);
}

/* The message without the parser's own place, which counts from the record's start. */
static const char *without_place(const struct err *err)
{
    if (err->at == ERR_NOWHERE || strncmp(err->text, "line ", 5) != 0)
        return err->text;
    const char *colon = strstr(err->text, ": ");
    return colon ? colon + 2 : err->text;
}

static void reject(struct importing *im, const struct record *record)
{
    struct buf line = {0};
    if (im->rejects < 0)
        return;
    buf_add(&line, record->text);
    buf_add_byte(&line, '\n');
    ssize_t n = write(im->rejects, line.at, line.len);
    if (n != (ssize_t)line.len)
        cli_report_note(
            "dynascope: cannot write to %s: %s", im->cli->value[CLI_REJECTS], strerror(errno));
    buf_fini(&line);
}

/* With the lock held. */
static void report_skipped(struct importing *im, const char *where, const struct err *err)
{
    if (im->reported > REPORTS_MAX)
        return;
    progress_wipe(&im->progress);
    if (im->reported++ < REPORTS_MAX)
        cli_report_note("dynascope: %s: %s%s%s", where, err->name, err->name[0] ? ": " : "",
            without_place(err));
    else
        cli_report_note("dynascope: more bad records follow; they are only counted");
}

/* Counts and reports a record that will not be written. Returns whether to go on. */
static bool bad_record(void *context, const struct record *record, const struct err *err)
{
    struct importing *im = context;
    struct buf where = {0};
    add_where(&where, im, record, err);
    pthread_mutex_lock(&im->lock);
    im->bad++;
    if (im->skip) {
        reject(im, record);
        report_skipped(im, buf_cstr(&where), err);
    } else if (im->stopped.code == ERR_NONE) {
        err_set(&im->stopped, ERR_DATA, "%s: %s%s%s", buf_cstr(&where), err->name,
            err->name[0] ? ": " : "", without_place(err));
    }
    pthread_mutex_unlock(&im->lock);
    buf_fini(&where);
    return im->skip;
}

/* Whether a bad record has stopped the import; *err says which. */
static bool was_stopped(struct importing *im, struct err *err)
{
    pthread_mutex_lock(&im->lock);
    bool stopped = im->stopped.code != ERR_NONE;
    if (stopped)
        *err = im->stopped;
    pthread_mutex_unlock(&im->lock);
    return stopped;
}

/* ---- keys ---- */

static void put_uuid(const struct importing *im, uint64_t index, struct buf *out)
{
    /* from the run's seed and the record's number, so that going on makes the same keys again */
    uint64_t x[2];
    for (int i = 0; i < 2; i++) {
        uint64_t z = im->state.seed + (index * 2 + (uint64_t)i + 1) * 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        x[i] = z ^ z >> 31;
    }
    char text[37];
    snprintf(text, sizeof text, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(x[0] >> 32),
        (unsigned)(x[0] >> 16 & 0xFFFF), (unsigned)(x[0] & 0xFFF),
        (unsigned)(0x8000 | (x[1] >> 48 & 0x3FFF)), (unsigned long long)(x[1] & 0xFFFFFFFFFFFFu));
    value_put_string(out, str_from(text));
}

static void put_line(const struct importing *im, uint64_t index, struct buf *out)
{
    struct number number;
    enum value_type type = im->table_known ? im->table.keys[0].type : im->keys[0].type;
    if (type == VALUE_S) {
        char digits[24];
        int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)index + 1);
        value_put_string(out, (struct str){digits, (size_t)len});
    } else {
        number_from_i64(&number, (int64_t)index + 1);
        value_put_number(out, number_str(&number));
    }
}

/* Gives an item without a partition key one. */
static bool complete_key(
    struct importing *im, const struct record *record, struct buf *item, struct err *err)
{
    struct str name = im->table_known ? im->table.keys[0].name : im->keys[0].name, attribute;
    struct value old = value_of(buf_str(item)), member;
    if (im->add_key == ADD_NONE || value_find(old, name, &member))
        return true;
    struct buf with = {0};
    struct value_open open = value_open(&with, VALUE_M);
    for (struct value_walk walk = value_walk(old); value_next(&walk, &attribute, &member);) {
        value_member(&open, &with, attribute);
        value_put(&with, member);
    }
    value_member(&open, &with, name);
    if (im->add_key == ADD_UUID)
        put_uuid(im, record->place.index, &with);
    else if (im->add_key == ADD_NAME)
        value_put_string(&with, record->name);
    else
        put_line(im, record->place.index, &with);
    bool ok = value_close(&open, &with, err);
    buf_clear(item);
    buf_add(item, buf_str(&with));
    buf_fini(&with);
    return ok;
}

/* ---- the table ---- */

/* A document that only wraps the items: which of its members holds them? */
static bool find_wrapped(struct value item, struct str *name)
{
    struct value list, first;
    for (struct value_walk walk = value_walk(item); value_next(&walk, name, &list);)
        if (list.type == VALUE_L && value_at(list, 0, &first) && first.type == VALUE_M)
            return true;
    return false;
}

static bool no_key(const struct client_key *key, struct value item, struct err *err)
{
    struct str name;
    if (find_wrapped(item, &name))
        return err_set(err, ERR_DATA,
            "the first item has no %.*s to be the key, but a list of maps called %.*s: are the "
            "items "
            "there? --path %.*s",
            STR_ARG(key->name), STR_ARG(name), STR_ARG(name));
    return err_set(err, ERR_DATA,
        "the first item has no %.*s to be the key: its attributes are named otherwise; --add-key "
        "makes keys",
        STR_ARG(key->name));
}

/* The types of keys that were given without one are those of the first item. */
static bool infer_types(struct importing *im, struct value item, struct err *err)
{
    struct value member;
    for (int i = 0; i < 2 && im->keys[i].name.len; i++) {
        struct client_key *key = &im->keys[i];
        if (key->type)
            continue;
        if (!value_find(item, key->name, &member))
            return no_key(key, item, err);
        key->type = member.type;
        if (key->type != VALUE_S && key->type != VALUE_N && key->type != VALUE_B)
            return err_set(err, ERR_DATA,
                "%.*s cannot be a key: in the first item its type is %s, and keys are S, N or B",
                STR_ARG(key->name), value_type_name(member.type));
    }
    return true;
}

static bool make_table(struct importing *im, struct value item, struct err *err)
{
    bool found;
    if (im->table_known)
        return true;
    if (!infer_types(im, item, err) ||
        !cli_table_create(
            &im->cli->client, im->table_name, im->keys, im->keys[1].name.len ? 2 : 1, err) ||
        !cli_table_find(&im->cli->client, &im->cli->arena, im->table_name, &im->table, &found, err))
        return false;
    im->table_known = found;
    return found || err_set(err, ERR_BUSY, "the table disappeared again");
}

static bool check_key(const struct importing *im, int i, struct err *err)
{
    const struct client_key *asked = &im->keys[i], *own = &im->table.keys[i];
    if (!asked->name.len)
        return true;
    bool same = (uint32_t)i < im->table.key_count && str_equal(asked->name, own->name) &&
                (!asked->type || asked->type == own->type);
    return same || err_set(err, ERR_USAGE,
                       "%.*s exists with another key: leave --key and --sort-key out, or name "
                       "another table",
                       STR_ARG(im->table_name));
}

static bool find_table(struct importing *im, struct err *err)
{
    if (!cli_table_find(
            &im->cli->client, &im->cli->arena, im->table_name, &im->table, &im->table_known, err))
        return false;
    if (im->table_known)
        return check_key(im, 0, err) && check_key(im, 1, err);
    return im->keys[0].name.len ||
           err_set(err, ERR_USAGE,
               "there is no table %.*s: --key NAME (and --sort-key NAME) make it",
               STR_ARG(im->table_name));
}

/* What is known of the key columns' types before the first record is read. */
static const struct client_table *schema_for_columns(struct importing *im, struct client_table *out)
{
    if (im->table_known)
        return &im->table;
    *out = (struct client_table){0};
    for (int i = 0; i < 2; i++)
        if (im->keys[i].name.len && im->keys[i].type)
            out->keys[out->key_count++] = im->keys[i];
    return out;
}

/* ---- the run ---- */

static void start_loader(struct importing *im)
{
    bool loading = cli_has(im->cli, CLI_NO_SYNC);
    struct loader_options options = {.backend = im->cli->backend,
        .table = &im->table,
        .cancel = cli_cancel(),
        .threads = loading ? THREADS_LOADING : THREADS_DURABLE,
        .keep_text = im->rejects >= 0,
        .refused = bad_record,
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

/* Remembers the place before which everything is written. */
static bool save(struct importing *im, struct err *err)
{
    struct loader_state now = look(im);
    im->state.place = now.all ? im->records.place : now.safe;
    im->saved_ns = clock_tick_ns();
    return resume_save(&im->state, err);
}

static void tick(void *context)
{
    struct importing *im = context;
    struct loader_state now = look(im);
    pthread_mutex_lock(&im->lock);
    progress_show(&im->progress, im->in.offset, im->written + now.written);
    pthread_mutex_unlock(&im->lock);
}

static bool tick_sometimes(struct importing *im, struct err *err)
{
    if (im->records.place.index % LOOK_EVERY)
        return true;
    tick(im);
    return clock_tick_ns() - im->saved_ns < SAVE_EVERY_NS || save(im, err);
}

static bool take_item(
    struct importing *im, const struct record *record, struct buf *item, struct err *err)
{
    if (!complete_key(im, record, item, err) || !make_table(im, value_of(buf_str(item)), err))
        return false;
    if (!im->loader)
        start_loader(im);
    return loader_put(im->loader, value_of(buf_str(item)), record, tick, im, err) &&
           tick_sometimes(im, err);
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
            ok = bad_record(im, &record, err);
            if (!ok)
                im->records.place = record.place; /* not passed over */
            if (ok)
                *err = ERR_INIT;
            else
                was_stopped(im, err);
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
    return !was_stopped(im, err) && ok;
}

static bool run_file(struct importing *im, struct err *err)
{
    struct err ignored = ERR_INIT;
    bool ok = read_records(im, err);
    ok = write_rest(im, ok, err);
    struct loader_state now = look(im);
    im->written += now.written;
    im->state.done = ok;
    /* also where it failed: going on begins there */
    if (!save(im, ok ? err : &ignored))
        ok = false;
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

/* Where to begin: *go_on where an earlier run's place is to be used. */
static bool find_place(struct importing *im, bool *go_on, struct err *err)
{
    struct buf store = {0};
    uint64_t head = 0;
    *go_on = false;
    bool ok = store_of(im, &store, err) &&
              (strcmp(im->file, "-") == 0 || resume_digest(im->file, &head, err)) &&
              resume_open(&im->state, buf_cstr(&store), im->table_name, im->file, err);
    buf_fini(&store);
    if (!ok)
        return false;
    if (im->resume && strcmp(im->file, "-") == 0)
        return err_set(err, ERR_USAGE, "the standard input cannot be gone on with: name a file");
    bool fits = im->state.found && im->state.head == head;
    if (im->resume && im->state.found && !fits)
        return err_set(err, ERR_DATA,
            "%s has changed since it was imported in part: begin again "
            "without --resume",
            im->file);
    *go_on = im->resume && fits;
    if (!*go_on && fits && !im->state.done && im->state.place.offset && !im->quiet)
        cli_report_note("dynascope: %s was imported in part before; this begins again (--resume "
                        "goes on at line %llu)",
            im->file, (unsigned long long)im->state.place.line);
    im->state.head = head;
    if (!*go_on)
        im->state.done = false;
    return *go_on || new_seed(&im->state.seed) || err_errno(err, errno, "no random numbers");
}

static bool open_file(struct importing *im, bool go_on, struct err *err)
{
    struct client_table schema;
    struct records_place place = im->state.place;
    if (!records_open(&im->records, &im->in, &im->options, schema_for_columns(im, &schema), err))
        return false;
    im->records.place.index = im->first_index;
    if (go_on && !records_resume(&im->records, &place, err))
        return false;
    if (go_on && !im->quiet)
        cli_report_note(
            "dynascope: going on with %s at line %llu", im->file, (unsigned long long)place.line);
    return true;
}

static bool import_file(struct importing *im, const char *file, struct err *err)
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
           err->code == ERR_UNREACHABLE;
}

static bool import_all(struct importing *im, struct err *err)
{
    bool ok = true;
    struct progress whole;
    progress_init(&whole, "", 0, true);
    for (int i = 1; ok && i < im->cli->arg_count; i++)
        ok = import_file(im, im->cli->args[i], err);
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
    bool ok = take_options(&im, err) && cli_open(cli, access, err) && find_table(&im, err) &&
              import_all(&im, err);
    if (im.rejects >= 0 && close(im.rejects) != 0 && ok)
        ok = err_errno(err, errno, "cannot write %s", cli->value[CLI_REJECTS]);
    return ok;
}
