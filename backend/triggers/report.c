/* SPDX-License-Identifier: MIT */
/*
 * The words that the service puts around what a function says, as people and their tools know them
 * from its logs. Knows no process.
 */
#include "backend/triggers/report.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>

/* ---- lines ---- */

void report_start(struct output *o, const struct invocation *invocation)
{
    output_say(o, "START RequestId: %s Version: $LATEST\n", invocation->request_id);
}

static const char *status_of(enum invoked outcome)
{
    switch (outcome) {
    case INVOKED_TIMEOUT:
        return "Status: timeout\t";
    case INVOKED_EXIT:
    case INVOKED_INIT:
        return "Status: error\tError Type: Runtime.ExitError\t";
    default:
        return "";
    }
}

void report_end(struct output *o, const struct invocation *i)
{
    char init[64] = "";
    int64_t billed = (i->duration_us + 999) / 1000;
    int64_t memory = (i->memory_kb + 1023) / 1024;
    if (i->init_us)
        snprintf(init, sizeof init, "Init Duration: %.2f ms\t", (double)i->init_us / 1000);
    output_say(o, "END RequestId: %s\n", i->request_id);
    output_say(o,
        "REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %" PRId64
        " ms\tMemory Size: %u MB\tMax Memory Used: %" PRId64 " MB\t%s%s\n",
        i->request_id, (double)i->duration_us / 1000, billed, i->function->memory_mb, memory, init,
        status_of(i->outcome));
}

void report_timeout(struct output *o, const struct invocation *invocation, int64_t now_ms)
{
    struct tm parts;
    time_t seconds = now_ms / 1000;
    char when[32];
    gmtime_r(&seconds, &parts);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &parts);
    output_say(o, "%s.%03dZ %s Task timed out after %.2f seconds\n\n", when, (int)(now_ms % 1000),
        invocation->request_id, (double)invocation->function->timeout_s);
}

/* ---- documents ---- */

static void put(struct buf *out, const char *type, struct str text)
{
    buf_clear(out);
    buf_add(out, STR("{\"errorType\":"));
    json_put_string(out, str_from(type));
    buf_add(out, STR(",\"errorMessage\":"));
    json_put_string(out, text);
    buf_add_byte(out, '}');
}

void report_put_error(
    struct buf *out, const char *type, const struct invocation *invocation, struct str text)
{
    struct buf message = {0};
    buf_printf(&message, "RequestId: %s Error: ", invocation->request_id);
    buf_add(&message, text);
    put(out, type, buf_str(&message));
    buf_fini(&message);
}

void report_put_timeout(struct buf *out, const struct invocation *invocation)
{
    char text[64];
    snprintf(text, sizeof text, "Task timed out after %.2f seconds",
        (double)invocation->function->timeout_s);
    report_put_error(out, "Sandbox.Timedout", invocation, str_from(text));
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text + 'a' - 'A');
}

void report_put_exit(struct buf *out, const struct invocation *invocation, int status)
{
    char text[128] = "Runtime exited without providing a reason";
    const char *name = WIFSIGNALED(status) ? sigdescr_np(WTERMSIG(status)) : NULL;
    if (WIFSIGNALED(status))
        snprintf(
            text, sizeof text, "Runtime exited with error: signal: %s", name ? name : "unknown");
    else if (WEXITSTATUS(status))
        snprintf(
            text, sizeof text, "Runtime exited with error: exit status %d", WEXITSTATUS(status));
    lower(text + 1);
    report_put_error(out, "Runtime.ExitError", invocation, str_from(text));
}

void report_put_too_large(struct buf *out, uint64_t bytes)
{
    char text[160];
    snprintf(text, sizeof text,
        "Response payload size (%" PRIu64
        " bytes) exceeded maximum allowed payload size (%d bytes).",
        bytes, REPORT_RESPONSE_MOST);
    put(out, "Function.ResponseSizeTooLarge", str_from(text));
}

/* ---- names ---- */

static void fill(unsigned char *bytes, size_t len)
{
    if (getrandom(bytes, len, 0) != (ssize_t)len)
        abort();
}

/* Version 4 */
void report_name(char id[37])
{
    unsigned char b[16];
    fill(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(id, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
        b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
        b[15]);
}

void report_trace(char *out, size_t size, int64_t now_ms)
{
    unsigned char b[20];
    char digits[41];
    fill(b, sizeof b);
    for (size_t i = 0; i < sizeof b; i++)
        snprintf(digits + 2 * i, 3, "%02x", b[i]);
    snprintf(out, size, "Root=1-%08" PRIx64 "-%.24s;Parent=%.16s;Sampled=0",
        (uint64_t)(now_ms / 1000), digits, digits + 24);
}
