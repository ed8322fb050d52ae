/* SPDX-License-Identifier: MIT */
/* Files of lines beside each other in one folder. Knows nothing of what they say. */
#include "views/memory.h"

#include "base/file.h"
#include "base/mem.h"
#include "views/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct memory {
    struct buf folder; /* with its "/" */
};

struct memory *memory_open(struct str identity)
{
    struct err ignored = ERR_INIT;
    struct memory *memory = mem_new(struct memory);
    if (!state_file_path(&memory->folder, "explorer", identity, &ignored)) {
        memory_free(memory);
        return NULL;
    }
    buf_add(&memory->folder, STR("/"));
    return memory;
}

void memory_free(struct memory *memory)
{
    if (!memory)
        return;
    buf_fini(&memory->folder);
    free(memory);
}

static const char *path_of(const struct memory *memory, const char *name, struct buf *path)
{
    buf_add(path, buf_str(&memory->folder));
    buf_add(path, str_from(name));
    return buf_cstr(path);
}

bool memory_read(const struct memory *memory, const char *name, struct buf *out)
{
    struct buf path = {0};
    size_t before = out->len;
    if (memory)
        state_file_read(path_of(memory, name, &path), MEMORY_BYTES_MAX + 1, out);
    buf_fini(&path);
    if (out->len - before <= MEMORY_BYTES_MAX)
        return true;
    out->len = before;
    return false;
}

bool memory_replace(const struct memory *memory, const char *name, struct str text, struct err *err)
{
    struct buf path = {0};
    if (!memory)
        return true;
    path_of(memory, name, &path);
    bool ok = file_make_parents(path.at, err) && state_file_replace(path.at, text, name, err);
    buf_fini(&path);
    return ok;
}

bool memory_append(const struct memory *memory, const char *name, struct str line, struct err *err)
{
    struct buf path = {0}, text = {0};
    if (!memory)
        return true;
    path_of(memory, name, &path);
    buf_add(&text, line);
    buf_add(&text, STR("\n"));
    bool ok = file_make_parents(path.at, err);
    int fd = ok ? open(path.at, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (ok && (fd < 0 || !file_write_all(fd, buf_str(&text))))
        ok = err_errno(err, errno, "cannot remember %s in %s", name, path.at);
    if (fd >= 0)
        close(fd);
    buf_fini(&text);
    buf_fini(&path);
    return ok;
}
