/* SPDX-License-Identifier: MIT */
/*
 * The folder and the file before LMDB sees them: LMDB trusts what it maps, and a file that is
 * shorter than it says ends the process with a signal. So everything that can be told from outside
 * is told here, with the path and the remedy:
 *
 *   folder: made (0700), not a file, not on a network, may be written
 *   data.mdb: page 0 and 1 are LMDB's meta pages (magic, version, page size, roots in range),
 *             and the file is as long as the newer one says
 *   locks on data.mdb, beyond any data: one byte for each process (open once only), one for bulk
 * loads unsynced: the marker of a bulk load, with the boot it runs in
 *
 * Knows the layout of LMDB's meta pages, but not LMDB.
 */
#include "backend/embedded/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- the folder ---- */

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

static bool check_file_system(struct store *store, int folder, struct err *err)
{
    struct statfs fs;
    if (fstatfs(folder, &fs) != 0)
        return err_errno(err, errno, "%s", store->path);
    for (size_t i = 0; i < sizeof network / sizeof *network; i++)
        if ((unsigned long)(uint32_t)fs.f_type == network[i].magic)
            return err_set(err, ERR_FILE,
                "%s is on a network file system (%s), where a store would be damaged; choose a "
                "folder on a local disk, or run `dynascope serve` on the machine that has it",
                store->path, network[i].name);
    return true;
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

static bool no_store(const struct store *store, struct err *err)
{
    return err_set(err, ERR_NO_INPUT,
        "there is no store in %s; name the folder of one (`dynascope %s` makes a new one)",
        store->path, store->path);
}

static bool open_folder(struct store *store, int *folder, struct err *err)
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
        return no_store(store, err);
    if (errno == ENOTDIR)
        return err_set(err, ERR_FILE,
            "%s is a file, but a store is a folder; name a folder, or import the file into a table",
            store->path);
    return err_errno(err, errno, "the store %s cannot be opened", store->path);
}

bool store_file_sync_folder(const struct store *store, struct err *err)
{
    int folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = folder >= 0 && fsync(folder) == 0;
    if (!ok)
        err_errno(err, errno, "the folder %s cannot be synced", store->path);
    if (folder >= 0)
        close(folder);
    return ok;
}

/* ---- the data file ---- */

static bool open_failed(const struct store *store, int code, struct err *err)
{
    if (code == EACCES || code == EROFS || code == EPERM)
        return err_set(err, ERR_FILE,
            "the store %s cannot be written (%s); open it with --read-only, or change the "
            "permissions of the folder and of its %s",
            store->path, strerror(code), STORE_DATA_FILE);
    return err_errno(err, code, "%s/%s cannot be opened", store->path, STORE_DATA_FILE);
}

static bool open_data(struct store *store, int folder, struct err *err)
{
    const struct store_options *options = &store->options;
    int create = options->must_exist || options->read_only ? 0 : O_CREAT;
    int flags = O_RDWR | O_CLOEXEC | create;
    store->fd = openat(folder, STORE_DATA_FILE, flags, 0600);
    if (store->fd < 0 && options->read_only && errno != ENOENT)
        store->fd = openat(folder, STORE_DATA_FILE, O_RDONLY | O_CLOEXEC);
    if (store->fd >= 0)
        return true;
    return errno == ENOENT ? no_store(store, err) : open_failed(store, errno, err);
}

/* ---- locks: open file description locks, which other descriptors' closing does not drop ---- */

/* Bytes far beyond any data. LMDB locks only its lock file. */
enum { LOCK_BULK, LOCK_PROCESS };

static int lock_byte(int fd, short type, int what)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
    lock.l_start = INT64_C(1) << 61;
    if (what == LOCK_PROCESS)
        lock.l_start += 1 + getpid();
    return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

/* LMDB must not open a file twice in a process: closing one drops the other's locks. */
static bool lock_process(struct store *store, struct err *err)
{
    int code = lock_byte(store->fd, F_WRLCK, LOCK_PROCESS);
    if (code == EAGAIN || code == EACCES)
        return err_set(err, ERR_BUSY,
            "the store %s is already open in this process; use the connection that is open",
            store->path);
    return true; /* file systems without such locks, and files open for reading only: go without */
}

/* ---- meta pages ---- */

enum {
    META_PAGE_FLAG = 0x08,
    META_MAGIC = 0xBEEFC0DE,
    META_VERSION = 1,
    META_BYTES = 16 + 24 + 2 * 48 + 16,
};

struct meta {
    uint32_t magic, version, page_size;
    uint16_t flags;
    uint64_t roots[2], last_page, txn;
};

static uint64_t load(const unsigned char *at, size_t bytes)
{
    uint64_t v = 0;
    memcpy(&v, at, bytes);
    return v;
}

/* In the machine's byte order, as LMDB has it. */
static bool read_meta(int fd, off_t at, struct meta *meta)
{
    unsigned char page[META_BYTES];
    if (pread(fd, page, sizeof page, at) != (ssize_t)sizeof page)
        return false;
    *meta = (struct meta){
        .flags = (uint16_t)load(page + 10, 2),
        .magic = (uint32_t)load(page + 16, 4),
        .version = (uint32_t)load(page + 20, 4),
        .page_size = (uint32_t)load(page + 40, 4),
        .roots = {load(page + 40 + 40, 8), load(page + 88 + 40, 8)},
        .last_page = load(page + 136, 8),
        .txn = load(page + 144, 8),
    };
    return true;
}

static bool foreign(const struct store *store, struct err *err)
{
    return err_set(err, ERR_FILE,
        "%s/%s is not a store of dynascope; name another folder (a new one is made into a store)",
        store->path, STORE_DATA_FILE);
}

bool store_damaged(const struct store *store, const char *what, struct err *err)
{
    return err_set(err, ERR_FILE,
        "the store %s is damaged: %s; `dynascope check %s` says more; restore a copy, or move the "
        "folder away and start anew",
        store->path, what, store->path);
}

static bool check_meta(const struct store *store, const struct meta *meta, struct err *err)
{
    if (meta->magic != META_MAGIC || !(meta->flags & META_PAGE_FLAG))
        return foreign(store, err);
    if (meta->version != META_VERSION)
        return err_set(err, ERR_FILE,
            "%s/%s has version %u of LMDB's format, this program reads version %d; open it with "
            "the program that wrote it",
            store->path, STORE_DATA_FILE, meta->version & 0xFFFF, META_VERSION);
    uint32_t size = meta->page_size;
    if (size < 512 || size > 65536 || (size & (size - 1)))
        return store_damaged(store, "its page size is impossible", err);
    for (size_t i = 0; i < 2; i++)
        if (meta->roots[i] != UINT64_MAX && meta->roots[i] > meta->last_page)
            return store_damaged(store, "a root page is outside the file", err);
    return true;
}

static void ignore(void *context, const char *finding)
{
    (void)context;
    (void)finding;
}

/* A file may rightly be shorter than its meta page says: pages that were taken and given back in
 * one transaction are never written. So pages that are in use decide. */
static bool check_length(const struct store *store, struct err *err)
{
    uint64_t findings;
    if (!store_pages_check(store->fd, &findings, ignore, NULL, err))
        return false;
    if (findings == 0)
        return true;
    return store_damaged(store, "the file is shorter than its pages need", err);
}

static bool check_metas_once(const struct store *store, off_t size, struct err *err)
{
    struct meta first, second;
    if (!read_meta(store->fd, 0, &first))
        return store_damaged(store, "the file is shorter than its first page", err);
    if (!check_meta(store, &first, err))
        return false;
    if (!read_meta(store->fd, first.page_size, &second))
        return store_damaged(store, "the file is shorter than its second page", err);
    if (second.magic != META_MAGIC || second.page_size != first.page_size)
        return store_damaged(store, "its second meta page is overwritten", err);
    if (!check_meta(store, &second, err))
        return false;
    uint64_t last = second.txn > first.txn ? second.last_page : first.last_page;
    if (last >= UINT64_C(1) << 46)
        return store_damaged(store, "its meta page claims an impossible size", err);
    return (uint64_t)size >= (last + 1) * first.page_size || store->options.for_check ||
           check_length(store, err);
}

/* Another process may be writing one of them just now: then the next look finds it whole. */
static bool check_metas(const struct store *store, off_t size, struct err *err)
{
    for (int look = 0; look < 3; look++)
        if (check_metas_once(store, size, err))
            return true;
    return false;
}

bool store_file_open(struct store *store, bool *created, struct err *err)
{
    struct stat st;
    int folder;
    if (!open_folder(store, &folder, err))
        return false;
    bool ok = check_file_system(store, folder, err) && open_data(store, folder, err) &&
              lock_process(store, err);
    close(folder);
    if (!ok)
        return false;
    if (fstat(store->fd, &st) != 0)
        return err_errno(err, errno, "%s/%s", store->path, STORE_DATA_FILE);
    if (!S_ISREG(st.st_mode))
        return foreign(store, err);
    *created = st.st_size == 0;
    if (!*created)
        return check_metas(store, st.st_size, err);
    return !store->options.must_exist && !store->options.read_only ? true : no_store(store, err);
}

/* ---- bulk loads ---- */

enum { BOOT_ID = 36, MARKER_PATH = 4096 };

static bool read_line(const char *path, char line[BOOT_ID + 1])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, line, BOOT_ID);
    close(fd);
    line[got > 0 ? got : 0] = '\0';
    return true;
}

static bool marker_path(const struct store *store, char path[MARKER_PATH], struct err *err)
{
    int len = snprintf(path, MARKER_PATH, "%s/%s", store->path, STORE_UNSYNCED_FILE);
    return len < MARKER_PATH || err_set(err, ERR_FILE, "%s: the path is too long", store->path);
}

static bool write_marker(const char *path, const char *boot)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    size_t len = strlen(boot);
    bool ok = write(fd, boot, len) == (ssize_t)len && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

bool store_unsynced_begin(struct store *store, struct err *err)
{
    char path[MARKER_PATH], boot[BOOT_ID + 1] = "";
    if (!marker_path(store, path, err))
        return false;
    read_line("/proc/sys/kernel/random/boot_id", boot);
    lock_byte(store->fd, F_RDLCK, LOCK_BULK);
    if (!write_marker(path, boot))
        return err_errno(err, errno, "%s cannot be written", path);
    return store->unsynced = store_file_sync_folder(store, err);
}

/* Whoever gets the byte for itself is the last of the loaders. */
bool store_unsynced_end(struct store *store, struct err *err)
{
    char path[MARKER_PATH];
    if (!marker_path(store, path, err))
        return false;
    if (lock_byte(store->fd, F_WRLCK, LOCK_BULK) == 0 && unlink(path) != 0 && errno != ENOENT)
        return err_errno(err, errno, "%s cannot be removed", path);
    lock_byte(store->fd, F_UNLCK, LOCK_BULK);
    return true;
}

bool store_unsynced_check(struct store *store, bool *stale, struct err *err)
{
    char path[MARKER_PATH], marked[BOOT_ID + 1] = "", boot[BOOT_ID + 1] = "";
    *stale = false;
    if (!marker_path(store, path, err))
        return false;
    if (!read_line(path, marked))
        return true;
    read_line("/proc/sys/kernel/random/boot_id", boot);
    if (strcmp(marked, boot) == 0) {
        *stale = !store->options.read_only && lock_byte(store->fd, F_WRLCK, LOCK_BULK) == 0;
        return true;
    }
    if (store->options.for_check)
        return true;
    return err_set(err, ERR_FILE,
        "a bulk load without syncing into the store %s was interrupted when the machine went "
        "down: its data may be torn. Load it again into a new folder; or, if `dynascope check %s` "
        "finds nothing, remove the file %s and go on",
        store->path, store->path, path);
}
