/* SPDX-License-Identifier: MIT */
/*
 * The progress line.
 *
 *   import Orders  [##########..........]  52%  1,234,567 items  95,123/s  0:12 left
 *
 * ASCII only, so that no terminal is asked what it can do; no escape codes but a return to the
 * line's start.
 */
#include "views/cli/progress.h"
#include "base/clock.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 20, WIDTH_MAX = 200, FRAME_NS = 100 * 1000 * 1000 };

void progress_init(struct progress *p, const char *what, uint64_t total, bool quiet)
{
    *p = (struct progress){.shown = !quiet && isatty(STDERR_FILENO) == 1,
        .what = what,
        .total = total,
        .started_ns = clock_tick_ns()};
}

double progress_seconds(const struct progress *p)
{
    return (double)(clock_tick_ns() - p->started_ns) / 1e9;
}

const char *progress_number(char out[PROGRESS_NUMBER_MAX], uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), to = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = '\0';
    return out;
}

static void add_bar(char bar[BAR + 3], double part)
{
    int full = (int)(part * BAR);
    bar[0] = '[';
    for (int i = 0; i < BAR; i++)
        bar[1 + i] = i < full ? '#' : '.';
    bar[BAR + 1] = ']';
    bar[BAR + 2] = '\0';
}

/* "0:12 left"; nothing before there is anything to tell by. */
static void add_left(char *out, size_t size, double part, double seconds)
{
    out[0] = '\0';
    if (part < 0.001 || seconds < 0.5)
        return;
    double left = seconds * (1 - part) / part;
    if (left > 99 * 3600)
        return;
    unsigned s = (unsigned)(left + 0.5);
    if (s >= 3600)
        snprintf(out, size, "  %u:%02u:%02u left", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "  %u:%02u left", s / 60, s % 60);
}

void progress_format(char *out, size_t size, const struct progress *p, uint64_t done,
    uint64_t items, double seconds, unsigned width)
{
    char count[PROGRESS_NUMBER_MAX], rate[PROGRESS_NUMBER_MAX], bar[BAR + 3] = "", left[32] = "";
    double part = p->total ? (double)done / (double)p->total : 0;
    if (part > 1)
        part = 1;
    progress_number(count, items);
    progress_number(rate, seconds > 0 ? (uint64_t)((double)items / seconds) : 0);
    int n;
    if (p->total) {
        add_bar(bar, part);
        add_left(left, sizeof left, part, seconds);
        n = snprintf(out, size, "%s  %s %3d%%  %s items  %s/s%s", p->what, bar, (int)(part * 100),
            count, rate, left);
    } else {
        n = snprintf(out, size, "%s  %s items  %s/s", p->what, count, rate);
    }
    /* a line that wraps cannot be drawn over */
    if (n >= 0 && width && (size_t)n >= width && width <= size)
        out[width - 1] = '\0';
}

static unsigned terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
        return 80;
    return size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

/* The cursor stays behind the text, so that what the terminal echoes does not wrap. */
void progress_line(const char *text)
{
    char line[WIDTH_MAX * 2 + 8];
    int width = (int)terminal_width() - 1;
    int n = snprintf(line, sizeof line, "\r%*s\r%.*s", width, "", width, text);
    ssize_t written = write(STDERR_FILENO, line, (size_t)n);
    (void)written;
}

void progress_watch(struct progress *p, struct waiting *waiting)
{
    p->waiting = waiting;
}

/* What is waited for takes the bar's place. */
static void show_waiting(const struct progress *p, uint64_t items, const struct buf *wait)
{
    char text[WIDTH_MAX + 1];
    struct buf line = {0};
    struct progress plain = *p;
    plain.total = 0;
    progress_format(text, sizeof text, &plain, 0, items, progress_seconds(p), 0);
    buf_printf(&line, "%s  %.*s", text, STR_ARG(buf_str(wait)));
    progress_line(buf_cstr(&line));
    buf_fini(&line);
}

void progress_show(struct progress *p, uint64_t done, uint64_t items)
{
    char text[WIDTH_MAX + 1];
    struct buf wait = {0};
    int64_t now = clock_tick_ns();
    if (!p->shown || now - p->drawn_ns < FRAME_NS)
        return;
    p->drawn_ns = now;
    waiting_yield(p->waiting, true);
    if (waiting_add(p->waiting, &wait)) {
        show_waiting(p, items, &wait);
    } else {
        progress_format(text, sizeof text, p, done, items, progress_seconds(p), terminal_width());
        progress_line(text);
    }
    buf_fini(&wait);
}

void progress_wipe(struct progress *p)
{
    if (!p->shown || !p->drawn_ns)
        return;
    progress_line("");
    p->drawn_ns = 0;
    waiting_yield(p->waiting, false);
}
