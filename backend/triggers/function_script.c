/* SPDX-License-Identifier: MIT */
/*
 * A script of the user's own as a function: how it runs is told by its extension or its executable
 * bit, what is called by convention. Looks at files, never reads them.
 *
 *     fn/app.py        app.lambda_handler in fn, python
 *     fn/index.mjs     index.handler in fn, nodejs        (.js, .cjs likewise)
 *     fn/count         the program itself, exec
 *     fn               a folder: index.mjs, index.js, index.cjs, lambda_function.py, app.py, or an
 *                      executable called bootstrap (provided)
 */
#include "backend/triggers/function.h"

#include "backend/triggers/member.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct script {
    struct arena *arena;
    struct str folder, file; /* absolute; the last part */
    struct stat stat;
};

static const struct extension {
    struct str suffix, runtime, handler;
} extensions[] = {
    {{".mjs", 4}, {"nodejs", 6}, {"handler", 7}},
    {{".cjs", 4}, {"nodejs", 6}, {"handler", 7}},
    {{".js", 3}, {"nodejs", 6}, {"handler", 7}},
    {{".py", 3}, {"python", 6}, {"lambda_handler", 14}},
};

static const struct extension *find_extension(struct str file)
{
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (file.len > extensions[i].suffix.len && str_ends(file, extensions[i].suffix))
            return &extensions[i];
    return NULL;
}

static struct str stem_of(struct str file)
{
    size_t at = file.len;
    while (at > 1 && file.at[at - 1] != '.')
        at--;
    return at > 1 ? str_take(file, at - 1) : file;
}

/* ---- where it is ---- */

static bool no_input(const char *path, struct err *err)
{
    return err_set(err, ERR_NO_INPUT, "%s: %s", path, strerror(errno));
}

/* The folder is made absolute; a link as the file's name itself stays as the user has it. */
static bool find_file(struct script *script, const char *path, struct err *err)
{
    struct str text = str_from(path);
    size_t cut = text.len;
    while (cut && path[cut - 1] != '/')
        cut--;
    struct str folder = cut ? arena_dup(script->arena, str_take(text, cut)) : STR(".");
    char *absolute = realpath(folder.at, NULL);
    if (!absolute)
        return no_input(folder.at, err);
    script->folder = arena_dup(script->arena, str_from(absolute));
    script->file = arena_dup(script->arena, str_skip(text, cut));
    free(absolute);
    return true;
}

static bool find_in_folder(struct script *script, const char *path, struct err *err)
{
    static const char *const usual[] = {
        "index.mjs", "index.js", "index.cjs", "lambda_function.py", "app.py", "bootstrap"};
    char *absolute = realpath(path, NULL);
    if (!absolute)
        return no_input(path, err);
    script->folder = arena_dup(script->arena, str_from(absolute));
    free(absolute);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct str file = arena_printf(script->arena, "%.*s/%s", STR_ARG(script->folder), usual[i]);
        if (stat(file.at, &script->stat) == 0 && S_ISREG(script->stat.st_mode)) {
            script->file = str_from(usual[i]);
            return true;
        }
    }
    return true;
}

static bool find_script(struct script *script, const char *path, struct err *err)
{
    if (stat(path, &script->stat) != 0)
        return no_input(path, err);
    if (S_ISDIR(script->stat.st_mode))
        return find_in_folder(script, path, err);
    if (!S_ISREG(script->stat.st_mode))
        return err_set(err, ERR_NO_INPUT, "%s is neither a file nor a folder", path);
    return find_file(script, path, err);
}

/* ---- how it runs ---- */

static bool is_program(const struct script *script)
{
    return script->file.len && (script->stat.st_mode & 0111) != 0;
}

static bool guess_runtime(const struct script *script, struct str *runtime, struct err *err)
{
    const struct extension *extension = find_extension(script->file);
    if (runtime->len)
        return true;
    if (extension)
        *runtime = extension->runtime;
    else if (is_program(script))
        *runtime = str_equal(script->file, STR("bootstrap")) ? STR("provided") : STR("exec");
    else
        return err_set(err, ERR_USAGE,
            "how does %.*s/%.*s run? It ends in none of .mjs .cjs .js .py and is no executable: "
            "chmod +x it, or say the runtime (nodejs, python, provided, exec)",
            STR_ARG(script->folder), STR_ARG(script->file));
    return true;
}

/* handler = FILE extension | [ STEM "." ] EXPORT; empty: by convention */
static struct str guess_handler(struct script *script, const struct function *f, struct str handler)
{
    const struct extension *extension = find_extension(handler);
    bool program = f->runtime == RUNTIME_EXEC || f->runtime == RUNTIME_PROVIDED;
    if (program)
        return handler.len ? handler : script->file;
    if (extension)
        return arena_printf(
            script->arena, "%.*s.%.*s", STR_ARG(stem_of(handler)), STR_ARG(extension->handler));
    if (str_find_byte(handler, '.') != SIZE_MAX)
        return handler;
    extension = find_extension(script->file);
    struct str usual = f->runtime == RUNTIME_PYTHON ? STR("lambda_handler") : STR("handler");
    struct str export = handler.len ? handler : extension ? extension->handler : usual;
    struct str stem = script->file.len ? stem_of(script->file) : STR("index");
    return arena_printf(script->arena, "%.*s.%.*s", STR_ARG(stem), STR_ARG(export));
}

/* A name out of the file's, or of its folder's where that says nothing. */
static struct str guess_name(const struct script *script)
{
    static const char *const dull[] = {"index", "app", "lambda_function", "main", "bootstrap", ""};
    struct str name = stem_of(script->file);
    for (size_t i = 0; i < sizeof dull / sizeof *dull; i++) {
        if (str_equal(name, str_from(dull[i]))) {
            size_t at = script->folder.len;
            while (at && script->folder.at[at - 1] != '/')
                at--;
            name = str_skip(script->folder, at);
            break;
        }
    }
    struct str copy = arena_dup(script->arena, name.len ? str_take(name, 64) : STR("function"));
    char *at = (char *)copy.at;
    for (size_t i = 0; i < copy.len; i++)
        if (!isalnum((unsigned char)at[i]) && at[i] != '_')
            at[i] = '-';
    return copy;
}

static void put_member(struct buf *json, const char *name, struct str text)
{
    json_put_name(json, str_from(name));
    json_put_string(json, text);
}

/* By way of the JSON, so that ranges and words are those of everybody else. */
static bool check(struct script *script, struct function *out, struct err *err)
{
    struct buf json = {0};
    buf_add_byte(&json, '{');
    put_member(&json, "FunctionName", out->name);
    put_member(&json, "Runtime", out->runtime_name);
    put_member(&json, "Handler", out->handler);
    put_member(&json, "Folder", out->folder);
    buf_add_byte(&json, '}');
    struct str text = arena_dup(script->arena, buf_str(&json));
    buf_fini(&json);
    const struct json *parsed = json_parse(script->arena, text, err);
    return parsed && function_read(script->arena, parsed, out, err);
}

bool function_of_script(struct arena *arena, struct str name, const char *path, struct str handler,
    struct str runtime, struct function *out, struct err *err)
{
    struct script script = {.arena = arena};
    if (!find_script(&script, path, err) || !guess_runtime(&script, &runtime, err))
        return false;
    *out = (struct function){
        .name = name.len ? name : guess_name(&script),
        .runtime_name = arena_dup(arena, runtime),
        .handler = STR("x.y"),
        .folder = script.folder,
        .timeout_s = 30,
        .memory_mb = 128,
        .code_size = S_ISREG(script.stat.st_mode) ? (int64_t)script.stat.st_size : 0,
    };
    if (!check(&script, out, err))
        return false;
    out->handler = guess_handler(&script, out, handler);
    return check(&script, out, err);
}
