/* SPDX-License-Identifier: MIT */
/*
 * Themes: text to looks of roles. Knows roles and colours, not terminals: how many colours there
 * are is told by the caller.
 */
#include "themes/themes.h"
#include "base/buf.h"
#include "base/conf.h"
#include "tui/baked.h"
#include <stdio.h>

const char *theme_shipped_name(int index)
{
    return themes_baked[index].name;
}

struct str theme_shipped(struct str name)
{
    for (const struct baked *file = themes_baked; file->name; file++)
        if (str_equal(name, str_from(file->name)))
            return (struct str){file->text, file->len};
    return STR_NONE;
}

struct loading {
    struct style_table *table;
    const struct theme_report *report;
    struct str file;
    int colours, depth;
    bool skip; /* in a section for terminals with fewer colours */
};

enum { INCLUDE_DEPTH_MAX = 8 };

static void report(const struct loading *loading, size_t line, const char *what, struct str text)
{
    char message[ERR_TEXT_MAX];
    if (!loading->report || !loading->report->problem)
        return;
    int len = snprintf(message, sizeof message, "%.*s:%zu: %s%s%.*s", STR_ARG(loading->file), line,
        what, text.len ? ": " : "", (int)(text.len < 200 ? text.len : 200), text.at ? text.at : "");
    size_t size = len < 0 ? 0 : (size_t)len < sizeof message ? (size_t)len : sizeof message - 1;
    loading->report->problem(loading->report->data, (struct str){message, size});
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* exact = "#" 6 * hex digit */
static bool parse_exact(struct str word, int32_t *colour)
{
    int32_t rgb = 0;
    if (word.len != 7 || word.at[0] != '#')
        return false;
    for (size_t i = 1; i < 7; i++) {
        int digit = hex_digit(word.at[i]);
        if (digit < 0)
            return false;
        rgb = rgb << 4 | digit;
    }
    *colour = STYLE_RGB + rgb;
    return true;
}

/* name = [ "bright-" ] ( black | red | … ) | grey | default */
static bool parse_name(struct str word, int32_t *colour)
{
    static const char *const names[] = {
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};
    bool bright = str_starts(word, STR("bright-"));
    if (str_equal(word, STR("default")))
        return *colour = STYLE_DEFAULT, true;
    /* Not bright black: some palettes hide it in their background, some terminals show it bold. */
    if (str_equal(word, STR("grey")) || str_equal(word, STR("gray")))
        return *colour = 244, true;
    if (bright)
        word = str_skip(word, 7);
    for (int i = 0; i < 8; i++)
        if (str_equal(word, str_from(names[i])))
            return *colour = i + (bright ? 8 : 0), true;
    return false;
}

/* colour = name | 0..255 | exact */
static bool parse_colour(struct str word, int32_t *colour)
{
    uint64_t number;
    if (parse_exact(word, colour) || parse_name(word, colour))
        return true;
    if (!str_to_u64(word, &number) || number > 255)
        return false;
    *colour = (int32_t)number;
    return true;
}

static bool parse_attr(struct str word, uint16_t *attrs)
{
    static const struct {
        const char *name;
        uint16_t attr;
    } names[] = {{"bold", STYLE_BOLD}, {"dim", STYLE_DIM}, {"italic", STYLE_ITALIC},
        {"underline", STYLE_UNDERLINE}, {"reverse", STYLE_REVERSE}, {"plain", 0}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_equal(word, str_from(names[i].name))) {
            *attrs |= names[i].attr;
            return true;
        }
    }
    return false;
}

static bool next_word(struct str *rest, struct str *word)
{
    *rest = str_trim(*rest);
    return rest->len && str_cut(rest, ' ', word) && word->len;
}

/* look = [ colour ] [ "on" colour ] { attribute }; false with the word that is wrong. */
static bool parse_look(struct str text, struct style *style, struct str *wrong)
{
    bool first = true;
    *style = (struct style){.fg = STYLE_DEFAULT, .bg = STYLE_DEFAULT, .set = true};
    *wrong = STR_NONE;
    while (next_word(&text, wrong)) {
        bool good;
        if (str_equal(*wrong, STR("on")))
            good = next_word(&text, wrong) && parse_colour(*wrong, &style->bg);
        else
            good = parse_attr(*wrong, &style->attrs) || (first && parse_colour(*wrong, &style->fg));
        if (!good)
            return false;
        first = false;
    }
    return true;
}

static void read_text(struct loading *loading, struct str text);

static void include(struct loading *loading, const struct conf_line *line)
{
    struct loading inner = *loading;
    struct str text = theme_shipped(line->value);
    inner.file = line->value;
    inner.depth++;
    if (!text.len)
        report(loading, line->number, "no such shipped theme", line->value);
    else if (inner.depth > INCLUDE_DEPTH_MAX)
        report(loading, line->number, "themes include each other", STR_NONE);
    else
        read_text(&inner, text);
}

/* section = "[" number "]": only for terminals with at most so many colours */
static bool read_section(void *context, const struct conf_line *line, struct err *err)
{
    struct loading *loading = context;
    uint64_t most;
    (void)err;
    bool good = str_to_u64(line->section, &most);
    if (!good)
        report(loading, line->number, "a section is a number of colours, 8 or 256", line->section);
    loading->skip = !good || (uint64_t)loading->colours > most;
    return true;
}

/* entry = role "=" look */
static bool read_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct loading *loading = context;
    struct style style;
    struct str wrong;
    enum role role;
    (void)err;
    if (!line->section.len && str_equal(line->key, STR("include")))
        include(loading, line);
    else if (!style_role_find(line->key, &role))
        report(loading, line->number, "no such role", line->key);
    else if (!parse_look(line->value, &style, &wrong))
        report(loading, line->number, "neither a colour nor an attribute", wrong);
    else if (!loading->skip)
        loading->table->of[role] = style;
    return true;
}

static bool read_other(void *context, const struct conf_line *line, struct err *err)
{
    report(context, line->number, err->text, STR_NONE);
    *err = ERR_INIT;
    return true;
}

static struct conf_handler handler_of(struct loading *loading)
{
    return (struct conf_handler){
        .section = read_section, .entry = read_entry, .other = read_other, .context = loading};
}

static void read_text(struct loading *loading, struct str text)
{
    struct conf_handler handler = handler_of(loading);
    struct err err = ERR_INIT;
    if (!conf_parse(text, "", &handler, &err))
        report(loading, 0, err.text, STR_NONE);
}

void theme_add(struct style_table *table, int colours, struct str file, struct str text,
    const struct theme_report *report_to)
{
    struct loading loading = {
        .table = table, .report = report_to, .file = file, .colours = colours};
    read_text(&loading, text);
}

static bool is_file_name(struct str name)
{
    return name.len && name.len < 100 && str_find_byte(name, '/') == SIZE_MAX &&
           str_find_byte(name, '\0') == SIZE_MAX && name.at[0] != '.';
}

static bool load_own(struct loading *loading, struct str folder, struct str name, struct err *err)
{
    struct buf path = {0};
    buf_add(&path, folder);
    buf_printf(&path, "/%.*s.theme", STR_ARG(name));
    loading->file = buf_str(&path);
    struct conf_handler handler = handler_of(loading);
    bool found = conf_load(buf_cstr(&path), &handler, err);
    buf_fini(&path);
    return found;
}

static bool load(struct style_table *table, int colours, struct str folder, struct str name,
    const struct theme_report *report_to, struct err *err)
{
    struct err own = ERR_INIT;
    struct loading loading = {.table = table, .report = report_to, .colours = colours};
    if (!is_file_name(name))
        return err_set(
            err, ERR_CONFIG, "a theme's name cannot be \"%.*s\"", STR_ARG(str_take(name, 80)));
    if (folder.len && load_own(&loading, folder, name, &own))
        return true;
    if (folder.len && own.code != ERR_NO_INPUT) {
        *err = own;
        err->code = ERR_CONFIG;
        return false;
    }
    struct str text = theme_shipped(name);
    if (!text.len)
        return err_set(err, ERR_CONFIG, "there is no theme \"%.*s\"", STR_ARG(str_take(name, 80)));
    theme_add(table, colours, name, text, report_to);
    return true;
}

bool theme_load(struct style_table *table, int colours, struct str folder, struct str name,
    const struct theme_report *report_to, struct err *err)
{
    *table = (struct style_table){0};
    if (!load(table, colours, folder, name, report_to, err)) {
        style_table_mono(table);
        return false;
    }
    style_table_inherit(table);
    if (colours < 8)
        style_table_strip(table);
    return true;
}
