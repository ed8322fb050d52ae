/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_STREAM_FILTER_H
#define VIEWS_STREAM_STREAM_FILTER_H

#include "backend/json.h"
#include "views/stream/tail.h"

/*
 * Which records of a stream are shown:
 *
 *   filter  = pattern | { word }                all words must hold
 *   pattern = "{" … "}"                         Lambda's filter pattern
 *   word    = "insert" | "modify" | "remove"    the event; several of them: one of these
 *           | "expired"                         removed by time to live
 *           | "key:" TEXT                       the key contains it
 *           | "path:" TEXT                      a place that differs begins with it
 *           | "table:" TEXT                     the table's name contains it
 *           | "after:" MOMENT | "before:" MOMENT    14:30, 14:30:05, 15m: see moment.h
 *           | [ "!" ] TEXT                      the record contains it (or not)
 *
 * A word in quotes is text as it stands. Letters match in either case.
 */
enum { STREAM_FILTER_WORDS_MAX = 16 };

enum stream_filter_kind {
    STREAM_FILTER_TEXT,
    STREAM_FILTER_KEY,
    STREAM_FILTER_PATH,
    STREAM_FILTER_TABLE,
    STREAM_FILTER_EXPIRED
};

struct stream_filter_word {
    enum stream_filter_kind kind;
    bool negated;
    struct str text;
};

struct stream_filter {
    struct arena arena; /* owns texts and pattern */
    const struct json *pattern;
    unsigned events;             /* bits by tail_event; 0 = all */
    int64_t after_ms, before_ms; /* 0 = any time */
    size_t count;
    struct stream_filter_word words[STREAM_FILTER_WORDS_MAX];
};

/* Empty text = all records. False with the place of what is wrong; the filter is then empty. */
bool stream_filter_parse(
    struct stream_filter *filter, struct str text, int64_t now_ms, struct err *err);
void stream_filter_fini(struct stream_filter *filter);
bool stream_filter_matches(
    const struct stream_filter *filter, const struct tail_record *record, struct str table);

#endif
