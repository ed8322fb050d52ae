/* SPDX-License-Identifier: MIT */
/*
 * The door: accepts connections, makes room where the house is full, sweeps out those that are
 * overdue, and at the end waits for those that are still at work. Nothing wakes it where nobody is
 * connected. Knows no HTTP.
 */
#include "backend/http/door.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where the house is full, somebody who only waits makes room for one who is known to stand at the
 * door. (He is still counted until his thread has seen it.) False where no more can be taken now:
 * those that wait go on waiting. */
static bool accept_all(struct door *door, int socket)
{
    for (bool known = true;; known = false) {
        bool full = atomic_load(&door->links->count) >= door->most;
        if (full && !(known && links_evict(door->links)))
            return !known;
        int fd = accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            door->take(door->context, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            links_evict(door->links);
            return false;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return true;
        }
    }
}

/* ---- running ---- */

enum { SWEEP_MS = 1000, CHOKED_MS = 5, CLOSING_MS = 50 };

static void wait_ms(struct pollfd *polls, size_t count, int64_t ms, const sigset_t *signals)
{
    struct timespec until = {ms / 1000, ms % 1000 * 1000000};
    for (size_t i = 0; i < count; i++)
        polls[i].revents = 0;
    ppoll(polls, count, ms < 0 ? NULL : &until, signals);
}

static bool should_stop(const struct door *door)
{
    return atomic_load(door->stopping) || (door->stop && atomic_load(door->stop));
}

void door_keep(struct door *door)
{
    struct pollfd polls[DOOR_SOCKETS_MAX + 1] = {{.fd = door->wake, .events = POLLIN}};
    bool choked = false;
    for (size_t i = 0; i < door->count; i++)
        polls[i + 1] = (struct pollfd){.fd = door->sockets[i], .events = POLLIN};
    while (!should_stop(door)) {
        int64_t ms = choked ? CHOKED_MS : atomic_load(&door->links->count) ? SWEEP_MS : -1;
        wait_ms(polls, choked ? 1 : door->count + 1, ms, door->signals);
        bool full = false;
        for (size_t i = 1; i <= door->count && !choked; i++)
            if (polls[i].revents)
                full = !accept_all(door, polls[i].fd) || full;
        choked = full;
        links_sweep(door->links, clock_tick_ns());
    }
}

void door_close(struct door *door, int64_t grace_ms)
{
    struct pollfd wake = {.fd = door->wake, .events = POLLIN};
    int64_t until = clock_tick_ns() + grace_ms * 1000000;
    while (atomic_load(&door->links->count) && clock_tick_ns() < until) {
        uint64_t ignored;
        links_finish(door->links);
        links_sweep(door->links, clock_tick_ns());
        wait_ms(&wake, 1, CLOSING_MS, door->signals);
        while (read(door->wake, &ignored, sizeof ignored) > 0)
            ;
    }
}
