/* SPDX-License-Identifier: MIT */
/*
 * The hand-off to an editor. Must not know what the text means.
 *
 * The path is absolute, so no editor can take it for an option.
 */
#include "views/item/edit.h"

#include "base/file.h"
#include "base/mem.h"
#include "tui/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EDIT_BYTES_MAX = 16 * 1024 * 1024 };

/* ---- the file ---- */

static char *edit_join(const char *a, const char *b)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", a, b);
    return buf_take(&path);
}

static const char *edit_base_folder(void)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    if (base && base[0] == '/' && access(base, W_OK) == 0)
        return base;
    base = getenv("TMPDIR");
    return base && base[0] == '/' && access(base, W_OK) == 0 ? base : "/tmp";
}

static bool edit_put(const char *path, int flags, struct str text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (fd < 0)
        return err_errno(err, errno, "%s", path);
    bool ok = file_write_all(fd, text);
    int number = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        number = errno;
    }
    return ok || err_errno(err, number, "%s", path);
}

bool edit_open(struct edit_file *file, const char *name, struct str text, struct err *err)
{
    *file = (struct edit_file){.folder = edit_join(edit_base_folder(), "dynascope-XXXXXX")};
    if (!mkdtemp(file->folder)) {
        err_errno(err, errno, "%s", file->folder);
        free(file->folder);
        file->folder = NULL;
        return false;
    }
    file->path = edit_join(file->folder, name);
    if (edit_put(file->path, O_CREAT | O_EXCL, text, err))
        return true;
    edit_remove(file);
    return false;
}

bool edit_write(struct edit_file *file, struct str text, struct err *err)
{
    return edit_put(file->path, O_CREAT | O_TRUNC, text, err);
}

static bool edit_read_fd(int fd, struct buf *out)
{
    for (;;) {
        ssize_t n = read(fd, buf_reserve(out, 65536), 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        out->len += (size_t)n;
        if (out->len > EDIT_BYTES_MAX) {
            errno = EFBIG;
            return false;
        }
    }
}

/* Takes the notes off the front. */
static void edit_strip_notes(struct buf *out, size_t start)
{
    struct str rest = str_skip(buf_str(out), start), line;
    while (rest.len && rest.at[0] == '#')
        str_cut(&rest, '\n', &line);
    size_t left = rest.len;
    if (left)
        memmove(out->at + start, rest.at, left);
    out->len = start + left;
}

bool edit_read(struct edit_file *file, struct buf *out, struct err *err)
{
    size_t start = out->len;
    struct stat st;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_errno(err, errno, "%s", file->path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(err, ERR_FILE, "%s is no plain file any more", file->path);
    }
    bool ok = edit_read_fd(fd, out);
    if (!ok)
        err_errno(err, errno, "%s", file->path);
    close(fd);
    edit_strip_notes(out, start);
    return ok;
}

void edit_keep(struct edit_file *file)
{
    free(file->folder);
    free(file->path);
    *file = (struct edit_file){0};
}

void edit_remove(struct edit_file *file)
{
    if (!file->folder)
        return;
    DIR *folder = opendir(file->folder);
    if (folder) {
        struct dirent *entry;
        while ((entry = readdir(folder)))
            unlinkat(dirfd(folder), entry->d_name, 0);
        closedir(folder);
    }
    rmdir(file->folder);
    edit_keep(file);
}

void edit_remove_kept(struct str path)
{
    struct edit_file file = {.folder = mem_dup(path.at, path.len)};
    char *slash = strrchr(file.folder, '/');
    if (slash) {
        *slash = '\0';
        edit_remove(&file);
    } else {
        free(file.folder);
    }
}

/* ---- the command ---- */

/* word = { plain | "'" any "'" | '"' { any | "\" any } '"' | "\" any } */
static bool edit_split_word(const char **at, struct buf *out)
{
    char quote = 0;
    for (; **at && (quote || !strchr(" \t\n", **at)); ++*at) {
        char c = **at;
        if (c == '\\' && quote != '\'' && (*at)[1])
            buf_add_byte(out, *++*at);
        else if (quote && c == quote)
            quote = 0;
        else if (!quote && (c == '\'' || c == '"'))
            quote = c;
        else
            buf_add_byte(out, c);
    }
    buf_add_byte(out, '\0');
    return quote == 0;
}

/* line = { blank } word { blank { blank } word } { blank } */
char **edit_split(const char *line)
{
    enum { WORDS_MAX = 64 };
    size_t offsets[WORDS_MAX], count = 0;
    struct buf text = {0};
    for (;;) {
        line += strspn(line, " \t\n");
        if (!*line || count == WORDS_MAX)
            break;
        offsets[count++] = text.len;
        if (!edit_split_word(&line, &text)) {
            buf_fini(&text);
            return NULL;
        }
    }
    if (count == 0)
        return NULL;
    char **words = mem_zero(count + 2, sizeof *words);
    char *bytes = buf_take(&text);
    for (size_t i = 0; i < count; i++)
        words[i] = bytes + offsets[i];
    return words;
}

static bool edit_on_path(const char *name)
{
    const char *path = getenv("PATH");
    struct str rest = str_from(path ? path : "/usr/local/bin:/usr/bin:/bin"), folder;
    while (str_cut(&rest, ':', &folder)) {
        struct buf file = {0};
        buf_add(&file, folder);
        buf_printf(&file, "/%s", name);
        bool found = access(buf_cstr(&file), X_OK) == 0;
        buf_fini(&file);
        if (found)
            return true;
    }
    return false;
}

/* $VISUAL, $EDITOR, or what is there. */
static const char *edit_command(void)
{
    static const char *const names[] = {"VISUAL", "EDITOR"};
    static const char *const usual[] = {"editor", "nano", "vi"};
    for (size_t i = 0; i < 2; i++) {
        const char *command = getenv(names[i]);
        if (command && command[strspn(command, " \t\n")])
            return command;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (edit_on_path(usual[i]))
            return usual[i];
    return NULL;
}

static struct stat edit_stamp(const struct edit_file *file)
{
    struct stat st = {0};
    if (stat(file->path, &st) != 0)
        st = (struct stat){0};
    return st;
}

static bool edit_differs(const struct stat *a, const struct stat *b)
{
    return a->st_ino != b->st_ino || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
           a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

bool edit_run(struct edit_file *file, struct screen *screen, struct err *err)
{
    const char *command = edit_command();
    if (!command)
        return err_set(err, ERR_CONFIG, "no editor found: set VISUAL or EDITOR");
    char **words = edit_split(command);
    if (!words)
        return err_set(err, ERR_CONFIG, "VISUAL or EDITOR cannot be read: %s", command);
    size_t count = 0;
    while (words[count])
        count++;
    words[count] = file->path;
    int status = 0;
    struct stat before = edit_stamp(file);
    bool ok = child_run(screen, words, &status, err);
    struct stat after = edit_stamp(file);
    file->saved = edit_differs(&before, &after);
    if (!ok)
        err_context(err, "the editor %s (VISUAL, EDITOR)", words[0]);
    else if (status > 128)
        ok = err_set(err, ERR_FILE, "the editor %s was ended by signal %d (%s)", words[0],
            status - 128, strsignal(status - 128));
    else if (status)
        ok = err_set(err, ERR_FILE, "the editor %s ended with status %d", words[0], status);
    free(words[0]);
    free(words);
    return ok;
}
