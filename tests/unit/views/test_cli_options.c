/* SPDX-License-Identifier: MIT */
/* Words of a command line. */
#include "tests/test.h"
#include "views/cli/help.h"
#include "views/cli/options.h"

enum { WORDS_MAX = 16 };

static bool parse(struct cli *cli, const char *line, struct err *err)
{
    static char text[512];
    char *argv[WORDS_MAX] = {(char *)"dynascope"};
    int argc = 1;
    *cli = (struct cli){0};
    *err = ERR_INIT;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return cli_options_parse(cli, argc, argv, err);
}

static void free_cli(struct cli *cli)
{
    arena_fini(&cli->arena);
}

static void the_first_argument_names_the_subcommand(void **state)
{
    (void)state;
    struct cli cli;
    struct err err;
    assert_true(parse(&cli, "scan Orders", &err));
    assert_string_equal(cli.command->name, "scan");
    assert_int_equal(cli.arg_count, 1);
    assert_string_equal(cli.args[0], "Orders");
    free_cli(&cli);
    assert_true(parse(&cli, "./store scan", &err));
    assert_string_equal(cli.command->name, "");
    assert_int_equal(cli.arg_count, 2);
    free_cli(&cli);
    assert_true(parse(&cli, "", &err));
    assert_string_equal(cli.command->name, "");
    free_cli(&cli);
}

static void options_may_stand_anywhere(void **state)
{
    (void)state;
    static const char *const lines[] = {"-c store scan Orders --limit 5", "scan -cstore -n5 Orders",
        "--connection=store scan Orders --max-items=5", "scan Orders -n 5 -c store",
        "scan --conn store --lim 5 Orders"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct cli cli;
        struct err err;
        assert_true(parse(&cli, lines[i], &err));
        assert_string_equal(cli.command->name, "scan");
        assert_string_equal(cli.value[CLI_CONNECTION], "store");
        assert_string_equal(cli.value[CLI_LIMIT], "5");
        assert_int_equal(cli.arg_count, 1);
        free_cli(&cli);
    }
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    struct cli cli;
    struct err err;
    assert_true(parse(&cli, "get T -- --typed", &err));
    assert_int_equal(cli.arg_count, 2);
    assert_string_equal(cli.args[1], "--typed");
    assert_null(cli.value[CLI_TYPED]);
    free_cli(&cli);
}

static void a_dash_and_negative_numbers_are_arguments(void **state)
{
    (void)state;
    struct cli cli;
    struct err err;
    assert_true(parse(&cli, "get T - -5 -.5 -1e3", &err));
    assert_int_equal(cli.arg_count, 5);
    assert_string_equal(cli.args[1], "-");
    assert_string_equal(cli.args[3], "-.5");
    free_cli(&cli);
}

static void flags_may_be_written_together(void **state)
{
    (void)state;
    struct cli cli;
    struct err err;
    assert_true(parse(&cli, "query T k -bn3", &err));
    assert_non_null(cli.value[CLI_BACKWARD]);
    assert_string_equal(cli.value[CLI_LIMIT], "3");
    free_cli(&cli);
}

static void one_name_may_mean_different_things_to_different_subcommands(void **state)
{
    (void)state;
    struct cli cli;
    struct err err;
    assert_true(parse(&cli, "scan T --count", &err));
    assert_non_null(cli.value[CLI_COUNT]);
    assert_null(cli.value[CLI_ITEMS]);
    free_cli(&cli);
    assert_true(parse(&cli, "generate T --count 7", &err));
    assert_null(cli.value[CLI_COUNT]);
    assert_string_equal(cli.value[CLI_ITEMS], "7");
    free_cli(&cli);
    assert_true(parse(&cli, "generate T -n 7", &err));
    assert_null(cli.value[CLI_LIMIT]);
    assert_string_equal(cli.value[CLI_ITEMS], "7");
    free_cli(&cli);
}

static void the_last_of_a_repeated_option_counts(void **state)
{
    (void)state;
    struct cli cli;
    struct err err;
    assert_true(parse(&cli, "scan T -n 1 --limit 2", &err));
    assert_string_equal(cli.value[CLI_LIMIT], "2");
    free_cli(&cli);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *named;
    } cases[] = {{"scan T --nonsense", "--nonsense"}, {"scan T -Z", "-Z"},
        {"scan T --limit", "--limit needs a value"}, {"scan T --typed=1", "--typed takes no value"},
        {"tables --filter x", "tables takes no --filter-expression"},
        {"scan T --exp x", "write more of it"}, {"--keymap", "--keymap needs a value"},
        {"scan T --=x", "--"}, {"--theme x scan T", "scan takes no --theme"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cli cli;
        struct err err;
        assert_false(parse(&cli, cases[i].line, &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.text, cases[i].named));
        free_cli(&cli);
    }
}

static void a_verb_stands_behind_its_subcommand(void **state)
{
    (void)state;
    static const struct {
        const char *line, *name;
        int args;
    } cases[] = {{"trigger add T s.py", "trigger add", 2},
        {"-c x trigger -q run", "trigger run", 0}, {"trigger update n", "trigger edit", 1},
        {"trigger lst", "trigger", 1}, {"trigger -- add T", "trigger add", 1},
        {"scan add", "scan", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cli cli;
        struct err err;
        assert_true(parse(&cli, cases[i].line, &err));
        assert_string_equal(cli.command->name, cases[i].name);
        assert_int_equal(cli.arg_count, cases[i].args);
        free_cli(&cli);
    }
}

static void options_that_are_repeated_are_kept_in_their_order(void **state)
{
    (void)state;
    struct cli cli;
    struct err err;
    assert_true(parse(&cli, "trigger add T s --filter a --timeout 5 --filter=b", &err));
    assert_int_equal(cli.given_count, 3);
    assert_int_equal(cli.given[0].id, CLI_FILTERS);
    assert_string_equal(cli.given[0].value, "a");
    assert_int_equal(cli.given[1].id, CLI_TIMEOUT);
    assert_string_equal(cli.given[2].value, "b");
    assert_string_equal(cli.value[CLI_FILTERS], "b");
    free_cli(&cli);
}

static void every_row_is_complete_and_every_name_leads_to_its_row(void **state)
{
    (void)state;
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(all[i].summary);
        assert_non_null(all[i].run);
        assert_non_null(all[i].options);
        assert_true(all[i].args_max < 0 || all[i].args_min <= all[i].args_max);
        if (i)
            assert_ptr_equal(cli_commands_find(str_from(all[i].name)), &all[i]);
    }
    for (enum cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        assert_non_null(cli_option(id)->name);
        assert_non_null(cli_option(id)->help);
        assert_int_equal(cli_option(id)->words == CLI_WORDS_LIST, cli_option(id)->list != NULL);
        bool taken = false;
        for (size_t i = 0; i < count; i++)
            taken = taken || cli_command_takes(&all[i], id);
        assert_true(taken);
    }
}

static void no_subcommand_takes_two_options_of_one_name_or_letter(void **state)
{
    (void)state;
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 0; i < count; i++)
        for (enum cli_option_id a = 0; a < CLI_OPTION_COUNT; a++)
            for (enum cli_option_id b = 0; b < a; b++) {
                if (!cli_command_takes(&all[i], a) || !cli_command_takes(&all[i], b))
                    continue;
                assert_string_not_equal(cli_option(a)->name, cli_option(b)->name);
                if (cli_option(a)->letter)
                    assert_int_not_equal(cli_option(a)->letter, cli_option(b)->letter);
            }
}

static void help_begins_with_what_the_subcommand_alone_takes(void **state)
{
    (void)state;
    static const struct {
        const char *command, *own;
    } rows[] = {{"stream", "--follow"}, {"trigger add", "--batch-size"}, {"", "--demo"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = {0};
        size_t count;
        const struct cli_command *command = rows[i].command[0]
                                                ? cli_commands_find(str_from(rows[i].command))
                                                : cli_commands_all(&count);
        cli_help_format(&text, command);
        size_t own = str_find(buf_str(&text), str_from(rows[i].own));
        size_t heading = str_find(buf_str(&text), STR("\nCommon options:\n"));
        assert_true(own != SIZE_MAX && heading != SIZE_MAX && own < heading);
        assert_true(heading < str_find(buf_str(&text), STR("--endpoint-url URL")));
        buf_fini(&text);
    }
}

static void a_mistyped_subcommand_has_a_neighbour(void **state)
{
    (void)state;
    assert_string_equal(cli_commands_nearest(STR("scna")), "scan");
    assert_string_equal(cli_commands_nearest(STR("table")), "tables");
    assert_string_equal(cli_commands_nearest(STR("improt")), "import");
    assert_string_equal(cli_commands_nearest(STR("quey")), "query");
    assert_string_equal(cli_commands_nearest(STR("trigger lst")), "trigger list");
    assert_null(cli_commands_nearest(STR("")));
    assert_null(cli_commands_nearest(STR("zzzzzz")));
    assert_null(cli_commands_nearest(
        STR("a very long word that is longer than any name of a subcommand would be")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_argument_names_the_subcommand),
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(a_dash_and_negative_numbers_are_arguments),
        cmocka_unit_test(flags_may_be_written_together),
        cmocka_unit_test(one_name_may_mean_different_things_to_different_subcommands),
        cmocka_unit_test(the_last_of_a_repeated_option_counts),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_verb_stands_behind_its_subcommand),
        cmocka_unit_test(options_that_are_repeated_are_kept_in_their_order),
        cmocka_unit_test(every_row_is_complete_and_every_name_leads_to_its_row),
        cmocka_unit_test(no_subcommand_takes_two_options_of_one_name_or_letter),
        cmocka_unit_test(help_begins_with_what_the_subcommand_alone_takes),
        cmocka_unit_test(a_mistyped_subcommand_has_a_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
