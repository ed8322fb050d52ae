/* SPDX-License-Identifier: MIT */
/* The small language that narrows a stream. Must not know who shows the records. */
#include "views/stream/stream_filter.h"

#include "backend/triggers/pattern.h"
#include "views/match.h"
#include "views/stream/moment.h"

/* ---- reading ---- */

/* Where a slice stands in the text, for messages. */
static bool refuse(struct str whole, struct str word, struct err *err, const char *what)
{
    err_set(err, ERR_USAGE, "%s", what);
    return err_place(err, (size_t)(word.at - whole.at), word.len);
}

static bool take_moment(struct str whole, struct str word, struct str text, int64_t now_ms,
    int64_t *out, struct err *err)
{
    return moment_parse(text, now_ms, out) ||
           refuse(
               whole, word, err, "write a time as 14:30, 14:30:05, or how long ago: 90s, 15m, 2h");
}

static bool take_event(struct stream_filter *f, struct str word)
{
    static const struct {
        const char *name;
        enum tail_event event;
    } events[] = {{"insert", TAIL_INSERT}, {"modify", TAIL_MODIFY}, {"remove", TAIL_REMOVE}};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (str_equal_nocase(word, str_from(events[i].name))) {
            f->events |= 1u << events[i].event;
            return true;
        }
    }
    return false;
}

static bool add_word(struct stream_filter *f, struct str whole, struct str word,
    struct stream_filter_word made, struct err *err)
{
    if (f->count == STREAM_FILTER_WORDS_MAX)
        return refuse(whole, word, err, "these are more words than a filter may have");
    made.text = arena_dup(&f->arena, made.text);
    f->words[f->count++] = made;
    return true;
}

static bool take_prefix(struct str *text, const char *prefix)
{
    if (!str_starts(*text, str_from(prefix)))
        return false;
    *text = str_skip(*text, strlen(prefix));
    return true;
}

static bool take_word(
    struct stream_filter *f, struct str whole, struct str word, int64_t now_ms, struct err *err)
{
    struct stream_filter_word made = {.kind = STREAM_FILTER_TEXT, .text = word};
    if (take_event(f, word))
        return true;
    if (take_prefix(&made.text, "after:"))
        return take_moment(whole, word, made.text, now_ms, &f->after_ms, err);
    if (take_prefix(&made.text, "before:"))
        return take_moment(whole, word, made.text, now_ms, &f->before_ms, err);
    made.negated = take_prefix(&made.text, "!");
    if (str_equal_nocase(made.text, STR("expired")))
        made.kind = STREAM_FILTER_EXPIRED;
    else if (take_prefix(&made.text, "key:"))
        made.kind = STREAM_FILTER_KEY;
    else if (take_prefix(&made.text, "path:"))
        made.kind = STREAM_FILTER_PATH;
    else if (take_prefix(&made.text, "table:"))
        made.kind = STREAM_FILTER_TABLE;
    return add_word(f, whole, word, made, err);
}

/* The next word, or text in quotes; false at the end. */
static bool next_word(struct str *rest, struct str *word, bool *quoted)
{
    while (rest->len && (rest->at[0] == ' ' || rest->at[0] == '\t'))
        *rest = str_skip(*rest, 1);
    *quoted =
        rest->len > 1 && rest->at[0] == '"' && str_find_byte(str_skip(*rest, 1), '"') != SIZE_MAX;
    if (*quoted)
        *rest = str_skip(*rest, 1);
    return str_cut(rest, *quoted ? '"' : ' ', word);
}

static bool take_words(struct stream_filter *f, struct str text, int64_t now_ms, struct err *err)
{
    struct str rest = text, word;
    bool quoted, good = true;
    while (good && next_word(&rest, &word, &quoted)) {
        struct stream_filter_word made = {.kind = STREAM_FILTER_TEXT, .text = word};
        if (quoted)
            good = add_word(f, text, word, made, err);
        else if (word.len)
            good = take_word(f, text, word, now_ms, err);
    }
    return good;
}

static bool take_pattern(struct stream_filter *f, struct str text, struct err *err)
{
    f->pattern = json_parse(&f->arena, arena_dup(&f->arena, text), err);
    return f->pattern && pattern_check(f->pattern, err);
}

bool stream_filter_parse(struct stream_filter *f, struct str text, int64_t now_ms, struct err *err)
{
    *f = (struct stream_filter){0};
    struct str trimmed = str_trim(text);
    bool good = trimmed.len && trimmed.at[0] == '{' ? take_pattern(f, trimmed, err)
                                                    : take_words(f, text, now_ms, err);
    if (!good)
        stream_filter_fini(f);
    return good;
}

void stream_filter_fini(struct stream_filter *f)
{
    arena_fini(&f->arena);
    *f = (struct stream_filter){0};
}

/* ---- matching ---- */

static bool matches_pattern(const struct json *pattern, const struct tail_record *record)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct json *event = json_parse(&arena, record->json, &err);
    bool matches = event && pattern_matches(pattern, event);
    arena_fini(&arena);
    return matches;
}

static bool path_begins(struct str paths, struct str text)
{
    struct str path;
    while (str_cut(&paths, '\n', &path))
        if (str_equal_nocase(str_take(path, text.len), text))
            return true;
    return false;
}

static bool matches_word(
    const struct stream_filter_word *word, const struct tail_record *record, struct str table)
{
    switch (word->kind) {
    case STREAM_FILTER_KEY:
        return match_text(record->key, word->text);
    case STREAM_FILTER_PATH:
        return path_begins(record->paths, word->text);
    case STREAM_FILTER_TABLE:
        return match_text(table, word->text);
    case STREAM_FILTER_EXPIRED:
        return record->by_service;
    case STREAM_FILTER_TEXT:
        break;
    }
    return match_text(record->key, word->text) || match_text(record->change, word->text) ||
           match_text(record->json, word->text);
}

bool stream_filter_matches(
    const struct stream_filter *f, const struct tail_record *record, struct str table)
{
    if ((f->events && !(f->events >> record->event & 1)) ||
        (f->after_ms && record->time_ms < f->after_ms) ||
        (f->before_ms && record->time_ms >= f->before_ms))
        return false;
    for (size_t i = 0; i < f->count; i++)
        if (matches_word(&f->words[i], record, table) == f->words[i].negated)
            return false;
    return !f->pattern || matches_pattern(f->pattern, record);
}
