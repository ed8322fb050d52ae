/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_WORDS_H
#define VIEWS_TRIGGERS_TRIGGER_WORDS_H

#include "base/buf.h"

/* Figures of triggers as people read them: each adds its text to `out`. */
void trigger_words_us(struct buf *out, int64_t us);                 /* 2.1 ms, 31 ms, 1.2 s */
void trigger_words_clock(struct buf *out, int64_t ms, bool millis); /* 12:01:33.120, UTC */
/* The end of a sequence number of forty digits tells it apart: …01839681 */
void trigger_words_sequence(struct buf *out, struct str sequence);

#endif
