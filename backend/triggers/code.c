/* SPDX-License-Identifier: MIT */
/*
 * Unpacks zips that nobody vouches for. All that libzip says is checked again: names before a file
 * is made, sizes while bytes come. Knows nothing of functions. Only this file includes <zip.h>;
 * libzip brings libcrypto, bzip2 and more along, so it is loaded when the first zip comes.
 */
#include "backend/triggers/code.h"

#include "backend/json_out.h"

#include <nettle/sha2.h>
#include <zip.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 65536, DEPTH_MAX = 64, PART_MAX = 255 };

/* ---- the library ---- */

#define FUNCTIONS(X)                                                                               \
    X(error_init)                                                                                  \
    X(error_fini)                                                                                  \
    X(source_buffer_create)                                                                        \
    X(source_free)                                                                                 \
    X(open_from_source)                                                                            \
    X(discard)                                                                                     \
    X(get_num_entries)                                                                             \
    X(stat_index)                                                                                  \
    X(file_get_external_attributes)                                                                \
    X(fopen_index)                                                                                 \
    X(fread)                                                                                       \
    X(fclose)

struct library {
    void *handle;
#define MEMBER(name) __typeof__(zip_##name) *name;
    FUNCTIONS(MEMBER)
#undef MEMBER
};

/* Never unloaded: dlopen() gives the same handle the next time. */
static bool library_load(struct library *lib, struct err *err)
{
    lib->handle = dlopen("libzip.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!lib->handle)
        lib->handle = dlopen("libzip.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!lib->handle)
        return err_set(err, ERR_INTERNAL,
            "code from a zip needs libzip (Debian's package libzip4): %s", dlerror());
#define FIND(function)                                                                             \
    lib->function = (__typeof__(lib->function))dlsym(lib->handle, "zip_" #function);               \
    if (!lib->function)                                                                            \
        return err_set(err, ERR_INTERNAL, "libzip has no zip_" #function);
    FUNCTIONS(FIND)
#undef FIND
    return true;
}

/* ---- one entry ---- */

struct unpacking {
    struct library lib;
    zip_t *zip;
    int root;
    uint64_t bytes;
    char block[BLOCK];
};

static bool refuse(struct err *err, struct str name, const char *what)
{
    return err_refuse(err, "InvalidParameterValueException",
        "Could not unzip uploaded file: '%.*s' %s", STR_ARG(str_take(name, 200)), what);
}

/* name = [ part { "/" part } ] [ "/" ]; a part is neither empty nor "..", "." says nothing */
static bool check_name(struct str name, struct err *err)
{
    struct str rest = name, part;
    unsigned depth = 0;
    if (!name.len || *name.at == '/')
        return refuse(err, name, "is no name inside of the folder");
    while (str_cut(&rest, '/', &part)) {
        if (str_equal(part, STR("..")) || (!part.len && rest.len))
            return refuse(err, name, "leads out of the folder");
        if (part.len > PART_MAX || ++depth > DEPTH_MAX)
            return refuse(err, name, "is too long");
    }
    return true;
}

/* Only what Unix wrote has a kind of file in its attributes. */
static bool check_kind(
    struct unpacking *u, zip_uint64_t index, struct str name, bool *executable, struct err *err)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    *executable = false;
    if (u->lib.file_get_external_attributes(u->zip, index, 0, &system, &attributes) != 0)
        return refuse(err, name, "has no attributes");
    mode_t mode = attributes >> 16;
    if (system != ZIP_OPSYS_UNIX && system != ZIP_OPSYS_OS_X)
        return true;
    if ((mode & S_IFMT) && !S_ISREG(mode) && !S_ISDIR(mode))
        return refuse(err, name, "is neither a file nor a folder: links and devices are not taken");
    *executable = (mode & 0111) != 0;
    return true;
}

static int enter(int folder, struct str part)
{
    char name[PART_MAX + 1];
    memcpy(name, part.at, part.len);
    name[part.len] = '\0';
    bool made = mkdirat(folder, name, 0700) == 0;
    if (made ? fchmodat(folder, name, 0700, 0) != 0 : errno != EEXIST)
        return -1;
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* Opens the folder that the last part of `name` is in, making those in between. */
static int open_parent(int root, struct str *name)
{
    int folder = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (struct str part; folder >= 0 && str_find_byte(*name, '/') != SIZE_MAX;) {
        str_cut(name, '/', &part);
        if (!part.len || str_equal(part, STR(".")))
            continue;
        int inner = enter(folder, part);
        close(folder);
        folder = inner;
    }
    return folder;
}

static bool write_block(int fd, const char *at, size_t len)
{
    while (len) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool too_large(struct err *err)
{
    return err_refuse(err, "InvalidParameterValueException",
        "Unzipped size must be smaller than %d bytes", CODE_UNPACKED_MAX);
}

static bool copy_bytes(
    struct unpacking *u, zip_file_t *from, int fd, struct str name, struct err *err)
{
    for (;;) {
        zip_int64_t n = u->lib.fread(from, u->block, sizeof u->block);
        if (n < 0)
            return refuse(err, name, "is damaged");
        if (n == 0)
            return true;
        if ((u->bytes += (uint64_t)n) > CODE_UNPACKED_MAX)
            return too_large(err);
        if (!write_block(fd, u->block, (size_t)n))
            return err_errno(err, errno, "%.*s cannot be written", STR_ARG(name));
    }
}

static int make_file(int folder, struct str last, bool executable)
{
    char name[PART_MAX + 1];
    mode_t mode = executable ? 0700 : 0600;
    memcpy(name, last.at, last.len);
    name[last.len] = '\0';
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd >= 0 && fchmod(fd, mode) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool unpack_file(
    struct unpacking *u, zip_uint64_t index, struct str name, bool executable, struct err *err)
{
    struct str last = name;
    int folder = open_parent(u->root, &last);
    if (folder < 0)
        return errno == ENOTDIR || errno == ELOOP
                   ? refuse(err, name, "is below a name that is a file")
                   : err_errno(err, errno, "%.*s cannot be made", STR_ARG(name));
    if (!last.len || str_equal(last, STR("."))) {
        close(folder);
        return true; /* a folder */
    }
    int fd = make_file(folder, last, executable);
    close(folder);
    if (fd < 0)
        return errno == EEXIST ? refuse(err, name, "is there twice")
                               : err_errno(err, errno, "%.*s cannot be made", STR_ARG(name));
    zip_file_t *from = u->lib.fopen_index(u->zip, index, 0);
    bool ok = from ? copy_bytes(u, from, fd, name, err) : refuse(err, name, "cannot be read");
    if (from)
        u->lib.fclose(from);
    return (close(fd) == 0 || !ok || err_errno(err, errno, "%.*s", STR_ARG(name))) && ok;
}

static bool unpack_entry(struct unpacking *u, zip_uint64_t index, struct err *err)
{
    zip_stat_t s;
    bool executable;
    if (u->lib.stat_index(u->zip, index, 0, &s) != 0 || !(s.valid & ZIP_STAT_NAME))
        return refuse(err, STR("an entry"), "cannot be read");
    struct str name = str_from(s.name);
    if (!check_name(name, err) || !check_kind(u, index, name, &executable, err))
        return false;
    if ((s.valid & ZIP_STAT_ENCRYPTION_METHOD) && s.encryption_method != ZIP_EM_NONE)
        return refuse(err, name, "is encrypted");
    if ((s.valid & ZIP_STAT_SIZE) && s.size > CODE_UNPACKED_MAX - u->bytes)
        return too_large(err);
    return unpack_file(u, index, name, executable, err);
}

/* ---- the whole ---- */

static bool unpack_all(struct unpacking *u, struct err *err)
{
    zip_int64_t count = u->lib.get_num_entries(u->zip, 0);
    if (count <= 0)
        return err_refuse(
            err, "InvalidParameterValueException", "Uploaded file must be a non-empty zip");
    if (count > CODE_FILES_MAX)
        return err_refuse(err, "InvalidParameterValueException",
            "The zip has %lld files; %d are the most", (long long)count, CODE_FILES_MAX);
    for (zip_int64_t i = 0; i < count; i++)
        if (!unpack_entry(u, (zip_uint64_t)i, err))
            return false;
    /* one call for ten thousand files */
    return syncfs(u->root) == 0 || err_errno(err, errno, "the code cannot be written");
}

static bool open_zip(struct unpacking *u, struct str zip, struct err *err)
{
    zip_error_t error;
    if (!library_load(&u->lib, err))
        return false;
    u->lib.error_init(&error);
    zip_source_t *source = u->lib.source_buffer_create(zip.at, zip.len, 0, &error);
    u->zip = source ? u->lib.open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!u->zip && source)
        u->lib.source_free(source);
    u->lib.error_fini(&error);
    return u->zip || err_refuse(err, "InvalidParameterValueException",
                         "Could not unzip uploaded file. Please check your file, then try to "
                         "upload again.");
}

bool code_unpack(int at, const char *name, struct str zip, struct err *err)
{
    struct unpacking u = {.root = -1};
    if (zip.len > CODE_PACKED_MAX)
        return err_refuse(err, "RequestEntityTooLargeException",
            "The zip has %zu bytes; %d are the most", zip.len, CODE_PACKED_MAX);
    if (!open_zip(&u, zip, err))
        return false;
    bool ok = mkdirat(at, name, 0700) == 0 && fchmodat(at, name, 0700, 0) == 0;
    if (ok)
        u.root = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    ok = u.root >= 0 ? unpack_all(&u, err) : err_errno(err, errno, "%s cannot be made", name);
    if (u.root >= 0)
        close(u.root);
    u.lib.discard(u.zip);
    return ok;
}

void code_sha256(struct str zip, struct buf *out)
{
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    sha256_update(&hash, zip.len, (const uint8_t *)(zip.at ? zip.at : ""));
    sha256_digest(&hash, sizeof digest, digest);
    json_out_base64(out, (struct str){(const char *)digest, sizeof digest});
}
