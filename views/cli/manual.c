/* SPDX-License-Identifier: MIT */
/* The lists of the manual page, from the rows: cmake/manual.cmake puts them into dynascope.1.in. */
#include "views/cli/cli.h"

/* mdoc takes a leading dot or apostrophe for a request, and backslashes for escapes. */
static void add_mdoc(struct buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_add(out, STR("\\&"));
    for (; *text; text++) {
        if (*text == '\\')
            buf_add(out, STR("\\e"));
        else
            buf_add_byte(out, *text);
    }
    buf_add_byte(out, '\n');
}

static void mdoc_option(struct buf *out, const struct cli_option *option)
{
    buf_add(out, STR(".It"));
    if (option->letter)
        buf_printf(out, " Fl %c ,", option->letter);
    buf_printf(out, " Fl \\-%s", option->name);
    if (option->alias)
        buf_printf(out, " , Fl \\-%s", option->alias);
    if (option->argument)
        buf_printf(out, " Ar %s", option->argument);
    buf_add_byte(out, '\n');
    add_mdoc(out, option->help);
}

static void mdoc_command(struct buf *out, const struct cli_command *command)
{
    buf_printf(
        out, ".Ss dynascope %s%s%s\n", command->name, command->name[0] ? " " : "", command->args);
    buf_printf(out, "%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
    if (command->help)
        add_mdoc(out, command->help);
    buf_add(out, STR(".Bl -tag -width Ds\n"));
    for (int id = 0; id < CLI_OPTION_COUNT; id++)
        if (cli_command_takes(command, (enum cli_option_id)id))
            mdoc_option(out, cli_option((enum cli_option_id)id));
    buf_add(out, STR(".El\n"));
}

void cli_manual_add(struct buf *out)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 0; i < count; i++)
        mdoc_command(out, &all[i]);
}
