/* SPDX-License-Identifier: MIT */
/* Writing whole texts, and making way for a file. What is in it is its owner's business. */
#include "base/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_write_all(int fd, struct str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.at, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_skip(text, (size_t)n);
    }
    return true;
}

bool file_make_parents(char *path, struct err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (!made)
            err_errno(err, errno, "cannot make the folder %s", path);
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}
