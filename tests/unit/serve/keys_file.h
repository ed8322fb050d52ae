/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SERVE_KEYS_FILE_H
#define TESTS_UNIT_SERVE_KEYS_FILE_H

#include "backend/serve/keys.h"
#include "tests/test.h"

#include <sys/stat.h>
#include <unistd.h>

/* The keys of the AWS documentation's examples. */
#define EXAMPLE_ID "AKIDEXAMPLE"
#define EXAMPLE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define EXAMPLE_FILE                                                                               \
    "[default]\naws_access_key_id = " EXAMPLE_ID "\naws_secret_access_key = " EXAMPLE_SECRET "\n"

/* Writes a file and reads it as keys; the file is gone afterwards. */
static inline struct keys *keys_from(const char *text, mode_t mode, struct err *err)
{
    char path[] = "/tmp/dynascope-keys-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    struct keys *keys = keys_load(path, err);
    unlink(path);
    return keys;
}

#endif
