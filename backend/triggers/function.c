/* SPDX-License-Identifier: MIT */
/*
 * A function's configuration: read from Lambda's JSON and written back, with its ranges and words.
 * Knows neither files nor processes; what a script of the user's own becomes is in
 * function_script.c.
 */
#include "backend/triggers/function.h"

#include "backend/triggers/member.h"

#include <ctype.h>
#include <inttypes.h>

enum {
    NAME_MAX_BYTES = 64,
    HANDLER_MAX = 128,
    TEXT_MAX = 2048,
    FOLDER_MAX = 4096,
    ENVIRONMENT_MAX = 4096,
};

static const char reference_pattern[] =
    "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?"
    "([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
    "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

/* ---- names ---- */

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.at[i]) && text.at[i] != '-' && text.at[i] != '_')
            return false;
    return text.len > 0;
}

/* The last piece of `rest` at a colon. */
static struct str last_piece(struct str *rest)
{
    size_t at = rest->len;
    while (at && rest->at[at - 1] != ':')
        at--;
    struct str piece = str_skip(*rest, at);
    *rest = str_take(*rest, at ? at - 1 : 0);
    return piece;
}

/* front = "" | [ [ "arn:aws:lambda:" ] REGION ":" ] ACCOUNT ":function" | "function" */
static bool is_front(struct str front)
{
    if (!front.len || str_equal(front, STR("function")))
        return true;
    if (!str_ends(front, STR(":function")))
        return false;
    front.len -= sizeof ":function" - 1;
    struct str account = last_piece(&front);
    uint64_t digits;
    return account.len == 12 && str_to_u64(account, &digits) &&
           (!front.len || str_starts(front, STR("arn:aws")) ||
               str_find_byte(front, ':') == SIZE_MAX);
}

/* reference = [ front ":" ] NAME [ ":$LATEST" ] */
bool function_name_of(struct str reference, struct str *name, struct err *err)
{
    struct str front = reference;
    *name = last_piece(&front);
    if (str_equal(*name, STR("$LATEST")))
        *name = last_piece(&front);
    else if (!is_front(front) && is_name(front) && is_name(*name))
        return err_refuse(err, "ResourceNotFoundException",
            "Function not found: %.*s (functions have no versions and no aliases here: leave "
            "':%.*s' "
            "out)",
            STR_ARG(str_take(reference, 256)), STR_ARG(*name));
    if (!is_name(*name) || !is_front(front))
        return member_refuse(
            err, reference.at ? reference : STR(""), "FunctionName", reference_pattern);
    return name->len <= NAME_MAX_BYTES || member_refuse(err, reference, "FunctionName",
                                              "Member must have length less than or equal to 64");
}

void function_put_arn(struct buf *out, struct str region, struct str name)
{
    buf_printf(
        out, "arn:aws:lambda:%.*s:000000000000:function:%.*s", STR_ARG(region), STR_ARG(name));
}

/* ---- runtimes ---- */

static bool runs_as(struct str name, struct str family)
{
    struct str rest = str_skip(name, family.len);
    if (!str_starts(name, family))
        return false;
    for (size_t i = 0; i < rest.len; i++)
        if (!isalnum((unsigned char)rest.at[i]) && rest.at[i] != '.')
            return false;
    return !rest.len || isdigit((unsigned char)*rest.at) || *rest.at == '.';
}

static bool find_runtime(struct str name, enum function_runtime *out)
{
    static const struct {
        struct str family;
        enum function_runtime runtime;
    } families[] = {
        {{"nodejs", 6}, RUNTIME_NODEJS},
        {{"python", 6}, RUNTIME_PYTHON},
        {{"provided", 8}, RUNTIME_PROVIDED},
        {{"exec", 4}, RUNTIME_EXEC},
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (runs_as(name, families[i].family)) {
            *out = families[i].runtime;
            return true;
        }
    }
    return false;
}

static bool is_elsewhere(struct str name)
{
    return runs_as(name, STR("java")) || runs_as(name, STR("ruby")) ||
           str_starts(name, STR("dotnet")) || runs_as(name, STR("go"));
}

static bool read_runtime(struct function *out, struct err *err)
{
    struct str name = out->runtime_name;
    if (!name.len)
        return member_invalid(err, "Runtime and Handler are mandatory parameters for functions "
                                   "created with deployment packages.");
    if (find_runtime(name, &out->runtime))
        return true;
    if (is_elsewhere(name))
        return member_invalid(err,
            "The runtime %.*s is not run here: nodejs, python, provided and exec are. Build the "
            "function as an executable that speaks the Lambda Runtime API, and give its runtime as "
            "provided and its handler as the executable's name.",
            STR_ARG(str_take(name, 64)));
    return member_invalid(err,
        "Value %.*s at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        "[nodejs24.x, nodejs22.x, nodejs20.x, nodejs, python3.13, python3.12, python3.11, python, "
        "provided.al2023, provided.al2, provided, exec] or be a valid ARN",
        STR_ARG(str_take(name, 64)));
}

static bool read_handler(const struct function *out, struct err *err)
{
    for (size_t i = 0; i < out->handler.len; i++)
        if ((unsigned char)out->handler.at[i] <= ' ' || out->handler.at[i] == 0x7f)
            return member_refuse(err, out->handler, "Handler",
                "Member must satisfy regular expression pattern: [^\\s]+");
    bool by_name = out->runtime == RUNTIME_NODEJS || out->runtime == RUNTIME_PYTHON;
    return out->handler.len || !by_name ||
           member_invalid(err, "Runtime and Handler are mandatory parameters for functions created "
                               "with deployment packages.");
}

/* ---- the environment ---- */

static bool is_reserved(struct str name)
{
    static const char *const all[] = {"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION",
        "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_equal(name, str_from(all[i])))
            return true;
    return false;
}

static bool is_variable(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.at[i]) && name.at[i] != '_')
            return false;
    return name.len > 1 && isalpha((unsigned char)*name.at);
}

static bool check_variable(const struct json *variable, struct err *err)
{
    struct str name = str_take(variable->name, 64);
    if (variable->type != JSON_STRING)
        return err_refuse(err, "SerializationException",
            "the value of the environment variable %.*s is no String", STR_ARG(name));
    if (is_reserved(variable->name))
        return member_invalid(err,
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            "for modification. Reserved keys used in this request: %.*s",
            STR_ARG(name));
    if (!is_variable(variable->name))
        return member_refuse(err, name.len ? name : STR(""), "Environment.variables",
            "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "
            "[a-zA-Z]([a-zA-Z0-9_])+]");
    return str_find_byte(variable->text, '\0') == SIZE_MAX ||
           member_invalid(err,
               "the value of the environment variable %.*s has a zero byte in it: no process can "
               "be given that",
               STR_ARG(name));
}

/* environment = "{" "Variables" ":" "{" { NAME ":" string } "}" "}" */
static bool read_environment(const struct json *json, struct function *out, struct err *err)
{
    const struct json *environment, *variables;
    size_t bytes = 0;
    if (!member_of_type(json, "Environment", JSON_OBJECT, &environment, err) ||
        !member_of_type(environment, "Variables", JSON_OBJECT, &variables, err))
        return false;
    for (const struct json *v = variables ? variables->first : NULL; v; v = v->next) {
        if (!check_variable(v, err))
            return false;
        bytes += v->name.len + v->text.len;
    }
    if (bytes > ENVIRONMENT_MAX)
        return member_invalid(err,
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided exceeded the 4KB limit. (%zu bytes)",
            bytes);
    if (environment)
        out->environment = variables && variables->count ? variables : NULL;
    return true;
}

/* ---- reading ---- */

/* A function that has a name keeps it, whatever the body says. */
static bool read_name(const struct json *json, struct function *out, struct err *err)
{
    struct str reference = out->name;
    if (!reference.len && !member_text(json, "FunctionName", 170, &reference, err))
        return false;
    if (!reference.at)
        return member_refuse(err, STR_NONE, "FunctionName", "Member must not be null");
    return function_name_of(reference, &out->name, err);
}

/* Whoever names the revision that it saw wants no other one changed. */
static bool read_revision(const struct json *json, struct function *out, struct err *err)
{
    struct str revision = out->revision;
    if (!member_text(json, "RevisionId", 64, &revision, err))
        return false;
    if (out->revision.len && !str_equal(revision, out->revision))
        return err_refuse(err, "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the "
            "GetFunction/GetAlias API to retrieve the latest Revision Id");
    out->revision = revision;
    return true;
}

static bool read_package(const struct json *json, struct err *err)
{
    struct str type = STR("Zip");
    if (!member_text(json, "PackageType", 16, &type, err))
        return false;
    return str_equal(type, STR("Zip")) ||
           member_invalid(err,
               "PackageType %.*s: images are not run here. Give the code as a zip, or as a script.",
               STR_ARG(type));
}

static bool read_sizes(const struct json *json, struct function *out, struct err *err)
{
    int64_t timeout = out->timeout_s ? out->timeout_s : 3;
    int64_t memory = out->memory_mb ? out->memory_mb : 128;
    if (!member_number(json, "Timeout", 1, 900, &timeout, err) ||
        !member_number(json, "MemorySize", 128, 10240, &memory, err) ||
        !member_number(json, "CodeSize", 0, INT64_MAX, &out->code_size, err))
        return false;
    out->timeout_s = (unsigned)timeout;
    out->memory_mb = (unsigned)memory;
    return true;
}

static bool read_folder(const struct json *json, struct function *out, struct err *err)
{
    if (!member_text(json, "Folder", FOLDER_MAX, &out->folder, err) ||
        !member_flag(json, "Stored", &out->stored, err) ||
        !member_flag(json, "PassCredentials", &out->pass_credentials, err))
        return false;
    bool fits = !out->folder.len ||
                (*out->folder.at == '/' && str_find_byte(out->folder, '\0') == SIZE_MAX);
    return fits || member_invalid(err, "Folder has to be an absolute path: %.*s",
                       STR_ARG(str_take(out->folder, 256)));
}

bool function_read(
    struct arena *arena, const struct json *json, struct function *out, struct err *err)
{
    (void)arena;
    if (!json_is(json, JSON_OBJECT))
        return err_refuse(
            err, "SerializationException", "a function's configuration is a JSON object");
    return read_name(json, out, err) && read_revision(json, out, err) && read_package(json, err) &&
           member_text(json, "Runtime", 128, &out->runtime_name, err) && read_runtime(out, err) &&
           member_text(json, "Handler", HANDLER_MAX, &out->handler, err) &&
           read_handler(out, err) && member_text(json, "Role", TEXT_MAX, &out->role, err) &&
           member_text(json, "Description", 256, &out->description, err) &&
           read_sizes(json, out, err) && read_environment(json, out, err) &&
           read_folder(json, out, err) &&
           member_text(json, "CodeSha256", 64, &out->code_sha256, err) &&
           member_text(json, "LastModified", 32, &out->last_modified, err);
}

/* ---- writing ---- */

static void put_text(struct buf *out, const char *name, struct str text)
{
    json_put_name(out, str_from(name));
    json_put_string(out, text);
}

static void put_number(struct buf *out, const char *name, int64_t value)
{
    json_put_name(out, str_from(name));
    buf_printf(out, "%" PRId64, value);
}

static void put_environment(const struct function *function, struct buf *out)
{
    if (!function->environment)
        return;
    buf_add(out, STR(",\"Environment\":{\"Variables\":"));
    json_put(out, function->environment);
    buf_add_byte(out, '}');
}

/* What function.json and FunctionConfiguration have in common. */
static void put_common(const struct function *function, struct buf *out)
{
    put_text(out, "FunctionName", function->name);
    put_text(out, "Runtime", function->runtime_name);
    if (function->role.len)
        put_text(out, "Role", function->role);
    put_text(out, "Handler", function->handler);
    put_number(out, "CodeSize", function->code_size);
    put_text(out, "Description", function->description);
    put_number(out, "Timeout", function->timeout_s);
    put_number(out, "MemorySize", function->memory_mb);
    put_text(out, "LastModified", function->last_modified);
    put_text(out, "CodeSha256", function->code_sha256);
    put_text(out, "RevisionId", function->revision);
    put_environment(function, out);
}

static void put_state(const struct function *function, struct buf *out)
{
    put_text(out, "State", function->untrusted ? STR("Inactive") : STR("Active"));
    if (function->untrusted)
        put_text(out, "StateReason",
            STR("This user has not agreed to run it on this machine: dynascope trigger trust"));
    put_text(out, "LastUpdateStatus", STR("Successful"));
}

void function_write(const struct function *function, struct str region, struct buf *out)
{
#if defined __aarch64__
    static const char architecture[] = "arm64";
#else
    static const char architecture[] = "x86_64";
#endif
    buf_add_byte(out, '{');
    put_common(function, out);
    buf_add(out, STR(",\"FunctionArn\":\""));
    function_put_arn(out, region, function->name);
    buf_printf(out,
        "\",\"Version\":\"$LATEST\",\"TracingConfig\":{\"Mode\":\"PassThrough\"},"
        "\"PackageType\":\"Zip\",\"Architectures\":[\"%s\"],\"EphemeralStorage\":{\"Size\":512},"
        "\"SnapStart\":{\"ApplyOn\":\"None\",\"OptimizationStatus\":\"Off\"},"
        "\"LoggingConfig\":{\"LogFormat\":\"Text\",\"LogGroup\":\"/aws/lambda/%.*s\"}",
        architecture, STR_ARG(function->name));
    put_state(function, out);
    buf_add_byte(out, '}');
}

void function_write_row(const struct function *function, struct buf *out)
{
    buf_add_byte(out, '{');
    put_common(function, out);
    put_text(out, "Folder", function->folder);
    buf_printf(out, ",\"Stored\":%s,\"PassCredentials\":%s}\n", function->stored ? "true" : "false",
        function->pass_credentials ? "true" : "false");
}
