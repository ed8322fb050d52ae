/* SPDX-License-Identifier: MIT */
/*
 * How a mapping fares, as a file: one JSON object, replaced in one step, not synced. And wishes: a
 * word in a file that the runner takes away. Both may come from elsewhere, so what is read is
 * bounded and nothing in it is needed.
 */
#include "backend/triggers/status.h"

#include "backend/json.h"
#include "backend/triggers/folder.h"
#include "backend/triggers/lease.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 };

const char *status_word(enum status_state state)
{
    static const char *const words[] = {[STATUS_STOPPED] = "stopped",
        [STATUS_IDLE] = "idle",
        [STATUS_RUNNING] = "running",
        [STATUS_RETRYING] = "retrying",
        [STATUS_BLOCKED] = "blocked",
        [STATUS_DISABLED] = "disabled",
        [STATUS_UNTRUSTED] = "untrusted",
        [STATUS_ENDED] = "ended"};
    return (unsigned)state < sizeof words / sizeof *words ? words[state] : "unknown";
}

/* ---- writing ---- */

static void put_number(struct buf *out, struct str name, uint64_t number)
{
    json_put_name(out, name);
    buf_add_u64(out, number);
}

static void put_time(struct buf *out, struct str name, int64_t number)
{
    put_number(out, name, number > 0 ? (uint64_t)number : 0);
}

static void put_text(struct buf *out, struct str name, struct str text)
{
    json_put_name(out, name);
    json_put_string(out, text);
}

static void put_slots(struct buf *out, struct str name, const uint32_t *slots)
{
    json_put_name(out, name);
    for (int i = 0; i < STATUS_SLOTS; i++) {
        buf_add_byte(out, i ? ',' : '[');
        buf_add_u64(out, slots[i]);
    }
    buf_add_byte(out, ']');
}

static void put_ledger(struct buf *out, const struct delivery_ledger *ledger)
{
    buf_add(out, STR(",\"Ledger\":{"));
    put_number(out, STR("Seen"), ledger->seen);
    put_number(out, STR("Succeeded"), ledger->succeeded);
    put_number(out, STR("Filtered"), ledger->filtered);
    put_number(out, STR("Dropped"), ledger->dropped);
    put_number(out, STR("Expired"), ledger->expired);
    put_number(out, STR("Pending"), ledger->pending);
    put_number(out, STR("Delivered"), ledger->delivered);
    put_number(out, STR("Retried"), ledger->retried);
    put_number(out, STR("Calls"), ledger->calls);
    put_number(out, STR("Errors"), ledger->errors);
    buf_add_byte(out, '}');
}

static void put_status(struct buf *out, const struct status *status)
{
    buf_add_byte(out, '{');
    put_text(out, STR("State"), str_from(status_word(status->state)));
    put_time(out, STR("Pid"), status->pid);
    put_time(out, STR("TimeMs"), status->time_ms);
    put_text(out, STR("Note"), status->note);
    put_text(out, STR("LastResult"), status->last_result);
    put_number(out, STR("Attempt"), status->attempt);
    put_time(out, STR("AgainMs"), status->again_ms);
    put_text(out, STR("BlockedAt"), status->blocked_at);
    put_time(out, STR("LagMs"), status->lag_ms);
    put_number(out, STR("Gaps"), status->gaps);
    put_time(out, STR("LastMs"), status->last_ms);
    put_time(out, STR("LastDurationUs"), status->last_duration_us);
    put_time(out, STR("MedianUs"), status->median_us);
    put_number(out, STR("Loops"), status->loops);
    put_ledger(out, &status->ledger);
    put_slots(out, STR("CallsBySlot"), status->calls);
    put_slots(out, STR("ErrorsBySlot"), status->errors);
    put_slots(out, STR("LongestUsBySlot"), status->longest_us);
    buf_add(out, STR("}\n"));
}

/* Beside, then in its place: readers see the old one or the new one. The name beside is the
 * writer's own, `.new-…`, so that it is swept where the writer dies. */
static bool replace_file(int folder, const char *beside, const char *name, struct str text)
{
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int fd = openat(folder, beside, flags, 0600);
    if (fd < 0)
        return false;
    bool done = file_write_all(fd, text);
    int number = errno;
    close(fd);
    if (done && renameat(folder, beside, folder, name) == 0)
        return true;
    number = done ? errno : number;
    unlinkat(folder, beside, 0);
    errno = number;
    return false;
}

/* On a full disk there is no room for a second file, but there is that of the old one: what is
 * wrong has to be seen then, too. Whoever reads meanwhile may find half of it, which counts as
 * nothing. */
static bool write_over(int folder, const char *name, struct str text)
{
    int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat s;
    if (fd < 0)
        return false;
    bool done = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && file_write_all(fd, text) &&
                ftruncate(fd, (off_t)text.len) == 0;
    close(fd);
    return done;
}

bool status_write(const char *mapping_folder, const struct status *status, struct err *err)
{
    struct buf text = {0};
    int folder;
    if (!folder_open(AT_FDCWD, mapping_folder, false, &folder, err))
        return false;
    put_status(&text, status);
    bool done = folder >= 0 && replace_file(folder, ".new-status", "status", buf_str(&text));
    if (folder >= 0 && !done && (errno == ENOSPC || errno == EDQUOT))
        done = write_over(folder, "status", buf_str(&text));
    folder_close(folder);
    buf_fini(&text);
    return done || err_errno(err, errno, "%s/status cannot be written", mapping_folder);
}

/* ---- reading ---- */

static uint64_t number_of(const struct json *json, struct str name)
{
    uint64_t number = 0;
    const struct json *member = json_get(json, name);
    if (json_is(member, JSON_NUMBER))
        str_to_u64(member->text, &number);
    return number;
}

static int64_t time_of(const struct json *json, struct str name)
{
    uint64_t number = number_of(json, name);
    return number <= INT64_MAX ? (int64_t)number : 0;
}

static struct str text_of(struct arena *arena, const struct json *json, struct str name)
{
    const struct json *member = json_get(json, name);
    return json_is(member, JSON_STRING) ? arena_dup(arena, member->text) : STR_NONE;
}

static enum status_state state_of(const struct json *json)
{
    const struct json *member = json_get(json, STR("State"));
    for (int i = STATUS_STOPPED; i <= STATUS_ENDED && json_is(member, JSON_STRING); i++)
        if (str_equal(member->text, str_from(status_word((enum status_state)i))))
            return (enum status_state)i;
    return STATUS_STOPPED;
}

static void read_slots(const struct json *json, struct str name, uint32_t *slots)
{
    const struct json *array = json_get(json, name);
    const struct json *number = json_is(array, JSON_ARRAY) ? array->first : NULL;
    for (int i = 0; i < STATUS_SLOTS && number; i++, number = number->next) {
        uint64_t value;
        if (json_is(number, JSON_NUMBER) && str_to_u64(number->text, &value))
            slots[i] = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    }
}

static void read_ledger(const struct json *json, struct delivery_ledger *out)
{
    out->seen = number_of(json, STR("Seen"));
    out->succeeded = number_of(json, STR("Succeeded"));
    out->filtered = number_of(json, STR("Filtered"));
    out->dropped = number_of(json, STR("Dropped"));
    out->expired = number_of(json, STR("Expired"));
    out->pending = number_of(json, STR("Pending"));
    out->delivered = number_of(json, STR("Delivered"));
    out->retried = number_of(json, STR("Retried"));
    out->calls = number_of(json, STR("Calls"));
    out->errors = number_of(json, STR("Errors"));
}

static void read_status(struct arena *arena, const struct json *json, struct status *out)
{
    *out = (struct status){.state = state_of(json),
        .pid = time_of(json, STR("Pid")),
        .time_ms = time_of(json, STR("TimeMs")),
        .note = text_of(arena, json, STR("Note")),
        .last_result = text_of(arena, json, STR("LastResult")),
        .attempt = (unsigned)number_of(json, STR("Attempt")),
        .again_ms = time_of(json, STR("AgainMs")),
        .blocked_at = text_of(arena, json, STR("BlockedAt")),
        .lag_ms = time_of(json, STR("LagMs")),
        .gaps = number_of(json, STR("Gaps")),
        .last_ms = time_of(json, STR("LastMs")),
        .last_duration_us = time_of(json, STR("LastDurationUs")),
        .median_us = time_of(json, STR("MedianUs")),
        .loops = number_of(json, STR("Loops")) > 0};
    read_ledger(json_get(json, STR("Ledger")), &out->ledger);
    read_slots(json, STR("CallsBySlot"), out->calls);
    read_slots(json, STR("ErrorsBySlot"), out->errors);
    read_slots(json, STR("LongestUsBySlot"), out->longest_us);
}

/* Without a runner nothing goes on, whatever it wrote last; what is over is over. */
static void correct_state(const char *mapping_folder, struct status *status)
{
    bool lasts = status->state == STATUS_DISABLED || status->state == STATUS_ENDED;
    if (!lasts && !lease_held(mapping_folder))
        status->state = STATUS_STOPPED;
}

bool status_read(const char *mapping_folder, struct arena *arena, struct status *out, bool *found,
    struct err *err)
{
    struct buf text = {0};
    struct arena scratch = {0};
    struct err ignored = ERR_INIT;
    int folder;
    *out = (struct status){0};
    *found = false;
    if (!folder_open(AT_FDCWD, mapping_folder, false, &folder, err))
        return false;
    /* what is in the way of one mapping's must not hide all the others */
    folder_read(folder, "status", FILE_MAX, &text, found, &ignored);
    const struct json *json = *found ? json_parse(&scratch, buf_str(&text), &ignored) : NULL;
    *found = json;
    if (json) {
        read_status(arena, json, out);
        correct_state(mapping_folder, out);
    }
    folder_close(folder);
    arena_fini(&scratch);
    buf_fini(&text);
    return true;
}

/* ---- wishes ---- */

bool status_ask(const char *mapping_folder, enum status_wish wish, struct err *err)
{
    struct str word = wish == STATUS_SKIP ? STR("skip\n") : STR("retry\n");
    char beside[48];
    int folder;
    if (!folder_open(AT_FDCWD, mapping_folder, false, &folder, err))
        return false;
    snprintf(beside, sizeof beside, ".new-wish-%ld", (long)getpid());
    bool done = folder >= 0 && replace_file(folder, beside, "wish", word);
    folder_close(folder);
    return done || err_errno(err, errno, "%s/wish cannot be written", mapping_folder);
}

bool status_take(const char *mapping_folder, enum status_wish *wish)
{
    struct buf text = {0};
    struct err ignored = ERR_INIT;
    bool found = false;
    int folder;
    if (!folder_open(AT_FDCWD, mapping_folder, false, &folder, &ignored) || folder < 0)
        return false;
    folder_read(folder, "wish", 64, &text, &found, &ignored);
    if (found)
        unlinkat(folder, "wish", 0);
    *wish = str_starts(buf_str(&text), STR("skip")) ? STATUS_SKIP : STATUS_RETRY_NOW;
    folder_close(folder);
    buf_fini(&text);
    return found;
}
