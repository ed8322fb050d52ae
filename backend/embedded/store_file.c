/* SPDX-License-Identifier: MIT */
/*
 * The data file before LMDB sees it: LMDB trusts what it maps, and a file that is shorter than it
 * says ends the process with a signal. So everything that can be told from outside is told here,
 * with the path and the remedy:
 *
 *   page 0, 1   LMDB's meta pages: magic, version, page size, roots in range
 *   length      as the newer meta page says, or all pages in use are there
 *   locks       on bytes beyond any data: one for each process (open once only), one for bulk loads
 *
 * Knows the layout of LMDB's meta pages, but not LMDB.
 */
#include "backend/embedded/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* A new store goes into a folder of its own, not among somebody's files by a slip of the hand. */
static bool create_data(struct store *store, int folder, struct err *err)
{
    if (!store_folder_is_free(store, folder, err))
        return false;
    store->fd = openat(folder, STORE_DATA_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return store->fd >= 0 || open_failed(store, errno, err);
}

static bool open_data(struct store *store, int folder, struct err *err)
{
    const struct store_options *options = &store->options;
    store->fd = openat(folder, STORE_DATA_FILE, O_RDWR | O_CLOEXEC);
    if (store->fd < 0 && options->read_only && errno != ENOENT)
        store->fd = openat(folder, STORE_DATA_FILE, O_RDONLY | O_CLOEXEC);
    if (store->fd >= 0)
        return true;
    if (errno != ENOENT)
        return open_failed(store, errno, err);
    if (options->must_exist || options->read_only)
        return store_folder_missing(store, err);
    return create_data(store, folder, err);
}

/* ---- locks: open file description locks, which other descriptors' closing does not drop ---- */

/* Bytes far beyond any data. LMDB locks only its lock file. */
static int lock_byte(const struct store *store, short type, int64_t at)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = (INT64_C(1) << 61) + at, .l_len = 1};
    return fcntl(store->fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

int store_file_lock(const struct store *store, short type, enum store_lock what)
{
    return lock_byte(store, type, what == STORE_LOCK_PROCESS ? 1 + getpid() : 0);
}

/* Where there are no such locks one process has to do. */
bool store_lease(struct store *store, uint32_t number)
{
    int code = lock_byte(store, F_WRLCK, (INT64_C(1) << 60) + number);
    return code != EAGAIN && code != EACCES;
}

void store_lease_end(struct store *store, uint32_t number)
{
    lock_byte(store, F_UNLCK, (INT64_C(1) << 60) + number);
}

/* LMDB must not open a file twice in a process: closing one drops the other's locks. */
static bool lock_process(struct store *store, struct err *err)
{
    int code = store_file_lock(store, F_WRLCK, STORE_LOCK_PROCESS);
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
    if (store->options.for_check)
        return err_set(err, ERR_FILE,
            "the store %s is damaged beyond checking: %s; restore a copy, or move the folder away "
            "and start anew",
            store->path, what);
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
    if (!store_folder_open(store, &folder, err))
        return false;
    bool ok = open_data(store, folder, err) && lock_process(store, err);
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
    return !store->options.must_exist && !store->options.read_only
               ? true
               : store_folder_missing(store, err);
}
