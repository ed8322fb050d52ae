/* SPDX-License-Identifier: MIT */
/*
 * dynascope copy: a table from one connection to another. The table is made, its items are copied,
 * then both sides are compared by count and digest; stream and time to live are turned on last.
 */
#include "backend/copy.h"
#include "backend/named.h"
#include "views/cli/cli.h"
#include "views/cli/copy_place.h"
#include "views/cli/progress.h"
#include "views/cli/report.h"
#include "views/cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SEGMENTS = 4,
    SAVE_EVERY_NS = 500000000,
    READ_AGAIN_MAX = 100000 /* items of a source that is elsewhere */
};

struct copying {
    struct cli *cli;
    struct backend *to_own; /* closed here; NULL where both ends are one connection */
    struct client from, to;
    struct budget from_budget, to_budget;
    struct copy copy;
    struct client_table source;
    struct copy_place place;
    bool resume, merge;
    bool saving; /* places are noted down */
    int64_t saved_ns;
    struct progress progress;
};

/* ---- both ends ---- */

/* This machine has many names.
 *
 * place = "http" [ "s" ] "://" ( "127.0.0.1" | "localhost" | "[::1]" ) [ ":" port ] *"/" */
static bool add_own_place(struct buf *out, struct str end)
{
    static const struct str schemes[] = {STR("http://"), STR("https://")};
    static const struct str hosts[] = {STR("127.0.0.1"), STR("localhost"), STR("[::1]")};
    for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++) {
        for (size_t h = 0; h < sizeof hosts / sizeof *hosts; h++) {
            struct str host = str_skip(end, schemes[s].len);
            struct str rest = str_skip(host, hosts[h].len);
            if (!str_starts(end, schemes[s]) ||
                !str_equal_nocase(str_take(host, hosts[h].len), hosts[h]) ||
                (rest.len && rest.at[0] != ':' && rest.at[0] != '/'))
                continue;
            while (rest.len && rest.at[rest.len - 1] == '/')
                rest.len--;
            buf_printf(out, "%.*slocalhost%.*s", STR_ARG(schemes[s]), STR_ARG(rest));
            return true;
        }
    }
    return false;
}

/* Folders by where they really are: the same words mean others in another folder. */
static void add_address(struct buf *out, const char *end)
{
    char *real = realpath(end, NULL);
    if (real || !add_own_place(out, str_from(end)))
        buf_add(out, str_from(real ? real : end));
    free(real);
}

/* What the configuration file calls so; false where it calls nothing so. What is wrong with the
 * file is said when the connection is opened. */
static bool add_named(struct buf *out, const char *end)
{
    struct arena arena = {0};
    struct named named;
    struct err ignored = ERR_INIT;
    bool found = false;
    if (strchr(end, '/') || !named_find(&named, &found, &arena, str_from(end), &ignored))
        found = false;
    struct str address = named.store.len ? named.store : named.endpoint_url;
    if (found && address.len)
        add_address(out, arena_dup(&arena, address).at);
    else if (found)
        buf_printf(out, "aws:%.*s@%.*s", STR_ARG(named.profile), STR_ARG(named.region));
    arena_fini(&arena);
    return found;
}

static void add_place(struct buf *out, const char *end)
{
    struct err ignored = ERR_INIT;
    if (!end[0])
        backend_default_path(out, &ignored);
    else if (!add_named(out, end))
        add_address(out, end);
}

static bool is_same_place(const char *a, const char *b)
{
    struct buf place_a = {0}, place_b = {0};
    add_place(&place_a, a);
    add_place(&place_b, b);
    bool same = str_equal(buf_str(&place_a), buf_str(&place_b));
    buf_fini(&place_a);
    buf_fini(&place_b);
    return same;
}

static bool refuse_itself(struct err *err)
{
    return err_set(err, ERR_USAGE, "a table cannot be copied onto itself: name the copy, --as");
}

/* Both ends are open, under words that did not say that they are one. */
static bool check_ends(const struct copying *c, struct err *err)
{
    const char *from = backend_place(c->from.backend), *to = backend_place(c->to.backend);
    if (!c->to_own || !from || !to || !is_same_place(from, to))
        return true;
    if (str_equal(c->copy.table, c->copy.to_table))
        return refuse_itself(err);
    return backend_is_remote(c->to.backend) ||
           err_set(err, ERR_USAGE, "%s and %s are one store: call it by one name", c->cli->args[0],
               c->cli->args[2]);
}

static bool open_ends(struct copying *c, struct err *err)
{
    struct cli *cli = c->cli;
    const char *from = cli->args[0], *to = cli->args[2];
    bool same = is_same_place(from, to);
    struct backend_options options = cli_backend_options(cli, CLI_READS);
    options.must_exist = true;
    options.read_only = !same;
    cli->backend = backend_open(from, &options, err); /* closed by cli_main() */
    if (!cli->backend)
        return err_context(err, "%s", from);
    options = cli_backend_options(cli, cli_has(cli, CLI_NO_SYNC) ? CLI_LOADS : CLI_WRITES);
    c->to_own = same ? NULL : backend_open(to, &options, err);
    if (!same && !c->to_own)
        return err_context(err, "%s", to);
    c->from = cli_client(cli->backend, &c->from_budget);
    c->to = cli_client(same ? cli->backend : c->to_own, &c->to_budget);
    c->copy.from_budget = c->from.limits.budget;
    c->copy.to_budget = c->to.limits.budget;
    c->copy.from = c->from.backend;
    cli_watch(cli, cli->backend, c->to_own);
    c->copy.to = c->to.backend;
    return check_ends(c, err);
}

static bool take_options(struct copying *c, struct err *err)
{
    int64_t segments;
    struct cli *cli = c->cli;
    c->resume = cli_has(cli, CLI_RESUME);
    c->merge = cli_has(cli, CLI_MERGE);
    c->copy.table = str_from(cli->args[1]);
    c->copy.to_table = cli_has(cli, CLI_AS) ? cli_value(cli, CLI_AS) : c->copy.table;
    c->copy.consistent = cli_has(cli, CLI_CONSISTENT);
    c->copy.cancel = cli_cancel();
    if (!cli_number(cli, CLI_SEGMENTS, 1, SEGMENTS, &segments, err) ||
        !cli_number(cli, CLI_RATE, 1, 0, &c->copy.rate, err))
        return false;
    if (segments > COPY_SEGMENTS_MAX)
        return err_set(err, ERR_USAGE, "a copy has 1 to %d segments, not %" PRId64,
            COPY_SEGMENTS_MAX, segments);
    c->copy.segments = (unsigned)segments;
    if (is_same_place(cli->args[0], cli->args[2]) && str_equal(c->copy.table, c->copy.to_table))
        return refuse_itself(err);
    return true;
}

/* Once both ends are open, since the store that is written to may have been made by that. */
static bool open_place(struct copying *c, struct err *err)
{
    static const enum cli_option_id meant[] = {CLI_PROFILE, CLI_REGION, CLI_ENDPOINT_URL};
    struct buf identity = {0};
    for (int end = 0; end <= 2; end += 2) {
        add_place(&identity, c->cli->args[end]);
        buf_add_byte(&identity, '\n');
    }
    buf_printf(&identity, "%.*s\n%.*s", STR_ARG(c->copy.table), STR_ARG(c->copy.to_table));
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
        buf_printf(&identity, "\n%.*s", STR_ARG(cli_value(c->cli, meant[i])));
    bool ok = copy_place_open(&c->place, buf_str(&identity), err);
    buf_fini(&identity);
    return ok;
}

/* ---- the table ---- */

static bool same_keys(const struct client_table *a, const struct client_table *b)
{
    bool same = a->key_count == b->key_count;
    for (uint32_t i = 0; same && i < a->key_count; i++)
        same = str_equal(a->keys[i].name, b->keys[i].name) && a->keys[i].type == b->keys[i].type;
    return same;
}

static bool check_there(struct copying *c, const struct client_table *there, struct err *err)
{
    const char *name = c->cli->args[1];
    if (!same_keys(&c->source, there))
        return err_set(err, ERR_USAGE, "%s has a table %.*s with another key: name the copy, --as",
            c->cli->args[2], STR_ARG(there->name));
    if (c->place.found && !c->resume)
        return err_set(err, ERR_USAGE,
            "an earlier copy of %s was interrupted: --resume goes on with it, --merge begins again",
            name);
    return err_set(err, ERR_USAGE,
        "%s has a table %.*s already: --merge writes into it, --as copies under another name",
        c->cli->args[2], STR_ARG(there->name));
}

/* The table that is written to: made, or there already where that was asked for. */
static bool prepare_table(struct copying *c, struct err *err)
{
    struct client_table there;
    bool found;
    if (!client_describe(&c->from, &c->cli->arena, c->copy.table, &c->source, err) ||
        !cli_table_find(&c->to, &c->cli->arena, c->copy.to_table, &there, &found, err))
        return false;
    bool go_on = c->resume && c->place.found;
    if (found && same_keys(&c->source, &there) && (c->merge || go_on))
        return true;
    if (found)
        return check_there(c, &there, err);
    struct err ignored = ERR_INIT;
    c->place.found = false; /* of a copy whose table has gone */
    c->place.fresh = true;
    copy_place_save(&c->place, c->copy.at, c->copy.segments, &ignored);
    return copy_table_make(&c->from, c->copy.table, &c->to, c->copy.to_table, err);
}

/* ---- running ---- */

static void tick(void *context, const struct copy_segment *segments, unsigned count)
{
    struct copying *c = context;
    struct copy_sum total = copy_total(segments, count);
    struct err ignored = ERR_INIT;
    int64_t now = clock_tick_ns();
    progress_show(&c->progress, total.items, total.items);
    if (!c->saving || now - c->saved_ns < SAVE_EVERY_NS)
        return;
    copy_place_save(&c->place, segments, count, &ignored); /* without it, more is copied again */
    c->saved_ns = now;
}

static bool copy_items(struct copying *c, struct err *err)
{
    struct err ignored = ERR_INIT;
    bool quiet = cli_has(c->cli, CLI_QUIET);
    if (c->resume && c->place.found && !copy_place_take(&c->place, &c->copy))
        cli_report_note("what was noted of the earlier copy makes no sense: it begins again");
    c->copy.tick = tick;
    c->copy.context = c;
    c->saving = true;
    progress_init(&c->progress, "copy", (uint64_t)c->source.items, quiet);
    progress_watch(&c->progress, c->cli->waiting);
    copy_place_save(&c->place, c->copy.at, c->copy.segments, &ignored);
    bool ok = copy_run(&c->copy, err);
    progress_wipe(&c->progress);
    copy_place_save(&c->place, c->copy.at, c->copy.segments, &ignored);
    if (!ok && err->code == ERR_BUDGET)
        cli_report_note("dynascope: the same command with --resume goes on from there");
    return ok;
}

static void summarise(const struct copying *c, const struct copy_sum *sum, const char *verdict)
{
    char count[PROGRESS_NUMBER_MAX], rate[PROGRESS_NUMBER_MAX];
    double seconds = progress_seconds(&c->progress);
    progress_number(count, sum->items);
    progress_number(rate, seconds > 0 ? (uint64_t)((double)sum->items / seconds) : 0);
    if (!cli_has(c->cli, CLI_QUIET))
        cli_report_note("%s items copied to %s in %.1f s (%s/s), %s", count, c->cli->args[2],
            seconds, rate, verdict);
}

/* What is in a table now; only its end, limits and name are the caller's. */
static bool sum_up(
    struct copying *c, struct copy table, uint64_t expected, struct copy_sum *out, struct err *err)
{
    table.segments = c->copy.segments;
    table.consistent = true;
    table.cancel = c->copy.cancel;
    table.tick = tick;
    table.context = c;
    c->saving = false;
    progress_init(&c->progress, "verify", expected, cli_has(c->cli, CLI_QUIET));
    progress_watch(&c->progress, c->cli->waiting);
    bool ok = copy_run(&table, err);
    progress_wipe(&c->progress);
    *out = copy_total(table.at, table.segments);
    copy_fini(&table);
    return ok;
}

/* Reads the copy back. One that is wrong stays wrong: nothing is to go on from it. */
static bool verify(struct copying *c, const struct copy_sum *wanted, struct err *err)
{
    struct copy_sum got;
    struct copy back = {
        .from = c->to.backend, .table = c->copy.to_table, .from_budget = c->copy.to_budget};
    if (!sum_up(c, back, wanted->items, &got, err))
        return false;
    if (copy_sum_equal(&got, wanted))
        return true;
    copy_place_forget(&c->place);
    return err_set(err, ERR_DATA,
        "the copy is not what was read: %" PRIu64 " items there, %" PRIu64 " were read; was it "
        "written to meanwhile? Delete the table %.*s of %s and copy again, or copy under another "
        "name, --as",
        got.items, wanted->items, STR_ARG(c->copy.to_table), c->cli->args[2]);
}

/* The copy is good whatever comes of this: only what is known is said. */
static void look_for_writes(struct copying *c, const struct copy_sum *wanted)
{
    struct err ignored = ERR_INIT;
    struct copy_sum now;
    bool remote = backend_is_remote(c->from.backend);
    struct copy again = {.from = c->from.backend,
        .table = c->copy.table,
        .rate = remote ? c->copy.rate : 0,
        .from_budget = c->copy.from_budget};
    if (remote && (c->copy.from_budget || wanted->items > READ_AGAIN_MAX))
        return;
    if (sum_up(c, again, wanted->items, &now, &ignored) && !copy_sum_equal(&now, wanted))
        cli_report_note("dynascope: the table was written to meanwhile: copy again with --merge "
                        "for what changed");
}

static bool run(struct copying *c, struct err *err)
{
    if (!copy_items(c, err))
        return false;
    struct copy_sum sum = copy_total(c->copy.at, c->copy.segments);
    struct progress copied = c->progress;
    if (c->place.fresh && !verify(c, &sum, err))
        return false;
    if (!copy_table_finish(&c->from, c->copy.table, &c->to, c->copy.to_table, err))
        return false;
    copy_place_forget(&c->place);
    c->progress = copied;
    summarise(c, &sum,
        c->place.fresh ? "verified: the copy is what was read"
                       : "not verified: the table had items");
    if (c->place.fresh)
        look_for_writes(c, &sum);
    return true;
}

bool cli_copy_run(struct cli *cli, struct err *err)
{
    struct copying c = {.cli = cli};
    bool ok = take_options(&c, err) && open_ends(&c, err) && open_place(&c, err) &&
              prepare_table(&c, err) && run(&c, err);
    cli_unwatch(cli);
    copy_fini(&c.copy);
    copy_place_fini(&c.place);
    struct err closing = ERR_INIT;
    if (!backend_close(c.to_own, &closing) && ok) {
        *err = closing;
        ok = false;
    }
    return ok;
}
