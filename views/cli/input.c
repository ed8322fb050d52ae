/* SPDX-License-Identifier: MIT */
/*
 * Reading forward with bounded memory.
 *
 *   data:  taken ......|window ........|room to read into
 *                      at              len              cap
 *
 * read() and not a mapping: a file that somebody truncates while it is mapped kills the process.
 */
#include "views/cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_CHUNK = 1 << 20 };

bool input_open(struct input *in, const char *name, const atomic_bool *cancel, struct err *err)
{
    bool standard = strcmp(name, "-") == 0;
    *in = (struct input){.name = standard ? "standard input" : name,
        .fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC),
        .line = 1,
        .cancel = cancel};
    if (in->fd < 0) {
        err_errno(err, errno, "cannot open %s", name);
        err->code = ERR_NO_INPUT;
        return false;
    }
    struct stat s;
    bool known = fstat(in->fd, &s) == 0;
    if (known && S_ISDIR(s.st_mode)) {
        close(in->fd);
        in->fd = -1;
        return err_set(err, ERR_NO_INPUT, "%s is a folder: name the files in it", name);
    }
    if (known && S_ISREG(s.st_mode))
        in->size = (uint64_t)s.st_size;
    posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return true;
}

void input_close(struct input *in)
{
    if (in->fd > STDIN_FILENO)
        close(in->fd);
    buf_fini(&in->data);
    *in = (struct input){.fd = -1};
}

/* Gives the room of what was taken back. */
static void drop_taken(struct input *in)
{
    if (!in->at)
        return;
    memmove(in->data.at, in->data.at + in->at, in->data.len - in->at);
    in->data.len -= in->at;
    in->at = 0;
}

bool input_more(struct input *in, struct err *err)
{
    drop_taken(in);
    if (in->data.len > INPUT_RECORD_MAX)
        return err_set(err, ERR_DATA,
            "%s:%llu: a record that begins here is larger than %d MB: is the format right, is a "
            "quote or bracket not closed?",
            in->name, (unsigned long long)in->line, INPUT_RECORD_MAX >> 20);
    for (;;) {
        if (in->cancel && atomic_load(in->cancel))
            return err_set(err, ERR_CANCELLED, "stopped by a signal");
        ssize_t n = read(in->fd, buf_reserve(&in->data, INPUT_CHUNK), INPUT_CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "cannot read %s", in->name);
        in->data.len += (size_t)n;
        in->end = n == 0;
        return true;
    }
}

void input_take(struct input *in, size_t len)
{
    const char *from = in->data.at + in->at, *end = from + len;
    while (from < end && (from = memchr(from, '\n', (size_t)(end - from)))) {
        in->line++;
        from++;
    }
    in->at += len;
    in->offset += len;
}

bool input_seek(struct input *in, uint64_t offset, uint64_t line, struct err *err)
{
    if (lseek(in->fd, (off_t)offset, SEEK_SET) < 0)
        return err_errno(err, errno, "cannot go on inside %s", in->name);
    in->data.len = in->at = 0;
    in->offset = offset;
    in->line = line;
    in->end = false;
    return true;
}
