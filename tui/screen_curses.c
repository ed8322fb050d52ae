/* SPDX-License-Identifier: MIT */
/*
 * The real terminal, through ncurses; the only file that knows it. Keeps a copy of what is shown:
 *
 *   frame ── row by row, what differs ──> stdscr ── doupdate() ──> gather ── one write ──> terminal
 *
 * Finding the difference here, before ncurses looks, keeps a key press cheap whatever the size of
 * the screen; a block of rows that moved is told to ncurses as a scroll.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "tui/clipboard.h"
#include "tui/damage.h"
#include "tui/gather.h"
#include "tui/raw_input.h"
#include "tui/screen.h"
#include "tui/signal.h"
#include "tui/squeeze.h"
#include <curses.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
/* <term.h> makes macros of such words */
#undef bell
#undef columns
#undef lines

enum {
    ESC_DELAY_MS = 25,
    ROWS_MAX = 4096,
    COLS_MAX = 4096,
    CODE_PASTE_BEGIN = KEY_MAX + 1,
    CODE_PASTE_END,
    SLOW_BAUD = 38400, /* what a pseudo-terminal says, so only less is slow */
    GAP_MAX = 4        /* blanks between texts that share a look; a longer gap is skipped */
};

struct screen_curses {
    struct screen screen;
    SCREEN *term;
    WINDOW *keys; /* a pad: reading from it never paints */
    struct gather gather;
    struct buf squeezed; /* changes places with gather.bytes */
    struct termios before;
    struct frame shown;
    bool whole; /* the terminal shows something else than `shown` */
    bool away;  /* suspended */
    bool mouse, cursor_on, pastes;
    struct raw_input raw;
    struct style styles[ROLE_COUNT];
    cchar_t looks[ROLE_COUNT]; /* a blank in each role's look */
    bool inks[ROLE_COUNT];     /* looks that do not show on a blank */
    int32_t pair_fg[256], pair_bg[256];
    int pairs;
    cchar_t *line; /* one row on its way to ncurses */
};

static struct screen_curses *curses_of(struct screen *screen)
{
    return (struct screen_curses *)screen;
}

/* ---- colours ---- */

static int pair_of(struct screen_curses *s, int32_t fg, int32_t bg)
{
    int most = COLOR_PAIRS < 256 ? COLOR_PAIRS : 256;
    if (fg == STYLE_DEFAULT && bg == STYLE_DEFAULT)
        return 0;
    for (int i = 1; i < s->pairs; i++)
        if (s->pair_fg[i] == fg && s->pair_bg[i] == bg)
            return i;
    if (s->pairs >= most || init_extended_pair(s->pairs, fg, bg) == ERR)
        return 0;
    s->pair_fg[s->pairs] = fg;
    s->pair_bg[s->pairs] = bg;
    return s->pairs++;
}

static attr_t attrs_of(unsigned attrs)
{
    return (attrs & STYLE_BOLD ? A_BOLD : 0) | (attrs & STYLE_DIM ? A_DIM : 0) |
           (attrs & STYLE_ITALIC ? A_ITALIC : 0) | (attrs & STYLE_UNDERLINE ? A_UNDERLINE : 0) |
           (attrs & STYLE_REVERSE ? A_REVERSE : 0);
}

/* The terminal's number for a colour. With 8 colours a bright one is the plain one (and bold). */
static int32_t colour_of(const struct screen_curses *s, int32_t colour)
{
    int32_t near = style_nearest(colour, s->screen.colours);
    if (near >= STYLE_RGB)
        near -= STYLE_RGB;
    return s->screen.colours == 8 && near >= 8 ? near - 8 : near;
}

static void make_look(struct screen_curses *s, int role)
{
    const struct style *style = &s->styles[role];
    attr_t attrs = attrs_of(style->attrs);
    int32_t near = style_nearest(style->fg, s->screen.colours);
    if (s->screen.colours == 8 && near >= 8)
        attrs |= A_BOLD;
    int pair = pair_of(s, colour_of(s, style->fg), colour_of(s, style->bg));
    setcchar(&s->looks[role], L" ", attrs, (short)pair, NULL);
    s->inks[role] =
        style->bg == s->styles[ROLE_TEXT].bg && !(style->attrs & (STYLE_REVERSE | STYLE_UNDERLINE));
}

static void curses_styles(struct screen *screen, const struct style_table *table)
{
    struct screen_curses *s = curses_of(screen);
    memcpy(s->styles, table->of, sizeof s->styles);
    s->pairs = 1;
    for (int i = 0; i < ROLE_COUNT; i++)
        make_look(s, i);
    s->whole = true;
}

static int count_colours(void)
{
    if (!has_colors() || start_color() == ERR)
        return 0;
    use_default_colors();
    return COLORS > 256 ? 1 << 24 : COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
}

/* ---- painting ---- */

static const struct canvas_cell *row_of(const struct frame *frame, int row)
{
    return frame->cells + (size_t)row * (size_t)frame->cols;
}

static void fill_look(const struct screen_curses *s, const struct canvas_cell *cell, cchar_t *out)
{
    *out = s->looks[cell->role];
    out->chars[0] = (wchar_t)cell->point;
    for (int i = 0; i < 2 && cell->marks[i]; i++)
        out->chars[i + 1] = (wchar_t)cell->marks[i];
    if (cell->attrs)
        out->attr |= attrs_of(cell->attrs);
}

static bool is_empty(const struct screen_curses *s, const struct canvas_cell *cell)
{
    return cell->point == ' ' && !cell->attrs && !cell->marks[0] && s->inks[cell->role];
}

static int gap_length(const struct screen_curses *s, const struct canvas_cell *cells, int left)
{
    int gap = 0;
    while (gap < left && is_empty(s, &cells[gap]))
        gap++;
    return gap;
}

/* A part of a row for ncurses, one entry a cell. A small gap takes the look of the text before it:
 * on a blank it does not show, and going back and forth between looks costs more bytes than the
 * blanks. */
static void make_line(
    struct screen_curses *s, const struct canvas_cell *cells, int from, int to, int cols)
{
    const struct canvas_cell *before = NULL;
    for (int col = from; col < to; col++) {
        int gap = is_empty(s, &cells[col]) ? gap_length(s, cells + col, cols - col) : 0;
        bool small = gap > 0 && gap <= GAP_MAX && col + gap < cols && before &&
                     s->inks[before->role] && !before->attrs;
        for (int i = 0; i < gap; i++)
            s->line[col + i] = s->looks[small ? before->role : ROLE_TEXT];
        col += gap;
        if (col < to)
            fill_look(s, &cells[col], &s->line[col]);
        before = col < to && cells[col].columns ? &cells[col] : before;
    }
}

/* Writes the part of a row that differs. */
static void paint_row(struct screen_curses *s, const struct frame *frame, int row)
{
    const struct canvas_cell *cells = row_of(frame, row);
    int from = 0, to = frame->cols, count = 0;
    if (!s->whole)
        damage_find_span(&s->shown, frame, row, &from, &to);
    make_line(s, cells, from, to, frame->cols);
    for (int col = from; col < to; col++)
        if (cells[col].columns)
            s->line[from + count++] = s->line[col];
    if (count)
        mvadd_wchnstr(row, from, s->line + from, count);
}

/* Rows that moved together are scrolled by the terminal: two dozen bytes in place of a screenful.
 */
static void scroll_shown(struct screen_curses *s, const struct frame *frame)
{
    struct damage_scroll scroll = damage_find_scroll(&s->shown, frame);
    if (!scroll.by)
        return;
    setscrreg(scroll.top, scroll.bottom - 1);
    scrollok(stdscr, TRUE);
    scrl(scroll.by);
    scrollok(stdscr, FALSE);
    setscrreg(0, frame->rows - 1);
    damage_apply_scroll(&s->shown, &scroll);
}

static void paint(struct screen_curses *s, const struct frame *frame)
{
    size_t line = (size_t)frame->cols * sizeof *frame->cells;
    if (!s->whole)
        scroll_shown(s, frame);
    for (int row = 0; row < frame->rows; row++) {
        if (!s->whole && damage_same_row(frame, row, &s->shown, row))
            continue;
        paint_row(s, frame, row);
        memcpy(s->shown.cells + (size_t)row * (size_t)frame->cols, row_of(frame, row), line);
    }
}

static void place_cursor(struct screen_curses *s, const struct frame *frame)
{
    bool on = frame->cursor_row >= 0;
    leaveok(stdscr, !on);
    if (on)
        move(frame->cursor_row, frame->cursor_col);
    if (on != s->cursor_on)
        curs_set(on);
    s->cursor_on = on;
}

static void begin_output(struct screen_curses *s)
{
    fflush(stdout);
    gather_begin(&s->gather, STDOUT_FILENO);
}

static bool end_output(struct screen_curses *s)
{
    fflush(stdout);
    if (!gather_end(&s->gather))
        s->screen.gone = true;
    return !s->screen.gone;
}

/* What has been gathered, in its shorter form. */
static void squeeze(struct screen_curses *s, int rows)
{
    fflush(stdout);
    struct buf before = s->gather.bytes;
    buf_clear(&s->squeezed);
    squeeze_output(buf_str(&before), rows, &s->squeezed);
    s->gather.bytes = s->squeezed;
    s->squeezed = before;
}

/* When the line will have carried what goes out now: ten bits a byte. */
static void note_load(struct screen *screen, size_t bytes)
{
    int64_t now = clock_tick_ns(), from = screen->free_ns > now ? screen->free_ns : now;
    if (screen->speed > 0)
        screen->free_ns = from + (int64_t)bytes * 10 * INT64_C(1000000000) / screen->speed;
}

static bool curses_present(struct screen *screen, const struct frame *frame)
{
    struct screen_curses *s = curses_of(screen);
    if (s->away || frame->rows != LINES || frame->cols != COLS)
        return !screen->gone; /* the size has changed meanwhile: the next frame will fit */
    if (frame->rows != s->shown.rows || frame->cols != s->shown.cols) {
        frame_resize(&s->shown, frame->rows, frame->cols);
        s->line = mem_grow(s->line, (size_t)frame->cols * sizeof *s->line);
        s->whole = true;
    }
    begin_output(s);
    if (s->whole)
        clearok(curscr, TRUE);
    paint(s, frame);
    place_cursor(s, frame);
    wnoutrefresh(stdscr);
    doupdate();
    squeeze(s, s->whole ? 0 : frame->rows);
    s->whole = false;
    note_load(screen, s->gather.bytes.len);
    return end_output(s);
}

/* ---- size ---- */

static int clamp(int value, int most)
{
    return value < 1 ? 1 : value > most ? most : value;
}

static void curses_size(struct screen *screen, int *rows, int *cols)
{
    struct screen_curses *s = curses_of(screen);
    struct winsize size;
    if (!s->away && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
        int new_rows = clamp(size.ws_row, ROWS_MAX), new_cols = clamp(size.ws_col, COLS_MAX);
        if (new_rows != LINES || new_cols != COLS) {
            begin_output(s);
            resizeterm(new_rows, new_cols);
            end_output(s);
            s->whole = true;
        }
    }
    *rows = LINES;
    *cols = COLS;
}

/* ---- input ---- */

static const struct {
    int code;
    struct key key;
} curses_keys[] = {
    {KEY_UP, {K_UP, 0}},
    {KEY_DOWN, {K_DOWN, 0}},
    {KEY_LEFT, {K_LEFT, 0}},
    {KEY_RIGHT, {K_RIGHT, 0}},
    {KEY_HOME, {K_HOME, 0}},
    {KEY_END, {K_END, 0}},
    {KEY_PPAGE, {K_PAGE_UP, 0}},
    {KEY_NPAGE, {K_PAGE_DOWN, 0}},
    {KEY_DC, {K_DELETE, 0}},
    {KEY_IC, {K_INSERT, 0}},
    {KEY_BACKSPACE, {K_BACKSPACE, 0}},
    {KEY_ENTER, {K_ENTER, 0}},
    {KEY_BTAB, {K_TAB, KEY_MOD_SHIFT}},
    {KEY_A1, {K_HOME, 0}},
    {KEY_A3, {K_PAGE_UP, 0}},
    {KEY_C1, {K_END, 0}},
    {KEY_C3, {K_PAGE_DOWN, 0}},
    {KEY_SR, {K_UP, KEY_MOD_SHIFT}},
    {KEY_SF, {K_DOWN, KEY_MOD_SHIFT}},
    {KEY_SLEFT, {K_LEFT, KEY_MOD_SHIFT}},
    {KEY_SRIGHT, {K_RIGHT, KEY_MOD_SHIFT}},
    {KEY_SHOME, {K_HOME, KEY_MOD_SHIFT}},
    {KEY_SEND, {K_END, KEY_MOD_SHIFT}},
    {KEY_SPREVIOUS, {K_PAGE_UP, KEY_MOD_SHIFT}},
    {KEY_SNEXT, {K_PAGE_DOWN, KEY_MOD_SHIFT}},
    {KEY_SDC, {K_DELETE, KEY_MOD_SHIFT}},
    {KEY_SIC, {K_INSERT, KEY_MOD_SHIFT}},
};

/* Keys with modifiers have no fixed number, but a name: kUP5 is Ctrl-Up. */
static bool extended_key(int code, struct key *key)
{
    static const struct {
        char name[5];
        uint32_t code;
    } names[] = {{"kUP", K_UP}, {"kDN", K_DOWN}, {"kLFT", K_LEFT}, {"kRIT", K_RIGHT},
        {"kHOM", K_HOME}, {"kEND", K_END}, {"kPRV", K_PAGE_UP}, {"kNXT", K_PAGE_DOWN},
        {"kDC", K_DELETE}, {"kIC", K_INSERT}};
    const char *name = keyname(code);
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i].name);
        if (strncmp(name, names[i].name, len) != 0)
            continue;
        unsigned bits = name[len] >= '2' && name[len] <= '8' ? (unsigned)(name[len] - '1') : 0;
        *key = (struct key){
            names[i].code, (uint8_t)((bits & 1 ? KEY_MOD_SHIFT : 0) | (bits & 2 ? KEY_MOD_ALT : 0) |
                                     (bits & 4 ? KEY_MOD_CTRL : 0))};
        return true;
    }
    return false;
}

static bool mouse_unit(struct input_unit *unit)
{
    MEVENT event;
    if (getmouse(&event) == ERR)
        return false;
    unit->kind = INPUT_UNIT_MOUSE;
    unit->mouse = (struct input_mouse){.kind = INPUT_MOUSE_PRESS, .row = event.y, .col = event.x};
    if (event.bstate & BUTTON4_PRESSED)
        unit->mouse.kind = INPUT_MOUSE_WHEEL_UP;
    else if (event.bstate & BUTTON5_PRESSED)
        unit->mouse.kind = INPUT_MOUSE_WHEEL_DOWN;
    else if (event.bstate & BUTTON3_PRESSED)
        unit->mouse.kind = INPUT_MOUSE_RIGHT;
    else if (!(event.bstate & BUTTON1_PRESSED))
        return false;
    return true;
}

/* False for keys that mean nothing to us. */
static bool key_unit(int code, struct input_unit *unit)
{
    unit->kind = INPUT_UNIT_KEY;
    if (code == KEY_MOUSE)
        return mouse_unit(unit);
    if (code == CODE_PASTE_BEGIN || code == CODE_PASTE_END) {
        unit->kind = code == CODE_PASTE_BEGIN ? INPUT_UNIT_PASTE_BEGIN : INPUT_UNIT_PASTE_END;
        return true;
    }
    if (code > KEY_F0 && code <= KEY_F(24)) {
        unit->key = (struct key){K_F1 + (uint32_t)(code - KEY_F(1)), 0};
        return true;
    }
    for (size_t i = 0; i < sizeof curses_keys / sizeof *curses_keys; i++) {
        if (curses_keys[i].code == code) {
            unit->key = curses_keys[i].key;
            return true;
        }
    }
    return extended_key(code, &unit->key);
}

/* A terminal that is readable but gives nothing has ended; without this we would spin. */
static void check_gone(struct screen_curses *s)
{
    struct pollfd tty = {.fd = STDIN_FILENO, .events = POLLIN};
    int waiting = 0;
    if (poll(&tty, 1, 0) <= 0)
        return;
    if (tty.revents & (POLLHUP | POLLERR | POLLNVAL))
        s->screen.gone = true;
    else if (ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0)
        s->screen.gone = true;
}

static bool curses_read(struct screen *screen, struct input_unit *unit)
{
    struct screen_curses *s = curses_of(screen);
    if (s->away)
        return false;
    if (s->screen.input.pasting || raw_input_pending(&s->raw)) {
        if (raw_input_next(&s->raw, STDIN_FILENO, unit))
            return true;
        check_gone(s);
        return false;
    }
    /* an invalid character also ends in ERR, with more behind it: ask twice before believing it */
    for (int tries = 0; tries < 2;) {
        wint_t code = 0;
        int result = wget_wch(s->keys, &code);
        *unit = (struct input_unit){.kind = INPUT_UNIT_CHARACTER, .code = (uint32_t)code};
        if (result == OK)
            return true;
        if (result == KEY_CODE_YES && key_unit((int)code, unit))
            return true;
        if (result == ERR)
            tries++;
    }
    check_gone(s);
    return false;
}

/* ---- the terminal's modes ---- */

static void send(struct screen_curses *s, const char *bytes)
{
    if (!gather_send(STDOUT_FILENO, str_from(bytes)))
        s->screen.gone = true;
}

static void set_mouse(struct screen_curses *s)
{
    mousemask(
        s->mouse ? BUTTON1_PRESSED | BUTTON3_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

static void curses_mouse(struct screen *screen, bool on)
{
    struct screen_curses *s = curses_of(screen);
    s->mouse = on;
    begin_output(s);
    set_mouse(s);
    end_output(s);
}

static void curses_bell(struct screen *screen)
{
    struct screen_curses *s = curses_of(screen);
    begin_output(s);
    beep();
    end_output(s);
}

static void curses_redraw(struct screen *screen)
{
    curses_of(screen)->whole = true;
}

static void curses_suspend(struct screen *screen)
{
    struct screen_curses *s = curses_of(screen);
    if (s->away)
        return;
    s->away = true;
    begin_output(s);
    curs_set(1);
    endwin();
    end_output(s);
    if (s->pastes)
        send(s, "\033[?2004l");
    signal_unguard();
}

/* Appends a capability without its padding ("$<5>"), which only real old terminals need. */
static void add_capability(struct buf *out, const char *name)
{
    const char *text = tigetstr((char *)name);
    if (!text || text == (char *)-1)
        return;
    while (*text) {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end)
            text = end + 1;
        else
            buf_add_byte(out, *text++);
    }
}

static void arm_guard(struct screen_curses *s)
{
    static const char *const names[] = {"rmkx", "sgr0", "op", "cnorm", "rmcup"};
    struct buf restore = {0};
    buf_add(&restore, STR("\033[?2004l\033[?1000l\033[?1006l"));
    if (!s->pastes)
        buf_clear(&restore);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_capability(&restore, names[i]);
    signal_guard(STDOUT_FILENO, &s->before, restore.at, restore.len);
    buf_fini(&restore);
}

static void curses_resume(struct screen *screen)
{
    struct screen_curses *s = curses_of(screen);
    int rows, cols;
    s->away = false;
    s->whole = true;
    s->cursor_on = true;
    arm_guard(s);
    begin_output(s);
    reset_prog_mode(); /* the next frame's doupdate() enters the alternate screen again */
    set_mouse(s);
    end_output(s);
    if (s->pastes)
        send(s, "\033[?2004h");
    curses_size(screen, &rows, &cols);
}

static bool curses_copy(struct screen *screen, struct str text, struct err *err)
{
    struct screen_curses *s = curses_of(screen);
    struct buf out = {0};
    clipboard_add(&out, text,
        getenv("TMUX")  ? CLIPBOARD_TMUX
        : getenv("STY") ? CLIPBOARD_SCREEN
                        : CLIPBOARD_PLAIN);
    bool sent = gather_send(STDOUT_FILENO, buf_str(&out));
    buf_fini(&out);
    s->screen.gone = s->screen.gone || !sent;
    return sent || err_set(err, ERR_FILE, "the terminal has gone");
}

static void curses_close(struct screen *screen)
{
    struct screen_curses *s = curses_of(screen);
    curses_suspend(screen);
    if (s->keys)
        delwin(s->keys);
    if (s->term)
        delscreen(s->term);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &s->before);
    gather_fini(&s->gather);
    buf_fini(&s->squeezed);
    frame_fini(&s->shown);
    free(s->line);
    free(s);
}

static const struct screen_ops curses_ops = {.name = "curses",
    .size = curses_size,
    .present = curses_present,
    .read = curses_read,
    .styles = curses_styles,
    .mouse = curses_mouse,
    .bell = curses_bell,
    .copy = curses_copy,
    .suspend = curses_suspend,
    .resume = curses_resume,
    .redraw = curses_redraw,
    .close = curses_close};

/* ---- opening ---- */

#define OPEN_REMEDY "; the subcommands (tables, scan, query, get) print to any output"

static bool check_terminal(struct err *err)
{
    const char *term = getenv("TERM");
    int found = 0;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(err, ERR_USAGE, "the explorer needs a terminal on %s" OPEN_REMEDY,
            isatty(STDIN_FILENO) ? "stdout" : "stdin");
    if (!term || !*term)
        return err_set(err, ERR_USAGE,
            "TERM is not set, so the terminal's kind is unknown; "
            "try TERM=xterm-256color" OPEN_REMEDY);
    if (setupterm(NULL, STDOUT_FILENO, &found) == ERR)
        return err_set(err, ERR_USAGE,
            "this system has no description of the terminal \"%.40s\" (TERM); try "
            "TERM=xterm-256color, or install ncurses-term" OPEN_REMEDY,
            term);
    char *move_to = tigetstr((char *)"cup");
    bool able = move_to && move_to != (char *)-1 && tigetflag((char *)"hc") <= 0;
    del_curterm(cur_term);
    if (!able)
        return err_set(err, ERR_USAGE,
            "the terminal \"%.40s\" (TERM) cannot move its cursor; try TERM=vt100 if it can after "
            "all" OPEN_REMEDY,
            term);
    return true;
}

/* What a slow line says of itself; 0 where it is fast, or says nothing of use. */
static int slow_speed(void)
{
    return baudrate() > 0 && baudrate() < SLOW_BAUD ? baudrate() : 0;
}

/* Terminals with an alternate screen are those that know bracketed paste, or ignore it. */
static bool knows_paste(void)
{
    char *alternate = tigetstr((char *)"smcup");
    return alternate && alternate != (char *)-1;
}

static void set_modes(struct screen_curses *s)
{
    raw();
    noecho();
    nonl();
    set_escdelay(ESC_DELAY_MS);
    mouseinterval(0);
    s->keys = newpad(1, 1);
    keypad(s->keys, TRUE);
    nodelay(s->keys, TRUE);
    idlok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    s->pastes = knows_paste();
    define_key("\033[200~", CODE_PASTE_BEGIN);
    define_key("\033[201~", CODE_PASTE_END);
    s->cursor_on = true;
}

static void start(struct screen_curses *s, const struct screen_options *options)
{
    struct style_table mono;
    set_modes(s);
    s->mouse = options->mouse;
    set_mouse(s);
    s->screen.fd = STDIN_FILENO;
    s->screen.ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    s->screen.colours = count_colours();
    s->screen.speed = slow_speed();
    s->screen.slow = s->screen.speed > 0;
    style_table_mono(&mono);
    curses_styles(&s->screen, &mono);
    arm_guard(s);
}

struct screen *screen_curses_open(const struct screen_options *options, struct err *err)
{
    if (!check_terminal(err))
        return NULL;
    struct screen_curses *s = mem_new(struct screen_curses);
    s->screen.ops = &curses_ops;
    tcgetattr(STDIN_FILENO, &s->before);
    begin_output(s);
    s->term = newterm(NULL, stdout, stdin);
    if (s->term)
        start(s, options);
    end_output(s);
    if (!s->term) {
        s->away = true;
        curses_close(&s->screen);
        err_set(err, ERR_USAGE, "the terminal cannot be used" OPEN_REMEDY);
        return NULL;
    }
    if (s->pastes)
        send(s, "\033[?2004h");
    return &s->screen;
}
