/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without libFuzzer: every file of the folder given, then mutations of them from
 * a fixed seed. The input at hand is written to ./fuzz-failed when the program dies, so that
 *
 *     fuzz_json CORPUS_FOLDER      the test
 *     fuzz_json fuzz-failed        that one input again
 *
 * DYNASCOPE_FUZZ_RUNS and DYNASCOPE_FUZZ_SEED in the environment change how many and which.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEEDS_MAX = 1000, INPUT_MAX = 1 << 16, RUNS = 20000 };

struct input {
    uint8_t *bytes;
    size_t len;
};

static struct input seeds[SEEDS_MAX];
static size_t seed_count;
static uint8_t current[INPUT_MAX]; /* for the handler of a crash */
static volatile size_t current_len;
static uint64_t random_state = 1;

/* The sanitizers then die by SIGABRT, which the handler below sees. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "abort_on_error=1";
}

static uint64_t next_random(void)
{
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static size_t below(size_t bound)
{
    return bound ? (size_t)(next_random() % bound) : 0;
}

static void save_input(int number)
{
    int file = open("fuzz-failed", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file >= 0 && write(file, current, current_len) >= 0)
        close(file);
    signal(number, SIG_DFL);
    raise(number);
}

static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1); /* so that a sanitizer sees a step outside */
    memcpy(current, bytes, len);
    current_len = len;
    memcpy(exact, bytes, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

/* ---- mutations ---- */

static size_t cut(uint8_t *bytes, size_t len)
{
    size_t at = below(len), gone = 1 + below(len - at < 16 ? len - at : 16);
    if (at + gone > len)
        return len;
    memmove(bytes + at, bytes + at + gone, len - at - gone);
    return len - gone;
}

/* Puts a piece of another seed somewhere. */
static size_t insert_piece(uint8_t *bytes, size_t len)
{
    const struct input *other = &seeds[below(seed_count)];
    size_t from = below(other->len), at = below(len + 1);
    size_t piece = below(other->len - from + 1);
    piece = piece > 256 ? 256 : piece;
    if (other->len == 0 || len + piece > INPUT_MAX)
        return len;
    memmove(bytes + at + piece, bytes + at, len - at);
    memcpy(bytes + at, other->bytes + from, piece);
    return len + piece;
}

static size_t mutate(uint8_t *bytes, size_t len)
{
    static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0x81, 0xff, '"', '\\', '{', '}', '[', ']',
        ',', ':', '-', '.', 'e', '0', '9', ' ', '\n'};
    switch (below(5)) {
    case 0:
        if (len)
            bytes[below(len)] ^= (uint8_t)(1u << below(8));
        return len;
    case 1:
        if (len)
            bytes[below(len)] = edges[below(sizeof edges)];
        return len;
    case 2:
        if (len)
            bytes[below(len)] = (uint8_t)next_random();
        return len;
    case 3:
        return len ? cut(bytes, len) : len;
    default:
        return insert_piece(bytes, len);
    }
}

static void run_mutations(unsigned long runs)
{
    static uint8_t bytes[INPUT_MAX];
    for (unsigned long i = 0; i < runs && seed_count; i++) {
        const struct input *seed = &seeds[below(seed_count)];
        size_t len = seed->len;
        memcpy(bytes, seed->bytes, len);
        for (size_t k = 1 + below(6); k > 0; k--)
            len = mutate(bytes, len);
        run(bytes, len);
    }
}

/* ---- seeds ---- */

static bool read_seed(const char *path)
{
    FILE *file = fopen(path, "rb");
    static uint8_t bytes[INPUT_MAX];
    if (file == NULL || seed_count == SEEDS_MAX) {
        fprintf(stderr, "%s: cannot be read\n", path);
        if (file)
            fclose(file);
        return false;
    }
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    seeds[seed_count].bytes = malloc(len ? len : 1);
    seeds[seed_count].len = len;
    memcpy(seeds[seed_count++].bytes, bytes, len);
    return true;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool read_folder(const char *folder)
{
    struct dirent **entries;
    char path[4096];
    int count = scandir(folder, &entries, visible, alphasort);
    bool good = count > 0;
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        good = read_seed(path) && good;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (!good)
        fprintf(stderr, "%s: no seeds there\n", folder);
    return good;
}

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    struct stat status;
    if (argc != 2 || stat(argv[1], &status) != 0) {
        fprintf(stderr, "usage: %s FOLDER|FILE\n", argv[0]);
        return 64;
    }
    bool folder = S_ISDIR(status.st_mode);
    if (folder ? !read_folder(argv[1]) : !read_seed(argv[1]))
        return 66;
    signal(SIGABRT, save_input);
    signal(SIGSEGV, save_input);
    random_state = from_environment("DYNASCOPE_FUZZ_SEED", 1);
    for (size_t i = 0; i < seed_count; i++)
        run(seeds[i].bytes, seeds[i].len);
    if (folder)
        run_mutations(from_environment("DYNASCOPE_FUZZ_RUNS", RUNS));
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i].bytes);
    return 0;
}
