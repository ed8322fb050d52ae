/* SPDX-License-Identifier: MIT */
/* Which of several streams' records comes next. Knows neither tables nor who shows them. */
#include "views/stream/merge.h"

#include "base/mem.h"

#include <stdlib.h>

void merge_fini(struct merge *m)
{
    free(m->queues);
    *m = (struct merge){0};
}

void merge_add(struct merge *m)
{
    struct merge_queue *old = m->queues;
    m->queues = mem_zero(m->count + 1, sizeof *m->queues);
    for (size_t i = 0; i < m->count; i++) {
        m->queues[i] = old[i];
        if (!old[i].first) /* the end of an empty queue points into the queue itself */
            m->queues[i].end = &m->queues[i].first;
    }
    m->queues[m->count].end = &m->queues[m->count].first;
    m->count++;
    free(old);
}

void merge_push(struct merge *m, size_t queue, struct merge_node *node)
{
    struct merge_queue *q = &m->queues[queue];
    node->next = NULL;
    *q->end = node;
    q->end = &node->next;
    q->count++;
}

struct merge_node *merge_take(struct merge *m, size_t queue)
{
    struct merge_queue *q = &m->queues[queue];
    struct merge_node *node = q->first;
    if (!node)
        return NULL;
    q->first = node->next;
    q->count--;
    if (!q->first)
        q->end = &q->first;
    return node;
}

static bool is_before(const struct merge_node *a, const struct merge_node *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms;
    return a->sequence.len != b->sequence.len ? a->sequence.len < b->sequence.len
                                              : str_compare(a->sequence, b->sequence) < 0;
}

struct merge_node *merge_next(struct merge *m)
{
    size_t best = m->count;
    for (size_t i = 0; i < m->count; i++) {
        const struct merge_queue *q = &m->queues[i];
        if (!q->first && q->behind)
            return NULL;
        if (q->first && (best == m->count || is_before(q->first, m->queues[best].first)))
            best = i;
    }
    return best < m->count ? merge_take(m, best) : NULL;
}
