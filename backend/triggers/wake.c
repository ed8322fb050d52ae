/* SPDX-License-Identifier: MIT */
/*
 * Sleeping without polling: an eventfd and inotify behind one poll().
 */
#include "backend/triggers/wake.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

bool wake_open(struct wake *w, struct err *err)
{
    *w = (struct wake){.watch = -1, .data = -1, .folder = -1};
    w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->event < 0)
        return err_errno(err, errno, "no eventfd");
    w->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return true;
}

void wake_close(struct wake *w)
{
    if (w->event >= 0)
        close(w->event);
    if (w->watch >= 0)
        close(w->watch);
    *w = (struct wake){.event = -1, .watch = -1, .data = -1, .folder = -1};
}

void wake_signal(struct wake *w)
{
    uint64_t one = 1;
    while (write(w->event, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

bool wake_watch_data(struct wake *w, const char *path)
{
    if (w->watch >= 0 && path)
        w->data = inotify_add_watch(w->watch, path, IN_MODIFY);
    return w->data >= 0;
}

bool wake_watch_folder(struct wake *w, const char *path, const char *name, const char *other)
{
    enum { CHANGES = IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE | IN_ONLYDIR };
    int folder = w->watch < 0 ? -1 : inotify_add_watch(w->watch, path, CHANGES);
    if (folder < 0) /* what was watched stays so: to end a watch is an event, too */
        return false;
    if (w->folder >= 0 && w->folder != folder)
        inotify_rm_watch(w->watch, w->folder);
    w->folder = folder;
    w->names[0] = name;
    w->names[1] = other;
    return true;
}

/* The nearest folder above that is there shows the next one's coming. */
bool wake_watch_coming(struct wake *w, const char *folder, const char *name, struct buf *coming)
{
    struct buf path = {0};
    buf_add(&path, str_from(folder));
    bool ok = wake_watch_folder(w, buf_cstr(&path), name, NULL);
    while (!ok && errno == ENOENT && path.len > 1) {
        size_t slash = path.len;
        while (slash > 1 && path.at[slash - 1] != '/')
            slash--;
        buf_clear(coming);
        buf_add(coming, str_skip(buf_str(&path), slash));
        path.len = slash > 1 ? slash - 1 : 1;
        ok = wake_watch_folder(w, buf_cstr(&path), buf_cstr(coming), NULL);
    }
    buf_fini(&path);
    return ok;
}

static bool has_name(const struct wake *w, const struct inotify_event *event)
{
    for (int i = 0; i < 2; i++)
        if (w->names[i] && event->len && strcmp(event->name, w->names[i]) == 0)
            return true;
    return false;
}

static unsigned reason_of(const struct wake *w, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        return WAKE_DATA | WAKE_FOLDER;
    if (event->wd == w->data)
        return WAKE_DATA;
    return event->wd == w->folder && has_name(w, event) ? WAKE_FOLDER : 0;
}

static unsigned read_watch(const struct wake *w)
{
    _Alignas(struct inotify_event) char bytes[16 * 1024];
    unsigned reasons = 0;
    for (ssize_t n; (n = read(w->watch, bytes, sizeof bytes)) > 0;) {
        for (const char *at = bytes; at < bytes + n;) {
            const struct inotify_event *event = (const void *)at;
            reasons |= reason_of(w, event);
            at += sizeof *event + event->len;
        }
    }
    return reasons;
}

unsigned wake_wait(struct wake *w, int64_t timeout_ns)
{
    struct pollfd fds[2] = {{.fd = w->event, .events = POLLIN}, {.fd = w->watch, .events = POLLIN}};
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    unsigned reasons = 0;
    uint64_t count;
    if (ppoll(fds, 2, timeout_ns < 0 ? NULL : &timeout, NULL) <= 0)
        return 0;
    if (fds[0].revents && read(w->event, &count, sizeof count) > 0)
        reasons |= WAKE_SIGNAL;
    if (fds[1].revents)
        reasons |= read_watch(w);
    return reasons;
}
