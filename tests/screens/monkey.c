/* SPDX-License-Identifier: MIT */
/*
 * monkey [SEED [KEYS [triggers]]]: presses keys at random, types, pastes, resizes and lets others
 * write, on the sample store, or mostly in the panes of triggers. Nothing may crash, and after each
 * key everything must come to rest. Prints the seed and the last keys where it does not.
 */
#include "backend/client.h"
#include "backend/embedded/embedded.h"
#include "tests/screens/sample.h"
#include "tests/screens/triggers.h"
#include "views/app.h"
#include "views/cli/host.h"

#include <ftw.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { RESTLESS = 200, TRAIL = 40 };

struct monkey {
    struct app *app;
    struct screen *screen;
    struct worker *worker;
    uint64_t seed;
    const char *trail[TRAIL];
    int pressed;
    bool with_triggers;
    struct triggers_sample triggers;
    char triggers_folder[96], trusted[96];
    struct host *host;
};

static uint64_t monkey_below(struct monkey *m, uint64_t bound)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (m->seed >> 33) % bound;
}

static void monkey_complain(const struct monkey *m, const char *what)
{
    printf("%s after %d keys; the last ones:", what, m->pressed);
    for (int i = m->pressed > TRAIL ? m->pressed - TRAIL : 0; i < m->pressed; i++)
        printf(" %s", m->trail[i % TRAIL]);
    printf("\n");
    exit(1);
}

static void monkey_rest(struct monkey *m)
{
    struct input_event event;
    for (int i = 0; i < RESTLESS; i++) {
        while (screen_event(m->screen, &event))
            app_event(m->app, &event);
        app_collect(m->app);
        app_paint(m->app);
        while (worker_busy(m->worker))
            worker_wait(m->worker, 1000);
        if (!worker_collect(m->worker) && !m->app->dirty && !worker_busy(m->worker))
            return;
    }
    monkey_complain(m, "does not come to rest");
}

/* Another changes, or deletes, what may be being edited. */
static void monkey_interfere(struct monkey *m, struct client *c)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    struct buf body = {0};
    bool gone = monkey_below(m, 4) == 0;
    buf_add(&body, STR("{\"TableName\":\"Orders\",\"Key\":{\"customerId\":{\"S\":\"C103\"},"
                       "\"orderId\":{\"S\":\"O9002\"}}"));
    if (!gone)
        buf_printf(&body,
            ",\"UpdateExpression\":\"SET amount = :n\",\"ExpressionAttributeValues\":{\":n\":"
            "{\"N\":\"%d\"}}",
            (int)monkey_below(m, 3) + 7);
    buf_add_byte(&body, '}');
    client_call(c, gone ? STR("DeleteItem") : STR("UpdateItem"), buf_str(&body), &reply, &err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    app_data_changed(m->app);
}

static void monkey_elsewhere(struct monkey *m)
{
    struct client c = {.backend = worker_backend(m->worker)};
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    struct buf body = {0};
    uint64_t id = monkey_below(m, 700);
    bool put = monkey_below(m, 2);
    if (monkey_below(m, 2)) {
        monkey_interfere(m, &c);
        return;
    }
    buf_printf(&body, "{\"TableName\":\"Readings\",\"%s\":{\"sensor\":{\"S\":\"sensor-%d\"},",
        put ? "Item" : "Key", (int)(id % 3));
    buf_printf(&body, "\"at\":{\"N\":\"%d\"}}}", (int)(1000 + id));
    client_call(&c, put ? STR("PutItem") : STR("DeleteItem"), buf_str(&body), &reply, &err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    app_data_changed(m->app);
}

static const char *const monkey_keys[] = {"Down", "Down", "Down", "Up", "Left", "Right", "PageDown",
    "PageUp", "Home", "End", "Enter", "Enter", "Esc", "Tab", "1", "2", "z", "/", "?", ":", "r", "u",
    "n", "N", "e", "c", "a", "D", "y", "Y", "p", "i", "w", "W", "o", "x", "X", "f", ">", "<", "=",
    "J", "T", "R", "]", "[", "-", "+", "^", "0", "$", "g g", "G", "Space", "Backspace", "Ctrl-U",
    "Ctrl-D", "Ctrl-W", "Ctrl-A", "Ctrl-L", "F5", "Delete", "s", "5", "\"", "{", "t", "q", "v", "*",
    "M", "Alt-a", "U", "S", "H", "V", "Ctrl-S", "Alt-s", "Alt-u", "Alt-Enter", "Ctrl-O", "Ctrl-O",
    "Ctrl-N", "'", "B", "b", "Ctrl-R", "n", "N", "A", "P"};

/* Any size, but soon an ordinary one again. */
static void monkey_resize(struct monkey *m)
{
    bool odd = monkey_below(m, 3) == 0;
    screen_memory_resize(m->screen, odd ? 1 + (int)monkey_below(m, 60) : 24,
        odd ? 1 + (int)monkey_below(m, 150) : 80);
    m->app->dirty = true;
    if (odd) {
        monkey_rest(m);
        screen_memory_press(m->screen, "Down Enter");
        monkey_rest(m);
        screen_memory_resize(m->screen, 30, 100);
        m->app->dirty = true;
    }
}

/* Out of whatever is open, into a table, perhaps into an edit of its first item. */
static void monkey_open(struct monkey *m)
{
    static const char *const tables[] = {"Orders", "Readings", "AllTypes", "Sessions", "Empty"};
    static const char *const then[] = {"Down", "e", "c", "a", "Enter c", "Enter e", "D y", "u", "G",
        "v Down Down M Enter y", "Space Down * M Enter y", "v PageDown Enter M Down Enter",
        "Alt-a Down Space o / 1", "Right Right c 7 Enter", "Right Right c 8 Alt-Enter S",
        "Alt-s Right Right c 9 Enter D y Down D y S T", "H Down V y", "Alt-u u y U y"};
    screen_memory_press(m->screen, "Esc Esc Esc :");
    screen_memory_type(m->screen, "table ");
    screen_memory_type(m->screen, tables[monkey_below(m, 5)]);
    screen_memory_press(m->screen, "Enter");
    screen_memory_press(m->screen, then[monkey_below(m, sizeof then / sizeof *then)]);
}

static void monkey_open_triggers(struct monkey *m)
{
    static const char *const then[] = {"Down l", "l", "Down o", "o Enter", "Down d", "d A y", "a",
        "Down e", "e", "F", "R", "R Enter", "Down S y", "T y", "x", "X", "D", "Enter w"};
    screen_memory_press(m->screen, "Esc Esc Esc Esc t");
    screen_memory_press(m->screen, then[monkey_below(m, sizeof then / sizeof *then)]);
}

static void monkey_press(struct monkey *m)
{
    const char *key = monkey_keys[monkey_below(m, sizeof monkey_keys / sizeof *monkey_keys)];
    if (m->with_triggers && monkey_below(m, 12) == 0)
        monkey_open_triggers(m);
    switch (monkey_below(m, 40)) {
    case 0:
        key = "(resize)";
        monkey_resize(m);
        break;
    case 1:
        key = "(elsewhere)";
        monkey_elsewhere(m);
        break;
    case 2:
        key = "(paste)";
        screen_memory_paste(m->screen, "pasted\n\x1b[31m{\"a\":[1,2]}\xff\t");
        break;
    case 3:
        key = "(open)";
        monkey_open(m);
        break;
    case 4:
    case 5:
    case 6:
        key = "Esc";
        screen_memory_press(m->screen, "Esc");
        break;
    default:
        screen_memory_press(m->screen, key);
    }
    m->trail[m->pressed++ % TRAIL] = key;
    monkey_rest(m);
    m->app->quit = false;
}

static bool monkey_host(struct monkey *m, const char *folder, struct err *err)
{
    snprintf(m->triggers_folder, sizeof m->triggers_folder, "%s/triggers", folder);
    snprintf(m->trusted, sizeof m->trusted, "%s/trusted", folder);
    struct host_options options = {.folder = m->triggers_folder, .trusted = m->trusted};
    if (!triggers_sample_fill(&m->triggers, m->triggers_folder, m->trusted, NULL, err))
        return false;
    m->host = host_new(worker_backend(m->worker), &options, err);
    m->app->host = m->host;
    return m->host != NULL;
}

static int monkey_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

int main(int argc, char **argv)
{
    struct monkey m = {.seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1};
    int keys = argc > 2 ? atoi(argv[2]) : 1500;
    char folder[] = "/tmp/dynascope-monkey-XXXXXX";
    struct err err = ERR_INIT;
    struct backend_options open = {.no_sync = true};
    struct explorer_options options = {.label = "monkey"};
    if (!setlocale(LC_CTYPE, "C.UTF-8") || !mkdtemp(folder))
        return 70;
    setenv("TMPDIR", folder, 1);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("VISUAL");
    setenv("EDITOR", "sed -i s/1/2/", 1);
    struct backend *backend = embedded_open(folder, &open, &err);
    if (!backend || !sample_fill(backend, &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    m.worker = worker_new(backend);
    m.screen = screen_memory_open(24, 80);
    m.app = app_new(&options, m.screen, m.worker, &err);
    m.with_triggers = argc > 3;
    if (m.app && m.with_triggers && !monkey_host(&m, folder, &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    for (int i = 0; m.app && i < keys; i++)
        monkey_press(&m);
    app_free(m.app);
    host_free(m.host);
    if (m.with_triggers)
        triggers_sample_free(&m.triggers);
    worker_free(m.worker);
    screen_close(m.screen);
    nftw(folder, monkey_remove, 8, FTW_DEPTH | FTW_PHYS);
    return m.app ? 0 : 1;
}
