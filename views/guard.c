/* SPDX-License-Identifier: MIT */
/*
 * Read-only on and off. A lock of our own is lifted in place; a connection that was opened so is
 * opened anew, as `:connect … read-write` does. Must not know what is being written.
 *
 *   :set read-only off ─▶ question (the word, where there is one) ─▶ lifted, or connected anew
 */
#include "views/guard.h"

#include "views/app.h"
#include "views/confirm.h"

struct str guard_word(const struct app *app)
{
    return str_from(backend_word(worker_backend(app->worker)));
}

static const char *guard_remedy(const struct app *app)
{
    return backend_read_only_remedy(worker_backend(app->worker));
}

/* What to connect to again, for writing. NULL where the command line said more than a name, and of
 * a store: it is open for reading alone, and cannot be open twice. */
static const char *guard_again(const struct app *app)
{
    const struct backend *backend = worker_backend(app->worker);
    const struct backend_options *open = app->options.open;
    if (app->options.demo || !backend_is_remote(backend) ||
        (open && (open->profile.len || open->endpoint_url.len)))
        return NULL;
    bool named = app->options.connection && app->options.connection[0];
    return named ? app->options.connection : NULL;
}

static void guard_lift(struct app *app, void *context)
{
    (void)context;
    const char *again = guard_again(app);
    app->options.read_only = false;
    if (!guard_remedy(app)) {
        app_say(app, ROLE_STATUS_WARNING, "writes go through from now on");
    } else if (again) {
        buf_clear(&app->connect);
        buf_add(&app->connect, str_from(again));
        app->connect_writable = true;
    }
}

static bool guard_ask(struct app *app)
{
    struct buf text = {0};
    buf_printf(&text, "Let writes through to\n\n  %s\n\nfrom now on?",
        backend_label(worker_backend(app->worker)));
    confirm_open(app, &(struct confirm_spec){.title = STR("Read-only off"),
                          .text = buf_str(&text),
                          .danger = true,
                          .yes = guard_lift});
    buf_fini(&text);
    return true;
}

bool guard_read_only(struct app *app, bool on, struct err *err)
{
    const char *remedy = guard_remedy(app);
    if (on) {
        app->options.read_only = true;
        app_say(app, ROLE_STATUS, "read-only: nothing is written until :set read-only off");
        return true;
    }
    if (!remedy && !app->options.read_only) {
        app_say(app, ROLE_STATUS, "writes go through already");
        return true;
    }
    if (remedy && strstr(remedy, "configuration file"))
        return err_set(err, ERR_USAGE, "read-only stays on: %s", remedy);
    if (remedy && !guard_again(app))
        return err_set(err, ERR_USAGE, "read-only stays on: start again %s",
            backend_is_remote(worker_backend(app->worker)) ? "with --read-write"
                                                           : "without --read-only");
    return guard_ask(app);
}
