/* SPDX-License-Identifier: MIT */
/* Arguments that are texts or name one, and options that hold JSON. */
#include "views/cli/source.h"
#include "backend/json_in.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

static bool read_all(int fd, const char *name, size_t most, struct buf *out, struct err *err)
{
    for (;;) {
        ssize_t n = read(fd, buf_reserve(out, READ_SIZE), READ_SIZE);
        if (n < 0 && errno == EINTR && cli_cancelled(err))
            return false;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "cannot read %s", name);
        if (n == 0)
            return true;
        out->len += (size_t)n;
        if (out->len > most)
            return err_set(err, ERR_DATA,
                "%s is larger than %zu MB: for large files there is 'dynascope import'", name,
                most >> 20);
    }
}

bool cli_source_read(const char *argument, size_t most, struct buf *out, struct err *err)
{
    if (strcmp(argument, "-") == 0 || strcmp(argument, "@-") == 0)
        return read_all(STDIN_FILENO, "the standard input", most, out, err);
    if (argument[0] != '@') {
        buf_add(out, str_from(argument));
        return true;
    }
    int fd = open(argument + 1, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_errno(err, errno, "cannot open %s", argument + 1);
        err->code = ERR_NO_INPUT;
        return false;
    }
    bool ok = read_all(fd, argument + 1, most, out, err);
    close(fd);
    return ok;
}

/* The JSON of an option; its text is what errors point into. */
static const struct json *parse_option(struct cli *cli, enum cli_option_id id, struct err *err)
{
    struct str text = cli_value(cli, id);
    const struct json *json = json_parse(&cli->arena, text, err);
    if (json && json->type == JSON_OBJECT)
        return json;
    if (json)
        err_set(err, ERR_DATA, "a JSON object is needed");
    cli_point_at(cli, cli_option(id)->name, text);
    err_context(err, "--%s", cli_option(id)->name);
    return NULL;
}

/* Moves a value that was encoded into a buffer to the run's arena. */
static bool keep(struct cli *cli, enum cli_option_id id, bool ok, struct buf *encoded,
    struct value *out, struct err *err)
{
    if (ok)
        *out = value_of(arena_dup(&cli->arena, buf_str(encoded)));
    else
        err_context(err, "--%s", cli_option(id)->name);
    buf_fini(encoded);
    return ok;
}

bool cli_source_names(struct cli *cli, struct value *out, struct err *err)
{
    struct buf encoded = {0};
    *out = (struct value){0};
    if (!cli_has(cli, CLI_NAMES))
        return true;
    const struct json *json = parse_option(cli, CLI_NAMES, err);
    if (!json)
        return false;
    return keep(cli, CLI_NAMES, json_in_plain(&encoded, json, err), &encoded, out, err);
}

bool cli_source_item(struct cli *cli, enum cli_option_id id, struct value *out, struct err *err)
{
    struct buf encoded = {0};
    *out = (struct value){0};
    if (!cli_has(cli, id))
        return true;
    const struct json *json = parse_option(cli, id, err);
    if (!json)
        return false;
    return keep(cli, id, json_in_item(&encoded, json, false, err), &encoded, out, err);
}

bool cli_source_values(struct cli *cli, struct value *out, struct err *err)
{
    return cli_source_item(cli, CLI_VALUES, out, err);
}
