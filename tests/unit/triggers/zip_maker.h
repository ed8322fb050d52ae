/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_TRIGGERS_ZIP_MAKER_H
#define TESTS_UNIT_TRIGGERS_ZIP_MAKER_H

#include "base/buf.h"

#include <stdint.h>
#include <zlib.h>

/* Zips byte by byte, among them such as no tool would make. */
struct zip_maker {
    struct buf files, directory;
    unsigned count;
};

struct zip_entry {
    const char *name, *text;
    uint32_t mode;   /* as Unix writes it; 0 = a plain file, 0644 */
    uint16_t flags;  /* bit 0: encrypted */
    uint32_t claims; /* the size that it claims to have; 0 = its own */
};

static inline void zip_put(struct buf *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_add_byte(out, (char)(value >> 8 * i));
}

/* What both headers have in common: version, flags, stored, time, crc, sizes, name's length. */
static inline void zip_put_common(struct buf *out, const struct zip_entry *e)
{
    uint32_t len = (uint32_t)strlen(e->text);
    zip_put(out, 20, 2);
    zip_put(out, e->flags, 2);
    zip_put(out, 0, 2);
    zip_put(out, 0x21 << 16, 4);
    zip_put(out, crc32(0, (const unsigned char *)e->text, len), 4);
    zip_put(out, len, 4);
    zip_put(out, e->claims ? e->claims : len, 4);
    zip_put(out, strlen(e->name), 2);
    zip_put(out, 0, 2);
}

static inline void zip_add(struct zip_maker *z, struct zip_entry e)
{
    uint64_t at = z->files.len;
    uint32_t mode = e.mode ? e.mode : 0100644;
    zip_put(&z->files, 0x04034b50, 4);
    zip_put_common(&z->files, &e);
    buf_add(&z->files, str_from(e.name));
    buf_add(&z->files, str_from(e.text));
    zip_put(&z->directory, 0x02014b50, 4);
    zip_put(&z->directory, 3 << 8 | 20, 2);
    zip_put_common(&z->directory, &e);
    zip_put(&z->directory, 0, 2 + 2 + 2);
    zip_put(&z->directory, (uint64_t)mode << 16, 4);
    zip_put(&z->directory, at, 4);
    buf_add(&z->directory, str_from(e.name));
    z->count++;
}

/* The whole, in `files`. */
static inline struct str zip_end(struct zip_maker *z)
{
    uint64_t at = z->files.len, len = z->directory.len;
    buf_add(&z->files, buf_str(&z->directory));
    zip_put(&z->files, 0x06054b50, 4);
    zip_put(&z->files, 0, 4);
    zip_put(&z->files, z->count, 2);
    zip_put(&z->files, z->count, 2);
    zip_put(&z->files, len, 4);
    zip_put(&z->files, at, 4);
    zip_put(&z->files, 0, 2);
    return buf_str(&z->files);
}

static inline void zip_fini(struct zip_maker *z)
{
    buf_fini(&z->files);
    buf_fini(&z->directory);
}

#endif
