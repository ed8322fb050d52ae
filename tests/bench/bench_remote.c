/* SPDX-License-Identifier: MIT */
/*
 * The remote backend against a bare curl handle that posts the same bytes to the same server:
 *
 *   bench_remote DYNASCOPE [SECONDS]
 *
 * GetItem one after the other (a handle that signs nothing, and one that signs by libcurl), then a
 * scan in pages of 1 MB: as answers, as items, as lines, and by the program itself from its start
 * to its end, printed and exported to a file. All take turns, second by second; the medians count.
 * The server is a process of its own.
 */
#include "backend/client.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ITEMS = 200000, ROUNDS = 7, PAGES_MAX = 256, KINDS_MAX = 16 };

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_remote: %s: %s\n", what, why);
    exit(70);
}

/* ---- the server ---- */

struct server {
    pid_t pid;
    char url[64];
};

static void start(struct server *s, const char *program, const char *folder)
{
    int out[2];
    char line[256] = "";
    if (pipe(out) != 0 || (s->pid = fork()) < 0)
        die("serve", strerror(errno));
    if (s->pid == 0) {
        dup2(out[1], 1);
        execl(program, program, "serve", folder, "--port", "0", "--no-sync", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    for (size_t len = 0; len + 1 < sizeof line && !strchr(line, '\n');) {
        ssize_t got = read(out[0], line + len, sizeof line - 1 - len);
        if (got <= 0)
            die("serve", "it did not start");
        len += (size_t)got;
    }
    if (sscanf(line, "dynascope serve: %63s", s->url) != 1)
        die("serve", line);
}

static void fill(struct client *c)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    struct buf body = {0};
    if (!client_call(c, STR("CreateTable"),
            STR("{\"TableName\":\"items\",\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":"
                "\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":"
                "\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}"),
            &reply, &err))
        die("CreateTable", err.text);
    for (int i = 0; i < ITEMS; i += 25) {
        buf_clear(&body);
        buf_add(&body, STR("{\"RequestItems\":{\"items\":["));
        for (int j = i; j < i + 25; j++)
            buf_printf(&body,
                "%s{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"key-%06d\"},\"n\":{\"N\":\"%d\"},"
                "\"note\":{\"S\":\"%0330d\"}}}}",
                j > i ? "," : "", j, j, j);
        buf_add(&body, STR("]}}"));
        if (!client_call(c, STR("BatchWriteItem"), buf_str(&body), &reply, &err))
            die("BatchWriteItem", err.text);
    }
    buf_fini(&body);
    ddb_reply_fini(&reply);
}

/* ---- the bare handle ---- */

struct bare {
    CURL *curl;
    struct curl_slist *headers;
    struct buf answer;
    char target[64];
};

static size_t take(char *bytes, size_t one, size_t len, void *context)
{
    (void)one;
    buf_add_bytes(context, bytes, len);
    return len;
}

static void bare_open(struct bare *b, const char *url, const char *operation, bool sign)
{
    *b = (struct bare){.curl = curl_easy_init()};
    snprintf(b->target, sizeof b->target, "X-Amz-Target: DynamoDB_20120810.%s", operation);
    b->headers = curl_slist_append(b->headers, "Content-Type: application/x-amz-json-1.0");
    b->headers = curl_slist_append(b->headers, b->target);
    if (!sign)
        b->headers = curl_slist_append(b->headers, "X-Amz-Date: 20261120T000000Z");
    if (!sign)
        b->headers = curl_slist_append(b->headers,
            "Authorization: AWS4-HMAC-SHA256 Credential=local/20261120/us-east-1/dynamodb/"
            "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
            "Signature=0000000000000000000000000000000000000000000000000000000000000000");
    curl_easy_setopt(b->curl, CURLOPT_URL, url);
    curl_easy_setopt(b->curl, CURLOPT_HTTPHEADER, b->headers);
    curl_easy_setopt(b->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(b->curl, CURLOPT_WRITEDATA, &b->answer);
    if (sign) {
        curl_easy_setopt(b->curl, CURLOPT_AWS_SIGV4, "aws:amz:us-east-1:dynamodb");
        curl_easy_setopt(b->curl, CURLOPT_USERNAME, "local");
        curl_easy_setopt(b->curl, CURLOPT_PASSWORD, "local");
    }
}

static void bare_post(struct bare *b, struct str body)
{
    buf_clear(&b->answer);
    curl_easy_setopt(b->curl, CURLOPT_POSTFIELDS, body.at);
    curl_easy_setopt(b->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    CURLcode code = curl_easy_perform(b->curl);
    long status = 0;
    curl_easy_getinfo(b->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200)
        die("curl", code ? curl_easy_strerror(code) : buf_cstr(&b->answer));
}

static void bare_close(struct bare *b)
{
    curl_easy_cleanup(b->curl);
    curl_slist_free_all(b->headers);
    buf_fini(&b->answer);
}

/* ---- what is measured: a second's work each, things a second ---- */

struct run {
    struct client client;
    struct bare plain, sign, scan;
    struct buf pages[PAGES_MAX]; /* the requests of one whole scan */
    size_t page_count;
    double seconds;
    const char *program, *url;
    char file[128]; /* what is exported goes here */
};

static struct str get_body(struct buf *body, unsigned *seed)
{
    *seed = *seed * 1103515245 + 12345;
    buf_clear(body);
    buf_printf(body, "{\"TableName\":\"items\",\"Key\":{\"k\":{\"S\":\"key-%06u\"}}}",
        *seed / 65536 % ITEMS);
    return buf_str(body);
}

static double rate(uint64_t count, int64_t since)
{
    return (double)count * 1e9 / (double)(clock_tick_ns() - since);
}

static bool goes_on(const struct run *r, int64_t since)
{
    return (double)(clock_tick_ns() - since) < r->seconds * 1e9;
}

static double get_bare(struct run *r, struct bare *bare)
{
    struct buf body = {0};
    unsigned seed = 1;
    uint64_t count = 0;
    int64_t since = clock_tick_ns();
    for (; goes_on(r, since); count++)
        bare_post(bare, get_body(&body, &seed));
    double result = rate(count, since);
    buf_fini(&body);
    return result;
}

static double get_plain(struct run *r)
{
    return get_bare(r, &r->plain);
}

static double get_sign(struct run *r)
{
    return get_bare(r, &r->sign);
}

static double get_backend(struct run *r)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    unsigned seed = 1;
    uint64_t count = 0;
    int64_t since = clock_tick_ns();
    for (; goes_on(r, since); count++)
        if (!client_call(&r->client, STR("GetItem"), get_body(&body, &seed), &reply, &err))
            die("GetItem", err.text);
    double result = rate(count, since);
    buf_fini(&body);
    ddb_reply_fini(&reply);
    return result;
}

static double scan_bare(struct run *r)
{
    uint64_t scans = 0;
    int64_t since = clock_tick_ns();
    for (; goes_on(r, since); scans++)
        for (size_t i = 0; i < r->page_count; i++)
            bare_post(&r->scan, buf_str(&r->pages[i]));
    return rate(scans * ITEMS, since);
}

/* The same with all answers in a file, synced: what an export cannot be faster than by much. */
static double scan_to_file(struct run *r)
{
    uint64_t scans = 0;
    int64_t since = clock_tick_ns();
    for (; goes_on(r, since); scans++) {
        int fd = open(r->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        for (size_t i = 0; i < r->page_count; i++) {
            bare_post(&r->scan, buf_str(&r->pages[i]));
            if (write(fd, r->scan.answer.at, r->scan.answer.len) < 0)
                die(r->file, strerror(errno));
        }
        if (fsync(fd) != 0 || close(fd) != 0)
            die(r->file, strerror(errno));
    }
    return rate(scans * ITEMS, since);
}

static double scan_backend(struct run *r)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    uint64_t scans = 0;
    int64_t since = clock_tick_ns();
    for (; goes_on(r, since); scans++)
        for (size_t i = 0; i < r->page_count; i++)
            if (!client_call(&r->client, STR("Scan"), buf_str(&r->pages[i]), &reply, &err))
                die("Scan", err.text);
    double result = rate(scans * ITEMS, since);
    ddb_reply_fini(&reply);
    return result;
}

static double scan_items(struct run *r)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    uint64_t items = 0;
    int64_t since = clock_tick_ns();
    while (goes_on(r, since)) {
        struct client_read read = {.table = STR("items")};
        struct buf start = {0};
        struct client_page page;
        do {
            arena_reset(&arena);
            read.start = start.len ? value_of(buf_str(&start)) : (struct value){0};
            if (!client_read(&r->client, &arena, &read, &page, &err))
                die("Scan", err.text);
            items += page.count;
            buf_clear(&start);
            if (page.last.type != VALUE_NONE)
                buf_add(&start, page.last.encoded);
        } while (start.len);
        buf_fini(&start);
    }
    double result = rate(items, since);
    arena_fini(&arena);
    return result;
}

static double scan_lines(struct run *r)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct buf lines = {0}, start = {0};
    uint64_t items = 0;
    int64_t since = clock_tick_ns();
    while (goes_on(r, since)) {
        struct client_read read = {.table = STR("items")};
        struct client_page page;
        buf_clear(&start);
        do {
            arena_reset(&arena);
            buf_clear(&lines);
            read.start = start.len ? value_of(buf_str(&start)) : (struct value){0};
            if (!client_read_lines(&r->client, &arena, &read, false, &lines, &page, &err))
                die("Scan", err.text);
            items += page.count;
            buf_clear(&start);
            buf_add(&start, page.last.encoded);
        } while (start.len);
    }
    double result = rate(items, since);
    buf_fini(&lines);
    buf_fini(&start);
    arena_fini(&arena);
    return result;
}

/* The program, its words NULL behind the last one; what it prints is not looked at. */
static double run_program(struct run *r, const char *const *words)
{
    const char *argv[16] = {r->program, "-c", r->url};
    uint64_t runs = 0;
    for (int i = 0; words[i]; i++)
        argv[3 + i] = words[i];
    int64_t since = clock_tick_ns();
    for (; goes_on(r, since); runs++) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            dup2(open("/dev/null", O_WRONLY), 1);
            execv(r->program, (char **)argv);
            _exit(127);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            die(r->program, "it failed");
    }
    return rate(runs * ITEMS, since);
}

static double program_scan(struct run *r)
{
    return run_program(r, (const char *const[]){"scan", "items", NULL});
}

static double program_typed(struct run *r)
{
    return run_program(r, (const char *const[]){"scan", "items", "--typed", NULL});
}

static double program_segments(struct run *r)
{
    return run_program(r, (const char *const[]){"scan", "items", "--segments", "4", NULL});
}

static double program_export(struct run *r)
{
    return run_program(r, (const char *const[]){"export", "items", r->file, NULL});
}

/* The requests of a scan, each beginning where the one before ended. */
static void plan_scan(struct run *r)
{
    struct str last = STR_NONE;
    while (r->page_count < PAGES_MAX) {
        struct buf *body = &r->pages[r->page_count++];
        buf_add(body, STR("{\"TableName\":\"items\""));
        if (last.len)
            buf_printf(body, ",\"ExclusiveStartKey\":%.*s", STR_ARG(last));
        buf_add(body, STR("}"));
        bare_post(&r->scan, buf_str(body));
        struct str answer = buf_str(&r->scan.answer);
        size_t at = str_find(answer, STR("\"LastEvaluatedKey\":"));
        if (at == SIZE_MAX)
            return;
        last = str_skip(answer, at + 19);
        last = str_take(last, str_find(last, STR("}}")) + 2);
    }
}

/* ---- turns ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct kind {
    const char *name;
    double (*measure)(struct run *r);
    int against;  /* a row above, or -1 */
    double reach; /* of it */
};

static void measure_all(struct run *r, const struct kind *kinds, size_t count)
{
    double rates[KINDS_MAX][ROUNDS], medians[KINDS_MAX];
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++)
            rates[i][round] = kinds[i].measure(r);
    for (size_t i = 0; i < count; i++) {
        qsort(rates[i], ROUNDS, sizeof rates[i][0], compare);
        medians[i] = rates[i][ROUNDS / 2];
        printf("%-44s %10.0f /s", kinds[i].name, medians[i]);
        if (kinds[i].against >= 0) {
            double ratio = medians[i] / medians[kinds[i].against];
            printf("  %.2f of \"%s\"%s", ratio, kinds[kinds[i].against].name,
                ratio < kinds[i].reach ? "  MISSED" : "");
        }
        printf("\n");
    }
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int main(int argc, char **argv)
{
    static const struct kind kinds[] = {
        {"GetItem, bare curl handle", get_plain, -1, 0},
        {"GetItem, bare curl handle, signed by curl", get_sign, -1, 0},
        {"GetItem, backend", get_backend, 0, 0.9},
        {"items scanned, bare curl handle", scan_bare, -1, 0},
        {"items scanned, backend", scan_backend, 3, 0.7},
        {"items scanned and decoded, client", scan_items, 3, 0},
        {"items scanned as lines, client", scan_lines, 3, 0},
        {"dynascope scan", program_scan, 3, 0.7},
        {"dynascope scan --typed", program_typed, 3, 0.7},
        {"dynascope scan --segments 4", program_segments, 3, 0.7},
        {"answers into a file, bare curl handle", scan_to_file, -1, 0},
        {"dynascope export FILE", program_export, 10, 0.7},
    };
    char folder[] = "/tmp/dynascope-bench-XXXXXX";
    struct server server;
    struct run run = {.seconds = argc > 2 ? atof(argv[2]) : 1};
    struct err err = ERR_INIT;
    if (argc < 2 || !mkdtemp(folder))
        die("usage", "bench_remote DYNASCOPE [SECONDS]");
    start(&server, argv[1], folder);
    run.program = argv[1];
    run.url = server.url;
    snprintf(run.file, sizeof run.file, "%s/items.jsonl", folder);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    run.client.backend = backend_open(server.url, NULL, &err);
    if (!run.client.backend)
        die(server.url, err.text);
    fill(&run.client);
    bare_open(&run.plain, server.url, "GetItem", false);
    bare_open(&run.sign, server.url, "GetItem", true);
    bare_open(&run.scan, server.url, "Scan", false);
    plan_scan(&run);
    measure_all(&run, kinds, sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < run.page_count; i++)
        buf_fini(&run.pages[i]);
    bare_close(&run.plain);
    bare_close(&run.sign);
    bare_close(&run.scan);
    backend_close(run.client.backend, NULL);
    kill(server.pid, SIGTERM);
    waitpid(server.pid, NULL, 0);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
