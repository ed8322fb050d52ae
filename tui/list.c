/* SPDX-License-Identifier: MIT */
/*
 * A menu with a fuzzy filter. The filter's letters must occur in order; letters in a row, at the
 * start and at starts of words count more, gaps count less, so that "ct" finds create-table first.
 */
#include "tui/list.h"
#include "base/mem.h"
#include "tui/text.h"
#include <stdlib.h>

enum {
    SCORE_HIT = 16,
    SCORE_START = 24,
    SCORE_WORD = 16,
    SCORE_RUN = 12,
    SCORE_WORD_RUN = 17, /* in a run from the start of a word */
    SCORE_CASE = 1,
    SCORE_END = 4, /* the last letter ends a word */
    TEXT_MAX = 512,
    STARTS_MAX = 16 /* places where a match may begin; of no use beyond, but slow */
};

void list_init(struct list *list, const struct list_source *source)
{
    *list = (struct list){.source = *source, .focused = true, .rows = 1};
    list_update(list);
}

void list_fini(struct list *list)
{
    buf_fini(&list->filter);
    free(list->shown);
    *list = (struct list){0};
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
}

static bool is_letter(char c)
{
    unsigned char byte = lower(c);
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80;
}

static bool starts_word(struct str text, size_t at)
{
    char before = at ? text.at[at - 1] : ' ';
    bool hump = text.at[at] >= 'A' && text.at[at] <= 'Z' && !(before >= 'A' && before <= 'Z');
    return !is_letter(before) || hump;
}

struct hits {
    int score;
    size_t last; /* SIZE_MAX = none yet */
    bool word;   /* the last ones are a run from the start of a word */
};

static void hit(struct hits *hits, struct str text, size_t at, char wanted)
{
    bool word = starts_word(text, at), run = hits->last != SIZE_MAX && at == hits->last + 1;
    hits->score += SCORE_HIT + (text.at[at] == wanted ? SCORE_CASE : 0);
    if (at == 0)
        hits->score += SCORE_START;
    else if (run)
        hits->score += word || hits->word ? SCORE_WORD_RUN : SCORE_RUN;
    else if (word)
        hits->score += SCORE_WORD;
    hits->word = word || (run && hits->word);
    hits->last = at;
}

/* Takes each letter where it first occurs, from one starting place. */
static int score_from(struct str text, struct str filter, size_t start)
{
    struct hits hits = {.last = SIZE_MAX};
    size_t at = start;
    for (size_t i = 0; i < filter.len; i++) {
        if (filter.at[i] == ' ')
            continue;
        /* a later place that starts a word is better than the first one in the middle of one */
        size_t first = SIZE_MAX, found = SIZE_MAX;
        for (size_t j = at; j < text.len && found == SIZE_MAX; j++) {
            if (lower(text.at[j]) != lower(filter.at[i]))
                continue;
            first = first == SIZE_MAX ? j : first;
            if (hits.last == SIZE_MAX || j == hits.last + 1 || starts_word(text, j))
                found = j;
        }
        found = found == SIZE_MAX ? first : found;
        if (found == SIZE_MAX)
            return -1;
        hit(&hits, text, found, filter.at[i]);
        at = found + 1;
    }
    return hits.score + (at == text.len || !is_letter(text.at[at]) ? SCORE_END : 0);
}

/* Whether the letters occur in order at all; *score: with each where it first occurs. */
static bool score_first(struct str text, struct str filter, int *score)
{
    struct hits hits = {.last = SIZE_MAX};
    size_t at = 0;
    for (size_t i = 0; i < filter.len; i++) {
        if (filter.at[i] == ' ')
            continue;
        while (at < text.len && lower(text.at[at]) != lower(filter.at[i]))
            at++;
        if (at == text.len)
            return false;
        hit(&hits, text, at++, filter.at[i]);
    }
    *score = hits.score;
    return true;
}

/* Other places to begin at cannot be better than the first one. */
static bool may_start(struct str text, size_t at, struct str filter)
{
    if (lower(text.at[at]) != lower(filter.at[0]))
        return false;
    bool run = filter.len > 1 && at + 1 < text.len && lower(text.at[at + 1]) == lower(filter.at[1]);
    return run || starts_word(text, at);
}

int list_score(struct str text, struct str filter)
{
    int best = -1, starts = 0;
    text = str_take(text, TEXT_MAX);
    filter = str_trim(filter);
    if (!filter.len)
        return 0;
    if (!score_first(text, filter, &best))
        return -1;
    for (size_t start = 0; start < text.len && starts < STARTS_MAX; start++) {
        if (starts && !may_start(text, start, filter))
            continue;
        if (lower(text.at[start]) != lower(filter.at[0]))
            continue;
        starts++;
        int score = score_from(text, filter, start);
        best = score > best ? score : best;
    }
    /* among equals the shorter text is meant */
    return best * 64 + 63 - (int)(text.len < 63 ? text.len : 63);
}

static bool holds(struct str text, struct str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (str_equal_nocase(str_take(str_skip(text, i), word.len), word))
            return true;
    return false;
}

/* Each word somewhere in the text: worse than any letters of the name. */
static int words_score(struct str text, struct str filter)
{
    struct str word;
    while (str_cut(&filter, ' ', &word))
        if (word.len && !holds(text, word))
            return -1;
    return 0;
}

static int entry_score(const struct list_entry *entry, struct str filter)
{
    int score = list_score(entry->name ? str_take(entry->text, entry->name) : entry->text, filter);
    if (score < 0 && entry->name)
        return words_score(entry->text, filter);
    return score < 0 ? -1 : score + 64 * entry->lift;
}

static struct list_entry entry_at(const struct list *list, int index)
{
    struct list_entry entry = {0};
    list->source.entry(list->source.data, index, &entry);
    return entry;
}

struct scored {
    int index, score;
};

static int compare_scored(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score) - (x->score > y->score)
                                : (x->index > y->index) - (x->index < y->index);
}

/* Among the first `count` that are shown. */
static void find_matches(struct list *list, int count)
{
    struct scored *matches = mem_alloc((size_t)(count + 1) * sizeof *matches);
    int found = 0;
    for (int i = 0; i < count; i++) {
        struct list_entry entry = entry_at(list, list->shown[i]);
        int score = entry.heading ? -1 : entry_score(&entry, buf_str(&list->filter));
        if (score >= 0)
            matches[found++] = (struct scored){list->shown[i], score};
    }
    qsort(matches, (size_t)found, sizeof *matches, compare_scored);
    for (int i = 0; i < found; i++)
        list->shown[i] = matches[i].index;
    list->shown_count = found;
    free(matches);
}

static bool is_heading(const struct list *list, int row)
{
    return entry_at(list, list->shown[row]).heading;
}

/* To a row that is no heading, looking on in the direction of travel first. */
static void go(struct list *list, int row, int step)
{
    row = row >= list->shown_count ? list->shown_count - 1 : row;
    row = row < 0 ? 0 : row;
    int at = row;
    while (at >= 0 && at < list->shown_count && is_heading(list, at))
        at += step;
    if (at < 0 || at >= list->shown_count)
        for (at = row; at >= 0 && at < list->shown_count && is_heading(list, at);)
            at -= step;
    list->cursor = at < 0 || at >= list->shown_count ? row : at;
}

void list_update(struct list *list)
{
    int count = list->source.count(list->source.data);
    list->shown = mem_grow(list->shown, (size_t)(count + 1) * sizeof *list->shown);
    list->shown_count = count;
    for (int i = 0; i < count; i++)
        list->shown[i] = i;
    if (list->filter.len)
        find_matches(list, count);
    go(list, list->cursor, 1);
}

void list_filter(struct list *list, struct str filter)
{
    if (str_equal(buf_str(&list->filter), filter))
        return;
    /* what a longer filter finds is among what the shorter one has found */
    bool longer = list->filter.len && str_starts(filter, buf_str(&list->filter));
    buf_clear(&list->filter);
    buf_add(&list->filter, filter);
    list->cursor = list->top = 0;
    if (longer) {
        find_matches(list, list->shown_count);
        go(list, 0, 1);
    } else {
        list_update(list);
    }
}

int list_selected(const struct list *list)
{
    if (list->cursor >= list->shown_count || is_heading(list, list->cursor))
        return -1;
    return list->shown[list->cursor];
}

void list_select(struct list *list, int index)
{
    for (int i = 0; i < list->shown_count; i++)
        if (list->shown[i] == index)
            go(list, i, 1);
}

int list_entry_at(const struct list *list, int row)
{
    int at = list->top + row;
    return row >= 0 && row < list->rows && at < list->shown_count ? list->shown[at] : -1;
}

bool list_handle(struct list *list, enum action action)
{
    int page = list->rows > 1 ? list->rows : 1, half = page > 1 ? page / 2 : 1;
    switch (action) {
    case ACTION_UP:
        return go(list, list->cursor - 1, -1), true;
    case ACTION_DOWN:
        return go(list, list->cursor + 1, 1), true;
    case ACTION_PAGE_UP:
        return go(list, list->cursor - page, -1), true;
    case ACTION_PAGE_DOWN:
        return go(list, list->cursor + page, 1), true;
    case ACTION_HALF_UP:
        return go(list, list->cursor - half, -1), true;
    case ACTION_HALF_DOWN:
        return go(list, list->cursor + half, 1), true;
    case ACTION_TOP:
        return go(list, 0, 1), true;
    case ACTION_BOTTOM:
        return go(list, list->shown_count - 1, -1), true;
    default:
        return false;
    }
}

void list_arrange(struct list *list, int rows, int cols)
{
    list->rows = rows > 0 ? rows : 1;
    list->cols = cols;
    if (list->top > list->shown_count - list->rows)
        list->top = list->shown_count - list->rows;
    if (list->top > list->cursor)
        list->top = list->cursor;
    if (list->top < list->cursor - list->rows + 1)
        list->top = list->cursor - list->rows + 1;
    /* a heading over the first row comes along */
    if (list->top == 1 && list->cursor < list->rows && is_heading(list, 0))
        list->top = 0;
    list->top = list->top < 0 ? 0 : list->top;
}

static void draw_entry(const struct list *list, const struct canvas *c, int y, int row)
{
    struct list_entry entry = entry_at(list, list->shown[row]);
    bool cursor = row == list->cursor && !entry.heading;
    bool bar = cursor && !list->gutter;
    enum role role = entry.role == ROLE_TEXT ? ROLE_MENU : entry.role;
    role = entry.disabled ? ROLE_MENU_DISABLED : entry.heading ? ROLE_HEADER : role;
    enum role right = entry.right_role == ROLE_TEXT ? ROLE_MENU_KEY : entry.right_role;
    if (bar)
        role = right = list->focused ? ROLE_MENU_SELECTED : ROLE_CURSOR_UNFOCUSED;
    if (bar)
        canvas_fill(c, y, 0, 1, list->cols, role);
    if (cursor && list->gutter && list->focused)
        canvas_text(c, y, 0, 1, STR(">"), ROLE_CURSOR_GUTTER, CANVAS_CUT);
    unsigned flags = bar ? CANVAS_PLAIN : 0u;
    int room = list->cols - 2;
    int right_cols = text_columns(entry.right, room / 2, c->frame->ascii);
    right_cols = right_cols > room / 2 ? room / 2 : right_cols;
    canvas_text(c, y, 1 + room - right_cols, right_cols, entry.right, right, flags | CANVAS_RIGHT);
    int left = 1 + entry.indent;
    int width = room - entry.indent - (right_cols ? right_cols + 1 : 0);
    canvas_text(c, y, left, width, entry.text, role, flags);
}

void list_draw(const struct list *list, const struct canvas *c)
{
    if (!list->shown_count && list->empty.len)
        canvas_text(c, 0, 1, list->cols - 2, list->empty, ROLE_DIM, 0);
    for (int y = 0; y < list->rows && list->top + y < list->shown_count; y++)
        draw_entry(list, c, y, list->top + y);
}
