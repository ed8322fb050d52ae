/* SPDX-License-Identifier: MIT */
/*
 * Deadlines of connections:
 *
 *   new ─head_ms─╮            idle ─idle_ms─╮
 *     ╰─▶ head ──┼─head_ms       ▲  ╰─▶ head│
 *           ╰─▶ body ─ head_ms + 1 s a KB   │
 *                 ╰─▶ working ─▶ answered ──╯   (no deadline of ours: the store answers)
 *
 * so that clients which send a byte now and then hold a place for seconds, not for ever, and a full
 * house always has room for somebody who is quick. Knows sockets, not what is on them.
 */
#include "backend/http/links.h"

#include "base/clock.h"

#include <stddef.h>
#include <sys/socket.h>

static const int64_t second_ns = 1000000000;

void links_init(struct links *links, int64_t head_ms, int64_t idle_ms)
{
    *links = (struct links){.head_ns = head_ms * 1000000, .idle_ns = idle_ms * 1000000};
    pthread_mutex_init(&links->lock, NULL);
}

void links_fini(struct links *links)
{
    pthread_mutex_destroy(&links->lock);
}

void link_enter(struct link *link, enum link_phase phase)
{
    if (phase == LINK_IDLE)
        atomic_store_explicit(&link->known, true, memory_order_relaxed);
    atomic_store_explicit(&link->since_ns, clock_tick_ns(), memory_order_relaxed);
    atomic_store_explicit(&link->phase, phase, memory_order_release);
}

void links_add(struct links *links, struct link *link)
{
    link_enter(link, LINK_NEW);
    pthread_mutex_lock(&links->lock);
    link->prev = NULL;
    link->next = links->first;
    if (links->first)
        links->first->prev = link;
    links->first = link;
    links->listed++;
    pthread_mutex_unlock(&links->lock);
}

/* Its descriptor is closed afterwards, which is why nobody may be looking at it. */
void links_remove(struct links *links, struct link *link)
{
    pthread_mutex_lock(&links->lock);
    if (link->prev)
        link->prev->next = link->next;
    else
        links->first = link->next;
    if (link->next)
        link->next->prev = link->prev;
    links->listed--;
    pthread_mutex_unlock(&links->lock);
}

static int64_t due_ns(const struct links *links, struct link *link)
{
    int64_t since = atomic_load(&link->since_ns);
    switch (atomic_load_explicit(&link->phase, memory_order_acquire)) {
    case LINK_NEW:
    case LINK_HEAD:
        return since + links->head_ns;
    case LINK_IDLE:
        return since + links->idle_ns;
    case LINK_BODY:
        return since + links->head_ns +
               (int64_t)(atomic_load(&link->received) / LINK_BYTES_A_SECOND) * second_ns;
    case LINK_WORKING:
        break;
    }
    return INT64_MAX;
}

void links_sweep(struct links *links, int64_t now_ns)
{
    pthread_mutex_lock(&links->lock);
    for (struct link *link = links->first; link; link = link->next)
        if (due_ns(links, link) < now_ns)
            shutdown(link->fd, SHUT_RDWR);
    pthread_mutex_unlock(&links->lock);
}

/* Whether `a` goes before `b`, which may be NULL. */
static bool goes_first(struct link *a, struct link *b)
{
    if (!b)
        return true;
    bool known = atomic_load(&a->known);
    if (known != atomic_load(&b->known))
        return !known;
    return atomic_load(&a->since_ns) < atomic_load(&b->since_ns);
}

bool links_evict(struct links *links)
{
    struct link *victim = NULL;
    pthread_mutex_lock(&links->lock);
    for (struct link *link = links->first; link; link = link->next)
        if (atomic_load(&link->phase) < LINK_BODY && goes_first(link, victim))
            victim = link;
    /* strangers who are not listed yet go before him, in a moment */
    if (victim && atomic_load(&victim->known) && links->listed < atomic_load(&links->count))
        victim = NULL;
    if (victim) {
        link_enter(victim, LINK_WORKING); /* not twice */
        shutdown(victim->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&links->lock);
    return victim != NULL;
}

/* Where the end came in one piece with what was before it, the library has read that and waits: its
 * wait is edge-triggered, and there will be no further edge. */
static bool has_hung_up(struct link *link)
{
    char byte;
    return atomic_load(&link->phase) == LINK_BODY &&
           recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void links_finish(struct links *links)
{
    pthread_mutex_lock(&links->lock);
    for (struct link *link = links->first; link; link = link->next)
        if (atomic_load(&link->phase) < LINK_BODY || has_hung_up(link))
            shutdown(link->fd, SHUT_RD);
    pthread_mutex_unlock(&links->lock);
}
