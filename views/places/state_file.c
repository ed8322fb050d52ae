/* SPDX-License-Identifier: MIT */
/* Small files that remember a place: found by what the work is, replaced at once. */
#include "views/places/state_file.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t state_file_digest(uint64_t h, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        h = (h ^ (unsigned char)bytes.at[i]) * 0x100000001B3u;
    return h;
}

/* A relative path counts as unset. */
static bool add_state_home(struct buf *path, struct err *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && state[0] == '/')
        buf_add(path, str_from(state));
    else if (home && home[0] == '/')
        buf_printf(path, "%s/.local/state", home);
    else
        return err_set(err, ERR_CONFIG,
            "where may long work remember its place? Neither XDG_STATE_HOME nor HOME is set");
    return true;
}

bool state_file_path(struct buf *path, const char *kind, struct str identity, struct err *err)
{
    if (!add_state_home(path, err))
        return false;
    buf_printf(path, "/dynascope/%s/", kind);
    if (!file_make_parents((char *)buf_cstr(path), err))
        return false;
    buf_printf(path, "%016" PRIx64, state_file_digest(STATE_FILE_SEED, identity));
    buf_cstr(path);
    return true;
}

void state_file_read(const char *path, size_t most, struct buf *out)
{
    /* A pipe in its place must not hold up the start. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return;
    ssize_t n = read(fd, buf_reserve(out, most), most);
    close(fd);
    out->len += n > 0 ? (size_t)n : 0;
}

static bool write_file(const char *path, struct str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = file_write_all(fd, text);
    return close(fd) == 0 && ok;
}

bool state_file_replace(const char *path, struct str text, const char *what, struct err *err)
{
    struct buf temporary = {0};
    buf_printf(&temporary, "%s.new", path);
    bool ok = write_file(buf_cstr(&temporary), text) && rename(temporary.at, path) == 0;
    if (!ok)
        err_errno(err, errno, "cannot remember %s in %s", what, path);
    buf_fini(&temporary);
    return ok;
}
