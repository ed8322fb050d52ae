/* SPDX-License-Identifier: MIT */
/*
 * The folder of a store: made where it may be (private all the way), refused where it is a file,
 * cannot be read, or lies on another machine's disk. Knows nothing of what is in it.
 */
#include "backend/embedded/store_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { FS_NAME = 32, FUSE_MAGIC = 0x65735546 };

struct file_system {
    unsigned long magic;
    const char *name;
};

/* The magic numbers of statfs(2). Shared maps and locks do not work across machines. */
static const struct file_system network[] = {
    {0x6969, "NFS"},
    {0x517B, "SMB"},
    {0xFE534D42, "SMB"},
    {0xFF534D42, "CIFS"},
    {0x01021997, "9P"},
    {0x5346414F, "AFS"},
    {0x00C36400, "Ceph"},
    {0x0BD00BD0, "Lustre"},
    {0x73757245, "Coda"},
    {0x7461636F, "OCFS2"},
    {0x01161970, "GFS2"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
};

static const char *const fuse_network[] = {"fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.ceph-fuse", "fuse.davfs", "fuse.curlftpfs", "fuse.juicefs"};

static bool is_network_magic(unsigned long magic, char name[FS_NAME])
{
    for (size_t i = 0; i < sizeof network / sizeof *network; i++)
        if (magic == network[i].magic) {
            snprintf(name, FS_NAME, "%s", network[i].name);
            return true;
        }
    return false;
}

/* line = id parent MAJOR:MINOR root point options... - TYPE source options */
static bool read_mount(const char *line, dev_t device, char type[FS_NAME])
{
    unsigned high, low;
    const char *dash = strstr(line, " - ");
    return dash && sscanf(line, "%*d %*d %u:%u", &high, &low) == 2 && high == major(device) &&
           low == minor(device) && sscanf(dash, " - %31s", type) == 1;
}

/* FUSE is local or not: the kernel's list of mounts has the kind. */
static bool is_network_fuse(int folder, char type[FS_NAME])
{
    struct stat st;
    char line[4096];
    FILE *mounts = fstat(folder, &st) == 0 ? fopen("/proc/self/mountinfo", "re") : NULL;
    bool found = false;
    while (mounts && !found && fgets(line, sizeof line, mounts))
        found = read_mount(line, st.st_dev, type);
    if (mounts)
        fclose(mounts);
    for (size_t i = 0; found && i < sizeof fuse_network / sizeof *fuse_network; i++)
        if (strcmp(type, fuse_network[i]) == 0)
            return true;
    return false;
}

static bool check_file_system(const struct store *store, int folder, struct err *err)
{
    struct statfs fs;
    char name[FS_NAME];
    if (fstatfs(folder, &fs) != 0)
        return err_errno(err, errno, "%s", store->path);
    unsigned long magic = (uint32_t)fs.f_type;
    if (!is_network_magic(magic, name) && !(magic == FUSE_MAGIC && is_network_fuse(folder, name)))
        return true;
    return err_set(err, ERR_FILE,
        "%s is on a network file system (%s), where a store would be damaged; choose a folder on a "
        "local disk, or run `dynascope serve` on the machine that has it",
        store->path, name);
}

/* mkdir -p, private all the way: parents that are there stay as they are. */
static int make_folders(const char *path)
{
    char *copy = strdup(path);
    int code = 0;
    if (copy == NULL)
        abort();
    for (char *at = copy + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            code = errno;
        *at = '/';
    }
    if (mkdir(copy, 0700) != 0 && errno != EEXIST)
        code = errno;
    else
        code = 0;
    free(copy);
    return code;
}

bool store_folder_missing(const struct store *store, struct err *err)
{
    return err_set(err, ERR_NO_INPUT,
        "there is no store in %s; name the folder of one (`dynascope %s` makes a new one)",
        store->path, store->path);
}

static bool open_folder(const struct store *store, int *folder, struct err *err)
{
    bool create = !store->options.must_exist && !store->options.read_only;
    *folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0 && errno == ENOENT && create) {
        int code = make_folders(store->path);
        if (code)
            return err_errno(err, code, "the folder %s cannot be created", store->path);
        *folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (*folder >= 0)
        return true;
    if (errno == ENOENT)
        return store_folder_missing(store, err);
    if (errno == ENOTDIR)
        return err_set(err, ERR_FILE,
            "%s is a file, but a store is a folder; name a folder, or import the file into a table",
            store->path);
    return err_errno(err, errno, "the store %s cannot be opened", store->path);
}

bool store_folder_sync(const struct store *store, struct err *err)
{
    int folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = folder >= 0 && fsync(folder) == 0;
    if (!ok)
        err_errno(err, errno, "the folder %s cannot be synced", store->path);
    if (folder >= 0)
        close(folder);
    return ok;
}

static bool is_ours(const char *name)
{
    static const char *const ours[] = {
        ".", "..", STORE_DATA_FILE, STORE_LOCK_FILE, STORE_UNSYNCED_FILE, "lost+found"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(name, ours[i]) == 0)
            return true;
    return false;
}

bool store_folder_is_free(const struct store *store, int folder, struct err *err)
{
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = again >= 0 ? fdopendir(again) : NULL;
    const struct dirent *entry;
    bool is_free = true;
    if (names == NULL)
        return err_errno(err, errno, "the folder %s cannot be read", store->path);
    while (is_free && (entry = readdir(names)) != NULL)
        is_free = is_ours(entry->d_name);
    closedir(names);
    return is_free ||
           err_set(err, ERR_FILE,
               "the folder %s has other files in it and no store; name a new or an empty "
               "folder for a new store",
               store->path);
}

bool store_folder_open(const struct store *store, int *folder, struct err *err)
{
    if (!open_folder(store, folder, err))
        return false;
    if (check_file_system(store, *folder, err))
        return true;
    close(*folder);
    return false;
}
