/* SPDX-License-Identifier: MIT */
/*
 * What the verbs of `trigger` share. A trigger is a function and a mapping, found by one word. Runs
 * nothing: reading and changing the registry needs no runner, and a runner sees the changes.
 */
#include "views/cli/trigger.h"

#include "views/cli/report.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { PREFIX_MIN = 4 };

/* ---- the registry ---- */

bool trigger_place_read(struct cli *cli, struct trigger_place *place, struct err *err)
{
    struct buf complaint = {0};
    bool ok =
        registry_functions(place->registry, &cli->arena, &place->functions, &complaint, err) &&
        registry_mappings(place->registry, &cli->arena, &place->mappings, &complaint, err);
    struct str rest = buf_str(&complaint), line;
    while (ok && str_cut(&rest, '\n', &line))
        if (line.len)
            cli_report_note("dynascope: %.*s", STR_ARG(line));
    buf_fini(&complaint);
    return ok;
}

bool trigger_place_open(struct cli *cli, struct trigger_place *place, struct err *err)
{
    *place = (struct trigger_place){0};
    if (!cli_open(cli, CLI_READS, err) || !triggers_folder(cli->backend, &place->folder, err))
        return false;
    place->registry = registry_open(buf_cstr(&place->folder), NULL, NULL, err);
    return place->registry && trigger_place_read(cli, place, err);
}

bool trigger_may_change(const struct cli *cli, struct err *err)
{
    return !cli_has(cli, CLI_READ_ONLY) ||
           err_set(err, ERR_USAGE, "--read-only: %s writes, leave it out", cli->command->name);
}

void trigger_place_close(struct trigger_place *place)
{
    registry_close(place->registry);
    buf_fini(&place->folder);
}

/* ---- finding ---- */

const struct function *trigger_function(const struct trigger_place *place, struct str name)
{
    for (size_t i = 0; i < place->functions.count; i++)
        if (str_equal(place->functions.items[i].name, name))
            return &place->functions.items[i];
    return NULL;
}

size_t trigger_mappings(
    const struct trigger_place *place, struct str function, const struct mapping **first)
{
    size_t count = 0;
    *first = NULL;
    for (size_t i = 0; i < place->mappings.count; i++)
        if (str_equal(place->mappings.items[i].function, function)) {
            *first = *first ? *first : &place->mappings.items[i];
            count++;
        }
    return count;
}

static size_t find_uuid(
    const struct trigger_place *place, struct str word, const struct mapping **out)
{
    size_t count = 0;
    for (size_t i = 0; word.len >= PREFIX_MIN && i < place->mappings.count; i++)
        if (str_starts(place->mappings.items[i].uuid, word)) {
            *out = &place->mappings.items[i];
            count++;
        }
    return count;
}

/* Names that one may have meant, or all there are. */
static bool refuse_name(const struct trigger_place *place, struct str word, struct err *err)
{
    struct str nearest = STR_NONE;
    unsigned best = 3;
    for (size_t i = 0; i < place->functions.count; i++) {
        struct str name = place->functions.items[i].name;
        unsigned away = cli_word_distance(word, name);
        if (away < best && away < name.len) {
            best = away;
            nearest = name;
        }
    }
    if (nearest.len)
        return err_refuse(err, "ResourceNotFoundException",
            "there is no trigger '%.*s': did you mean '%.*s'?", STR_ARG(str_take(word, 128)),
            STR_ARG(nearest));
    return err_refuse(err, "ResourceNotFoundException", "there is no trigger '%.*s': %s",
        STR_ARG(str_take(word, 128)),
        place->functions.count ? "'dynascope trigger list' lists them"
                               : "this connection has none, 'dynascope trigger add' makes one");
}

static bool refuse_choice(
    const struct trigger_place *place, struct str word, bool by_name, struct err *err)
{
    struct buf names = {0};
    for (size_t i = 0; i < place->mappings.count; i++) {
        const struct mapping *m = &place->mappings.items[i];
        if (by_name ? str_equal(m->function, word) : str_starts(m->uuid, word))
            buf_printf(&names, "%s%.*s (%.*s)", names.len ? ", " : "",
                STR_ARG(str_take(m->uuid, 8)), STR_ARG(mapping_table(m)));
    }
    err_set(err, ERR_USAGE, "'%.*s' could be several mappings: name one by its UUID: %s",
        STR_ARG(str_take(word, 128)), buf_cstr(&names));
    buf_fini(&names);
    return false;
}

bool trigger_find(
    const struct trigger_place *place, struct str word, struct trigger *out, struct err *err)
{
    *out = (struct trigger){.function = trigger_function(place, word)};
    size_t count = trigger_mappings(place, word, &out->mapping);
    bool by_name = out->function || count;
    if (!by_name)
        count = find_uuid(place, word, &out->mapping);
    if (count > 1)
        return refuse_choice(place, word, by_name, err);
    if (!by_name && !count)
        return refuse_name(place, word, err);
    if (out->mapping)
        out->function = trigger_function(place, out->mapping->function);
    return true;
}

struct str trigger_name(const struct trigger_place *place, const struct trigger *trigger)
{
    const struct mapping *first;
    struct str name = trigger->function ? trigger->function->name : trigger->mapping->function;
    return trigger->mapping && trigger_mappings(place, name, &first) > 1 ? trigger->mapping->uuid
                                                                         : name;
}

bool trigger_need_function(const struct trigger *t, struct err *err)
{
    return t->function ||
           err_refuse(err, "ResourceNotFoundException",
               "the function '%.*s' of this mapping is gone: dynascope trigger remove %.*s takes "
               "the mapping away",
               STR_ARG(t->mapping->function), STR_ARG(t->mapping->uuid));
}

bool trigger_need_mapping(const struct trigger *t, struct err *err)
{
    return t->mapping ||
           err_refuse(err, "ResourceNotFoundException",
               "the function '%.*s' is on no table: dynascope trigger add TABLE --name %.*s",
               STR_ARG(t->function->name), STR_ARG(t->function->name));
}

/* ---- for all ---- */

struct str trigger_region(const struct cli *cli)
{
    return cli_has(cli, CLI_REGION) ? cli_value(cli, CLI_REGION) : STR("us-east-1");
}

bool trigger_confirm(struct cli *cli, const char *question, struct err *err)
{
    char answer[8] = "";
    if (cli_has(cli, CLI_YES))
        return true;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return err_set(err, ERR_USAGE, "%s Without a terminal --yes says so", question);
    if (!cli_out_flush(&cli->out, err))
        return false;
    cli_report_ask("%s [y/N] ", question);
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    return answer[0] == 'y' || answer[0] == 'Y';
}

void trigger_put_time(struct buf *out, int64_t ms)
{
    struct tm tm;
    char text[64];
    time_t seconds = (time_t)(ms / 1000);
    if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm))
        text[0] = '\0';
    buf_printf(out, "%s.%03dZ", text, (int)(ms % 1000));
}

static void list_verbs(const struct cli_command *group, struct buf *out)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 1; i < count; i++) {
        struct str verb = cli_command_verb(group, &all[i]);
        if (verb.len)
            buf_printf(out, "%s%.*s", out->len ? ", " : "", STR_ARG(verb));
    }
}

/* Without a verb that there is. */
bool cli_trigger_run(struct cli *cli, struct err *err)
{
    struct buf text = {0};
    if (!cli->arg_count) {
        list_verbs(cli->command, &text);
        err_set(err, ERR_USAGE, "trigger needs a word that says what to do: %s", buf_cstr(&text));
    } else {
        buf_printf(&text, "%s %s", cli->command->name, cli->args[0]);
        const char *near = cli_commands_nearest(buf_str(&text));
        if (near)
            err_set(err, ERR_USAGE, "trigger has no subcommand '%s': did you mean '%s'?",
                cli->args[0], near);
        else
            err_set(err, ERR_USAGE, "trigger has no subcommand '%s'", cli->args[0]);
    }
    buf_fini(&text);
    return false;
}
