/* SPDX-License-Identifier: MIT */
/*
 * The rows: every subcommand, once. Nothing here runs; parsing, --help, completions and the manual
 * page read it. The options are in option_rows.c, what looks rows up in lookup.c.
 */
#include "views/cli/cli.h"
#include "views/cli/trigger.h"

/* ---- commands ---- */

#define OPTIONS(...) ((const enum cli_option_id[]){__VA_ARGS__, CLI_OPTION_COUNT})
#define READING                                                                                    \
    CLI_INDEX, CLI_FILTER, CLI_PROJECTION, CLI_NAMES, CLI_VALUES, CLI_LIMIT, CLI_PAGE_SIZE,        \
        CLI_CONSISTENT, CLI_SELECT, CLI_COUNT, CLI_START_KEY, CLI_TYPED
#define TRIGGER_FIELDS                                                                             \
    CLI_INPUT_JSON, CLI_HANDLER, CLI_RUNTIME, CLI_TIMEOUT, CLI_MEMORY, CLI_ENVIRONMENT,            \
        CLI_PASS_CREDENTIALS, CLI_DESCRIPTION, CLI_BATCH_SIZE, CLI_BATCHING_WINDOW,                \
        CLI_PARALLELIZATION, CLI_RETRY_ATTEMPTS, CLI_RECORD_AGE, CLI_BISECT, CLI_TUMBLING_WINDOW,  \
        CLI_RESPONSE_TYPES, CLI_DESTINATION, CLI_FILTERS

static const struct cli_command commands[] = {
    {.name = "",
        .args = "[CONNECTION] [TABLE]",
        .summary = "open the explorer",
        .help =
            "Opens the explorer on a store or a remote endpoint: tables, items, editing. "
            "CONNECTION "
            "is a folder (a store; it is created where there is none), http(s)://host[:port], aws, "
            "aws:PROFILE@REGION, or a name from the configuration file; without --read-write, a "
            "remote "
            "one is read-only. With --demo and no terminal, the sample store is printed as text.",
        .options = OPTIONS(CLI_DEMO, CLI_KEYMAP, CLI_THEME, CLI_ASCII, CLI_MOUSE, CLI_GUTTER),
        .args_max = 2,
        .first = CLI_WORDS_FOLDER,
        .run = cli_explorer_run},
    {.name = "call",
        .args = "OPERATION [JSON|@FILE|-]",
        .summary = "run one API operation by its DynamoDB name",
        .help =
            "Sends the JSON body (default {}) and prints the answer's. An error answer is one "
            "line on the standard error and exit code 1. What goes on after its answer (a backup, "
            "a restore, an export, an import) is done before the program ends.",
        .options = OPTIONS(CLI_RAW, CLI_BUCKETS),
        .args_min = 1,
        .args_max = 2,
        .run = cli_call_run},
    {.name = "tables",
        .args = "",
        .summary = "list the tables",
        .options = OPTIONS(CLI_LONG),
        .run = cli_tables_run},
    {.name = "scan",
        .args = "TABLE",
        .summary = "print all items of a table, one a line",
        .help = "Reads page after page to the end, or to --limit. With --segments the parts of the "
                "table are read at the same time: faster, and in no order.",
        .options = OPTIONS(READING, CLI_SEGMENT, CLI_SEGMENTS, CLI_RATE),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TABLE,
        .run = cli_scan_run},
    {.name = "query",
        .args = "TABLE [PARTITION-KEY [SORT-CONDITION]]",
        .summary = "print the items of one partition, one a line",
        .help = "PARTITION-KEY is a bare value, typed by the table's or the index's schema, or a "
                "JSON object with the partition key attributes. SORT-CONDITION is a value, or "
                "'= V', '< V', '<= V', '> V', '>= V', 'between V and V' or 'begins_with V', in one "
                "word or in several.",
        .options = OPTIONS(READING, CLI_KEY_CONDITION, CLI_BACKWARD, CLI_FORWARD, CLI_NO_FORWARD),
        .args_min = 1,
        .args_max = 6,
        .first = CLI_WORDS_TABLE,
        .run = cli_query_run},
    {.name = "get",
        .args = "TABLE KEY…",
        .summary = "print one item",
        .help = "KEY is the partition key and, where the table has one, the sort key, as bare "
                "values typed by the table's schema; or one or more JSON objects, plain or typed. "
                "Exit code 1 where there is no such item.",
        .options = OPTIONS(CLI_TYPED),
        .args_min = 2,
        .args_max = -1,
        .first = CLI_WORDS_TABLE,
        .run = cli_get_run},
    {.name = "put",
        .args = "TABLE [ITEM|@FILE|-]",
        .summary = "write items",
        .help = "ITEM is JSON, plain or typed. A file or the standard input (the default) may hold "
                "many items, one behind the other. For large files, see import.",
        .options = OPTIONS(CLI_CONDITION, CLI_NAMES, CLI_VALUES),
        .args_min = 1,
        .args_max = 2,
        .first = CLI_WORDS_TABLE,
        .run = cli_put_run},
    {.name = "delete",
        .args = "TABLE KEY…",
        .summary = "delete items",
        .help = "KEY as for get. Deleting what is not there is no error, as in DynamoDB; "
                "--condition 'attribute_exists(…)' makes it one.",
        .options = OPTIONS(CLI_CONDITION, CLI_NAMES, CLI_VALUES),
        .args_min = 2,
        .args_max = -1,
        .first = CLI_WORDS_TABLE,
        .run = cli_delete_run},
    {.name = "import",
        .args = "TABLE FILE…|-",
        .summary = "load JSON lines, JSON arrays, DynamoDB JSON or CSV",
        .help = "Where the table does not exist, --key (and --sort-key) create it. Bad lines are "
                "reported as FILE:LINE. An import that was interrupted goes on with --resume; no "
                "item is lost, and what is written twice is written with the same content.",
        .options = OPTIONS(CLI_FORMAT, CLI_PATH, CLI_KEY, CLI_SORT_KEY, CLI_ADD_KEY, CLI_TYPES,
            CLI_NO_HEADER, CLI_EMPTY, CLI_ON_ERROR, CLI_REJECTS, CLI_NO_SYNC, CLI_RESUME,
            CLI_QUIET),
        .args_min = 2,
        .args_max = -1,
        .first = CLI_WORDS_TABLE,
        .run = cli_import_run},
    {.name = "export",
        .args = "TABLE [FILE]",
        .summary = "write all items of a table to a file, one a line",
        .help = "The file appears under its name when it is complete. With --segments the parts of "
                "the table are read at the same time: faster, and in no order.",
        .options = OPTIONS(CLI_INDEX, CLI_FILTER, CLI_PROJECTION, CLI_NAMES, CLI_VALUES, CLI_LIMIT,
            CLI_PAGE_SIZE, CLI_CONSISTENT, CLI_SEGMENTS, CLI_RATE, CLI_TYPED),
        .args_min = 1,
        .args_max = 2,
        .first = CLI_WORDS_TABLE,
        .run = cli_export_run},
    {.name = "generate",
        .args = "TABLE",
        .summary = "make sample items, as many as wanted",
        .help = "Makes the table where there is none. The same options make the same items.",
        .options = OPTIONS(
            CLI_ITEMS, CLI_BYTES, CLI_SEED, CLI_PARTITIONS, CLI_SCHEMA, CLI_NO_SYNC, CLI_QUIET),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TABLE,
        .run = cli_generate_run},
    {.name = "copy",
        .args = "FROM TABLE TO",
        .summary = "copy a table from one connection to another",
        .help = "The copy gets the table's keys, indexes and billing, then its items, by a scan in "
                "parts at a time, is read back and compared by count and digest, and gets the "
                "table's stream and time to live at last. What is written to the source meanwhile "
                "may be missing. A copy that was interrupted goes on with --resume. Tags are not "
                "copied.",
        .options = OPTIONS(CLI_AS, CLI_SEGMENTS, CLI_RATE, CLI_CONSISTENT, CLI_RESUME, CLI_MERGE,
            CLI_NO_SYNC, CLI_QUIET),
        .args_min = 3,
        .args_max = 3,
        .first = CLI_WORDS_FOLDER,
        .run = cli_copy_run},
    {.name = "stream",
        .args = "TABLE…",
        .summary = "print the change records of tables' streams, one a line",
        .help = "The records look as Lambda hands them to functions; those of several tables come "
                "in the order of their times. TABLE may be the ARN of a stream, also of a table "
                "that was deleted in the last 24 hours.",
        .options = OPTIONS(CLI_ALL, CLI_FOLLOW, CLI_FROM, CLI_PATTERN, CLI_LIMIT),
        .args_max = -1,
        .first = CLI_WORDS_TABLE,
        .run = cli_stream_run},
    {.name = "trigger",
        .args = "SUBCOMMAND …",
        .summary = "run scripts and Lambda functions on changes of tables",
        .help = "A trigger is a function and an event source mapping of a table's stream to it. It "
                "runs while 'dynascope serve', the explorer or 'dynascope trigger run' has the "
                "connection open. See dynascope-triggers(7).",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_max = -1,
        .group = true,
        .run = cli_trigger_run},
    {.name = "trigger add",
        .args = "[TABLE [SCRIPT]]",
        .summary = "run a script on a table's changes",
        .help = "SCRIPT is a file (.js .mjs .cjs, .py, or an executable) or a folder with "
                "--handler. Without it --name is a function that is there. TABLE may be the ARN of "
                "a stream. Delivery begins with what is written from now on, unless "
                "--starting-position says TRIM_HORIZON.",
        .options = OPTIONS(
            CLI_TRIGGER_NAME, TRIGGER_FIELDS, CLI_STARTING_POSITION, CLI_DISABLED, CLI_STREAM_VIEW),
        .args_max = 2,
        .first = CLI_WORDS_TABLE,
        .run = cli_trigger_add},
    {.name = "trigger list",
        .args = "",
        .summary = "list the triggers, their state and figures",
        .help = "A table on a terminal, else a line of JSON each.",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .run = cli_trigger_list},
    {.name = "trigger show",
        .args = "NAME",
        .summary = "print all that is known of a trigger, as JSON",
        .help = "NAME is the function's name, or the mapping's UUID or four letters of its "
                "beginning.",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_show},
    {.name = "trigger edit",
        .alias = "trigger update",
        .args = "NAME [SCRIPT]",
        .summary = "change a trigger's fields",
        .help = "Fields that are not named stay as they are; '' takes away filters, variables and "
                "the destination. The place in the stream stays.",
        .options = OPTIONS(
            TRIGGER_FIELDS, CLI_ENABLED, CLI_DISABLED, CLI_NO_BISECT, CLI_NO_PASS_CREDENTIALS),
        .args_min = 1,
        .args_max = 2,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_edit},
    {.name = "trigger logs",
        .alias = "trigger tail",
        .args = "NAME",
        .summary = "print what a function wrote, and its START, END and REPORT lines",
        .options = OPTIONS(CLI_FOLLOW, CLI_SINCE, CLI_LAST, CLI_REQUEST_ID, CLI_LONG),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_logs},
    {.name = "trigger runs",
        .args = "NAME",
        .summary = "list a function's invocations, the newest last",
        .help = "A table on a terminal, else a line of JSON each.",
        .options = OPTIONS(CLI_LAST),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_runs},
    {.name = "trigger invoke",
        .args = "NAME",
        .summary = "call a function by hand",
        .help = "The result is on the standard output, also where the function failed: then the "
                "exit code is 1.",
        .options = OPTIONS(CLI_EVENT, CLI_LOG),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_invoke},
    {.name = "trigger generate-event",
        .args = "TABLE",
        .summary = "print an event as a function would get it, of items that are there",
        .help = "Where the table has too few items, they are made up from its keys.",
        .options = OPTIONS(CLI_EVENT_NAME, CLI_RECORD_COUNT),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TABLE,
        .run = cli_trigger_generate_event},
    {.name = "trigger replay",
        .args = "NAME",
        .summary = "call a function again with records of the past",
        .help = "Records come from the stream (--last, --since, --sequence) or from a file. What "
                "the trigger's filters hold back is passed over. The trigger's own place in the "
                "stream stays. A line for each batch; exit code 1 where one failed.",
        .options = OPTIONS(CLI_LAST, CLI_SINCE, CLI_SEQUENCE, CLI_FROM_FILE, CLI_BATCH_SIZE,
            CLI_STEP, CLI_DRY_RUN, CLI_LOG),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_replay},
    {.name = "trigger test-filter",
        .alias = "trigger dry-run",
        .args = "PATTERN TABLE",
        .summary = "say which records of a stream would pass a filter",
        .help = "PATTERN is a filter pattern, an array of them, or @FILE.",
        .options = OPTIONS(CLI_LAST, CLI_SINCE, CLI_SEQUENCE, CLI_FROM_FILE),
        .args_min = 1,
        .args_max = 2,
        .run = cli_trigger_test_filter},
    {.name = "trigger dead-letters",
        .args = "NAME [redrive]",
        .summary = "list what was given up, or deliver it again",
        .help = "A line for each document, with its records. redrive calls the function with them "
                "and takes away the documents that it dealt with. Where a document has no records, "
                "as the service's, the stream is asked for them; where it has them no more, that "
                "is said and the document stays.",
        .options = OPTIONS(CLI_LAST, CLI_YES),
        .args_min = 1,
        .args_max = 2,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_dead_letters},
    {.name = "trigger enable",
        .args = "NAME…",
        .summary = "let triggers run",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_min = 1,
        .args_max = -1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_enable},
    {.name = "trigger disable",
        .args = "NAME…",
        .summary = "stop triggers; they go on later where they were",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_min = 1,
        .args_max = -1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_disable},
    {.name = "trigger retry",
        .args = "NAME…",
        .summary = "try a batch that failed again at once",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_min = 1,
        .args_max = -1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_retry},
    {.name = "trigger skip",
        .args = "NAME…",
        .summary = "give the batch up that fails now: it becomes a dead letter",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_min = 1,
        .args_max = -1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_skip},
    {.name = "trigger remove",
        .alias = "trigger delete",
        .args = "NAME…",
        .summary = "remove triggers, with their functions' logs and their places in the stream",
        .help = "A function goes with its last mapping, and its logs with it; one that has other "
                "mappings stays. Scripts stay where they are.",
        .options = OPTIONS(CLI_YES),
        .args_min = 1,
        .args_max = -1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_remove},
    {.name = "trigger run",
        .args = "[NAME]",
        .summary = "run the triggers until Ctrl-C",
        .help = "A line for each change of state. Where another program runs a trigger, this one "
                "waits and goes on when that one ends. Exit code 1 where records were given up or "
                "a trigger could not run.",
        .options = OPTIONS(CLI_UNTIL_IDLE, CLI_QUIET),
        .args_max = 1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_run_all},
    {.name = "trigger trust",
        .args = "NAME…",
        .summary = "agree to run functions that came with a store",
        .help = "Shows what would run and asks.",
        .options = OPTIONS(CLI_YES),
        .args_min = 1,
        .args_max = -1,
        .first = CLI_WORDS_TRIGGER,
        .run = cli_trigger_trust},
    {.name = "serve",
        .args = "[STORE]",
        .summary = "put a store behind the DynamoDB HTTP API",
        .help = "The AWS CLI and every SDK work on it with --endpoint-url http://localhost:8000. "
                "On loopback any credentials and any region will do; web pages are refused. "
                "Ctrl-C answers what is in flight and stops.",
        .options = OPTIONS(
            CLI_PORT, CLI_HOST, CLI_KEYS, CLI_TRACE, CLI_NO_SYNC, CLI_BUCKETS, CLI_NO_TRIGGERS),
        .args_max = 1,
        .first = CLI_WORDS_FOLDER,
        .run = cli_serve_run},
    {.name = "check",
        .args = "[STORE]",
        .summary = "check a store's consistency",
        .help = "One line a finding; exit code 65 where there are any.",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_max = 1,
        .first = CLI_WORDS_FOLDER,
        .run = cli_check_run},
    {.name = "completions",
        .args = "bash|zsh|fish|mdoc",
        .summary = "print a shell's completion script",
        .help = "mdoc prints the option lists of the manual page.",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_min = 1,
        .args_max = 1,
        .run = cli_completions_run},
    {.name = "help",
        .args = "[SUBCOMMAND…]",
        .summary = "explain a subcommand",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_max = 2,
        .run = cli_help_run},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

const struct cli_command *cli_commands_all(size_t *count)
{
    *count = COMMANDS;
    return commands;
}
