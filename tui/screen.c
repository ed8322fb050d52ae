/* SPDX-License-Identifier: MIT */
/* What all screens have in common: events out of units, and calls through the table. */
#include "tui/screen.h"
#include <signal.h>
#include <time.h>
#include <unistd.h>

void screen_close(struct screen *screen)
{
    if (!screen)
        return;
    input_fini(&screen->input);
    screen->ops->close(screen);
}

void screen_size(struct screen *screen, int *rows, int *cols)
{
    screen->ops->size(screen, rows, cols);
}

bool screen_present(struct screen *screen, const struct frame *frame)
{
    return !screen->gone && screen->ops->present(screen, frame);
}

bool screen_event(struct screen *screen, struct input_event *event)
{
    struct input_unit unit;
    while (!screen->gone && screen->ops->read(screen, &unit))
        if (input_feed(&screen->input, &unit, event))
            return true;
    return !screen->gone && input_idle(&screen->input, event);
}

void screen_styles(struct screen *screen, const struct style_table *table)
{
    screen->ops->styles(screen, table);
}

void screen_mouse(struct screen *screen, bool on)
{
    screen->ops->mouse(screen, on);
}

void screen_bell(struct screen *screen)
{
    screen->ops->bell(screen);
}

bool screen_copy(struct screen *screen, struct str text, struct err *err)
{
    if (text.len > SCREEN_COPY_MAX)
        return err_set(err, ERR_DATA,
            "%zu bytes are too many for the terminal's clipboard (at most %d); write it to a file",
            text.len, SCREEN_COPY_MAX);
    return screen->ops->copy(screen, text, err);
}

void screen_suspend(struct screen *screen)
{
    screen->ops->suspend(screen);
}

void screen_resume(struct screen *screen)
{
    screen->ops->resume(screen);
}

void screen_redraw(struct screen *screen)
{
    screen->ops->redraw(screen);
}

/* The whole group stops, as the terminal's own Ctrl-Z does it: a script that started us stops, too.
 * In an orphaned group nobody could wake us; there the system ignores the signal and we go on. */
static void stop_group(void)
{
    struct sigaction before, plain = {.sa_handler = SIG_DFL};
    sigset_t stop, woken, mask;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigemptyset(&woken);
    sigaddset(&woken, SIGCONT);
    sigaction(SIGTSTP, &plain, &before);
    kill(0, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
    /* the repaint that SIGCONT asks for is made by our caller */
    if (sigismember(&mask, SIGCONT) == 1)
        sigtimedwait(&woken, NULL, &(struct timespec){0});
}

void screen_stop(struct screen *screen)
{
    screen_suspend(screen);
    stop_group();
    screen_resume(screen);
}
