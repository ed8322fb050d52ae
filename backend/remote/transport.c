/* SPDX-License-Identifier: MIT */
/*
 * HTTP by libcurl, its only user. A slot is a handle with its connection; a request takes an idle
 * one and puts it back:
 *
 *   idle ─take─▶ options set ─▶ perform ◀─▶ poll (50 ms at most) ─▶ ended ─put─▶ idle
 *                                  ╰─ cancelled, past the deadline, stalled ─▶ removed: closed
 *
 * libcurl sends a request again by itself when a kept connection turns out to be dead. That is no
 * good where the request may have been carried out: such a body comes from a callback that cannot
 * be rewound, and libcurl gives up where it would have to.
 *
 * The library is loaded by the first request: linked, it (and the libraries behind it) took the
 * start of every subcommand from 2.7 to 6.5 ms. Knows no DynamoDB.
 */
#include "backend/remote/transport.h"

#include "base/clock.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    CONNECT_MS = 5000,
    STALL_BYTES = 1024,
    RECEIVE_BYTES = 64 * 1024,
    LOOK_MS = 50, /* how long a cancel flag may go unseen */
    KEEP_S = 50,  /* idle connections older than this are not trusted */
    ANSWER_MAX = 64 << 20,
    VERSION_LEAST = 0x075500,
};

/* ---- the library ---- */

#define FUNCTIONS(X)                                                                               \
    X(global_init)                                                                                 \
    X(global_cleanup)                                                                              \
    X(version_info)                                                                                \
    X(easy_init)                                                                                   \
    X(easy_cleanup)                                                                                \
    X(easy_setopt)                                                                                 \
    X(easy_getinfo)                                                                                \
    X(easy_strerror)                                                                               \
    X(multi_init)                                                                                  \
    X(multi_cleanup)                                                                               \
    X(multi_add_handle)                                                                            \
    X(multi_remove_handle)                                                                         \
    X(multi_perform)                                                                               \
    X(multi_poll)                                                                                  \
    X(multi_info_read)                                                                             \
    X(getdate)

struct library {
    void *handle;
#define MEMBER(name) __typeof__(&(curl_##name)) name;
    FUNCTIONS(MEMBER)
#undef MEMBER
    const char *version;
};

static bool library_find(struct library *lib, struct err *err)
{
#define FIND(function)                                                                             \
    lib->function = (__typeof__(lib->function))dlsym(lib->handle, "curl_" #function);              \
    if (!lib->function)                                                                            \
        return err_set(err, ERR_INTERNAL, "libcurl has no curl_" #function);
    FUNCTIONS(FIND)
#undef FIND
    return true;
}

static bool library_load(struct library *lib, struct err *err)
{
    lib->handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!lib->handle)
        return err_set(err, ERR_INTERNAL,
            "a remote endpoint needs libcurl (Debian's package libcurl4): %s", dlerror());
    if (!library_find(lib, err))
        return false;
    const curl_version_info_data *info = lib->version_info(CURLVERSION_NOW);
    lib->version = info->version;
    if (info->version_num < VERSION_LEAST)
        return err_set(err, ERR_INTERNAL, "a remote endpoint needs libcurl 7.85 or newer, not %s",
            info->version);
    return lib->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
           err_set(err, ERR_INTERNAL, "libcurl could not be started");
}

/* ---- slots ---- */

struct slot {
    struct slot *next;
    CURLM *multi;
    CURL *easy;
    struct curl_slist headers[TRANSPORT_HEADERS_MAX];
    char error[CURL_ERROR_SIZE];
    /* of the request under way: */
    const struct library *lib;
    const struct transport_request *request;
    struct transport_answer *answer;
    size_t answer_max, given, moved;
    bool too_large;
    char date[64]; /* as it came: read only where it matters */
};

struct transport {
    struct transport_options options;
    char *ca_bundle;
    pthread_mutex_t lock; /* of all below */
    char *agent;          /* once the library is loaded */
    bool loaded, failed;
    struct err failure;
    struct library lib;
    struct slot *idle;
};

struct transport *transport_open(const struct transport_options *options)
{
    struct transport *t = mem_new(struct transport);
    t->options = *options;
    if (options->ca_bundle.len)
        t->ca_bundle = mem_dup(options->ca_bundle.at, options->ca_bundle.len);
    if (!t->options.connect_ms)
        t->options.connect_ms = CONNECT_MS;
    if (!t->options.stall_ms)
        t->options.stall_ms = TRANSPORT_STALL_MS;
    if (!t->options.answer_max)
        t->options.answer_max = ANSWER_MAX;
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

static void slot_free(struct slot *slot)
{
    if (slot->easy)
        slot->lib->easy_cleanup(slot->easy);
    if (slot->multi)
        slot->lib->multi_cleanup(slot->multi);
    free(slot);
}

void transport_close(struct transport *t)
{
    if (!t)
        return;
    while (t->idle) {
        struct slot *next = t->idle->next;
        slot_free(t->idle);
        t->idle = next;
    }
    /* the library stays loaded: what it has registered with others cannot be taken back */
    if (t->loaded && !t->failed)
        t->lib.global_cleanup();
    pthread_mutex_destroy(&t->lock);
    free(t->ca_bundle);
    free(t->agent);
    free(t);
}

/* ---- callbacks ---- */

static size_t on_body(char *bytes, size_t one, size_t len, void *context)
{
    struct slot *slot = context;
    struct buf *body = slot->answer->body;
    (void)one;
    slot->moved += len;
    if (len > slot->answer_max - body->len) {
        slot->too_large = true;
        return 0;
    }
    buf_add_bytes(body, bytes, len);
    return len;
}

static size_t on_read(char *out, size_t one, size_t room, void *context)
{
    struct slot *slot = context;
    struct str rest = str_skip(slot->request->body, slot->given);
    size_t len = rest.len < one * room ? rest.len : one * room;
    if (len)
        memcpy(out, rest.at, len);
    slot->given += len;
    slot->moved += len;
    return len;
}

/* header = name ":" value ; the value of the one that is looked for */
static bool header_is(struct str line, struct str name, struct str *value)
{
    if (line.len <= name.len || line.at[name.len] != ':' ||
        !str_equal_nocase(str_take(line, name.len), name))
        return false;
    *value = str_trim(str_skip(line, name.len + 1));
    return true;
}

static void start_answer(struct transport_answer *answer)
{
    answer->has_crc = false;
    answer->retry_after_ms = -1;
    answer->date_ms = 0;
    answer->id[0] = '\0';
}

/* What is promised is made room for, within bounds, so that a page does not move as it comes. */
static void expect_body(struct slot *slot, struct str value)
{
    uint64_t length;
    if (str_to_u64(value, &length) && length <= slot->answer_max && length <= 8 << 20)
        buf_reserve(slot->answer->body, (size_t)length);
}

static void take_date(struct slot *slot, struct str value)
{
    size_t len = value.len < sizeof slot->date ? value.len : 0;
    memcpy(slot->date, value.at, len);
    slot->date[len] = '\0';
}

/* Of a refusal, which may be one of the clock. */
static void read_date(struct slot *slot)
{
    time_t seconds = slot->date[0] ? slot->lib->getdate(slot->date, NULL) : 0;
    slot->answer->date_ms = seconds > 0 ? (int64_t)seconds * 1000 : 0;
}

static void take_header(struct slot *slot, struct str line)
{
    struct transport_answer *answer = slot->answer;
    struct str value;
    uint64_t number;
    if (str_starts(line, STR("HTTP/"))) {
        start_answer(answer);
    } else if (header_is(line, STR("x-amz-crc32"), &value)) {
        answer->has_crc = str_to_u64(value, &number) && number <= UINT32_MAX;
        answer->crc = answer->has_crc ? (uint32_t)number : 0;
    } else if (header_is(line, STR("x-amz-retry-after"), &value)) {
        if (str_to_u64(value, &number) && number < 1 << 30)
            answer->retry_after_ms = (int64_t)number;
    } else if (header_is(line, STR("x-amzn-RequestId"), &value)) {
        if (value.len < sizeof answer->id) {
            memcpy(answer->id, value.at, value.len);
            answer->id[value.len] = '\0';
        }
    } else if (header_is(line, STR("Content-Length"), &value)) {
        expect_body(slot, value);
    } else if (header_is(line, STR("Date"), &value)) {
        take_date(slot, value);
    }
}

static size_t on_header(char *bytes, size_t one, size_t len, void *context)
{
    (void)one;
    take_header(context, (struct str){bytes, len});
    return len;
}

/* ---- options ---- */

#define SET(option, value) slot->lib->easy_setopt(slot->easy, CURLOPT_##option, (value))

/* Once for each handle. */
static void slot_prepare(struct slot *slot, const struct transport *t)
{
    SET(NOSIGNAL, 1L);
    SET(QUICK_EXIT, 1L); /* a name that is being looked up is not waited for */
    SET(PROTOCOLS_STR, "http,https");
    SET(FOLLOWLOCATION, 0L);
    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CONNECTTIMEOUT_MS, (long)t->options.connect_ms);
    if (t->agent)
        SET(USERAGENT, t->agent);
    SET(BUFFERSIZE, (long)RECEIVE_BYTES);
    SET(TCP_KEEPALIVE, 1L);
    SET(MAXAGE_CONN, (long)KEEP_S);
    SET(SSL_VERIFYPEER, 1L);
    SET(SSL_VERIFYHOST, 2L);
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    if (t->ca_bundle)
        SET(CAINFO, t->ca_bundle);
    if (t->options.direct)
        SET(NOPROXY, "*");
    SET(ERRORBUFFER, slot->error);
    SET(WRITEFUNCTION, on_body);
    SET(WRITEDATA, slot);
    SET(HEADERFUNCTION, on_header);
    SET(HEADERDATA, slot);
    SET(READFUNCTION, on_read);
    SET(READDATA, slot);
}

static struct slot *slot_new(const struct transport *t)
{
    struct slot *slot = mem_new(struct slot);
    slot->lib = &t->lib;
    slot->multi = t->lib.multi_init();
    slot->easy = t->lib.easy_init();
    if (slot->multi && slot->easy) {
        slot_prepare(slot, t);
        return slot;
    }
    slot_free(slot);
    return NULL;
}

static void set_headers(struct slot *slot, const struct transport_request *request)
{
    size_t count = request->header_count < TRANSPORT_HEADERS_MAX ? request->header_count
                                                                 : TRANSPORT_HEADERS_MAX;
    for (size_t i = 0; i < count; i++)
        slot->headers[i] = (struct curl_slist){.data = (char *)request->headers[i],
            .next = i + 1 < count ? &slot->headers[i + 1] : NULL};
    SET(HTTPHEADER, count ? slot->headers : NULL);
}

static void set_request(struct slot *slot, const struct transport_request *request)
{
    SET(URL, request->url);
    set_headers(slot, request);
    if (strcmp(request->method, "GET") == 0) {
        SET(HTTPGET, 1L);
        return;
    }
    SET(POST, 1L);
    SET(CUSTOMREQUEST, strcmp(request->method, "POST") == 0 ? NULL : request->method);
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    SET(POSTFIELDS, request->once ? NULL : request->body.at ? request->body.at : "");
}

/* ---- one request ---- */

static bool stopped(const struct transport_request *request, int64_t now, struct err *err)
{
    if (request->cancel && atomic_load_explicit(request->cancel, memory_order_relaxed)) {
        err_set(err, ERR_CANCELLED, "the request was cancelled");
        return true;
    }
    if (request->deadline_ns && now > request->deadline_ns) {
        err_set(err, ERR_CANCELLED, "the request took longer than it may");
        return true;
    }
    return false;
}

/* Too little moved for too long. */
struct watch {
    int64_t since_ns;
    size_t moved;
};

static void note_moved(const struct slot *slot, int64_t now)
{
    if (slot->request->moved_ns)
        atomic_store_explicit(slot->request->moved_ns, now, memory_order_relaxed);
}

static bool stalled(struct watch *watch, const struct slot *slot, int64_t now, int64_t stall_ms)
{
    if (slot->moved - watch->moved >= STALL_BYTES) {
        watch->since_ns = now;
        watch->moved = slot->moved;
        note_moved(slot, now);
    }
    return now - watch->since_ns > stall_ms * 1000000;
}

static CURLcode result_of(struct slot *slot)
{
    int left;
    for (CURLMsg *message; (message = slot->lib->multi_info_read(slot->multi, &left));)
        if (message->msg == CURLMSG_DONE)
            return message->data.result;
    return CURLE_FAILED_INIT;
}

/* To the end, or until it should stop: then false, with err set. */
static bool drive(struct slot *slot, int64_t stall_ms, CURLcode *result, struct err *err)
{
    struct watch watch = {.since_ns = clock_tick_ns()};
    int running = 1;
    note_moved(slot, watch.since_ns);
    for (;;) {
        if (slot->lib->multi_perform(slot->multi, &running) != CURLM_OK)
            return err_set(err, ERR_INTERNAL, "libcurl does not go on");
        if (!running)
            break;
        int64_t now = clock_tick_ns();
        if (stopped(slot->request, now, err))
            return false;
        if (stalled(&watch, slot, now, stall_ms))
            return err_set(err, ERR_UNREACHABLE,
                "%s stopped answering: less than %d bytes in %lld s", slot->request->url,
                STALL_BYTES, (long long)(stall_ms / 1000));
        slot->lib->multi_poll(slot->multi, NULL, 0, LOOK_MS, NULL);
    }
    *result = result_of(slot);
    return true;
}

/* A request of which nothing has left has not been carried out. */
static bool was_sent(struct slot *slot)
{
    long request_bytes = 0;
    if (slot->request->once)
        return slot->given > 0;
    slot->lib->easy_getinfo(slot->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    return request_bytes > 0;
}

static bool is_about_trust(CURLcode result)
{
    return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
           result == CURLE_SSL_ISSUER_ERROR || result == CURLE_SSL_CERTPROBLEM ||
           result == CURLE_SSL_PINNEDPUBKEYNOTMATCH || result == CURLE_SSL_INVALIDCERTSTATUS;
}

/* The variable that names a proxy for this address, as libcurl looks for it, or NULL. */
static const char *proxy_variable(const char *url)
{
    static const char *const secure[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    static const char *const plain[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    bool tls = str_starts(str_from(url), STR("https:"));
    const char *const *names = tls ? secure : plain;
    for (size_t i = 0; i < (tls ? 4 : 3); i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return names[i];
    }
    return NULL;
}

static bool explain_trust(const char *url, const char *what, CURLcode result, struct err *err)
{
    if (result == CURLE_SSL_CACERT_BADFILE)
        return err_set(err, ERR_UNREACHABLE,
            "no certificate can be checked, not even that of %s: %s (AWS_CA_BUNDLE, or ca_bundle "
            "of the profile, is to be a PEM file)",
            url, what);
    bool name = strstr(what, "does not match") || strstr(what, "no alternative certificate");
    return err_set(err, ERR_UNREACHABLE, "the certificate of %s is not trusted: %s (%s)", url, what,
        name ? "use the host's name as the certificate has it"
             : "AWS_CA_BUNDLE names a file with further authorities");
}

static bool is_about_connecting(CURLcode result, const char *what)
{
    return result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_PROXY ||
           result == CURLE_PROXY || strstr(what, "CONNECT tunnel");
}

/* `proxy`: the variable that may name one, or NULL; what it says may have a password in it. */
static bool explain(struct slot *slot, CURLcode result, const char *proxy, struct err *err)
{
    const char *what = slot->error[0] ? slot->error : slot->lib->easy_strerror(result);
    const char *url = slot->request->url;
    if (slot->too_large)
        return err_set(err, ERR_UNREACHABLE, "the answer of %s is larger than %zu MiB", url,
            slot->answer_max >> 20);
    if (is_about_trust(result))
        return explain_trust(url, what, result, err);
    if (result == CURLE_SEND_FAIL_REWIND)
        what = "the connection broke when the request had been sent";
    if (strstr(what, "wrong version number"))
        return err_set(err, ERR_UNREACHABLE,
            "no answer from %s: it speaks no TLS there, so try http:// (%s)", url, what);
    if (result == CURLE_SSL_CONNECT_ERROR)
        return err_set(err, ERR_UNREACHABLE,
            "no answer from %s: TLS could not be agreed on; if it speaks none, so try http:// (%s)",
            url, what);
    if (proxy && is_about_connecting(result, what))
        return err_set(err, ERR_UNREACHABLE,
            "no answer from %s: %s (%s names a proxy; NO_PROXY names hosts without one)", url, what,
            proxy);
    return err_set(err, ERR_UNREACHABLE, "no answer from %s: %s", url, what);
}

static bool perform(struct slot *slot, const struct transport *t, struct err *err)
{
    CURLcode result = CURLE_FAILED_INIT;
    struct transport_answer *answer = slot->answer;
    slot->lib->multi_add_handle(slot->multi, slot->easy);
    bool ended = drive(slot, t->options.stall_ms, &result, err);
    answer->sent = was_sent(slot);
    slot->lib->multi_remove_handle(slot->multi, slot->easy);
    if (!ended)
        return false;
    answer->hopeless = is_about_trust(result) || slot->too_large;
    if (result != CURLE_OK)
        return explain(
            slot, result, t->options.direct ? NULL : proxy_variable(slot->request->url), err);
    long status = 0;
    slot->lib->easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    if (status != 200)
        read_date(slot);
    return true;
}

/* ---- taking and putting back ---- */

/* NAME/VERSION … md/libcurl#VERSION [app/ID], without what would end the line. */
static char *make_agent(const struct transport *t)
{
    struct buf agent = {0};
    struct str app = str_from(getenv("AWS_SDK_UA_APP_ID"));
    bool plain = app.len > 0 && app.len <= 50;
    for (size_t i = 0; i < app.len; i++)
        plain = plain && app.at[i] > ' ' && app.at[i] <= '~';
    buf_printf(&agent, "%s md/libcurl#%s", t->options.agent, t->lib.version);
    if (plain)
        buf_printf(&agent, " app/%.*s", STR_ARG(app));
    return buf_take(&agent);
}

/* With the lock held. */
static bool load(struct transport *t, struct err *err)
{
    if (!t->loaded) {
        t->loaded = true;
        t->failure = ERR_INIT;
        t->failed = !library_load(&t->lib, &t->failure);
    }
    if (t->failed)
        *err = t->failure;
    else if (!t->agent && t->options.agent)
        t->agent = make_agent(t);
    return !t->failed;
}

static struct slot *take(struct transport *t, struct err *err)
{
    pthread_mutex_lock(&t->lock);
    bool ok = load(t, err);
    struct slot *slot = ok ? t->idle : NULL;
    if (slot)
        t->idle = slot->next;
    pthread_mutex_unlock(&t->lock);
    if (ok && !slot && !(slot = slot_new(t)))
        err_set(err, ERR_INTERNAL, "libcurl makes no handle");
    return slot;
}

static void put_back(struct transport *t, struct slot *slot)
{
    pthread_mutex_lock(&t->lock);
    slot->next = t->idle;
    t->idle = slot;
    pthread_mutex_unlock(&t->lock);
}

bool transport_ask(struct transport *t, const struct transport_request *request,
    struct transport_answer *answer, struct err *err)
{
    struct buf *body = answer->body;
    *answer = (struct transport_answer){.body = body, .retry_after_ms = -1};
    buf_clear(body);
    struct slot *slot = take(t, err);
    if (!slot) {
        answer->hopeless = true;
        return false;
    }
    slot->request = request;
    slot->answer = answer;
    slot->answer_max = t->options.answer_max;
    slot->given = slot->moved = 0;
    slot->too_large = false;
    slot->error[0] = slot->date[0] = '\0';
    set_request(slot, request);
    bool ok = perform(slot, t, err);
    /* what was asked in another way than by POST leaves options behind */
    if (strcmp(request->method, "POST") == 0)
        put_back(t, slot);
    else
        slot_free(slot);
    return ok;
}
