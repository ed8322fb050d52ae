/* SPDX-License-Identifier: MIT */
/* Names of files that a path can go on with. Reads one folder. */
#include "views/files.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILES_MAX = 4096 };

/* The folder of what was begun, for the system. */
static const char *folder_of(struct str front, struct buf *path)
{
    const char *home = getenv("HOME");
    if (str_starts(front, STR("~/")) && home) {
        buf_add(path, str_from(home));
        front = str_skip(front, 1);
    }
    buf_add(path, front);
    return path->len ? buf_cstr(path) : ".";
}

static bool can_be_typed(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] < 0x20 || name.at[i] == 0x7F)
            return false;
    return utf8_valid(name);
}

static bool is_wanted(struct str name, struct str begun)
{
    bool own = str_equal(name, STR(".")) || str_equal(name, STR(".."));
    bool hidden = name.at[0] == '.' && !(begun.len && begun.at[0] == '.');
    return !own && !hidden && can_be_typed(name);
}

void files_complete(struct str begun, void (*offer)(void *context, struct str path), void *context)
{
    struct buf folder = {0}, path = {0};
    struct dirent *entry;
    struct stat st;
    size_t slash = begun.len;
    while (slash > 0 && begun.at[slash - 1] != '/')
        slash--;
    struct str front = str_take(begun, slash), last = str_skip(begun, slash);
    DIR *dir = opendir(folder_of(front, &folder));
    for (int i = 0; dir && i < FILES_MAX && (entry = readdir(dir)); i++) {
        if (!is_wanted(str_from(entry->d_name), last))
            continue;
        buf_clear(&path);
        buf_printf(&path, "%.*s%s", STR_ARG(front), entry->d_name);
        if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode))
            buf_add_byte(&path, '/');
        offer(context, buf_str(&path));
    }
    if (dir)
        closedir(dir);
    buf_fini(&folder);
    buf_fini(&path);
}

void files_expand(struct str path, struct buf *out)
{
    const char *home = getenv("HOME");
    if (str_starts(path, STR("~/")) && home && home[0] == '/')
        buf_printf(out, "%s%.*s", home, STR_ARG(str_skip(path, 1)));
    else
        buf_add(out, path);
}
