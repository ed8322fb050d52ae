/* SPDX-License-Identifier: MIT */
/*
 * screens [--update] CASES GOLDENS [NAME]: plays cases/NAME.keys (or all) at each of its sizes and
 * compares what was on the screen with goldens/NAME.COLSxROWS.txt. What differs is written into the
 * present folder as NAME.COLSxROWS.got and shown with diff.
 */
#include "tests/screens/script.h"

#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct screens {
    const char *cases, *goldens;
    bool update;
    int failures;
};

static bool screens_read(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t n;
    while ((n = fread(buf_reserve(out, 65536), 1, 65536, file)) > 0)
        out->len += n;
    fclose(file);
    return true;
}

static void screens_write(const char *path, struct str text)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(text.at, 1, text.len, file) != text.len) {
        perror(path);
        exit(1);
    }
    fclose(file);
}

/* What was seen instead goes into the present folder. */
static void screens_compare(struct screens *s, const char *path, struct str got)
{
    struct buf golden = {0}, difference = {0};
    screens_read(path, &golden);
    if (str_equal(buf_str(&golden), got)) {
        buf_fini(&golden);
        return;
    }
    const char *name = strrchr(path, '/') + 1;
    buf_printf(&difference, "%.*s.got", (int)strlen(name) - 4, name);
    screens_write(buf_cstr(&difference), got);
    printf("%s differs:\n", path);
    fflush(stdout);
    struct buf command = {0};
    buf_printf(&command, "diff -u '%s' '%s'", path, difference.at);
    if (system(buf_cstr(&command)) == 0)
        printf("(no difference?)\n");
    s->failures++;
    buf_fini(&command);
    buf_fini(&golden);
    buf_fini(&difference);
}

static void screens_play(struct screens *s, const char *name, struct str text, int rows, int cols)
{
    struct buf got = {0}, path = {0};
    struct err err = ERR_INIT;
    unsetenv("EDITOR");
    buf_printf(&path, "%s/%s.%dx%d.txt", s->goldens, name, cols, rows);
    if (!script_play(text, rows, cols, &got, &err)) {
        printf("%s at %dx%d: %s\n", name, cols, rows, err.text);
        s->failures++;
    } else if (s->update) {
        screens_write(buf_cstr(&path), buf_str(&got));
    } else {
        screens_compare(s, buf_cstr(&path), buf_str(&got));
    }
    buf_fini(&got);
    buf_fini(&path);
}

static void screens_case(struct screens *s, const char *name)
{
    struct buf text = {0}, path = {0};
    int rows, cols;
    buf_printf(&path, "%s/%s.keys", s->cases, name);
    if (!screens_read(buf_cstr(&path), &text)) {
        perror(path.at);
        s->failures++;
    }
    for (int i = 0; script_size(buf_str(&text), i, &rows, &cols); i++)
        screens_play(s, name, buf_str(&text), rows, cols);
    buf_fini(&text);
    buf_fini(&path);
}

static void screens_all(struct screens *s)
{
    struct dirent **entries;
    int count = scandir(s->cases, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *dot = strstr(entries[i]->d_name, ".keys");
        if (dot) {
            *dot = '\0';
            screens_case(s, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    struct screens s = {0};
    static const char *const unset[] = {"VISUAL", "TMUX", "NO_COLOR", "XDG_RUNTIME_DIR"};
    if (argc > 1 && strcmp(argv[1], "--update") == 0) {
        s.update = true;
        argv++;
        argc--;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: screens [--update] CASES GOLDENS [NAME]\n");
        return 64;
    }
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        fprintf(stderr, "screens: the locale C.UTF-8 is missing\n");
        return 70;
    }
    s.cases = argv[1];
    s.goldens = argv[2];
    if (argc > 3)
        screens_case(&s, argv[3]);
    else
        screens_all(&s);
    return s.failures ? 1 : 0;
}
