/* SPDX-License-Identifier: MIT */
/*
 * Functions in the registry: a folder each, with function.json and, where it came as a zip, the
 * code. New code goes into a folder of its own name, so that function.json changes both at once:
 *
 *     functions/NAME/code/.new-…  ─▶ code/ID  ─▶ function.json names ID  ─▶ older IDs are removed
 */
#include "backend/triggers/code.h"
#include "backend/triggers/member.h"
#include "backend/triggers/registry_impl.h"
#include "backend/triggers/trust.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- trust ---- */

struct signature {
    uint64_t sum;
    int folder, depth;
};

static uint64_t sign(uint64_t h, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++)
        h = (h ^ at[i]) * 0x100000001b3u;
    return h;
}

static bool sign_entry(void *context, const char *name, struct err *err)
{
    struct signature *signature = context;
    struct stat s;
    if (fstatat(signature->folder, name, &s, AT_SYMLINK_NOFOLLOW) != 0 || signature->depth > 64)
        return err_errno(err, errno, "%s", name);
    uint64_t of[] = {s.st_ino, (uint64_t)s.st_size, (uint64_t)s.st_ctim.tv_sec,
        (uint64_t)s.st_ctim.tv_nsec, s.st_mode};
    signature->sum = sign(sign(signature->sum, name, strlen(name)), of, sizeof of);
    if (!S_ISDIR(s.st_mode))
        return true;
    struct signature inner = {signature->sum, -1, signature->depth + 1};
    if (!folder_open(signature->folder, name, false, &inner.folder, err))
        return false;
    bool ok = folder_each_file(inner.folder, sign_entry, &inner, err);
    folder_close(inner.folder);
    signature->sum = inner.sum;
    return ok;
}

/* Changes with whatever decides about trust; reading the code's bytes each time would take long. */
static uint64_t sign_function(struct registry *r, const struct function *function)
{
    struct signature signature = {0xcbf29ce484222325u, -1, 0};
    struct err ignored = ERR_INIT;
    struct buf row = {0};
    struct stat s = {0};
    char path[4200];
    function_write_row(function, &row);
    signature.sum = sign(signature.sum, row.at, row.len);
    buf_fini(&row);
    if (stat(r->trusted, &s) == 0)
        signature.sum = sign(signature.sum, &s.st_mtim, sizeof s.st_mtim);
    signature.sum = sign(signature.sum, &s.st_size, sizeof s.st_size);
    snprintf(path, sizeof path, "%.*s", STR_ARG(function->folder));
    if (function->stored && folder_open(AT_FDCWD, path, false, &signature.folder, &ignored))
        folder_each_file(signature.folder, sign_entry, &signature, &ignored);
    folder_close(signature.folder);
    return signature.sum | 1;
}

static struct registry_verdict *find_verdict(struct registry *r, struct str name)
{
    size_t slot = (size_t)(sign(0xcbf29ce484222325u, name.at, name.len) % REGISTRY_VERDICTS);
    return &r->verdicts[slot];
}

static bool is_trusted(struct registry *r, const struct function *function)
{
    struct err ignored = ERR_INIT;
    bool trusted = false;
    if (!r->trusted)
        return false;
    uint64_t signature = sign_function(r, function);
    struct registry_verdict *verdict = find_verdict(r, function->name);
    pthread_mutex_lock(&r->lock);
    bool known =
        verdict->signature == signature && str_equal(str_from(verdict->name), function->name);
    trusted = known && verdict->trusted;
    pthread_mutex_unlock(&r->lock);
    if (known || !trust_has(r->trusted, r->folder, function, &trusted, &ignored))
        return trusted;
    pthread_mutex_lock(&r->lock);
    *verdict = (struct registry_verdict){.signature = signature, .trusted = trusted};
    snprintf(verdict->name, sizeof verdict->name, "%.*s", STR_ARG(function->name));
    pthread_mutex_unlock(&r->lock);
    return trusted;
}

static bool add_trust(struct registry *r, const struct function *function, struct err *err)
{
    return r->trusted ? trust_add(r->trusted, r->folder, function, err)
                      : err_set(err, ERR_CONFIG,
                            "there is no place to remember what is trusted: neither XDG_STATE_HOME "
                            "nor HOME is set");
}

bool registry_trust(struct registry *r, const struct function *function, struct err *err)
{
    struct registry_change change;
    if (!registry_begin(r, &change, err))
        return false;
    bool ok = add_trust(r, function, err);
    registry_end(&change, ok);
    return ok;
}

/* ---- reading ---- */

static bool is_function_name(const char *name)
{
    struct err ignored = ERR_INIT;
    struct str found;
    return function_name_of(str_from(name), &found, &ignored) && found.len == strlen(name);
}

/* Code that came as a zip lies below this registry, wherever that was moved to. */
static bool place_code(
    struct registry *r, struct arena *arena, struct function *function, struct err *err)
{
    size_t at = function->folder.len;
    if (!function->stored)
        return true;
    while (at && function->folder.at[at - 1] != '/')
        at--;
    struct str id = str_skip(function->folder, at);
    if (!member_is_uuid(id))
        return err_set(err, ERR_DATA, "the code's folder has no name that was given here");
    function->folder = arena_printf(
        arena, "%s/functions/%.*s/code/%.*s", r->folder, STR_ARG(function->name), STR_ARG(id));
    return true;
}

static bool read_function(struct registry *r, int kind, const char *name, struct arena *arena,
    struct function *out, bool *found, struct err *err)
{
    const struct json *json;
    *found = false;
    if (!is_function_name(name))
        return err_set(err, ERR_DATA, "no function may have this name");
    if (!registry_read(kind, name, "function.json", arena, &json, err))
        return false;
    if (!json)
        return true;
    *out = (struct function){0};
    if (!function_read(arena, json, out, err))
        return false;
    if (!str_equal(out->name, str_from(name)))
        return err_set(err, ERR_DATA, "function.json is of another function");
    if (!place_code(r, arena, out, err))
        return false;
    out->untrusted = !is_trusted(r, out);
    *found = true;
    return true;
}

bool registry_function(struct registry *r, struct arena *arena, struct str name,
    struct function *out, bool *found, struct err *err)
{
    char own[80];
    int kind;
    *found = false;
    if (!name.len || name.len >= sizeof own)
        return true;
    snprintf(own, sizeof own, "%.*s", STR_ARG(name));
    if (!is_function_name(own))
        return true;
    if (!registry_open_kind(r, "functions", &kind, err))
        return false;
    bool ok = read_function(r, kind, own, arena, out, found, err);
    folder_close(kind);
    return ok;
}

static bool see_function(struct registry_list *list, const char *name, struct err *err)
{
    struct registry_functions *out = list->out;
    struct function function;
    bool found;
    if (!read_function(list->registry, list->fd, name, list->arena, &function, &found, err))
        return false;
    if (!found)
        return true;
    if ((out->count & (out->count - 1)) == 0) {
        struct function *more = arena_array(list->arena, struct function, out->count * 2 + 1);
        memcpy(more, out->items, out->count * sizeof *more);
        out->items = more;
    }
    out->items[out->count++] = function;
    return true;
}

bool registry_functions(struct registry *r, struct arena *arena, struct registry_functions *out,
    struct buf *complaint, struct err *err)
{
    *out = (struct registry_functions){.items = arena_array(arena, struct function, 1)};
    struct registry_list list = {.registry = r,
        .arena = arena,
        .complaint = complaint,
        .kind = "functions",
        .see = see_function,
        .out = out};
    return registry_walk(&list, err);
}

/* ---- changing ---- */

static bool is_there(struct registry_change *change, struct str name)
{
    char path[100];
    struct stat s;
    snprintf(path, sizeof path, "functions/%.*s/function.json", STR_ARG(name));
    return fstatat(change->folder, path, &s, AT_SYMLINK_NOFOLLOW) == 0;
}

static void stamp(struct registry *r, struct arena *arena, struct function *function)
{
    char uuid[MEMBER_UUID + 1];
    struct buf time = {0};
    member_uuid(uuid);
    member_put_time(&time, clock_now_ms(r->clock));
    function->revision = arena_dup(arena, str_from(uuid));
    function->last_modified = arena_dup(arena, buf_str(&time));
    buf_fini(&time);
}

static bool put_row(
    struct registry *r, struct registry_change *change, struct function *function, struct err *err)
{
    struct buf row = {0};
    function_write_row(function, &row);
    bool ok =
        add_trust(r, function, err) && registry_write(change->folder, "functions", function->name,
                                           "function.json", buf_str(&row), err);
    buf_fini(&row);
    if (ok)
        function->untrusted = false;
    return ok;
}

static bool begin_put(struct registry *r, struct registry_change *change,
    const struct function *function, bool fresh, struct err *err)
{
    struct str name;
    if (!function_name_of(function->name, &name, err) || !registry_begin(r, change, err))
        return false;
    if (!fresh || !is_there(change, name))
        return true;
    registry_end(change, false);
    return err_refuse(
        err, "ResourceConflictException", "Function already exist: %.*s", STR_ARG(name));
}

bool registry_put_function(
    struct registry *r, struct arena *arena, struct function *function, bool fresh, struct err *err)
{
    struct registry_change change;
    if (!begin_put(r, &change, function, fresh, err))
        return false;
    stamp(r, arena, function);
    bool ok = put_row(r, &change, function, err);
    registry_end(&change, ok);
    return ok;
}

/* ---- code ---- */

static bool open_code(struct registry_change *change, struct str name, int *code, struct err *err)
{
    char own[80];
    int kind = -1, folder = -1;
    *code = -1;
    snprintf(own, sizeof own, "%.*s", STR_ARG(name));
    bool ok = folder_open(change->folder, "functions", true, &kind, err) &&
              folder_open(kind, own, true, &folder, err) &&
              folder_open(folder, "code", true, code, err);
    folder_close(folder);
    folder_close(kind);
    return ok;
}

struct old_code {
    int folder;
    struct str keep[2];
};

static bool remove_old(void *context, const char *name, struct err *err)
{
    struct old_code *old = context;
    bool found;
    for (size_t i = 0; i < 2; i++)
        if (str_equal(str_from(name), old->keep[i]))
            return true;
    folder_remove(old->folder, name, &found, err);
    return true;
}

static struct str code_id(struct str folder)
{
    return folder.len > MEMBER_UUID ? str_skip(folder, folder.len - MEMBER_UUID) : STR_NONE;
}

/* All of it or nothing: it gets its name when the last file is there. */
static bool unpack(int code, const char *id, struct str zip, struct err *err)
{
    char beside[MEMBER_UUID + 8];
    struct err ignored = ERR_INIT;
    bool found;
    snprintf(beside, sizeof beside, ".new-%s", id);
    if (code_unpack(code, beside, zip, err)) {
        if (renameat(code, beside, code, id) == 0 && fsync(code) == 0)
            return true;
        err_errno(err, errno, "code/%s", id);
    }
    folder_remove(code, beside, &found, &ignored);
    return false;
}

static void point_at(struct registry *r, struct arena *arena, struct function *function,
    const char *id, struct str zip)
{
    struct buf sha = {0};
    code_sha256(zip, &sha);
    function->code_sha256 = arena_dup(arena, buf_str(&sha));
    buf_fini(&sha);
    function->code_size = (int64_t)zip.len;
    function->stored = true;
    function->folder =
        arena_printf(arena, "%s/functions/%.*s/code/%s", r->folder, STR_ARG(function->name), id);
}

/* The code before this one stays, for processes that run it still. */
static bool swap_code(struct registry *r, struct registry_change *change, struct arena *arena,
    struct function *function, int code, struct str zip, struct err *err)
{
    char id[MEMBER_UUID + 1];
    struct str before = function->stored ? code_id(function->folder) : STR_NONE;
    member_uuid(id);
    if (!unpack(code, id, zip, err))
        return false;
    point_at(r, arena, function, id, zip);
    stamp(r, arena, function);
    if (!put_row(r, change, function, err))
        return false;
    struct old_code old = {code, {before, str_from(id)}};
    folder_each(code, remove_old, &old, err);
    folder_sweep(code);
    return true;
}

bool registry_put_code(struct registry *r, struct arena *arena, struct function *function,
    struct str zip, bool fresh, struct err *err)
{
    struct registry_change change;
    int code = -1;
    if (!begin_put(r, &change, function, fresh, err))
        return false;
    bool ok = open_code(&change, function->name, &code, err) &&
              swap_code(r, &change, arena, function, code, zip, err);
    folder_close(code);
    registry_end(&change, ok);
    return ok;
}

bool registry_remove_function(struct registry *r, struct str name, bool *found, struct err *err)
{
    struct str own;
    *found = false;
    return function_name_of(name, &own, err) && registry_remove(r, "functions", own, found, err);
}
