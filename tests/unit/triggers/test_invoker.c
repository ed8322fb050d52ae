/* SPDX-License-Identifier: MIT */
/*
 * Functions that run, however they behave. The functions are this program itself, run as the
 * bootstrap of a `provided` runtime: what it does is chosen by the handler's name. test: threads
 */
#include "tests/unit/triggers/lab.h"
#include "tests/unit/triggers/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- the functions ---- */

static void echo(int fd, struct runtime_answer *a)
{
    char id[64];
    snprintf(id, sizeof id, "%s", a->id);
    runtime_post(fd, a, id, "response", a->body);
}

/* Its pid, as often as it is asked. */
static void be_counted(int fd, struct runtime_answer *a)
{
    char text[32];
    snprintf(text, sizeof text, "%d", (int)getpid());
    runtime_post(fd, a, a->id, "response", text);
}

static void tell_headers(int fd, struct runtime_answer *a)
{
    char text[512], arn[128], context[64], deadline[32], trace[96];
    runtime_header(a, "Lambda-Runtime-Invoked-Function-Arn", arn, sizeof arn);
    runtime_header(a, "Lambda-Runtime-Client-Context", context, sizeof context);
    runtime_header(a, "Lambda-Runtime-Deadline-Ms", deadline, sizeof deadline);
    runtime_header(a, "Lambda-Runtime-Trace-Id", trace, sizeof trace);
    snprintf(text, sizeof text, "[\"%s\",%s,%d,%d]", arn, context, atoll(deadline) > 1500000000000,
        strncmp(trace, "Root=1-", 7) == 0);
    runtime_post(fd, a, a->id, "response", text);
}

static void fail_on_purpose(int fd, struct runtime_answer *a)
{
    runtime_post(fd, a, a->id, "error", "{\"errorMessage\":\"no\",\"errorType\":\"Own\"}");
}

/* Each of these is wrong; the statuses are the result. */
static void be_wrong(int fd, struct runtime_answer *a)
{
    int other = runtime_connect(getenv("AWS_LAMBDA_RUNTIME_API"));
    char id[64], text[64];
    int statuses[5];
    snprintf(id, sizeof id, "%s", a->id);
    runtime_post(fd, a, "00000000-0000-4000-8000-000000000000", "response", "1");
    statuses[0] = a->status;
    runtime_next(other, a);
    statuses[1] = a->status;
    runtime_call(other, a, "POST", "init/error", "{}");
    statuses[2] = a->status;
    runtime_call(other, a, "PUT", "invocation/next", "");
    statuses[3] = a->status;
    runtime_call(other, a, "GET", "elsewhere", "");
    statuses[4] = a->status;
    snprintf(text, sizeof text, "[%d,%d,%d,%d,%d]", statuses[0], statuses[1], statuses[2],
        statuses[3], statuses[4]);
    runtime_post(fd, a, id, "response", text);
    close(other);
}

/* The second answer's status is told by the invocation after. */
static void answer_twice(int fd, struct runtime_answer *a)
{
    static int status;
    char id[64], text[16];
    snprintf(id, sizeof id, "%s", a->id);
    snprintf(text, sizeof text, "%d", status);
    runtime_post(fd, a, id, "response", text);
    runtime_post(fd, a, id, "response", text);
    status = a->status;
}

static void be_large(int fd, struct runtime_answer *a)
{
    size_t size = (6 << 20) + 4096;
    char *text = malloc(size + 1);
    memset(text, '1', size);
    text[size] = '\0';
    runtime_post(fd, a, a->id, "response", text);
    fprintf(stderr, "status %d\n", a->status);
    free(text);
}

static void answer_in_chunks(int fd, struct runtime_answer *a)
{
    char head[512];
    int len = snprintf(head, sizeof head,
        "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: localhost:1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n",
        a->id);
    runtime_send(fd, head, (size_t)len);
    runtime_receive(fd, a);
}

static void ask_as_a_browser(int fd, struct runtime_answer *a)
{
    char text[32];
    const char *request = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"
                          "Host: 127.0.0.1:1\r\nOrigin: http://elsewhere.invalid\r\n\r\n";
    int other = runtime_connect(getenv("AWS_LAMBDA_RUNTIME_API"));
    char id[64];
    snprintf(id, sizeof id, "%s", a->id);
    runtime_send(other, request, strlen(request));
    runtime_receive(other, a);
    bool told = strstr(a->body, "this is for the function's own process") != NULL;
    snprintf(text, sizeof text, "[%d,%d]", a->status, told);
    runtime_post(fd, a, id, "response", text);
    close(other);
}

static void tell_port(int fd, struct runtime_answer *a)
{
    runtime_post(fd, a, a->id, "response", strchr(getenv("AWS_LAMBDA_RUNTIME_API"), ':') + 1);
}

/* ---- functions that are bad company ---- */

static void note_pid(void)
{
    FILE *file = fopen("pids", "a");
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
}

/* Leaves its parents, its session and its output, and stays. */
static void become_daemon(bool quiet)
{
    if (fork())
        return;
    setsid();
    if (fork())
        _exit(0);
    signal(SIGTERM, SIG_IGN);
    note_pid();
    if (quiet)
        for (int fd = 0; fd < 3; fd++)
            close(fd);
    for (;;)
        pause();
}

static void leave_children(int fd, struct runtime_answer *a)
{
    (void)fd;
    (void)a;
    become_daemon(false);
    become_daemon(true);
    if (fork() == 0) {
        note_pid();
        for (;;)
            pause();
    }
    for (struct stat s; stat("pids", &s) != 0 || s.st_size < 6;)
        ;
    exit(3);
}

static void hang(int fd, struct runtime_answer *a)
{
    (void)fd;
    (void)a;
    signal(SIGTERM, SIG_IGN);
    note_pid();
    become_daemon(true);
    printf("without a newline");
    fflush(stdout);
    for (;;)
        pause();
}

static volatile sig_atomic_t asked;

static void note_asked(int number)
{
    asked = number;
}

/* Answers when it is told that its time is over. */
static void be_late(int fd, struct runtime_answer *a)
{
    char id[64];
    snprintf(id, sizeof id, "%s", a->id);
    signal(SIGTERM, note_asked);
    while (!asked)
        usleep(1000);
    runtime_post(fd, a, id, "response", "1");
    FILE *file = fopen("status", "w");
    fprintf(file, "%d", a->status);
    fclose(file);
    for (;;)
        pause();
}

static void crash(int fd, struct runtime_answer *a)
{
    (void)fd;
    (void)a;
    raise(SIGKILL);
}

static void close_everything(int fd, struct runtime_answer *a)
{
    for (int each = 0; each < 3; each++)
        close(each);
    echo(fd, a);
}

static void print_much(int fd, struct runtime_answer *a)
{
    static char line[1 << 20];
    char id[64];
    snprintf(id, sizeof id, "%s", a->id);
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < 1024; i++)
        for (size_t done = 0; done < sizeof line;)
            done += (size_t)write(1, line + done, sizeof line - done);
    runtime_post(fd, a, id, "response", "0");
}

static void take_memory(int fd, struct runtime_answer *a)
{
    (void)fd;
    (void)a;
    size_t size = (size_t)4 << 30;
    char *memory = mmap(
        NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (size_t at = 0; memory != MAP_FAILED && at < size; at += 4096)
        memory[at] = 1;
    for (;;)
        pause();
}

static void answer_and_stay_away(int fd, struct runtime_answer *a)
{
    be_counted(fd, a);
    for (;;)
        pause();
}

static const struct behaviour {
    const char *name;
    void (*run)(int fd, struct runtime_answer *a);
} behaviours[] = {
    {"echo", echo},
    {"counted", be_counted},
    {"headers", tell_headers},
    {"fail", fail_on_purpose},
    {"wrong", be_wrong},
    {"twice", answer_twice},
    {"large", be_large},
    {"chunks", answer_in_chunks},
    {"browser", ask_as_a_browser},
    {"port", tell_port},
    {"children", leave_children},
    {"hang", hang},
    {"late", be_late},
    {"crash", crash},
    {"closed", close_everything},
    {"much", print_much},
    {"memory", take_memory},
    {"away", answer_and_stay_away},
};

static int run_as_function(const char *name)
{
    struct runtime_answer a = {0};
    int fd = runtime_connect(getenv("AWS_LAMBDA_RUNTIME_API"));
    if (strcmp(name, "init-error") == 0) {
        note_pid();
        runtime_call(fd, &a, "POST", "init/error",
            "{\"errorMessage\":\"cannot\",\"errorType\":\"Runtime.Own\"}");
        return 1;
    }
    if (strcmp(name, "init-exit") == 0)
        return 7;
    while (runtime_next(fd, &a) && a.status == 200)
        for (size_t i = 0; i < sizeof behaviours / sizeof *behaviours; i++)
            if (strcmp(name, behaviours[i].name) == 0)
                behaviours[i].run(fd, &a);
    free(a.body);
    return 0;
}

/* ---- the tests' own ---- */

struct room {
    struct lab lab;
    struct function function;
    char folder[128];
};

static void room_set(struct room *room, const char *handler)
{
    char link[160], self[512] = "";
    room->function = lab_function(&room->lab, RUNTIME_PROVIDED, handler, room->folder);
    snprintf(link, sizeof link, "%s/bootstrap", room->folder);
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    assert_int_equal(symlink(self, link), 0);
}

static void room_open(struct room *room, const char *handler)
{
    lab_open(&room->lab);
    room_set(room, handler);
}

static void invoke(struct room *room, const char *event, enum invoked outcome, const char *payload)
{
    struct lab_call call;
    lab_invoke(&room->lab, &call, &room->function, event);
    lab_expect(&call, outcome, payload);
    lab_fini(&call);
}

/* One invocation in a room of its own. */
static void expect(const char *handler, enum invoked outcome, const char *payload)
{
    struct room room;
    room_open(&room, handler);
    invoke(&room, "{\"a\":1}", outcome, payload);
    lab_close(&room.lab);
}

static bool is_alive(pid_t pid)
{
    char path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 'Z';
    if (file)
        fclose(file);
    return state != 'Z' && state != 'X';
}

/* How many of the processes that noted themselves are alive. */
static int count_alive(const struct room *room, int *noted)
{
    char path[192];
    int pid, alive = 0;
    snprintf(path, sizeof path, "%s/pids", room->folder);
    FILE *file = fopen(path, "r");
    for (*noted = 0; file && fscanf(file, "%d", &pid) == 1; ++*noted)
        alive += is_alive(pid);
    if (file)
        fclose(file);
    return alive;
}

/* ---- what is said ---- */

static void an_event_goes_in_and_a_result_comes_out(void **state)
{
    (void)state;
    expect("echo", INVOKED_OK, "{\"a\":1}");
}

static void the_event_comes_with_its_headers(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    room_open(&room, "headers");
    lab_call_init(&call, &room.function, STR("{}"));
    call.invocation.client_context = STR("{\n  \"k\": \"v\"}");
    invoker_start(room.lab.invoker, &call.invocation);
    lab_wait(&call);
    lab_expect(&call, INVOKED_OK,
        "[\"arn:aws:lambda:us-east-1:000000000000:function:f\",{   \"k\": \"v\"},1,1]");
    lab_fini(&call);
    lab_close(&room.lab);
}

static void an_error_is_handed_on(void **state)
{
    (void)state;
    expect("fail", INVOKED_ERROR, "{\"errorMessage\":\"no\",\"errorType\":\"Own\"}");
}

static void an_event_of_six_megabytes_arrives_whole(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    size_t size = 6 << 20;
    char *event = malloc(size + 1);
    memset(event, '7', size);
    event[size] = '\0';
    room_open(&room, "echo");
    lab_invoke(&room.lab, &call, &room.function, event);
    lab_expect(&call, INVOKED_OK, event);
    lab_fini(&call);
    lab_close(&room.lab);
    free(event);
}

static void a_result_in_chunks_is_taken(void **state)
{
    (void)state;
    expect("chunks", INVOKED_OK, "[1,2]");
}

static void calls_out_of_order_get_the_statuses_of_the_api(void **state)
{
    (void)state;
    expect("wrong", INVOKED_OK, "[400,403,403,405,404]");
}

static void a_second_answer_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct room room;
    room_open(&room, "twice");
    invoke(&room, "1", INVOKED_OK, "0");
    invoke(&room, "2", INVOKED_OK, "403");
    lab_close(&room.lab);
}

static void a_browser_gets_no_event(void **state)
{
    (void)state;
    expect("browser", INVOKED_OK, "[403,1]");
}

/* As user nobody: whether anything but the end of the connection comes. */
static int ask_as_somebody_else(const char *port)
{
    char address[64];
    struct runtime_answer a = {0};
    snprintf(address, sizeof address, "127.0.0.1:%s", port);
    if (setuid(65534) != 0)
        return 2;
    int fd = runtime_connect(address);
    return fd >= 0 && runtime_next(fd, &a) ? 1 : 0;
}

static void another_user_gets_no_event(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    int status;
    if (geteuid() != 0)
        skip();
    room_open(&room, "port");
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_OK);
    pid_t other = fork();
    if (other == 0)
        _exit(ask_as_somebody_else(call.invocation.payload.at));
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
    invoke(&room, "2", INVOKED_OK, call.invocation.payload.at);
    lab_fini(&call);
    lab_close(&room.lab);
}

static void a_result_over_the_limit_is_an_error(void **state)
{
    (void)state;
    expect("large", INVOKED_ERROR,
        "{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload size "
        "(6295552 bytes) exceeded maximum allowed payload size (6291556 bytes).\"}");
}

static void the_log_has_the_lines_of_the_service(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    char line[160];
    room_open(&room, "echo");
    lab_invoke(&room.lab, &call, &room.function, "1");
    const char *id = call.invocation.request_id;
    lab_logs(&call, "INIT_START Runtime Version: provided\n");
    snprintf(
        line, sizeof line, "START RequestId: %s Version: $LATEST\nEND RequestId: %s\n", id, id);
    lab_logs(&call, line);
    snprintf(line, sizeof line, "REPORT RequestId: %s\tDuration: ", id);
    lab_logs(&call, line);
    lab_logs(&call, "\tMemory Size: 128 MB\tMax Memory Used: ");
    lab_logs(&call, "\tInit Duration: ");
    assert_true(call.invocation.init_us > 0);
    assert_true(call.invocation.memory_kb > 0);
    assert_true(call.invocation.log_stream[0]);
    lab_fini(&call);
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.init_us, 0);
    assert_true(str_find(buf_str(&call.invocation.tail), STR("Init Duration")) == SIZE_MAX);
    lab_fini(&call);
    lab_close(&room.lab);
}

/* ---- how they end ---- */

static void an_exit_is_an_error_with_its_status(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    char text[160];
    room_open(&room, "children");
    lab_invoke(&room.lab, &call, &room.function, "1");
    snprintf(text, sizeof text,
        "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: %s Error: Runtime "
        "exited with error: exit status 3\"}",
        call.invocation.request_id);
    lab_expect(&call, INVOKED_EXIT, text);
    lab_fini(&call);
    lab_close(&room.lab);
}

static void a_signal_is_named(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    room_open(&room, "crash");
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_EXIT);
    lab_says(buf_str(&call.invocation.payload), "Runtime exited with error: signal: killed");
    lab_fini(&call);
    lab_close(&room.lab);
}

static void what_a_process_leaves_behind_is_gone_when_its_end_is_told(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    int noted;
    room_open(&room, "children");
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_EXIT);
    assert_int_equal(count_alive(&room, &noted), 0);
    assert_true(noted >= 1);
    lab_fini(&call);
    lab_close(&room.lab);
}

static void a_timeout_kills_whatever_does_not_listen(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    int noted;
    room_open(&room, "hang");
    room.function.timeout_s = 1;
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_TIMEOUT);
    assert_int_equal(count_alive(&room, &noted), 0);
    assert_int_equal(noted, 2);
    lab_says(buf_str(&call.invocation.payload), "Task timed out after 1.00 seconds");
    lab_logs(&call, " Task timed out after 1.00 seconds\n");
    lab_logs(&call, "without a newline\n");
    lab_logs(&call, "Status: timeout");
    lab_fini(&call);
    lab_close(&room.lab);
}

static void an_answer_after_the_timeout_comes_too_late(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    char path[192];
    int status = 0;
    room_open(&room, "late");
    room.function.timeout_s = 1;
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_TIMEOUT);
    snprintf(path, sizeof path, "%s/status", room.folder);
    FILE *file = fopen(path, "r");
    if (file) { /* else it was killed before it could say so */
        assert_int_equal(fscanf(file, "%d", &status), 1);
        assert_int_equal(status, 410);
        fclose(file);
    }
    lab_fini(&call);
    lab_close(&room.lab);
}

static void many_that_hang_are_all_gone(void **state)
{
    (void)state;
    enum { MANY = 16 };
    struct room room;
    struct lab_call calls[MANY];
    int noted;
    room_open(&room, "hang");
    room.function.timeout_s = 1;
    for (size_t i = 0; i < MANY; i++)
        lab_start(&room.lab, &calls[i], &room.function, STR("1"));
    for (size_t i = 0; i < MANY; i++) {
        lab_wait(&calls[i]);
        assert_int_equal(calls[i].invocation.outcome, INVOKED_TIMEOUT);
        lab_fini(&calls[i]);
    }
    assert_int_equal(count_alive(&room, &noted), 0);
    assert_int_equal(noted, 2 * MANY);
    lab_close(&room.lab);
}

static void what_cannot_start_says_why(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    expect(
        "init-error", INVOKED_INIT, "{\"errorMessage\":\"cannot\",\"errorType\":\"Runtime.Own\"}");
    room_open(&room, "init-exit");
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_INIT);
    lab_says(buf_str(&call.invocation.payload), "Runtime exited with error: exit status 7");
    lab_fini(&call);
    lab_close(&room.lab);
}

static void what_fails_to_start_again_and_again_is_not_started_each_time(void **state)
{
    (void)state;
    enum { MANY = 200 };
    struct room room;
    int noted;
    room_open(&room, "init-error");
    for (int i = 0; i < MANY; i++)
        invoke(&room, "1", INVOKED_INIT,
            "{\"errorMessage\":\"cannot\",\"errorType\":\"Runtime.Own\"}");
    count_alive(&room, &noted);
    assert_in_range(noted, 2, MANY / 2);
    lab_close(&room.lab);
}

static void a_program_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    char path[160];
    room_open(&room, "echo");
    snprintf(path, sizeof path, "%s/bootstrap", room.folder);
    unlink(path);
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_INIT);
    lab_says(buf_str(&call.invocation.payload), "Runtime.InvalidEntrypoint");
    lab_says(buf_str(&call.invocation.payload), path);
    lab_fini(&call);
    lab_close(&room.lab);
}

static void a_runtime_that_is_not_installed_uses_up_no_retry(void **state)
{
    (void)state;
    struct room room;
    char *path = strdup(getenv("PATH"));
    struct lab_call calls[50];
    room_open(&room, "app.f");
    room.function.runtime = RUNTIME_PYTHON;
    setenv("PATH", room.folder, 1);
    for (size_t i = 0; i < 50; i++)
        lab_start(&room.lab, &calls[i], &room.function, STR("1"));
    for (size_t i = 0; i < 50; i++) {
        lab_wait(&calls[i]);
        assert_int_equal(calls[i].invocation.outcome, INVOKED_REFUSED);
        lab_says(buf_str(&calls[i].invocation.payload), "Python 3 is not installed");
        lab_fini(&calls[i]);
    }
    setenv("PATH", path, 1);
    free(path);
    lab_close(&room.lab);
}

static void what_is_not_trusted_does_not_start(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    room_open(&room, "echo");
    room.function.untrusted = true;
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_REFUSED);
    lab_fini(&call);
    lab_close(&room.lab);
}

/* ---- what they do to the machine ---- */

static void a_gigabyte_of_output_is_cut_and_counted(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    struct rusage before, after;
    room_open(&room, "much");
    getrusage(RUSAGE_SELF, &before);
    room.function.timeout_s = 300;
    lab_invoke(&room.lab, &call, &room.function, "1");
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(call.invocation.outcome, INVOKED_OK);
    lab_logs(&call, "… output dropped: 10");
    lab_logs(&call, "END RequestId: ");
    if (!getenv("ASAN_OPTIONS") && !getenv("TSAN_OPTIONS"))
        assert_true(after.ru_maxrss - before.ru_maxrss < 32 << 10);
    lab_fini(&call);
    lab_close(&room.lab);
}

static void four_gigabytes_of_memory_are_not_to_be_had(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    room_open(&room, "memory");
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_equal(call.invocation.outcome, INVOKED_EXIT);
    lab_says(buf_str(&call.invocation.payload), "signal: killed");
    lab_logs(&call, "MB of memory: killed");
    lab_fini(&call);
    lab_close(&room.lab);
}

static void one_that_closes_its_output_goes_on(void **state)
{
    (void)state;
    struct room room;
    room_open(&room, "closed");
    invoke(&room, "1", INVOKED_OK, "1");
    invoke(&room, "2", INVOKED_OK, "2");
    lab_close(&room.lab);
}

/* ---- processes ---- */

static void a_warm_process_is_used_again(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    room_open(&room, "counted");
    lab_invoke(&room.lab, &call, &room.function, "1");
    for (int i = 0; i < 20; i++)
        invoke(&room, "1", INVOKED_OK, call.invocation.payload.at);
    lab_fini(&call);
    lab_close(&room.lab);
}

static void one_that_does_not_come_back_is_replaced(void **state)
{
    (void)state;
    struct room room;
    struct lab_call first, second;
    room_open(&room, "away");
    lab_invoke(&room.lab, &first, &room.function, "1");
    lab_invoke(&room.lab, &second, &room.function, "1");
    assert_int_equal(second.invocation.outcome, INVOKED_OK);
    assert_string_not_equal(first.invocation.payload.at, second.invocation.payload.at);
    lab_fini(&first);
    lab_fini(&second);
    lab_close(&room.lab);
}

static void a_thousand_at_once_are_all_answered_by_a_few_processes(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    struct room room;
    struct lab_call *calls = calloc(MANY, sizeof *calls);
    int pids[64] = {0}, count = 0;
    room_open(&room, "counted");
    for (size_t i = 0; i < MANY; i++)
        lab_start(&room.lab, &calls[i], &room.function, STR("1"));
    for (size_t i = 0; i < MANY; i++) {
        lab_wait(&calls[i]);
        assert_int_equal(calls[i].invocation.outcome, INVOKED_OK);
        int pid = atoi(calls[i].invocation.payload.at), n = 0;
        while (n < count && pids[n] != pid)
            n++;
        assert_true(n < 17);
        pids[n] = pid;
        count = n == count ? count + 1 : count;
        lab_fini(&calls[i]);
    }
    assert_in_range(count, 1, 16);
    free(calls);
    lab_close(&room.lab);
}

static void a_change_of_the_code_starts_it_anew(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    room_open(&room, "counted");
    lab_write(&room.lab, "lib/part.js", "1");
    lab_invoke(&room.lab, &call, &room.function, "1");
    int first = atoi(call.invocation.payload.at), now = first;
    lab_fini(&call);
    lab_write(&room.lab, "lib/part.js", "2");
    while (now == first) {
        lab_invoke(&room.lab, &call, &room.function, "1");
        assert_int_equal(call.invocation.outcome, INVOKED_OK);
        now = atoi(call.invocation.payload.at);
        lab_fini(&call);
    }
    lab_close(&room.lab);
}

static void another_configuration_starts_it_anew(void **state)
{
    (void)state;
    struct room room;
    struct lab_call first, second;
    room_open(&room, "counted");
    lab_invoke(&room.lab, &first, &room.function, "1");
    room.function.memory_mb = 256;
    lab_invoke(&room.lab, &second, &room.function, "1");
    assert_string_not_equal(first.invocation.payload.at, second.invocation.payload.at);
    lab_fini(&first);
    lab_fini(&second);
    lab_close(&room.lab);
}

static void one_without_work_ends(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call;
    lab_make(&room.lab);
    struct invoker_options options = lab_options(&room.lab);
    options.idle_ms = 30;
    lab_open_with(&room.lab, &options);
    room_set(&room, "counted");
    lab_invoke(&room.lab, &call, &room.function, "1");
    pid_t pid = atoi(call.invocation.payload.at);
    while (is_alive(pid))
        usleep(1000);
    lab_fini(&call);
    lab_invoke(&room.lab, &call, &room.function, "1");
    assert_int_not_equal(atoi(call.invocation.payload.at), pid);
    lab_fini(&call);
    lab_close(&room.lab);
}

/* ---- being ended ---- */

static void what_runs_is_refused_when_the_invoker_closes(void **state)
{
    (void)state;
    enum { MANY = 40 };
    struct room room;
    struct lab_call calls[MANY];
    int noted = 0;
    room_open(&room, "hang");
    for (size_t i = 0; i < MANY; i++)
        lab_start(&room.lab, &calls[i], &room.function, STR("1"));
    while (noted < 3)
        count_alive(&room, &noted);
    invoker_close(room.lab.invoker);
    room.lab.invoker = NULL;
    for (size_t i = 0; i < MANY; i++) {
        lab_wait(&calls[i]);
        assert_int_equal(calls[i].invocation.outcome, INVOKED_REFUSED);
        lab_fini(&calls[i]);
    }
    assert_int_equal(count_alive(&room, &noted), 0);
    lab_close(&room.lab);
}

static void what_is_cancelled_is_refused_and_gone(void **state)
{
    (void)state;
    struct room room;
    struct lab_call call, queued;
    int noted = 0;
    lab_make(&room.lab);
    struct invoker_options options = lab_options(&room.lab);
    options.processes = 1;
    lab_open_with(&room.lab, &options);
    room_set(&room, "hang");
    lab_start(&room.lab, &call, &room.function, STR("1"));
    lab_start(&room.lab, &queued, &room.function, STR("1"));
    while (noted < 2)
        count_alive(&room, &noted);
    invoker_cancel(room.lab.invoker, &queued.invocation);
    lab_wait(&queued);
    assert_int_equal(queued.invocation.outcome, INVOKED_REFUSED);
    invoker_cancel(room.lab.invoker, &call.invocation);
    lab_wait(&call);
    assert_int_equal(call.invocation.outcome, INVOKED_REFUSED);
    assert_int_equal(count_alive(&room, &noted), 0);
    lab_fini(&call);
    lab_fini(&queued);
    lab_close(&room.lab);
}

/* Runs in a process of its own until it is killed. */
static void hang_for_ever(struct room *room)
{
    struct lab_call call;
    struct invoker_options options = lab_options(&room->lab);
    lab_open_with(&room->lab, &options);
    lab_start(&room->lab, &call, &room->function, STR("1"));
    for (;;)
        pause();
}

static void nothing_survives_the_kill_of_its_runner(void **state)
{
    (void)state;
    struct room room;
    int noted = 0, status;
    lab_make(&room.lab);
    room_set(&room, "hang");
    pid_t runner = fork();
    if (runner == 0)
        hang_for_ever(&room);
    while (noted < 2)
        count_alive(&room, &noted);
    kill(runner, SIGKILL);
    assert_int_equal(waitpid(runner, &status, 0), runner);
    struct invoker_options options = lab_options(&room.lab);
    lab_open_with(&room.lab, &options);
    while (count_alive(&room, &noted))
        usleep(1000);
    lab_close(&room.lab);
}

int main(void)
{
    if (getenv("AWS_LAMBDA_RUNTIME_API"))
        return run_as_function(getenv("_HANDLER"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_goes_in_and_a_result_comes_out),
        cmocka_unit_test(the_event_comes_with_its_headers),
        cmocka_unit_test(an_error_is_handed_on),
        cmocka_unit_test(an_event_of_six_megabytes_arrives_whole),
        cmocka_unit_test(a_result_in_chunks_is_taken),
        cmocka_unit_test(calls_out_of_order_get_the_statuses_of_the_api),
        cmocka_unit_test(a_second_answer_is_refused_and_changes_nothing),
        cmocka_unit_test(a_browser_gets_no_event),
        cmocka_unit_test(another_user_gets_no_event),
        cmocka_unit_test(a_result_over_the_limit_is_an_error),
        cmocka_unit_test(the_log_has_the_lines_of_the_service),
        cmocka_unit_test(an_exit_is_an_error_with_its_status),
        cmocka_unit_test(a_signal_is_named),
        cmocka_unit_test(what_a_process_leaves_behind_is_gone_when_its_end_is_told),
        cmocka_unit_test(a_timeout_kills_whatever_does_not_listen),
        cmocka_unit_test(an_answer_after_the_timeout_comes_too_late),
        cmocka_unit_test(many_that_hang_are_all_gone),
        cmocka_unit_test(what_cannot_start_says_why),
        cmocka_unit_test(what_fails_to_start_again_and_again_is_not_started_each_time),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(a_runtime_that_is_not_installed_uses_up_no_retry),
        cmocka_unit_test(what_is_not_trusted_does_not_start),
        cmocka_unit_test(a_gigabyte_of_output_is_cut_and_counted),
        cmocka_unit_test(four_gigabytes_of_memory_are_not_to_be_had),
        cmocka_unit_test(one_that_closes_its_output_goes_on),
        cmocka_unit_test(a_warm_process_is_used_again),
        cmocka_unit_test(one_that_does_not_come_back_is_replaced),
        cmocka_unit_test(a_thousand_at_once_are_all_answered_by_a_few_processes),
        cmocka_unit_test(a_change_of_the_code_starts_it_anew),
        cmocka_unit_test(another_configuration_starts_it_anew),
        cmocka_unit_test(one_without_work_ends),
        cmocka_unit_test(what_runs_is_refused_when_the_invoker_closes),
        cmocka_unit_test(what_is_cancelled_is_refused_and_gone),
        cmocka_unit_test(nothing_survives_the_kill_of_its_runner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
