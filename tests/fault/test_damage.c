/* SPDX-License-Identifier: MIT */
/*
 * Damaged files: a thousand copies of a store with flipped bits, overwritten stretches or cut ends.
 * Opening for a check and checking must refuse or report, or the file must still be sound in all
 * that is looked at: never a crash, never an endless walk. Each runs in a child with a time limit.
 */
#include "fault.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { VARIANTS = 1000, ENTRIES = 220, SECONDS = 10 };

enum verdict { SOUND, REFUSED, REPORTED, FAILED_TO_CHECK, LOST, VERDICTS };

/* ---- the sound file ---- */

struct file {
    char *bytes;
    size_t len;
};

static struct file make_store(const struct fault_folder *f)
{
    struct err err = ERR_INIT;
    struct store *store = store_open(f->path, &(struct store_options){.no_sync = true}, &err);
    struct file file = {0};
    struct stat st;
    assert_non_null(store);
    for (uint64_t i = 0; i < ENTRIES; i++)
        assert_true(store_write(store, fault_put, &i, &err));
    store_close(store, NULL);
    int fd = open(f->data, O_RDONLY);
    assert_int_equal(fstat(fd, &st), 0);
    file.len = (size_t)st.st_size;
    file.bytes = malloc(file.len);
    assert_int_equal(read(fd, file.bytes, file.len), file.len);
    close(fd);
    return file;
}

/* ---- damage ---- */

static void flip_bits(struct file *copy, uint64_t *seed)
{
    for (uint64_t n = 1 + fault_draw(seed) % 4; n > 0; n--)
        copy->bytes[fault_draw(seed) % copy->len] ^= (char)(1 << fault_draw(seed) % 8);
}

/* Heads of pages hold what leads on: hit them more often than chance would. */
static void hit_head(struct file *copy, uint64_t *seed)
{
    size_t page = fault_draw(seed) % (copy->len / 4096) * 4096;
    copy->bytes[page + fault_draw(seed) % 160] = (char)fault_draw(seed);
}

static void overwrite(struct file *copy, uint64_t *seed)
{
    size_t at = fault_draw(seed) % copy->len, len = fault_draw(seed) % 5000;
    if (len > copy->len - at)
        len = copy->len - at;
    memset(copy->bytes + at, fault_draw(seed) % 2 ? 0 : (int)fault_draw(seed), len);
}

/* An older page in a newer one's place, as after a lost write. */
static void swap_pages(struct file *copy, uint64_t *seed)
{
    size_t pages = copy->len / 4096;
    char *a = copy->bytes + fault_draw(seed) % pages * 4096;
    const char *b = copy->bytes + fault_draw(seed) % pages * 4096;
    memmove(a, b, 4096);
}

static void damage(struct file *copy, uint64_t *seed)
{
    switch (fault_draw(seed) % 5) {
    case 0:
        flip_bits(copy, seed);
        break;
    case 1:
        hit_head(copy, seed);
        break;
    case 2:
        overwrite(copy, seed);
        break;
    case 3:
        swap_pages(copy, seed);
        break;
    default:
        copy->len = fault_draw(seed) % copy->len;
    }
}

/* ---- looking at it, in a child ---- */

static void count_finding(void *context, const char *finding)
{
    if (finding[0] == '\0' || strlen(finding) > 255)
        abort();
    ++*(unsigned *)context;
}

/* As anybody opens it: a file that is too short must be refused, since reading it would be a
 * signal. */
static bool survives_plain_open(const struct fault_folder *f)
{
    struct err err = ERR_INIT;
    struct fault_count c = {.count = ENTRIES};
    struct store *store = store_open(f->path, &(struct store_options){.read_only = true}, &err);
    bool ok = store ? store_read(store, fault_look, &c, &err) : err.text[0] != '\0';
    store_close(store, NULL);
    return ok;
}

static enum verdict look(const struct fault_folder *f, bool shortened)
{
    struct err err = ERR_INIT;
    unsigned findings = 0;
    struct fault_count c = {.count = ENTRIES};
    if (shortened && !survives_plain_open(f))
        return LOST;
    struct store_options options = {.read_only = true, .for_check = true, .must_exist = true};
    struct store *store = store_open(f->path, &options, &err);
    if (store == NULL)
        return err.text[0] && (err.code == ERR_FILE || err.code == ERR_NO_INPUT) ? REFUSED : LOST;
    if (!store_check(store, count_finding, &findings, &err))
        return FAILED_TO_CHECK;
    if (findings)
        return REPORTED;
    /* nothing found: then LMDB can be trusted with it, whatever the values are */
    if (!store_read(store, fault_look, &c, &err))
        return LOST;
    store_close(store, NULL);
    return SOUND;
}

static enum verdict try_variant(
    const struct fault_folder *f, const struct file *copy, bool shortened, int number)
{
    int status, fd = open(f->data, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, copy->bytes, copy->len), copy->len);
    close(fd);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(SECONDS);
        _exit((int)look(f, shortened));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) >= VERDICTS)
        fail_msg("variant %d ended with status %x", number, (unsigned)status);
    return (enum verdict)WEXITSTATUS(status);
}

static void damaged_files_are_refused_or_reported_and_never_crash(void **state)
{
    struct fault_folder f;
    unsigned counts[VERDICTS] = {0};
    uint64_t seed = 77;
    (void)state;
    fault_folder_make(&f);
    struct file sound = make_store(&f), copy = {.bytes = malloc(sound.len)};
    for (int i = 0; i < VARIANTS; i++) {
        memcpy(copy.bytes, sound.bytes, sound.len);
        copy.len = sound.len;
        damage(&copy, &seed);
        enum verdict verdict = try_variant(&f, &copy, copy.len < sound.len, i);
        if (verdict == LOST || verdict == FAILED_TO_CHECK)
            fail_msg("variant %d: verdict %d", i, (int)verdict);
        counts[verdict]++;
    }
    print_message("of %d: %u sound, %u refused, %u reported\n", VARIANTS, counts[SOUND],
        counts[REFUSED], counts[REPORTED]);
    assert_true(counts[REFUSED] + counts[REPORTED] > VARIANTS / 4);
    free(sound.bytes);
    free(copy.bytes);
    fault_folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_refused_or_reported_and_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
