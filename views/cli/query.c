/* SPDX-License-Identifier: MIT */
/*
 * dynascope query: one partition, by bare values or by a key condition in DynamoDB's own language.
 * Bare values are typed by the schema of the table or index and become
 *
 *   #_k0 = :_k0 AND #_k1 >= :_k1
 */
#include "backend/json_in.h"
#include "views/cli/key.h"
#include "views/cli/read.h"

#include <stdio.h>

struct keys {
    uint32_t hash_count, range_count;
    const struct client_key *hash, *range;
};

static bool find_keys(
    const struct client_table *table, struct str index, struct keys *out, struct err *err)
{
    *out = (struct keys){.hash_count = 1,
        .range_count = table->key_count - 1,
        .hash = table->keys,
        .range = table->keys + 1};
    if (!index.len)
        return true;
    for (uint32_t i = 0; i < table->index_count; i++) {
        const struct client_index *own = &table->indexes[i];
        if (!str_equal(own->name, index))
            continue;
        *out = (struct keys){.hash_count = own->hash_count,
            .range_count = own->range_count,
            .hash = own->keys,
            .range = own->keys + own->hash_count};
        return true;
    }
    return err_set(err, ERR_USAGE, "%.*s has no index %.*s; 'dynascope tables -l' lists them",
        STR_ARG(table->name), STR_ARG(index));
}

/* The condition while it is built: its text, and the placeholders' maps. */
struct condition {
    struct buf text, names, values;
    struct value_open names_open, values_open;
    unsigned count;
};

static void add_name(struct condition *c, struct str attribute)
{
    char placeholder[16];
    int len = snprintf(placeholder, sizeof placeholder, "#_k%u", c->count);
    value_member(&c->names_open, &c->names, (struct str){placeholder, (size_t)len});
    value_put_string(&c->names, attribute);
    buf_printf(&c->text, "%s", placeholder);
}

/* The next ":_kN", whose value the caller then puts into c->values. */
static void add_value(struct condition *c, const char *suffix)
{
    char placeholder[16];
    int len = snprintf(placeholder, sizeof placeholder, ":_k%u%s", c->count, suffix);
    value_member(&c->values_open, &c->values, (struct str){placeholder, (size_t)len});
    buf_add_bytes(&c->text, placeholder, (size_t)len);
}

static bool add_bare(struct condition *c, const struct client_key *key, const char *word,
    const char *suffix, struct err *err)
{
    add_value(c, suffix);
    return cli_key_put(&c->values, key, word, err);
}

/* partition := word | JSON object with all partition key attributes */
static bool add_object(struct cli *cli, struct condition *c, const struct keys *keys,
    const char *word, struct err *err)
{
    struct buf encoded = {0};
    struct value value;
    bool ok = true;
    const struct json *json = json_parse(&cli->arena, str_from(word), err);
    cli_point_at(cli, "partition key", str_from(word));
    ok = json && json_in_item(&encoded, json, false, err);
    struct value object = ok ? value_of(buf_str(&encoded)) : (struct value){0};
    for (uint32_t i = 0; ok && i < keys->hash_count; i++, c->count++) {
        if (i)
            buf_add(&c->text, STR(" AND "));
        add_name(c, keys->hash[i].name);
        buf_add(&c->text, STR(" = "));
        add_value(c, "");
        ok = value_find(object, keys->hash[i].name, &value);
        if (ok)
            value_put(&c->values, value);
        else
            err_set(err, ERR_USAGE, "the partition key attribute %.*s is missing",
                STR_ARG(keys->hash[i].name));
    }
    buf_fini(&encoded);
    return ok || err_context(err, "the partition key");
}

static bool add_partition(struct cli *cli, struct condition *c, const struct keys *keys,
    const char *word, struct err *err)
{
    if (word[0] == '{')
        return add_object(cli, c, keys, word, err);
    if (keys->hash_count != 1)
        return err_set(err, ERR_USAGE,
            "this index has %u partition key attributes: give them as a JSON object",
            keys->hash_count);
    add_name(c, keys->hash[0].name);
    buf_add(&c->text, STR(" = "));
    bool ok = add_bare(c, &keys->hash[0], word, "", err);
    c->count++;
    return ok;
}

/* ---- the sort condition ---- */

struct sort_condition {
    const char *op; /* as DynamoDB writes it, or "between", "begins_with" */
    const char *low, *high;
};

static bool bad_sort(struct err *err)
{
    return err_set(err, ERR_USAGE,
        "the sort condition is V, '= V', '< V', '<= V', '> V', '>= V', 'between V and V' or "
        "'begins_with V'");
}

static const char *find_operator(struct str word)
{
    static const char *const all[] = {"<=", ">=", "<", ">", "=", "between", "begins_with"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_equal_nocase(word, str_from(all[i])))
            return all[i];
    return NULL;
}

/* condition := operator value | 'between' value 'and' value | 'begins_with' value, a word each */
static bool parse_words(const char **words, int count, struct sort_condition *out, struct err *err)
{
    out->op = find_operator(str_from(words[0]));
    if (!out->op || count < 2)
        return bad_sort(err);
    out->low = words[1];
    if (strcmp(out->op, "between") != 0)
        return count == 2 || bad_sort(err);
    bool form = count == 4 && str_equal_nocase(str_from(words[2]), STR("and"));
    out->high = form ? words[3] : NULL;
    return form || bad_sort(err);
}

/* The operator that begins a text, and how much of the text it takes. */
static const char *leading_operator(struct str text, size_t *len)
{
    size_t symbol = strspn(text.at, "<>=");
    size_t word = strcspn(text.at, " ");
    *len = symbol ? symbol : word;
    return find_operator(str_take(text, *len));
}

/* The same in one word: ">= 5", ">=5", "between 1 and 5", or a value alone. */
static bool parse_word(
    struct cli *cli, const char *word, struct sort_condition *out, struct err *err)
{
    struct str text = arena_dup(&cli->arena, str_trim(str_from(word)));
    size_t len;
    out->op = leading_operator(text, &len);
    if (!out->op ||
        (len == text.len && text.at[0] != '<' && text.at[0] != '>' && text.at[0] != '=')) {
        *out = (struct sort_condition){.op = "=", .low = word};
        return true;
    }
    struct str rest = str_trim(str_skip(text, len));
    out->low = arena_dup(&cli->arena, rest).at;
    if (!rest.len)
        return bad_sort(err);
    if (strcmp(out->op, "between") != 0)
        return true;
    size_t and = str_find(rest, STR(" and "));
    if (and == SIZE_MAX)
        return bad_sort(err);
    out->low = arena_dup(&cli->arena, str_trim(str_take(rest, and))).at;
    out->high = arena_dup(&cli->arena, str_trim(str_skip(rest, and+5))).at;
    return true;
}

static bool add_sort(struct condition *c, const struct client_key *key,
    const struct sort_condition *sort, struct err *err)
{
    bool begins = strcmp(sort->op, "begins_with") == 0, between = sort->high != NULL;
    buf_add(&c->text, begins ? STR(" AND begins_with(") : STR(" AND "));
    add_name(c, key->name);
    if (begins)
        buf_add(&c->text, STR(", "));
    else
        buf_printf(&c->text, " %s ", between ? "BETWEEN" : sort->op);
    if (!add_bare(c, key, sort->low, "", err))
        return false;
    if (between) {
        buf_add(&c->text, STR(" AND "));
        return add_bare(c, key, sort->high, "b", err);
    }
    if (begins)
        buf_add_byte(&c->text, ')');
    return true;
}

static bool take_sort(
    struct cli *cli, struct condition *c, const struct keys *keys, struct err *err)
{
    struct sort_condition sort = {0};
    int count = cli->arg_count - 2;
    const char **words = cli->args + 2;
    if (count <= 0)
        return true;
    if (!keys->range_count)
        return err_set(err, ERR_USAGE, "there is no sort key, so there can be no sort condition");
    bool ok =
        count == 1 ? parse_word(cli, words[0], &sort, err) : parse_words(words, count, &sort, err);
    return ok && add_sort(c, &keys->range[0], &sort, err);
}

/* ---- into the request ---- */

/* Adds the user's own placeholders to ours. */
static void merge(struct value_open *open, struct buf *out, struct value own)
{
    struct str name;
    struct value member;
    if (own.type != VALUE_M)
        return;
    for (struct value_walk walk = value_walk(own); value_next(&walk, &name, &member);) {
        value_member(open, out, name);
        value_put(out, member);
    }
}

static bool build(
    struct cli *cli, struct client_read *read, const struct keys *keys, struct err *err)
{
    struct condition c = {0};
    c.names_open = value_open(&c.names, VALUE_M);
    c.values_open = value_open(&c.values, VALUE_M);
    bool ok = add_partition(cli, &c, keys, cli->args[1], err) && take_sort(cli, &c, keys, err);
    if (ok) {
        merge(&c.names_open, &c.names, read->names);
        merge(&c.values_open, &c.values, read->values);
        ok = value_close(&c.names_open, &c.names, err) &&
             value_close(&c.values_open, &c.values, err);
    }
    if (ok) {
        read->key_condition = arena_dup(&cli->arena, buf_str(&c.text));
        read->names = value_of(arena_dup(&cli->arena, buf_str(&c.names)));
        read->values = value_of(arena_dup(&cli->arena, buf_str(&c.values)));
    }
    buf_fini(&c.text);
    buf_fini(&c.names);
    buf_fini(&c.values);
    return ok;
}

static bool by_values(struct cli *cli, struct client_read *read, struct err *err)
{
    struct client_table table;
    struct keys keys;
    return cli_key_schema(cli, cli->args[0], &table, err) &&
           find_keys(&table, read->index, &keys, err) && build(cli, read, &keys, err);
}

static bool check_form(struct cli *cli, struct err *err)
{
    bool values = cli->arg_count > 1, expression = cli_has(cli, CLI_KEY_CONDITION);
    if (values && expression)
        return err_set(err, ERR_USAGE,
            "a partition key and --key-condition-expression say the same thing: give one of them");
    return values || expression ||
           err_set(err, ERR_USAGE,
               "which partition? Give its key, or --key-condition-expression; for all items there "
               "is 'dynascope scan'");
}

bool cli_query_run(struct cli *cli, struct err *err)
{
    struct client_read read;
    return check_form(cli, err) && cli_read_options(cli, &read, err) &&
           cli_open(cli, CLI_READS, err) && (cli->arg_count < 2 || by_values(cli, &read, err)) &&
           cli_read_print(cli, &read, &cli->out, err);
}
