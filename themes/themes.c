/* SPDX-License-Identifier: MIT */
/*
 * Themes: text to looks of roles. Knows roles and colours, not terminals: how many colours there
 * are is told by the caller.
 */
#include "themes/themes.h"

#include "base/shelf.h"

extern const struct shelf_file themes_baked[];

static const struct shelf shelf = {.files = themes_baked, .what = "theme", .suffix = ".theme"};

const char *theme_shipped_name(int index)
{
    return themes_baked[index].name;
}

struct str theme_shipped(struct str name)
{
    return shelf_text(&shelf, name);
}

/* ---- looks ---- */

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

/* ---- lines ---- */

struct loading {
    struct shelf_reader reader;
    struct style_table *table;
    int colours;
    bool skip; /* in a section for terminals with fewer colours */
};

/* section = "[" number "]": only for terminals with at most so many colours */
static bool read_section(void *context, const struct conf_line *line, struct err *err)
{
    struct loading *loading = context;
    uint64_t most;
    (void)err;
    bool good = str_to_u64(line->section, &most);
    if (!good)
        shelf_problem(&loading->reader, line->number, "a section is a number of colours, 8 or 256",
            line->section);
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
    if (!style_role_find(line->key, &role))
        shelf_problem(&loading->reader, line->number, "no such role", line->key);
    else if (!parse_look(line->value, &style, &wrong))
        shelf_problem(&loading->reader, line->number, "neither a colour nor an attribute", wrong);
    else if (!line->section.len || !loading->skip) /* an included file may have left one open */
        loading->table->of[role] = style;
    return true;
}

static void loading_init(struct loading *loading, struct style_table *table, int colours,
    const struct theme_report *report)
{
    *loading = (struct loading){.table = table, .colours = colours};
    loading->reader = (struct shelf_reader){
        .shelf = &shelf,
        .format = {.section = read_section, .entry = read_entry, .context = loading},
        .problem = report ? report->problem : NULL,
        .data = report ? report->data : NULL,
    };
}

void theme_add(struct style_table *table, int colours, struct str file, struct str text,
    const struct theme_report *report)
{
    struct loading loading;
    loading_init(&loading, table, colours, report);
    shelf_read(&loading.reader, file, text);
}

bool theme_load(struct style_table *table, int colours, struct str folder, struct str name,
    const struct theme_report *report, struct err *err)
{
    struct loading loading;
    loading_init(&loading, table, colours, report);
    *table = (struct style_table){0};
    if (!shelf_load(&loading.reader, folder, name, err)) {
        style_table_mono(table);
        return false;
    }
    style_table_inherit(table);
    if (colours < 8)
        style_table_strip(table);
    return true;
}
