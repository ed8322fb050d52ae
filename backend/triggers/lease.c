/* SPDX-License-Identifier: MIT */
/*
 * The lock that makes a runner the only one. It belongs to an open file, so two runners of one
 * process exclude each other as those of two do. Whoever waits keeps the file open for writing and
 * hears of its holder's end as the closing of a file that was open for writing (see runner.c);
 * looking at a lease opens it for reading only, and so wakes nobody.
 */
#include "backend/triggers/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

static int open_file(const char *folder, int flags)
{
    char path[PATH_ROOM];
    if (snprintf(path, sizeof path, "%s/lease", folder) >= PATH_ROOM) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

/* The mapping may have been removed and made again since the file was opened. */
static bool is_current(const struct lease *lease)
{
    struct stat s;
    return fstat(lease->fd, &s) == 0 && s.st_nlink > 0;
}

bool lease_try(struct lease *lease, const char *mapping_folder, struct err *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (lease->taken)
        return true;
    if (lease->fd >= 0 && !is_current(lease))
        lease_drop(lease);
    if (lease->fd < 0)
        lease->fd = open_file(mapping_folder, O_RDWR | O_CREAT);
    if (lease->fd < 0)
        return err_errno(err, errno, "%s/lease", mapping_folder);
    lease->taken = fcntl(lease->fd, F_OFD_SETLK, &lock) == 0;
    if (lease->taken || errno == EAGAIN || errno == EACCES)
        return true;
    return err_errno(err, errno, "%s/lease cannot be locked", mapping_folder);
}

void lease_drop(struct lease *lease)
{
    if (lease->fd >= 0)
        close(lease->fd);
    *lease = LEASE_INIT;
}

bool lease_held(const char *mapping_folder)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open_file(mapping_folder, O_RDONLY);
    if (fd < 0)
        return false;
    bool held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return held;
}
