/* SPDX-License-Identifier: MIT */
/*
 * Command line words into options and arguments, the way getopt_long() does, but from our own rows
 * and without its globals. The subcommand may stand behind options: every option's row says whether
 * it takes a value, whichever subcommand it belongs to, so the words can be told apart in one pass.
 */
#include "views/cli/options.h"

/* Which option a long name means among the rows that the command takes (or the others): an exact
 * one, or the only one that it begins. *id stays CLI_OPTION_COUNT where there is none. */
static bool find_long(const struct cli_command *command, bool own, struct str name,
    enum cli_option_id *id, struct err *err)
{
    *id = CLI_OPTION_COUNT;
    if (!name.len)
        return true;
    for (enum cli_option_id i = 0; i < CLI_OPTION_COUNT; i++) {
        const struct cli_option *option = cli_option(i);
        struct str names[2] = {str_from(option->name), str_from(option->alias)};
        for (int n = 0; n < 2 && cli_command_takes(command, i) == own; n++) {
            if (str_equal(names[n], name)) {
                *id = i;
                return true;
            }
            if (!str_starts(names[n], name) || *id == i)
                continue;
            if (*id == CLI_OPTION_COUNT)
                *id = i;
            else
                err_set(err, ERR_USAGE, "--%.*s could be --%s or --%s: write more of it",
                    STR_ARG(name), cli_option(*id)->name, option->name);
        }
    }
    return err->code == ERR_NONE;
}

static bool find_letter(
    const struct cli_command *command, bool own, char letter, enum cli_option_id *id)
{
    for (*id = 0; *id < CLI_OPTION_COUNT; (*id)++)
        if (cli_option(*id)->letter == letter && cli_command_takes(command, *id) == own)
            return true;
    return false;
}

/* The words that are left. */
struct words {
    int count;
    char **at;
};

static const char *next_word(struct words *words)
{
    if (!words->count)
        return NULL;
    words->count--;
    return *words->at++;
}

static bool take_value(
    struct cli *cli, enum cli_option_id id, const char *given, struct words *words, struct err *err)
{
    const struct cli_option *option = cli_option(id);
    if (!option->argument) {
        cli->value[id] = "";
        return !given || err_set(err, ERR_USAGE, "--%s takes no value", option->name);
    }
    cli->value[id] = given ? given : next_word(words);
    cli->given[cli->given_count++] = (struct cli_given){id, cli->value[id]};
    return cli->value[id] ||
           err_set(err, ERR_USAGE, "--%s needs a value: %s", option->name, option->argument);
}

/* --name, --name=VALUE */
static bool take_long(struct cli *cli, const char *word, struct words *words, struct err *err)
{
    struct str name = str_from(word + 2);
    const char *value = strchr(word, '=');
    if (value)
        name.len = (size_t)(value - name.at);
    enum cli_option_id id;
    bool ok = find_long(cli->command, true, name, &id, err);
    if (ok && id == CLI_OPTION_COUNT)
        ok = find_long(cli->command, false, name, &id, err);
    if (ok && id == CLI_OPTION_COUNT)
        ok = err_set(err, ERR_USAGE, "there is no option --%.*s", STR_ARG(name));
    return ok && take_value(cli, id, value ? value + 1 : NULL, words, err);
}

/* -a, -ab, -nVALUE */
static bool take_short(struct cli *cli, const char *word, struct words *words, struct err *err)
{
    for (const char *letter = word + 1; *letter; letter++) {
        enum cli_option_id id;
        if (!find_letter(cli->command, true, *letter, &id) &&
            !find_letter(cli->command, false, *letter, &id))
            return err_set(err, ERR_USAGE, "there is no option -%c", *letter);
        bool glued = cli_option(id)->argument && letter[1];
        if (!take_value(cli, id, glued ? letter + 1 : NULL, words, err))
            return false;
        if (glued)
            break;
    }
    return true;
}

/* "-" is standard input and "-5" or "-.5" a number. */
static bool is_argument(const char *word)
{
    return word[0] != '-' || !word[1] || (word[1] >= '0' && word[1] <= '9') ||
           (word[1] == '.' && word[2] >= '0' && word[2] <= '9');
}

/* The first argument names the subcommand, or there is none and the explorer is meant; the next
 * one a verb, where the subcommand has some. */
static void take_argument(struct cli *cli, const char *word)
{
    const struct cli_command *named = NULL;
    if (!cli->arg_count && !cli->command->name[0] && !strchr(word, ' '))
        named = cli_commands_find(str_from(word));
    else if (!cli->arg_count)
        named = cli_commands_verb(cli->command, str_from(word));
    if (named)
        cli->command = named;
    else
        cli->args[cli->arg_count++] = word;
}

static bool take_words(struct cli *cli, struct words *words, struct err *err)
{
    bool options = true, ok = true;
    for (const char *word; ok && (word = next_word(words));) {
        if (!options || is_argument(word))
            take_argument(cli, word);
        else if (strcmp(word, "--") == 0)
            options = false;
        else if (word[1] == '-')
            ok = take_long(cli, word, words, err);
        else
            ok = take_short(cli, word, words, err);
    }
    return ok;
}

static bool check_options(const struct cli *cli, struct err *err)
{
    const char *name = cli->command->name[0] ? cli->command->name : "the explorer";
    for (enum cli_option_id id = 0; id < CLI_OPTION_COUNT; id++)
        if (cli->value[id] && !cli_command_takes(cli->command, id))
            return err_set(err, ERR_USAGE, "%s takes no --%s", name, cli_option(id)->name);
    return true;
}

bool cli_options_parse(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct words words = {.count = argc > 0 ? argc - 1 : 0, .at = argv + 1};
    size_t count;
    /* a word of letters gives at most one value */
    cli->given = arena_array(&cli->arena, struct cli_given, (size_t)words.count + 1);
    cli->args = arena_array(&cli->arena, const char *, (size_t)words.count + 1);
    cli->command = &cli_commands_all(&count)[0];
    return take_words(cli, &words, err) && check_options(cli, err);
}
