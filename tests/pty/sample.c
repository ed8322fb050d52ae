/* SPDX-License-Identifier: MIT */
/* Sample stores and the program on them; everything goes through the program's own command line. */
#include "tests/pty/sample.h"

#include "base/mem.h"
#include "tests/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 24 };

void sample_init(struct sample *s, const char *program)
{
    *s = (struct sample){.program = program, .folder = "/tmp/dynascope-pty.XXXXXX"};
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->home, sizeof s->home, "HOME=%s", s->folder);
    snprintf(s->temporary, sizeof s->temporary, "TMPDIR=%s", s->folder);
    snprintf(s->store, sizeof s->store, "%s/store", s->folder);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about, (void)kind, (void)walk;
    return remove(path);
}

void sample_fini(struct sample *s)
{
    nftw(s->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    *s = (struct sample){0};
}

static void set_environment(const struct sample *s)
{
    clearenv();
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TZ", "UTC", 1);
    setenv("HOME", s->folder, 1);
    setenv("TMPDIR", s->folder, 1);
}

static void read_file(FILE *file, struct buf *out)
{
    char bytes[4096];
    rewind(file);
    for (size_t got; out && (got = fread(bytes, 1, sizeof bytes, file)) > 0;)
        buf_add_bytes(out, bytes, got);
    fclose(file);
}

/* Files and not pipes: nobody has to read while the other one writes. */
static int run(struct sample *s, const char *input, struct buf *out, struct buf *errors,
    const char *const *argv)
{
    FILE *files[3] = {tmpfile(), tmpfile(), tmpfile()};
    fputs(input ? input : "", files[0]);
    rewind(files[0]);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (int i = 0; i < 3; i++)
            dup2(fileno(files[i]), i);
        set_environment(s);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    fclose(files[0]);
    read_file(files[1], out);
    read_file(files[2], errors);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int sample_run(struct sample *s, const char *input, struct buf *out, struct buf *errors, ...)
{
    const char *argv[ARGUMENTS_MAX] = {s->program};
    va_list arguments;
    va_start(arguments, errors);
    for (int i = 1; i < ARGUMENTS_MAX - 1 && (argv[i] = va_arg(arguments, const char *)); i++)
        ;
    va_end(arguments);
    return run(s, input, out, errors, argv);
}

char *sample_call(struct sample *s, const char *operation, const char *body)
{
    struct buf out = {0}, errors = {0};
    int code = sample_run(s, body, &out, &errors, "-c", s->store, "call", operation, "-", NULL);
    if (code != 0)
        fail_msg("%s: exit code %d, %s", operation, code, buf_cstr(&errors));
    buf_fini(&errors);
    return buf_take(&out);
}

void sample_orders(struct sample *s, int count)
{
    struct buf items = {0};
    free(sample_call(s, "CreateTable",
        "{\"TableName\":\"Orders\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"customerId\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"orderId\","
        "\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"customerId\","
        "\"AttributeType\":\"S\"},{\"AttributeName\":\"orderId\",\"AttributeType\":\"S\"}]}"));
    for (int i = 0; i < count; i++)
        buf_printf(&items,
            "{\"customerId\":\"C%03d\",\"orderId\":\"O%04d\",\"amount\":%d.5,\"status\":"
            "\"PENDING\","
            "\"note\":\"first\"}\n",
            i / 10, i, i);
    struct buf errors = {0};
    if (sample_run(s, buf_cstr(&items), NULL, &errors, "-c", s->store, "put", "Orders", "-", NULL))
        fail_msg("put: %s", buf_cstr(&errors));
    buf_fini(&items);
    buf_fini(&errors);
}

void sample_open(struct sample *s, struct term *t, const struct sample_start *start)
{
    static const struct sample_start usual = {0};
    const char *argv[ARGUMENTS_MAX] = {s->program, s->store};
    const char *env[ARGUMENTS_MAX] = {s->home, s->temporary};
    start = start ? start : &usual;
    for (int i = 0; start->arguments && start->arguments[i] && i < ARGUMENTS_MAX - 3; i++)
        argv[i + 2] = start->arguments[i];
    for (int i = 0; start->env && start->env[i] && i < ARGUMENTS_MAX - 3; i++)
        env[i + 2] = start->env[i];
    term_open(t,
        &(struct term_options){.argv = argv, .env = env, .rows = start->rows, .cols = start->cols});
}

void sample_quit(struct term *t)
{
    term_send(t, ":quit\r");
    term_expect_exit(t, 0);
    term_close(t);
}

char *sample_stored(struct sample *s, const char *order)
{
    struct buf out = {0};
    sample_run(s, NULL, &out, NULL, "-c", s->store, "get", "Orders", "C000", order, NULL);
    return buf_take(&out);
}

void sample_assert_stored(struct sample *s, const char *order, const char *part)
{
    char *item = sample_stored(s, order);
    if (!strstr(item, part))
        fail_msg("%s is not in %s", part, item);
    free(item);
}

const char *sample_editor(struct sample *s, const char *script, char out[200])
{
    char path[150];
    snprintf(path, sizeof path, "%s/my editor", s->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", script);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
    snprintf(out, 200, "EDITOR='%s'", path);
    return out;
}
