/* SPDX-License-Identifier: MIT */
/*
 * Opens a CONNECTION: the one place that knows which implementations there are, and what a word may
 * stand for. Where the default store lives is decided here too.
 *
 *   http://… https://… aws aws:PROFILE aws@REGION ─▶ remote       a/folder ./folder ─▶ embedded
 *   word ─▶ named in the configuration? ─▶ a folder? ─▶ an AWS profile? ─▶ a folder to be made
 */
#include "backend/backend_impl.h"
#include "backend/embedded/embedded.h"
#include "backend/named.h"
#include "backend/remote/profiles.h"
#include "backend/remote/remote.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool is_url(struct str connection)
{
    return str_starts(connection, STR("http://")) || str_starts(connection, STR("https://"));
}

static bool is_remote(struct str connection)
{
    return str_equal(connection, STR("aws")) || str_starts(connection, STR("aws:")) ||
           str_starts(connection, STR("aws@")) || is_url(connection);
}

/* The base directory specification: a relative path counts as unset. */
static bool add_data_home(struct buf *path, struct err *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/') {
        buf_add(path, str_from(data));
        return true;
    }
    if (!home || home[0] != '/')
        return err_set(err, ERR_CONFIG,
            "where is the default store? Neither XDG_DATA_HOME nor HOME is an absolute path; "
            "name a folder with -c");
    buf_add(path, str_from(home));
    buf_add(path, STR("/.local/share"));
    return true;
}

bool backend_default_path(struct buf *path, struct err *err)
{
    if (!add_data_home(path, err))
        return false;
    buf_add(path, STR("/dynascope/store"));
    buf_cstr(path);
    return true;
}

static struct backend *open_folder(
    const char *path, const struct backend_options *options, struct err *err)
{
    struct backend *backend = embedded_open(path, options, err);
    if (backend && !backend->label) {
        struct buf label = {0};
        buf_printf(&label, "local · %s", path);
        backend->label = buf_take(&label);
    }
    return backend;
}

static struct backend *open_default(const struct backend_options *options, struct err *err)
{
    struct buf path = {0};
    struct backend *backend = NULL;
    bool create = !options->must_exist && !options->read_only;
    if (backend_default_path(&path, err) && (!create || file_make_parents(path.at, err)))
        backend = open_folder(path.at, options, err);
    buf_fini(&path);
    return backend;
}

/* ---- remote ---- */

static struct str first_of(struct str a, struct str b)
{
    return a.len ? a : b;
}

/* What the flags say wins over what the name says. */
static struct backend *open_remote(
    const struct named *named, const struct backend_options *options, struct err *err)
{
    struct remote_options remote = {.clock = options->clock,
        .connect_ms = options->connect_ms ? options->connect_ms : named->connect_ms,
        .stall_ms = options->read_ms ? options->read_ms : named->read_ms,
        .ask = {.profile = first_of(options->profile, named->profile),
            .region = first_of(options->region, named->region),
            .endpoint_url = first_of(options->endpoint_url, named->endpoint_url)}};
    return remote_open(&remote, err);
}

/* "http://…", "aws", "aws:PROFILE" */
static struct backend *open_address(
    struct str connection, const struct backend_options *options, struct err *err)
{
    struct named named = {0};
    if (is_url(connection) && options->endpoint_url.len) {
        err_set(err, ERR_USAGE, "%.*s is an endpoint already: leave --endpoint-url out",
            STR_ARG(connection));
        return NULL;
    }
    if (is_url(connection)) {
        named.endpoint_url = connection;
    } else {
        /* "aws" [":" PROFILE] ["@" REGION] */
        struct str rest = str_skip(connection, 3);
        size_t at = str_find_byte(rest, '@');
        named.region = at == SIZE_MAX ? STR_NONE : str_skip(rest, at + 1);
        named.profile = str_skip(str_take(rest, at), 1);
    }
    return open_remote(&named, options, err);
}

/* ---- words ---- */

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* Files that cannot be read have no profiles: what is wrong with them is said where one is asked
 * for. */
static bool is_profile(struct str name)
{
    struct profiles files = {0};
    struct err ignored = ERR_INIT;
    bool is = profiles_load(&files, &ignored) && profiles_has(&files, name);
    profiles_fini(&files);
    return is;
}

static struct backend *open_named(
    const struct named *named, const struct backend_options *options, struct err *err)
{
    if (!named->store.len)
        return open_remote(named, options, err);
    if (named->store.at[0] == '/')
        return open_folder(named->store.at, options, err);
    err_set(err, ERR_CONFIG, "the connection %.*s: its store is not an absolute path",
        STR_ARG(named->name));
    return NULL;
}

/* HOST ":" PORT */
static bool is_host_and_port(struct str word)
{
    struct str host = STR_NONE;
    uint64_t port;
    return str_find_byte(word, '/') == SIZE_MAX && str_cut(&word, ':', &host) && host.len &&
           str_to_u64(word, &port) && port > 0 && port <= 65535;
}

/* What is no folder yet, and is hardly meant to become one. */
static bool refuse_slip(struct str word, struct err *err)
{
    struct str at = word, profile = STR_NONE;
    if (is_host_and_port(word))
        return err_set(err, ERR_USAGE, "%.*s: an endpoint is http://%.*s (a folder: ./%.*s)",
            STR_ARG(word), STR_ARG(word), STR_ARG(word));
    if (str_find_byte(word, '/') == SIZE_MAX && str_find_byte(word, '@') != SIZE_MAX &&
        str_cut(&at, '@', &profile) && is_profile(profile))
        return err_set(err, ERR_USAGE, "%.*s: a profile with a region is aws:%.*s", STR_ARG(word),
            STR_ARG(word));
    return true;
}

static struct backend *open_word(
    const char *word, const struct backend_options *options, struct err *err)
{
    bool folder = is_folder(word);
    if (folder || !is_profile(str_from(word)))
        return folder || refuse_slip(str_from(word), err) ? open_folder(word, options, err) : NULL;
    struct named named = {.profile = str_from(word)};
    return open_remote(&named, options, err);
}

/* ---- any ---- */

static struct backend *open_any(
    struct str connection, const struct backend_options *options, struct err *err)
{
    bool remote_flags = options->profile.len || options->endpoint_url.len;
    if (!connection.len)
        return remote_flags ? open_address(STR("aws"), options, err) : open_default(options, err);
    if (is_remote(connection))
        return open_address(connection, options, err);
    if (str_find(connection, STR("://")) == SIZE_MAX)
        return open_word(connection.at, options, err);
    err_set(err, ERR_USAGE, "%.*s: a connection is a folder, http(s)://host[:port] or aws",
        STR_ARG(connection));
    return NULL;
}

/* Who may write: the configuration file has the last word, then the flags. */
static struct backend *guard(
    struct backend *backend, const struct named *named, const struct backend_options *options)
{
    if (named->access == NAMED_READ_ONLY)
        return backend_read_only_because(
            backend, "the configuration file says so (read-only = yes)");
    if (options->read_only)
        return backend_read_only(backend);
    if (options->guard_remote && backend_is_remote(backend) && named->access == NAMED_ASK)
        return backend_read_only_because(
            backend, "a remote one is written to with --read-write only");
    return backend;
}

static const char *colour_word(enum named_colour colour)
{
    static const char *const words[] = {NULL, "red", "yellow", "green", "blue"};
    return words[colour];
}

/* "PROD · aws · …" */
static void dress(struct backend *backend, const struct named *named)
{
    struct buf label = {0};
    backend->colour = colour_word(named->colour);
    struct str word = named->word.len || named->colour != NAMED_RED ? named->word : named->name;
    snprintf(backend->word, sizeof backend->word, "%.*s", STR_ARG(word));
    if (!named->word.len)
        return;
    buf_printf(&label, "%.*s · %s", STR_ARG(named->word), backend_label(backend));
    free(backend->label);
    backend->label = buf_take(&label);
}

struct backend *backend_open(
    const char *connection, const struct backend_options *options, struct err *err)
{
    struct backend_options plain = {0};
    struct str word = str_from(connection);
    struct arena arena = {0};
    struct named named = {0};
    struct backend *backend = NULL;
    bool found = false, ok = true;
    if (!options)
        options = &plain;
    if (word.len && !is_remote(word) && str_find_byte(word, '/') == SIZE_MAX)
        ok = named_find(&named, &found, &arena, word, err);
    if (ok)
        backend = found ? open_named(&named, options, err) : open_any(word, options, err);
    if (backend) {
        dress(backend, &named);
        backend->budget = options->budget ? options->budget : named.budget;
        backend = guard(backend, &named, options);
    }
    arena_fini(&arena);
    return backend;
}

bool backend_knows(const char *word)
{
    struct arena arena = {0};
    struct named named;
    struct err ignored = ERR_INIT;
    bool found = false, readable = named_find(&named, &found, &arena, str_from(word), &ignored);
    arena_fini(&arena);
    /* what is wrong with the file is said when the connection is opened */
    return is_remote(str_from(word)) || found || !readable || is_profile(str_from(word));
}

bool backend_nth_name(int nth, struct buf *out)
{
    return named_nth(nth, out);
}

bool backend_check(const char *connection, void (*see)(void *context, const char *finding),
    void *context, uint64_t *findings, struct err *err)
{
    struct buf path = {0};
    bool ok = true;
    if (is_remote(str_from(connection)))
        ok = err_set(err, ERR_USAGE, "%s: only a store in a folder can be checked", connection);
    else if (connection && connection[0])
        buf_add(&path, str_from(connection));
    else
        ok = backend_default_path(&path, err);
    ok = ok && embedded_check(buf_cstr(&path), see, context, findings, err);
    buf_fini(&path);
    return ok;
}
