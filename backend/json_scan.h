/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_SCAN_H
#define BACKEND_JSON_SCAN_H

#include "base/str.h"

/*
 * Looking for the ends of plain text, eight bytes at a time: what the JSON reader and the writers
 * share. Plain is what stands in a JSON string as it is and can be told by its byte alone: ASCII
 * but
 * '"', '\\' and control characters.
 */
#define JSON_SCAN_EACH(byte) (0x0101010101010101u * (uint64_t)(byte))
/* The first byte in memory is the lowest of the word only in this order. */
#define JSON_SCAN_WORDS (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static inline bool json_scan_is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The lowest high bit that is set marks the first byte that is not plain. */
static inline uint64_t json_scan_special(uint64_t word)
{
    uint64_t quote = word ^ JSON_SCAN_EACH('"'), slash = word ^ JSON_SCAN_EACH('\\');
    return ((quote - JSON_SCAN_EACH(1)) | (slash - JSON_SCAN_EACH(1)) |
               (word - JSON_SCAN_EACH(0x20)) | word) &
           JSON_SCAN_EACH(0x80);
}

/* The same, DEL being special too: it is escaped on the way out. */
static inline uint64_t json_scan_special_out(uint64_t word)
{
    return json_scan_special(word) | ((word + JSON_SCAN_EACH(1)) & JSON_SCAN_EACH(0x80));
}

static inline size_t json_scan_first(uint64_t special)
{
    return (size_t)__builtin_ctzll(special) >> 3;
}

/* The end of the plain text at `at`. */
static inline const char *json_scan_plain(const char *at, const char *end)
{
    for (uint64_t word; JSON_SCAN_WORDS && end - at >= 8; at += 8) {
        memcpy(&word, at, 8);
        uint64_t special = json_scan_special(word);
        if (special)
            return at + json_scan_first(special);
    }
    while (at < end && json_scan_is_plain((unsigned char)*at))
        at++;
    return at;
}

/* Seven bytes at most, as a word that ends in blanks. */
static inline uint64_t json_scan_load_short(struct str text)
{
    uint64_t word = JSON_SCAN_EACH(' ') << (8 * text.len);
    uint32_t low, high;
    if (text.len >= 4) {
        memcpy(&low, text.at, 4);
        memcpy(&high, text.at + text.len - 4, 4);
        return word | low | (uint64_t)high << (8 * (text.len - 4));
    }
    for (size_t i = 0; i < text.len; i++)
        word |= (uint64_t)(unsigned char)text.at[i] << (8 * i);
    return word;
}

/* Copies the plain front of `text` and says how long it is. `to` has room for the whole text and
 * for eight bytes at least. */
static inline size_t json_scan_copy(char *to, struct str text)
{
    uint64_t word, special;
    if (!JSON_SCAN_WORDS) {
        size_t len = 0;
        for (; len < text.len && json_scan_is_plain((unsigned char)text.at[len]); len++) {
            if (text.at[len] == 0x7f)
                break;
            to[len] = text.at[len];
        }
        return len;
    }
    if (text.len < 8) {
        word = json_scan_load_short(text);
        memcpy(to, &word, 8);
        special = json_scan_special_out(word);
        return special ? json_scan_first(special) : text.len;
    }
    /* the last word overlaps the one before, whose bytes are known to be plain */
    for (size_t i = 0;; i = i + 16 <= text.len ? i + 8 : text.len - 8) {
        memcpy(&word, text.at + i, 8);
        memcpy(to + i, &word, 8);
        special = json_scan_special_out(word);
        if (special)
            return i + json_scan_first(special);
        if (i + 8 == text.len)
            return text.len;
    }
}

#endif
