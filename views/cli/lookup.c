/* SPDX-License-Identifier: MIT */
/*
 * Finds rows by what was typed. The verbs of a subcommand are rows of their own, whose names are
 * two words: "trigger add" stands behind "trigger".
 */
#include "views/cli/cli.h"

const struct cli_command *cli_commands_find(struct str name)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 1; i < count; i++)
        if (str_equal(str_from(all[i].name), name) ||
            (all[i].alias && str_equal(str_from(all[i].alias), name)))
            return &all[i];
    return NULL;
}

/* "trigger" and "add" */
const struct cli_command *cli_commands_verb(const struct cli_command *group, struct str verb)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 1; group->group && i < count; i++) {
        struct str own = cli_command_verb(group, &all[i]);
        struct str alias = str_skip(str_from(all[i].alias), strlen(group->name) + 1);
        if (own.len && (str_equal(own, verb) || (alias.len && str_equal(alias, verb))))
            return &all[i];
    }
    return NULL;
}

struct str cli_command_verb(const struct cli_command *group, const struct cli_command *command)
{
    struct str name = str_from(command->name), front = str_from(group->name);
    bool within = group->group && str_starts(name, front) && name.len > front.len &&
                  name.at[front.len] == ' ';
    return within ? str_skip(name, front.len + 1) : STR_NONE;
}

bool cli_command_takes(const struct cli_command *command, enum cli_option_id id)
{
    if (id <= CLI_BUDGET || id == CLI_HELP || id == CLI_VERSION)
        return true; /* those of the connection and these two */
    for (const enum cli_option_id *own = command->options; *own != CLI_OPTION_COUNT; own++)
        if (*own == id)
            return true;
    return false;
}

/* ---- nearest name ---- */

enum { NAME_MAX_LENGTH = 64 };

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned cli_word_distance(struct str a, struct str b)
{
    unsigned row[3][NAME_MAX_LENGTH + 1];
    if (a.len > NAME_MAX_LENGTH || b.len > NAME_MAX_LENGTH)
        return NAME_MAX_LENGTH;
    for (unsigned j = 0; j <= b.len; j++)
        row[1][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *now = row[(i + 1) % 3], *last = row[i % 3], *before = row[(i + 2) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned cost = a.at[i - 1] != b.at[j - 1];
            now[j] = smaller(smaller(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
    }
    return row[(a.len + 1) % 3][b.len];
}

const char *cli_commands_nearest(struct str name)
{
    const char *nearest = NULL;
    unsigned best = 3;
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 1; i < count; i++) {
        struct str own = str_from(all[i].name);
        unsigned away = cli_word_distance(name, own);
        if (away < best && away < own.len) {
            best = away;
            nearest = all[i].name;
        }
    }
    return nearest;
}
