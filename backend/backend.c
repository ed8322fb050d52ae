/* SPDX-License-Identifier: MIT */
/*
 * Opens a CONNECTION: the one place that knows which implementations there are. Where the default
 * store lives is decided here too.
 */
#include "backend/backend_impl.h"
#include "backend/embedded/embedded.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool is_remote(struct str connection)
{
    return str_equal(connection, STR("aws")) || str_starts(connection, STR("http://")) ||
           str_starts(connection, STR("https://"));
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

/* Makes the folders above the last part of `path`, for this user alone. */
static bool make_parents(char *path, struct err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (!made)
            err_errno(err, errno, "cannot make the folder %s", path);
        *slash = '/';
        if (!made)
            return false;
    }
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
    if (backend_default_path(&path, err) && (!create || make_parents(path.at, err)))
        backend = open_folder(path.at, options, err);
    buf_fini(&path);
    return backend;
}

static struct backend *open_any(
    struct str connection, const struct backend_options *options, struct err *err)
{
    if (!connection.len)
        return open_default(options, err);
    if (!is_remote(connection)) {
        if (str_find(connection, STR("://")) == SIZE_MAX)
            return open_folder(connection.at, options, err);
        err_set(err, ERR_USAGE, "%.*s: a connection is a folder, http(s)://host[:port] or aws",
            STR_ARG(connection));
        return NULL;
    }
    err_set(err, ERR_USAGE,
        "%.*s: remote endpoints are not in this version; name a folder (a store) instead",
        STR_ARG(connection));
    return NULL;
}

struct backend *backend_open(
    const char *connection, const struct backend_options *options, struct err *err)
{
    struct backend_options plain = {0};
    if (!options)
        options = &plain;
    struct backend *backend = open_any(str_from(connection), options, err);
    if (backend && options->read_only)
        backend = backend_read_only(backend);
    return backend;
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
