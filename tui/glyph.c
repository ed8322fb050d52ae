/* SPDX-License-Identifier: MIT */
/* Our symbols and their ASCII forms: one table, looked up both ways. */
#include "tui/glyph.h"
#include "base/utf8.h"

static const struct {
    uint32_t point;
    char ascii[6];
    char utf8[5];
} glyphs[GLYPH_COUNT] = {
/* all of ours lie in U+0080..U+FFFF, so their UTF-8 form can be written down by the compiler */
#define GLYPH_UTF8(p)                                                                              \
    {                                                                                              \
        (char)((p) < 0x800 ? 0xc0 | (p) >> 6 : 0xe0 | (p) >> 12),                                  \
            (char)((p) < 0x800 ? 0x80 | ((p)&63) : 0x80 | ((p) >> 6 & 63)),                        \
            (char)((p) < 0x800 ? 0 : 0x80 | ((p)&63)), 0, 0                                        \
    }
#define GLYPH_ROW(id, point, ascii) [GLYPH_##id] = {point, ascii, GLYPH_UTF8(point)},
    GLYPHS(GLYPH_ROW)
#undef GLYPH_ROW
};

uint32_t glyph_point(enum glyph glyph)
{
    return glyphs[glyph].point;
}

const char *glyph_ascii(enum glyph glyph)
{
    return glyphs[glyph].ascii;
}

const char *glyph_ascii_of(uint32_t point)
{
    for (int i = 0; i < GLYPH_COUNT; i++)
        if (glyphs[i].point == point)
            return glyphs[i].ascii;
    return NULL;
}

const char *glyph_text(enum glyph glyph, bool ascii)
{
    return ascii ? glyphs[glyph].ascii : glyphs[glyph].utf8;
}
