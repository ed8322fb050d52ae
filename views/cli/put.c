/* SPDX-License-Identifier: MIT */
/*
 * dynascope put: items from an argument, a file or the standard input, one behind the other. Each
 * is written by itself, so that a condition can guard it; what was written before a bad one stays.
 */
#include "backend/json_in.h"
#include "views/cli/cli.h"
#include "views/cli/source.h"
#include "views/cli/write.h"

enum { PUT_TEXT_MAX = 64 << 20 };

static bool put_one(
    struct cli *cli, const struct json *json, const struct client_condition *guard, struct err *err)
{
    struct buf item = {0};
    bool ok = json_in_item(&item, json, true, err);
    ok = ok &&
         client_put(&cli->client, str_from(cli->args[0]), value_of(buf_str(&item)), guard, err);
    buf_fini(&item);
    return ok;
}

/* items := (item blank*)* */
static bool put_all(
    struct cli *cli, struct str text, const struct client_condition *guard, struct err *err)
{
    struct arena arena = {0};
    struct str rest = text;
    size_t count = 0;
    bool ok = true;
    while (ok) {
        arena_reset(&arena);
        const struct json *json = json_parse_next(&arena, &rest, err);
        if (!json) {
            ok = err->code == ERR_NONE;
            break;
        }
        ok = put_one(cli, json, guard, err);
        count += ok;
    }
    if (ok && !count)
        ok = err_set(err, ERR_DATA, "there is no item to put: the input is empty");
    if (!ok && err->code == ERR_DATA)
        cli_point_at(cli, "", rest);
    if (!ok && count)
        err_context(err, "item %zu (the ones before it are written)", count + 1);
    arena_fini(&arena);
    return ok;
}

bool cli_put_run(struct cli *cli, struct err *err)
{
    struct buf text = {0};
    struct client_condition guard;
    const char *argument = cli->arg_count > 1 ? cli->args[1] : "-";
    bool ok = cli_write_condition(cli, &guard, err) &&
              cli_source_read(argument, PUT_TEXT_MAX, &text, err) && cli_open(cli, CLI_WRITES, err);
    if (ok) {
        struct str kept = arena_dup(&cli->arena, buf_str(&text));
        ok = put_all(cli, kept, &guard, err);
    }
    buf_fini(&text);
    return ok;
}
