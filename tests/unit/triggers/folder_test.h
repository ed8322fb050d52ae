/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_TRIGGERS_FOLDER_TEST_H
#define TESTS_UNIT_TRIGGERS_FOLDER_TEST_H

#include "tests/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder for one test, and files in it. Paths are relative to the working directory, which
 * folder_test_begin() moves there. */
struct folder_test {
    char path[40];
};

static inline void folder_test_begin(struct folder_test *t)
{
    strcpy(t->path, "/tmp/dynascope_triggers_XXXXXX");
    if (!mkdtemp(t->path) || chdir(t->path) != 0)
        fail_msg("no folder %s", t->path);
}

static inline int folder_test_remove(
    const char *path, const struct stat *s, int kind, struct FTW *where)
{
    (void)s, (void)kind, (void)where;
    return remove(path);
}

static inline void folder_test_end(struct folder_test *t)
{
    if (chdir("/") != 0 || nftw(t->path, folder_test_remove, 16, FTW_DEPTH | FTW_PHYS) != 0)
        fail_msg("%s stays behind", t->path);
}

static inline void folder_test_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        fail_msg("cannot write %s", path);
}

/* The text, NUL-terminated; the caller frees it. NULL: no such file. */
static inline char *folder_test_read(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 1 << 20);
    if (file && text)
        text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
    if (file && fclose(file) == 0)
        return text;
    free(text);
    return NULL;
}

static inline mode_t folder_test_mode(const char *path)
{
    struct stat s;
    return lstat(path, &s) == 0 ? s.st_mode & 07777 : 0;
}

#endif
