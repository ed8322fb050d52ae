/* SPDX-License-Identifier: MIT */
/*
 * One write a frame. The write() here stands in front of libc's for the whole program, ncurses
 * included; outside of gather_begin() … gather_end(), on other descriptors and on other threads it
 * is the plain system call.
 */
#include "tui/gather.h"
#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Which gathering this thread is in; the one state that cannot be handed down through ncurses. */
static _Thread_local struct gather *present;

__attribute__((visibility("default"))) ssize_t write(int fd, const void *bytes, size_t len)
{
    if (!present || fd != present->fd)
        return syscall(SYS_write, fd, bytes, len);
    buf_add_bytes(&present->bytes, bytes, len);
    return (ssize_t)len;
}

void gather_fini(struct gather *gather)
{
    buf_fini(&gather->bytes);
}

void gather_begin(struct gather *gather, int fd)
{
    gather->fd = fd;
    present = gather;
}

/* A full terminal buffer empties as the line allows; a hung-up one never does. */
static bool wait_for_room(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    while (poll(&wait, 1, -1) < 0)
        if (errno != EINTR)
            return false;
    return !(wait.revents & (POLLERR | POLLHUP | POLLNVAL));
}

bool gather_send(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t sent = (ssize_t)syscall(SYS_write, fd, bytes.at, bytes.len);
        if (sent > 0)
            bytes = str_skip(bytes, (size_t)sent);
        else if (sent < 0 && errno == EAGAIN && !wait_for_room(fd))
            return false;
        else if (sent == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
    }
    return true;
}

bool gather_end(struct gather *gather)
{
    present = NULL;
    if (!gather_send(gather->fd, buf_str(&gather->bytes)))
        gather->gone = true;
    buf_clear(&gather->bytes);
    return !gather->gone;
}
