/* SPDX-License-Identifier: MIT */
/*
 * dynascope completions: scripts for three shells, and the manual page's option lists, from the
 * rows of the commands and options. Names of tables and the like are asked for at run time, by
 * the command line so far: see names.c.
 */
#include "views/cli/names.h"

/* ---- walking the rows ---- */

/* The next option after `*id` that the command takes; false at the end. */
static bool next_option(const struct cli_command *command, int *id, const struct cli_option **out)
{
    while (++*id < CLI_OPTION_COUNT) {
        if (cli_command_takes(command, (enum cli_option_id) * id)) {
            *out = cli_option((enum cli_option_id) * id);
            return true;
        }
    }
    return false;
}

static bool is_verb(const struct cli_command *command)
{
    return strchr(command->name, ' ') != NULL;
}

/* The verbs and their other names: of one group, or of all (NULL); "add", or "trigger:add". */
static void add_verbs(struct buf *out, const struct cli_command *group, bool with_group)
{
    size_t count, from = out->len;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 1; i < count; i++) {
        const char *names[] = {all[i].name, all[i].alias};
        for (int n = 0; n < 2 && is_verb(&all[i]); n++) {
            if (!names[n] || (group && !cli_command_verb(group, &all[i]).len))
                continue;
            const char *blank = strchr(names[n], ' ');
            buf_add(out, out->len > from ? STR(" ") : STR(""));
            if (with_group)
                buf_printf(out, "%.*s:", (int)(blank - names[n]), names[n]);
            buf_add(out, str_from(blank + 1));
        }
    }
}

/* Adds a text with each of the characters in `special` behind a backslash. */
static void add_escaped(struct buf *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            buf_add_byte(out, '\\');
        buf_add_byte(out, *text);
    }
}

/* Inside single quotes of a shell. */
static void add_quoted(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            buf_add(out, STR("'\\''"));
        else
            buf_add_byte(out, *text);
    }
}

/* ---- bash ---- */

/* bash cuts words at ":" and "=": `said` puts them together again. */
static const char bash_head[] =
    "# bash completion for dynascope\n"
    "_dynascope_names() {\n"
    "    local i said=()\n"
    "    for ((i = 0; i < COMP_CWORD; i++)); do\n"
    "        if ((i > 1)) && [[ ${COMP_WORDS[i]} == [:=] || ${COMP_WORDS[i-1]} == [:=] ]]; then\n"
    "            said[${#said[@]}-1]+=${COMP_WORDS[i]}\n"
    "        else\n"
    "            said+=(\"${COMP_WORDS[i]}\")\n"
    "        fi\n"
    "    done\n"
    "    dynascope completions \"$1\" -- \"${said[@]}\" 2>/dev/null\n"
    "}\n"
    "_dynascope_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$cur\")); }\n"
    "_dynascope_connections() {\n"
    "    COMPREPLY=($(compgen -W \"$(_dynascope_names connections)\" -- \"$cur\")\n"
    "        $(compgen -d -- \"$cur\"))\n"
    "}\n"
    "_dynascope() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' i\n"
    "    local arguments=0 options words='' first='' subcommands='";

static const char bash_middle[] =
    "'\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        -*) [[ \" $valued \" != *\" ${COMP_WORDS[i]} \"* ]] || ((i++)) ;;\n"
    "        *) if [[ -z $command && \" $subcommands \" == *\" ${COMP_WORDS[i]} \"* ]]; then\n"
    "               command=${COMP_WORDS[i]}\n"
    "           elif [[ $arguments == 0 && \" $verbs \" == *\" $command:${COMP_WORDS[i]} \"* ]]; "
    "then\n"
    "               command+=\" ${COMP_WORDS[i]}\"\n"
    "           else\n"
    "               ((arguments++))\n"
    "           fi ;;\n"
    "        esac\n"
    "    done\n"
    "    case $prev in\n";

static const char bash_tail[] =
    "    esac\n"
    "    if [[ $cur == -* ]]; then\n"
    "        _dynascope_words \"$options\"\n"
    "    elif [[ -z $command && $arguments == 0 ]]; then\n"
    "        _dynascope_connections\n"
    "        COMPREPLY+=($(compgen -W \"$subcommands\" -- \"$cur\"))\n"
    "    elif [[ $arguments == 0 && $first == @(tables|triggers) ]]; then\n"
    "        _dynascope_words \"$(_dynascope_names $first)\"\n"
    "    elif [[ $arguments == 0 && $first == connections ]]; then\n"
    "        _dynascope_connections\n"
    "    elif [[ $arguments == 0 && $first == subcommands ]]; then\n"
    "        _dynascope_words \"$subcommands\"\n"
    "    elif [[ $arguments == 0 && $first == folders ]]; then\n"
    "        COMPREPLY=($(compgen -d -- \"$cur\"))\n"
    "    elif [[ $arguments == 0 && -n $words ]]; then\n"
    "        _dynascope_words \"$words\"\n"
    "    else\n"
    "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
    "    fi\n"
    "}\n"
    "complete -o filenames -F _dynascope dynascope\n";

static void bash_value_case(struct buf *out, const struct cli_option *option)
{
    if (!option->argument)
        return;
    buf_printf(out, "    --%s", option->name);
    if (option->alias)
        buf_printf(out, "|--%s", option->alias);
    if (option->letter)
        buf_printf(out, "|-%c", option->letter);
    buf_add(out, STR(") "));
    if (option->words == CLI_WORDS_FILE)
        buf_add(out, STR("COMPREPLY=($(compgen -f -- \"$cur\"))"));
    else if (option->words == CLI_WORDS_FOLDER)
        buf_add(out, STR("COMPREPLY=($(compgen -d -- \"$cur\"))"));
    else if (option->words == CLI_WORDS_CONNECTION)
        buf_add(out, STR("_dynascope_connections"));
    else if (option->words == CLI_WORDS_INDEX)
        buf_add(out, STR("_dynascope_words \"$(_dynascope_names indexes)\""));
    else if (option->words == CLI_WORDS_LIST)
        buf_printf(out, "_dynascope_words '%s'", option->list);
    else
        buf_add(out, STR("COMPREPLY=()"));
    buf_add(out, STR("; return ;;\n"));
}

/* What the first argument may be, where it is one of a few words. */
static void add_argument_words(struct buf *out, const struct cli_command *command)
{
    if (command->run == cli_completions_run)
        buf_add(out, STR("bash zsh fish"));
    else if (command->group)
        add_verbs(out, command, false);
}

/* As `dynascope completions` names them, where it knows them. */
static const char *first_word(const struct cli_command *command)
{
    static const char *const words[] = {[CLI_WORDS_TABLE] = "tables",
        [CLI_WORDS_TRIGGER] = "triggers",
        [CLI_WORDS_FOLDER] = "folders",
        [CLI_WORDS_CONNECTION] = "connections",
        [CLI_WORDS_SUBCOMMAND] = "subcommands",
        [CLI_WORDS_LIST] = NULL};
    return words[command->first] ? words[command->first] : "none";
}

/* Whether an option that some subcommand has takes a word; others' --count takes none. */
static bool takes_word(enum cli_option_id id)
{
    return cli_option(id)->argument && id != CLI_ITEMS && id != CLI_RECORD_COUNT;
}

/* Spellings of all options that take a word: "--limit -n --max-items …" */
static void add_valued(struct buf *out)
{
    for (enum cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        const struct cli_option *option = cli_option(id);
        if (!takes_word(id))
            continue;
        buf_printf(out, " --%s", option->name);
        if (option->alias)
            buf_printf(out, " --%s", option->alias);
        if (option->letter)
            buf_printf(out, " -%c", option->letter);
    }
}

static void bash_command_case(struct buf *out, const struct cli_command *command)
{
    const struct cli_option *option;
    buf_printf(out, "    '%s'", command->name);
    if (command->alias)
        buf_printf(out, "|'%s'", command->alias);
    buf_add(out, STR(") options='"));
    for (int id = -1; next_option(command, &id, &option);)
        buf_printf(out, "--%s ", option->name);
    buf_printf(out, "' first=%s words='", first_word(command));
    add_argument_words(out, command);
    buf_add(out, STR("' ;;\n"));
}

static void add_bash(struct buf *out)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    buf_add(out, str_from(bash_head));
    for (size_t i = 1; i < count; i++)
        if (!is_verb(&all[i]))
            buf_printf(out, "%s%s", i > 1 ? " " : "", all[i].name);
    buf_add(out, STR("' verbs='"));
    add_verbs(out, NULL, true);
    buf_add(out, STR("' valued='"));
    add_valued(out);
    buf_add(out, str_from(bash_middle));
    for (enum cli_option_id id = 0; id < CLI_OPTION_COUNT; id++)
        if (takes_word(id))
            bash_value_case(out, cli_option(id));
    buf_add(out, STR("    esac\n    case $command in\n"));
    for (size_t i = 0; i < count; i++)
        bash_command_case(out, &all[i]);
    buf_add(out, str_from(bash_tail));
}

/* ---- zsh ---- */

static const char zsh_head[] =
    "#compdef dynascope\n"
    "_dynascope_names() {\n"
    "    local -a names\n"
    "    names=(${(f)\"$(dynascope completions $@[-1] -- ${(Q)_dynascope_said} 2>/dev/null)\"})\n"
    "    compadd \"$@[1,-2]\" -a names\n"
    "}\n"
    "_dynascope_connections() { _dynascope_names \"$@\" connections; _files -/; }\n"
    "_dynascope() {\n"
    "    local -a _dynascope_said=(${words[1,CURRENT-1]})\n"
    "    local -a subcommands=(\n";

static const char zsh_middle[] =
    ")\n"
    "    local command='' word\n"
    "    for word in ${words[2,CURRENT-1]}; do\n"
    "        if [[ -z $command ]] && (( ${subcommands[(I)$word:*]} )); then\n"
    "            command=$word\n"
    "        elif [[ -n $command ]] && (( ${verbs[(I)$command:$word]} )); then\n"
    "            command+=\" $word\"; break\n"
    "        fi\n"
    "    done\n"
    "    case $command in\n";

static const char zsh_tail[] = "    esac\n"
                               "}\n"
                               "_dynascope \"$@\"\n";

static void zsh_action(struct buf *out, enum cli_words words, const char *list)
{
    if (words == CLI_WORDS_FILE)
        buf_add(out, STR("_files"));
    else if (words == CLI_WORDS_FOLDER)
        buf_add(out, STR("_files -/"));
    else if (words == CLI_WORDS_TABLE)
        buf_add(out, STR("_dynascope_names tables"));
    else if (words == CLI_WORDS_TRIGGER)
        buf_add(out, STR("_dynascope_names triggers"));
    else if (words == CLI_WORDS_INDEX)
        buf_add(out, STR("_dynascope_names indexes"));
    else if (words == CLI_WORDS_CONNECTION)
        buf_add(out, STR("_dynascope_connections"));
    else if (words == CLI_WORDS_SUBCOMMAND)
        buf_add(out, STR("_describe subcommand subcommands"));
    else if (list && list[0])
        buf_printf(out, "(%s)", list);
    else
        buf_add_byte(out, ' ');
}

/* '--name[help]:argument:action' */
static void zsh_spelling(
    struct buf *out, const struct cli_option *option, const char *dashes, const char *name)
{
    struct buf help = {0};
    add_escaped(&help, option->help, "[]:\\");
    buf_printf(out, " '%s%s[", dashes, name);
    add_quoted(out, buf_cstr(&help));
    buf_add_byte(out, ']');
    if (option->argument) {
        buf_printf(out, ":%s:", option->argument[0] == 'N' ? "name" : "value");
        zsh_action(out, option->words, option->list);
    }
    buf_add_byte(out, '\'');
    buf_fini(&help);
}

static void zsh_command(struct buf *out, const struct cli_command *command)
{
    const struct cli_option *option;
    struct buf list = {0};
    buf_printf(out, "    '%s'", command->name);
    if (command->alias)
        buf_printf(out, "|'%s'", command->alias);
    buf_add(out, STR(") _arguments -s"));
    add_argument_words(&list, command);
    for (int id = -1; next_option(command, &id, &option);) {
        char letter[2] = {option->letter, '\0'};
        zsh_spelling(out, option, "--", option->name);
        if (option->letter)
            zsh_spelling(out, option, "-", letter);
    }
    if (!command->name[0]) {
        buf_add(
            out, STR(" '1:subcommand:{_describe subcommand subcommands; _dynascope_connections}'"));
    } else {
        buf_printf(out, " '1:subcommand:' %s:argument:", is_verb(command) ? "'2:verb:' '3" : "'2");
        zsh_action(out, command->first, buf_cstr(&list));
        buf_add(out, STR("' '*:argument:_files'"));
    }
    buf_add(out, STR(" ;;\n"));
    buf_fini(&list);
}

static void add_zsh(struct buf *out)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    buf_add(out, str_from(zsh_head));
    for (size_t i = 1; i < count; i++) {
        if (is_verb(&all[i]))
            continue;
        buf_printf(out, "        '%s:", all[i].name);
        add_quoted(out, all[i].summary);
        buf_add(out, STR("'\n"));
    }
    buf_add(out, STR("    )\n    local -a verbs=("));
    add_verbs(out, NULL, true);
    buf_add(out, str_from(zsh_middle));
    for (size_t i = 0; i < count; i++)
        zsh_command(out, &all[i]);
    buf_add(out, str_from(zsh_tail));
}

/* ---- fish ---- */

static const char fish_head[] =
    "# fish completion for dynascope\n"
    "function __dynascope_names\n"
    "    dynascope completions $argv[1] -- (commandline -opc) 2>/dev/null\n"
    "end\n"
    "function __dynascope_connections\n"
    "    __dynascope_names connections\n"
    "    __fish_complete_directories\n"
    "end\n"
    "complete -c dynascope -n __fish_use_subcommand -a '(__dynascope_connections)'\n";

/* The words that are there when this row's turn has come. */
static void fish_condition(struct buf *out, const struct cli_command *command)
{
    const char *blank = strchr(command->name, ' ');
    const char *alias = command->alias ? strchr(command->alias, ' ') : NULL;
    if (!command->name[0])
        buf_add(out, STR("__fish_use_subcommand"));
    else if (blank)
        buf_printf(out, "__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from%s%s",
            (int)(blank - command->name), command->name, blank, alias ? alias : "");
    else
        buf_printf(out, "__fish_seen_subcommand_from %s", command->name);
    if (command->group) {
        buf_add(out, STR("; and not __fish_seen_subcommand_from "));
        add_verbs(out, command, false);
    }
}

static void fish_option(
    struct buf *out, const struct cli_command *command, const struct cli_option *option)
{
    buf_add(out, STR("complete -c dynascope -n '"));
    fish_condition(out, command);
    buf_printf(out, "' -l %s", option->name);
    if (option->letter)
        buf_printf(out, " -s %c", option->letter);
    if (option->argument && option->words == CLI_WORDS_CONNECTION)
        buf_add(out, STR(" -x -a '(__dynascope_connections)'"));
    else if (option->argument && option->words == CLI_WORDS_INDEX)
        buf_add(out, STR(" -x -a '(__dynascope_names indexes)'"));
    else if (option->argument && option->words == CLI_WORDS_FOLDER)
        buf_add(out, STR(" -x -a '(__fish_complete_directories)'"));
    else if (option->argument && option->words == CLI_WORDS_LIST)
        buf_printf(out, " -x -a '%s'", option->list);
    else if (option->argument)
        buf_add(out, option->words == CLI_WORDS_FILE ? STR(" -r") : STR(" -x"));
    buf_add(out, STR(" -d '"));
    add_escaped(out, option->help, "'\\");
    buf_add(out, STR("'\n"));
}

/* `words` as a row's first argument. */
static void fish_argument(
    struct buf *out, const struct cli_command *command, bool files, const char *words)
{
    buf_printf(out, "complete -c dynascope %s-n '", files ? "" : "-f ");
    fish_condition(out, command);
    buf_printf(out, "' -a '%s'\n", words);
}

static void fish_command(struct buf *out, const struct cli_command *command)
{
    const struct cli_option *option;
    struct buf words = {0};
    if (command->name[0] && !is_verb(command)) {
        buf_printf(
            out, "complete -c dynascope -f -n __fish_use_subcommand -a %s -d '", command->name);
        add_escaped(out, command->summary, "'\\");
        buf_add(out, STR("'\n"));
    }
    bool files = strstr(command->args, "FILE") || strstr(command->args, "SCRIPT");
    if (command->first == CLI_WORDS_TABLE)
        fish_argument(out, command, files, "(__dynascope_names tables)");
    if (command->first == CLI_WORDS_TRIGGER)
        fish_argument(out, command, files, "(__dynascope_names triggers)");
    if (command->first == CLI_WORDS_CONNECTION && command->name[0])
        fish_argument(out, command, false, "(__dynascope_connections)");
    add_argument_words(&words, command);
    if (words.len)
        fish_argument(out, command, false, buf_cstr(&words));
    for (int id = -1; next_option(command, &id, &option);)
        fish_option(out, command, option);
    buf_fini(&words);
}

static void add_fish(struct buf *out)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    buf_add(out, str_from(fish_head));
    for (size_t i = 0; i < count; i++)
        fish_command(out, &all[i]);
}

bool cli_completions_run(struct cli *cli, struct err *err)
{
    static const struct {
        const char *name;
        void (*add)(struct buf *out);
    } kinds[] = {
        {"bash", add_bash}, {"zsh", add_zsh}, {"fish", add_fish}, {"mdoc", cli_manual_add}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (cli->arg_count == 1 && strcmp(cli->args[0], kinds[i].name) == 0) {
            kinds[i].add(&cli->out.pending);
            return cli_out_flush(&cli->out, err);
        }
    }
    if (strcmp(cli->args[0], "mdoc-keys") == 0)
        return cli_manual_add_keys(&cli->out.pending, err) && cli_out_flush(&cli->out, err);
    bool known;
    bool ok = cli_names_print(cli, &known, err);
    return known ? ok
                 : err_set(err, ERR_USAGE,
                       "completions are made for bash, zsh and fish, not for %s", cli->args[0]);
}
