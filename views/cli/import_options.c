/* SPDX-License-Identifier: MIT */
/* The options of dynascope import, as the run needs them. */
#include "views/cli/import.h"
#include "views/cli/table.h"

#include <errno.h>
#include <fcntl.h>

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

bool import_take_options(struct importing *im, struct err *err)
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
    im->add_key = (enum import_add_key)kind;
    im->options.members = im->add_key == IMPORT_ADD_NAME;
    im->skip = action == 1;
    im->quiet = cli_has(cli, CLI_QUIET);
    im->resume = cli_has(cli, CLI_RESUME);
    return open_rejects(im, err);
}
