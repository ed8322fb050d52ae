/* SPDX-License-Identifier: MIT */
/*
 * Named connections in the configuration file. Sections of other kinds are somebody else's and left
 * alone; in those of this kind every key must be one that is known, so that a mistyped "read-only"
 * does not leave a table open to writing.
 */
#include "backend/named.h"

#include "backend/budget.h"
#include "base/conf.h"

#include <stdlib.h>

struct search {
    struct named *out;
    struct arena *arena;
    struct str wanted;
    bool found;
};

static bool on_section(void *context, const struct conf_line *line, struct err *err)
{
    struct search *s = context;
    struct str name;
    (void)err;
    if (conf_section_name(line->section, "connection", &name) && str_equal(name, s->wanted))
        s->found = true;
    return true;
}

static bool take_colour(struct named *out, struct str value, struct err *err)
{
    static const char *const words[] = {"", "red", "yellow", "green", "blue"};
    for (size_t i = NAMED_RED; i <= NAMED_BLUE; i++)
        if (str_equal_nocase(value, str_from(words[i]))) {
            out->colour = (enum named_colour)i;
            return true;
        }
    return err_set(err, ERR_CONFIG, "colour is red, yellow, green or blue");
}

static bool take_access(struct named *out, struct str value, struct err *err)
{
    bool read_only;
    if (!conf_to_bool(value, &read_only, err))
        return false;
    out->access = read_only ? NAMED_READ_ONLY : NAMED_READ_WRITE;
    return true;
}

static bool take_budget(struct named *out, struct str value, struct err *err)
{
    if (budget_parse(value, &out->budget, err))
        return true;
    err->code = ERR_CONFIG;
    return false;
}

bool named_timeout(struct str seconds, int64_t *ms, struct err *err)
{
    enum { MOST_S = 24 * 3600, FOREVER_MS = INT32_MAX };
    uint64_t number;
    if (!str_to_u64(seconds, &number) || number > MOST_S)
        return err_set(err, ERR_CONFIG,
            "a timeout is a whole number of seconds, %d at most, or 0 for none, not %.*s", MOST_S,
            STR_ARG(seconds));
    *ms = number ? (int64_t)number * 1000 : FOREVER_MS;
    return true;
}

static bool take_text(struct search *s, const struct conf_line *line, struct err *err)
{
    const struct {
        const char *key;
        struct str *out;
    } texts[] = {{"store", &s->out->store}, {"profile", &s->out->profile},
        {"region", &s->out->region}, {"endpoint-url", &s->out->endpoint_url},
        {"word", &s->out->word}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_equal(line->key, str_from(texts[i].key))) {
            *texts[i].out = arena_dup(s->arena, line->value);
            return true;
        }
    return err_set(err, ERR_CONFIG, "a connection has no %.*s", STR_ARG(line->key));
}

static bool on_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct search *s = context;
    struct str name;
    if (!conf_section_name(line->section, "connection", &name) || !str_equal(name, s->wanted))
        return true;
    if (str_equal(line->key, STR("read-only")))
        return take_access(s->out, line->value, err);
    if (str_equal(line->key, STR("colour")) || str_equal(line->key, STR("color")))
        return take_colour(s->out, line->value, err);
    if (str_equal(line->key, STR("budget")))
        return take_budget(s->out, line->value, err);
    if (str_equal(line->key, STR("connect-timeout")))
        return named_timeout(line->value, &s->out->connect_ms, err);
    if (str_equal(line->key, STR("read-timeout")))
        return named_timeout(line->value, &s->out->read_ms, err);
    return take_text(s, line, err);
}

/* The base directory specification: a relative path counts as unset. */
void named_path(struct arena *arena, struct str *path)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    *path = base && base[0] == '/' ? arena_printf(arena, "%s/dynascope/config", base)
                                   : arena_printf(arena, "%s/.config/dynascope/config",
                                         home && home[0] == '/' ? home : "");
}

static bool check(const struct search *s, struct str path, struct err *err)
{
    const struct named *n = s->out;
    if (!s->found || !n->store.len || !(n->profile.len || n->region.len || n->endpoint_url.len))
        return true;
    return err_set(err, ERR_CONFIG,
        "%.*s: the connection %.*s is a store or a remote endpoint, not both", STR_ARG(path),
        STR_ARG(s->wanted));
}

bool named_find(
    struct named *out, bool *found, struct arena *arena, struct str name, struct err *err)
{
    struct search search = {out, arena, name, false};
    struct conf_handler handler = {.section = on_section, .entry = on_entry, .context = &search};
    struct err wrong = ERR_INIT;
    struct str path;
    *out = (struct named){.name = arena_dup(arena, name)};
    named_path(arena, &path);
    bool ok = conf_load(path.at, &handler, &wrong) || wrong.code == ERR_NO_INPUT;
    if (!ok)
        *err = wrong;
    *found = search.found;
    return ok && check(&search, path, err);
}

struct count {
    int left; /* sections before the one that is wanted */
    struct buf *out;
};

static bool on_counted(void *context, const struct conf_line *line, struct err *err)
{
    struct count *c = context;
    struct str name;
    (void)err;
    if (conf_section_name(line->section, "connection", &name) && c->left-- == 0)
        buf_add(c->out, name);
    return true;
}

static bool pass(void *context, const struct conf_line *line, struct err *err)
{
    (void)context;
    (void)line;
    (void)err;
    return true;
}

bool named_nth(int nth, struct buf *out)
{
    struct count count = {nth, out};
    struct conf_handler handler = {.section = on_counted, .entry = pass, .context = &count};
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    struct str path;
    named_path(&arena, &path);
    conf_load(path.at, &handler, &ignored);
    arena_fini(&arena);
    return count.left < 0;
}
