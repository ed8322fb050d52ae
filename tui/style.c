/* SPDX-License-Identifier: MIT */
/*
 * Roles and their looks. Knows nothing of files (themes/) or of what a terminal is told (screens).
 * The parent of a dotted role is the longest role that its name starts with: a table of names is
 * all there is to keep in order.
 */
#include "tui/style.h"

static const char *const names[ROLE_COUNT] = {
#define STYLE_NAME(id, name) [ROLE_##id] = name,
    STYLE_ROLES(STYLE_NAME)
#undef STYLE_NAME
};

const char *style_role_name(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? names[role] : names[ROLE_TEXT];
}

bool style_role_find(struct str name, enum role *role)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (str_equal(name, str_from(names[i]))) {
            *role = (enum role)i;
            return true;
        }
    }
    return false;
}

enum role style_role_parent(enum role role)
{
    struct str name = str_from(style_role_name(role));
    enum role parent = ROLE_TEXT;
    while (name.len) {
        name.len--;
        if (name.at[name.len] == '.' && style_role_find(name, &parent))
            return parent;
    }
    return ROLE_TEXT;
}

/* Where the text has a ground of its own, the terminal's would be a hole in it. */
static void style_ground(struct style *style, const struct style *text)
{
    if (style->bg == STYLE_DEFAULT)
        style->bg = text->bg;
    if (style->fg == STYLE_DEFAULT)
        style->fg = text->fg;
}

void style_table_inherit(struct style_table *table)
{
    if (!table->of[ROLE_TEXT].set)
        table->of[ROLE_TEXT] =
            (struct style){.fg = STYLE_DEFAULT, .bg = STYLE_DEFAULT, .set = true};
    /* a parent stands before its children in the list of roles, so one pass is enough */
    for (int i = 1; i < ROLE_COUNT; i++) {
        if (!table->of[i].set)
            table->of[i] = table->of[style_role_parent((enum role)i)];
        table->of[i].set = true;
        style_ground(&table->of[i], &table->of[ROLE_TEXT]);
    }
}

void style_table_mono(struct style_table *table)
{
    static const struct {
        enum role role;
        uint16_t attrs;
    } looks[] = {
        {ROLE_TEXT_ESCAPE, STYLE_REVERSE},
        {ROLE_DIM, STYLE_DIM},
        {ROLE_NOTE, STYLE_DIM},
        {ROLE_TITLE_FOCUS, STYLE_BOLD},
        {ROLE_HEADER, STYLE_UNDERLINE},
        {ROLE_HEADER_CURSOR, STYLE_UNDERLINE | STYLE_BOLD},
        {ROLE_KEY, STYLE_BOLD},
        {ROLE_CURSOR, STYLE_REVERSE},
        {ROLE_CURSOR_UNFOCUSED, STYLE_UNDERLINE},
        {ROLE_CURSOR_GUTTER, STYLE_BOLD},
        {ROLE_MARK, STYLE_BOLD},
        {ROLE_MATCH, STYLE_UNDERLINE | STYLE_BOLD},
        {ROLE_ADDED, STYLE_BOLD},
        {ROLE_REMOVED, STYLE_DIM},
        {ROLE_CHANGED, STYLE_UNDERLINE},
        {ROLE_WARNING, STYLE_BOLD},
        {ROLE_ERROR, STYLE_BOLD | STYLE_REVERSE},
        {ROLE_STATUS_WARNING, STYLE_BOLD},
        {ROLE_STATUS_ERROR, STYLE_BOLD | STYLE_REVERSE},
        {ROLE_STATUS_CONNECTION, STYLE_BOLD},
        {ROLE_STATUS_DANGER, STYLE_BOLD | STYLE_REVERSE},
        {ROLE_HINT_KEY, STYLE_BOLD},
        {ROLE_INPUT_SELECTED, STYLE_REVERSE},
        {ROLE_MENU_SELECTED, STYLE_REVERSE},
        {ROLE_MENU_DISABLED, STYLE_DIM},
        {ROLE_MENU_MATCH, STYLE_UNDERLINE},
        {ROLE_DIALOG_TITLE, STYLE_BOLD},
        {ROLE_DIALOG_DANGER, STYLE_BOLD | STYLE_REVERSE},
        {ROLE_FORM_FIELD_FOCUS, STYLE_UNDERLINE},
        {ROLE_FORM_ERROR, STYLE_BOLD},
        {ROLE_FORM_NOTE, STYLE_DIM},
        {ROLE_PROGRESS_DONE, STYLE_REVERSE},
        {ROLE_STREAM_PAUSED, STYLE_REVERSE},
    };
    *table = (struct style_table){0};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        table->of[looks[i].role] =
            (struct style){STYLE_DEFAULT, STYLE_DEFAULT, looks[i].attrs, true};
    style_table_inherit(table);
}

void style_table_strip(struct style_table *table)
{
    struct style_table mono;
    style_table_mono(&mono);
    for (int i = 0; i < ROLE_COUNT; i++) {
        struct style *style = &table->of[i];
        bool coloured = style->fg != STYLE_DEFAULT || style->bg != STYLE_DEFAULT;
        /* what stood out by its background alone must go on standing out, and so must the rest */
        if (style->bg != STYLE_DEFAULT && !(style->attrs & (STYLE_REVERSE | STYLE_UNDERLINE)))
            style->attrs |= STYLE_REVERSE;
        else if (coloured && !style->attrs)
            style->attrs = mono.of[i].attrs;
        style->fg = style->bg = STYLE_DEFAULT;
    }
}

/* The 16 colours as xterm has them; terminals differ, these are near enough to choose by. */
static const uint32_t basic[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
    0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
    0xffffff};

static uint32_t cube_level(int step)
{
    return step ? (uint32_t)(55 + 40 * step) : 0;
}

static uint32_t palette_rgb(int32_t index)
{
    if (index < 16)
        return basic[index];
    if (index >= 232) {
        uint32_t grey = (uint32_t)(8 + 10 * (index - 232));
        return grey << 16 | grey << 8 | grey;
    }
    int cube = index - 16;
    return cube_level(cube / 36) << 16 | cube_level(cube / 6 % 6) << 8 | cube_level(cube % 6);
}

uint32_t style_rgb(int32_t colour)
{
    return colour >= STYLE_RGB ? (uint32_t)(colour - STYLE_RGB) & 0xffffff : palette_rgb(colour);
}

static int64_t distance(uint32_t a, uint32_t b)
{
    int64_t red = (int64_t)(a >> 16 & 255) - (b >> 16 & 255);
    int64_t green = (int64_t)(a >> 8 & 255) - (b >> 8 & 255);
    int64_t blue = (int64_t)(a & 255) - (b & 255);
    /* the eye weighs green most and blue least */
    return 3 * red * red + 6 * green * green + blue * blue;
}

static int32_t nearest_of(uint32_t rgb, int32_t from, int32_t to)
{
    int32_t best = from;
    for (int32_t i = from; i < to; i++)
        if (distance(rgb, palette_rgb(i)) < distance(rgb, palette_rgb(best)))
            best = i;
    return best;
}

int32_t style_nearest(int32_t colour, int colours)
{
    if (colour == STYLE_DEFAULT || colours < 8)
        return STYLE_DEFAULT;
    bool exact = colour >= STYLE_RGB;
    if (colours > 256 || (!exact && colour < colours))
        return colour;
    uint32_t rgb = exact ? (uint32_t)(colour - STYLE_RGB) & 0xffffff : palette_rgb(colour & 255);
    if (colours >= 256) /* users redefine the first 16: an exact colour is not looked for there */
        return nearest_of(rgb, 16, 256);
    int32_t near = nearest_of(rgb, 0, 16);
    /* with 8 colours the bright ones stay apart as 8..15: the screen shows them by bold */
    return near;
}
