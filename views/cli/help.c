/* SPDX-License-Identifier: MIT */
/* --help, from the rows of the commands and options: 80 columns, to the standard output. */
#include "views/cli/help.h"
#include "backend/ops.h"
#include "base/utf8.h"

enum { HELP_WIDTH = 79, HELP_COLUMN = 30 };

/* Adds words with line breaks, each further line indented; the cursor stands in column `at`. */
static void add_wrapped(struct buf *out, const char *text, size_t indent, size_t at)
{
    struct str rest = str_from(text), word;
    bool first = true;
    while (str_cut(&rest, ' ', &word)) {
        size_t wide = utf8_length(word);
        if (!first && at + 1 + wide > HELP_WIDTH) {
            buf_printf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            buf_add_byte(out, ' ');
            at++;
        }
        buf_add(out, word);
        at += wide;
        first = false;
    }
    buf_add_byte(out, '\n');
}

static void add_entry(struct buf *out, struct str left, const char *right)
{
    size_t wide = utf8_length(left) + 2;
    buf_add(out, STR("  "));
    buf_add(out, left);
    if (wide + 2 > HELP_COLUMN)
        buf_printf(out, "\n%*s", HELP_COLUMN, "");
    else
        buf_printf(out, "%*s", (int)(HELP_COLUMN - wide), "");
    add_wrapped(out, right, HELP_COLUMN, HELP_COLUMN);
}

static void add_option(struct buf *out, const struct cli_option *option)
{
    struct buf left = {0};
    if (option->letter)
        buf_printf(&left, "-%c, ", option->letter);
    buf_printf(&left, "--%s", option->name);
    if (option->alias)
        buf_printf(&left, ", --%s", option->alias);
    if (option->argument)
        buf_printf(&left, " %s", option->argument);
    add_entry(out, buf_str(&left), option->help);
    buf_fini(&left);
}

/* Those of the connection, which nearly all subcommands take, and of the program. */
static bool is_common(enum cli_option_id id)
{
    return id <= CLI_BUDGET || id == CLI_HELP || id == CLI_VERSION;
}

/* What a subcommand alone takes comes first. */
static void add_options(struct buf *out, const struct cli_command *command)
{
    static const char *const headings[] = {"\nOptions:\n", "\nCommon options:\n"};
    for (int common = 0; common < 2; common++) {
        bool any = false;
        for (int i = 0; i < CLI_OPTION_COUNT; i++) {
            enum cli_option_id id = (enum cli_option_id)i;
            if (is_common(id) != (common == 1) || !cli_command_takes(command, id))
                continue;
            if (!any)
                buf_add(out, str_from(headings[common]));
            any = true;
            add_option(out, cli_option(id));
        }
    }
}

static void add_overview(struct buf *out)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    buf_add(out, STR("\nSubcommands:\n"));
    for (size_t i = 1; i < count; i++)
        if (!strchr(all[i].name, ' '))
            add_entry(out, str_from(all[i].name), all[i].summary);
    buf_add(out, STR("\n'dynascope help SUBCOMMAND' explains one.\n"));
}

/* Verbs with their other names. */
static void add_verbs(struct buf *out, const struct cli_command *group)
{
    size_t count, front = strlen(group->name) + 1;
    const struct cli_command *all = cli_commands_all(&count);
    struct buf names = {0};
    buf_add(out, STR("\nSubcommands:\n"));
    for (size_t i = 1; i < count; i++) {
        struct str verb = cli_command_verb(group, &all[i]);
        if (!verb.len)
            continue;
        buf_clear(&names);
        buf_add(&names, verb);
        if (all[i].alias)
            buf_printf(&names, ", %s", all[i].alias + front);
        add_entry(out, buf_str(&names), all[i].summary);
    }
    buf_printf(out, "\n'dynascope %s SUBCOMMAND --help' explains one.\n", group->name);
    buf_fini(&names);
}

void cli_help_format(struct buf *out, const struct cli_command *command)
{
    bool explorer = !command->name[0];
    buf_add(out, STR("Usage: dynascope "));
    if (explorer)
        buf_printf(out, "[OPTIONS] %s\n       dynascope SUBCOMMAND …\n\n", command->args);
    else
        buf_printf(out, "%s [OPTIONS] %s\n\n", command->name, command->args);
    if (explorer)
        buf_add(out, STR("A terminal explorer for DynamoDB-style tables.\n"));
    else
        buf_printf(out, "%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
    if (command->help) {
        buf_add_byte(out, '\n');
        add_wrapped(out, command->help, 0, 0);
    }
    if (command->group)
        add_verbs(out, command);
    add_options(out, command);
    if (explorer)
        add_overview(out);
}

bool cli_help_print(struct cli *cli, const struct cli_command *command, struct err *err)
{
    struct buf text = {0};
    cli_help_format(&text, command);
    cli_out_words(&cli->out, buf_str(&text));
    buf_fini(&text);
    return cli_out_flush(&cli->out, err);
}

static bool has_word(struct str name, struct str word)
{
    for (size_t at = 0; word.len && at + word.len <= name.len; at++)
        if (str_equal_nocase(str_take(str_skip(name, at), word.len), word))
            return true;
    return false;
}

/* What has no subcommand may have operations. */
static bool refuse_word(const char *word, struct err *err)
{
    enum { NAMES_MAX = 6, WORD_MIN = 4 };
    size_t count, named = 0;
    const struct op *all = op_all(&count);
    struct buf names = {0};
    for (size_t i = 0; i < count && strlen(word) >= WORD_MIN && named < NAMES_MAX; i++)
        if (has_word(all[i].name, str_from(word)))
            buf_printf(&names, "%s%.*s", named++ ? ", " : "", STR_ARG(all[i].name));
    if (named)
        err_set(err, ERR_USAGE,
            "there is no subcommand %s; there are operations: dynascope call OPERATION JSON, with "
            "%s",
            word, buf_cstr(&names));
    else
        err_set(err, ERR_USAGE, "there is no subcommand %s; dynascope --help lists them", word);
    buf_fini(&names);
    return false;
}

bool cli_help_run(struct cli *cli, struct err *err)
{
    size_t count;
    const struct cli_command *about = cli_commands_all(&count);
    if (cli->arg_count) {
        about = cli_commands_find(str_from(cli->args[0]));
        if (!about)
            return refuse_word(cli->args[0], err);
        const struct cli_command *group = about;
        if (cli->arg_count > 1)
            about = cli_commands_verb(group, str_from(cli->args[1]));
        if (!about)
            return err_set(err, ERR_USAGE, "%s has no subcommand %s; dynascope help %s lists them",
                group->name, cli->args[1], group->name);
    }
    return cli_help_print(cli, about, err);
}
