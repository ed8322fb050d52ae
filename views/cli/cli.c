/* SPDX-License-Identifier: MIT */
/*
 * One run of the program: words in, subcommand run, error reported, exit code out. Also what all
 * subcommands share: the connection and the signals.
 */
#include "views/cli/cli.h"
#include "backend/named.h"
#include "views/cli/help.h"
#include "views/cli/options.h"
#include "views/cli/report.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- signals ---- */

static atomic_bool cancelled;
static volatile sig_atomic_t cancelled_by;

static void on_signal(int number)
{
    cancelled_by = number;
    atomic_store(&cancelled, true);
}

const atomic_bool *cli_cancel(void)
{
    return &cancelled;
}

int cli_cancel_signal(void)
{
    return cancelled_by;
}

bool cli_cancelled(struct err *err)
{
    if (!atomic_load(&cancelled))
        return false;
    err_set(err, ERR_CANCELLED, "stopped by a signal");
    return true;
}

/* The first signal asks, the second one has the system's way. Without SA_RESTART, so that a read
 * that waits comes back. */
static void catch_signals(void)
{
    static const int asking[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
        struct sigaction before;
        /* nohup's choice stays */
        if (sigaction(asking[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(asking[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* `ulimit -f`: the write fails, and is reported like a full disk */
}

/* LMDB trusts its pages: damaged ones end the process, and only this can say what that may mean. */
static void on_fault(int number)
{
    static const char text[] =
        "dynascope: stopped at data that cannot be read: `dynascope check` says whether the store "
        "is damaged\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    raise(number); /* comes when this has returned, and has the system's way */
}

static void catch_faults(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGABRT};
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct sigaction before;
        /* a sanitizer's own stays */
        if (sigaction(faults[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(faults[i], &action, NULL);
    }
}

/* ---- for subcommands ---- */

bool cli_number(const struct cli *cli, enum cli_option_id id, int64_t least, int64_t otherwise,
    int64_t *out, struct err *err)
{
    *out = otherwise;
    if (!cli_has(cli, id))
        return true;
    if (str_to_i64(cli_value(cli, id), out) && *out >= least)
        return true;
    return err_set(err, ERR_USAGE, "--%s %s: a whole number from %lld on is needed",
        cli_option(id)->name, cli->value[id], (long long)least);
}

const char *cli_connection(const struct cli *cli)
{
    if (cli_has(cli, CLI_CONNECTION))
        return cli->value[CLI_CONNECTION];
    const char *environment = getenv("DYNASCOPE_CONNECTION");
    return environment && environment[0] ? environment : NULL;
}

struct backend_options cli_backend_options(const struct cli *cli, enum cli_access access)
{
    return (struct backend_options){.read_only = cli_has(cli, CLI_READ_ONLY),
        .guard_remote = !cli_has(cli, CLI_READ_WRITE),
        .must_exist = cli_connection(cli) && access == CLI_READS,
        .no_sync = access == CLI_LOADS,
        .buckets = cli->value[CLI_BUCKETS],
        .finish = cli->command->run == cli_call_run && access == CLI_WRITES,
        .profile = cli_value(cli, CLI_PROFILE),
        .region = cli_value(cli, CLI_REGION),
        .endpoint_url = cli_value(cli, CLI_ENDPOINT_URL),
        .connect_ms = cli->connect_ms,
        .read_ms = cli->read_ms,
        .budget = cli->budget_asked};
}

struct client cli_client(struct backend *backend, struct budget *budget)
{
    budget->limit = backend_budget(backend);
    return (struct client){.backend = backend,
        .limits = {.cancel = cli_cancel(), .budget = budget->limit ? budget : NULL}};
}

void cli_watch(struct cli *cli, struct backend *backend, struct backend *other)
{
    cli->waiting = waiting_start(backend, other);
    cli->out.waiting = cli->out.terminal ? cli->waiting : NULL;
}

void cli_unwatch(struct cli *cli)
{
    cli->out.waiting = NULL;
    waiting_stop(cli->waiting);
    cli->waiting = NULL;
}

bool cli_open(struct cli *cli, enum cli_access access, struct err *err)
{
    struct backend_options options = cli_backend_options(cli, access);
    cli->backend = backend_open(cli_connection(cli), &options, err);
    if (!cli->backend)
        return false;
    cli->client = cli_client(cli->backend, &cli->budget);
    cli_watch(cli, cli->backend, NULL);
    return true;
}

void cli_point_at(struct cli *cli, const char *kind, struct str text)
{
    if (text.len && cli->text_count < CLI_TEXTS_MAX)
        cli->texts[cli->text_count++] = (struct cli_text){.kind = kind, .text = text};
}

/* ---- the run ---- */

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* A bare word that is neither subcommand nor connection is a mistyped subcommand, not a new store.
 */
static bool check_first_word(const struct cli *cli, struct err *err)
{
    const char *word = cli->arg_count ? cli->args[0] : NULL;
    if (cli->command->name[0] || !word || cli_has(cli, CLI_CONNECTION) || strchr(word, '/') ||
        is_folder(word) || backend_knows(word))
        return true;
    const char *near = cli_commands_nearest(str_from(word));
    if (near)
        return err_set(
            err, ERR_USAGE, "there is no subcommand '%s': did you mean '%s'?", word, near);
    return err_set(err, ERR_USAGE,
        "there is no subcommand, folder or connection '%s': dynascope --help lists the "
        "subcommands; a new store is named with a slash, as in ./%s",
        word, word);
}

static bool check_count(const struct cli *cli, struct err *err)
{
    const struct cli_command *command = cli->command;
    bool few = cli->arg_count < command->args_min;
    bool many = command->args_max >= 0 && cli->arg_count > command->args_max;
    if (!few && !many)
        return true;
    const char *name = command->name;
    return err_set(err, ERR_USAGE, "too %s arguments: dynascope %s%s%s", few ? "few" : "many", name,
        name[0] ? " " : "", command->args);
}

/* An empty word is a variable that a script forgot to set, and must not mean the default store. */
static bool check_connection(const struct cli *cli, struct err *err)
{
    if (cli_has(cli, CLI_READ_ONLY) && cli_has(cli, CLI_READ_WRITE))
        return err_set(err, ERR_USAGE, "--read-only and --read-write: leave one out");
    return !cli_has(cli, CLI_CONNECTION) || cli->value[CLI_CONNECTION][0] ||
           err_set(err, ERR_USAGE, "--connection '': the folder of a store is needed");
}

static bool take_budget(struct cli *cli, struct err *err)
{
    return !cli_has(cli, CLI_BUDGET) ||
           budget_parse(cli_value(cli, CLI_BUDGET), &cli->budget_asked, err) ||
           err_context(err, "--budget");
}

static bool take_timeout(const struct cli *cli, enum cli_option_id id, int64_t *ms, struct err *err)
{
    if (!cli_has(cli, id) || named_timeout(cli_value(cli, id), ms, err))
        return true;
    err->code = ERR_USAGE;
    return err_context(err, "--%s", cli_option(id)->name);
}

static bool take_limits(struct cli *cli, struct err *err)
{
    return take_budget(cli, err) && take_timeout(cli, CLI_CONNECT_TIMEOUT, &cli->connect_ms, err) &&
           take_timeout(cli, CLI_READ_TIMEOUT, &cli->read_ms, err);
}

static bool print_version(struct cli *cli, struct err *err)
{
    buf_add(&cli->out.pending, STR("dynascope " DYNASCOPE_VERSION "\n"));
    return cli_out_flush(&cli->out, err);
}

static bool run(struct cli *cli, int argc, char **argv, struct err *err)
{
    if (!cli_options_parse(cli, argc, argv, err))
        return false;
    if (cli_has(cli, CLI_HELP))
        return cli_help_print(cli, cli->command, err);
    if (cli_has(cli, CLI_VERSION))
        return print_version(cli, err);
    /* the explorer gives the terminal back first, by handlers of its own */
    if (cli->command->name[0] && cli->command->run != cli_demo_run)
        catch_faults();
    return check_first_word(cli, err) && check_count(cli, err) && check_connection(cli, err) &&
           take_limits(cli, err) && cli->command->run(cli, err);
}

static int exit_code(const struct err *err)
{
    if (err->code == ERR_CANCELLED && cli_cancel_signal())
        return 128 + cli_cancel_signal();
    return err_exit_code(err->code);
}

/* Said once, at the end: the next program may not be so patient with this clock. */
static void note_skew(const struct cli *cli)
{
    int64_t minutes = cli->backend ? backend_skew_ms(cli->backend) / 60000 : 0;
    if (minutes)
        cli_report_note("dynascope: this machine's clock is %lld min %s the endpoint's: requests "
                        "were signed with the endpoint's time",
            (long long)(minutes < 0 ? -minutes : minutes), minutes < 0 ? "behind" : "ahead of");
}

/* A closed reader leaves false without an error: that is an ordinary end. */
static int finish(struct cli *cli, bool ok, struct err *err)
{
    if (!ok && err->code != ERR_NONE) {
        struct err ignored = ERR_INIT;
        cli_out_flush(&cli->out, &ignored);
        cli_report(cli, err);
        if (err->code == ERR_USAGE)
            cli_report_note("Try 'dynascope %s%s--help'.", cli->command ? cli->command->name : "",
                cli->command && cli->command->name[0] ? " " : "");
        return exit_code(err);
    }
    if (!cli_out_flush(&cli->out, err) && err->code != ERR_NONE) {
        cli_report(cli, err);
        return exit_code(err);
    }
    return ok ? 0 : cli->exit_code;
}

/* Started without its standard streams, the program would have the store's file opened as one of
 * them, and output written over it. What takes their place refuses: 0 is not read, 1 not written.
 */
static bool hold_streams(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int stream = 0; stream <= 2; stream++)
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", modes[stream]) != stream)
            return false;
    return true;
}

/* A machine where nobody has chosen a locale is a bare one, not one that knows ASCII alone:
 * terminals speak UTF-8 unless somebody says otherwise. */
static void choose_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0]) {
            setlocale(LC_CTYPE, "");
            return;
        }
    }
    setlocale(LC_CTYPE, "C.UTF-8");
}

int cli_main(int argc, char **argv)
{
    struct cli cli = {0};
    struct err err = ERR_INIT;
    if (!hold_streams())
        return err_exit_code(ERR_FILE);
    choose_locale();
    catch_signals();
    cli_out_init(&cli.out, STDOUT_FILENO);
    bool ok = run(&cli, argc, argv, &err);
    cli_unwatch(&cli);
    note_skew(&cli);
    ok = backend_close(cli.backend, ok ? &err : NULL) && ok;
    int code = finish(&cli, ok, &err);
    cli_out_fini(&cli.out);
    arena_fini(&cli.arena);
    return code;
}
