/* SPDX-License-Identifier: MIT */
/*
 * Files to import, whatever is in them: the first byte picks the options, the rest is the file.
 * What comes out are valid items in order of the file, and going on at the place of any record
 * gives the same record again. uses: ds_views
 */
#include "tests/fuzz/fuzz.h"
#include "views/cli/records.h"

#include <sys/mman.h>
#include <unistd.h>

enum { RECORDS_MAX = 64 };

struct seen {
    enum records_outcome outcome;
    struct records_place place;
    size_t len;
};

static struct records_options options_of(uint8_t choice)
{
    struct records_options options = {.format = (enum records_format)(choice & 7) % 5,
        .empty = (enum records_empty)((choice >> 3 & 3) % 3),
        .no_header = (choice & 32) != 0};
    if ((choice & 192) == 64)
        options.path = STR("a");
    if ((choice & 192) == 128)
        options.members = true;
    return options;
}

static bool open_records(
    struct records *r, struct input *in, int fd, const struct records_options *options)
{
    struct err err = ERR_INIT;
    *in = (struct input){.name = "file", .fd = dup(fd), .line = 1};
    FUZZ_CHECK(in->fd >= 0 && lseek(in->fd, 0, SEEK_SET) == 0);
    bool ok = records_open(r, in, options, NULL, &err);
    FUZZ_CHECK(ok || err.code != ERR_NONE);
    return ok;
}

static struct seen next(struct records *r, struct buf *item)
{
    struct record record;
    struct err err = ERR_INIT, wrong = ERR_INIT;
    struct seen seen = {.outcome = records_next(r, &record, item, &err)};
    seen.place = record.place;
    seen.len = record.text.len;
    if (seen.outcome == RECORDS_ITEM)
        FUZZ_CHECK(value_check(buf_str(item), &wrong));
    if (seen.outcome == RECORDS_BAD || seen.outcome == RECORDS_FAILED)
        FUZZ_CHECK(err.code != ERR_NONE);
    return seen;
}

static void go_on_at(int fd, const struct records_options *options, const struct seen *wanted)
{
    struct records r;
    struct input in;
    struct buf item = {0};
    struct err err = ERR_INIT;
    FUZZ_CHECK(open_records(&r, &in, fd, options));
    FUZZ_CHECK(records_resume(&r, &wanted->place, &err));
    struct seen again = next(&r, &item);
    FUZZ_CHECK(again.outcome == wanted->outcome && again.len == wanted->len);
    FUZZ_CHECK(again.place.offset == wanted->place.offset);
    records_close(&r);
    input_close(&in);
    buf_fini(&item);
}

static void read_through(int fd, const struct records_options *options)
{
    struct records r;
    struct input in;
    struct buf item = {0};
    struct seen seen[RECORDS_MAX];
    size_t count = 0;
    if (open_records(&r, &in, fd, options))
        for (bool more = true; more && count < RECORDS_MAX; count += more) {
            seen[count] = next(&r, &item);
            more = seen[count].outcome == RECORDS_ITEM || seen[count].outcome == RECORDS_BAD;
            FUZZ_CHECK(!more || !count || seen[count].place.offset > seen[count - 1].place.offset);
            FUZZ_CHECK(!more || seen[count].place.index == count);
        }
    records_close(&r);
    input_close(&in);
    buf_fini(&item);
    for (size_t i = 0; i < count; i += 1 + count / 4)
        go_on_at(fd, options, &seen[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (!len)
        return 0;
    struct records_options options = options_of(bytes[0]);
    int fd = memfd_create("import", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && write(fd, bytes + 1, len - 1) == (ssize_t)(len - 1));
    read_through(fd, &options);
    close(fd);
    return 0;
}
