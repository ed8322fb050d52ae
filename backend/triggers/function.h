/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_FUNCTION_H
#define BACKEND_TRIGGERS_FUNCTION_H

#include "backend/json.h"

/*
 * What runs: a function as Lambda configures it, with Lambda's field names, and where its code is.
 * A value in an arena; the registry keeps it as function.json.
 */
enum function_runtime {
    RUNTIME_NODEJS,   /* nodejs, nodejs20.x, …: bundled bootstrap */
    RUNTIME_PYTHON,   /* python, python3.11, …: bundled bootstrap */
    RUNTIME_PROVIDED, /* provided, provided.al2, …: an executable that speaks the Runtime API */
    RUNTIME_EXEC,     /* exec: a process a batch, the event on its standard input */
};

struct function {
    struct str name;         /* [A-Za-z0-9_-]{1,64} */
    struct str runtime_name; /* as given: "nodejs20.x" */
    enum function_runtime runtime;
    struct str handler; /* "index.handler"; exec, provided: the program's name, or empty */
    struct str folder;  /* absolute: the code's folder, LAMBDA_TASK_ROOT */
    bool stored;        /* the code came as a zip and lies in the registry's folder */
    struct str role, description;
    unsigned timeout_s;             /* 1..900; Lambda's default is 3, that of scripts here 30 */
    unsigned memory_mb;             /* 128..10240 */
    const struct json *environment; /* {"NAME": "VALUE"}, or NULL */
    bool pass_credentials;          /* real keys of a remote connection, where the user said so */
    bool untrusted;         /* this user has not agreed to run it on this machine: see trust.h */
    struct str code_sha256; /* base64, of the zip; empty for a script of the user's own */
    int64_t code_size;      /* bytes of the zip, or of the script */
    struct str last_modified, revision; /* 2026-01-01T00:00:00.000+0000; a UUID */
};

/* Reads CreateFunction's members, UpdateFunctionConfiguration's (over what `out` says already), and
 * function.json alike; checks ranges and names in the service's words. Slices live in `arena`, or
 * where `json` has its own. */
bool function_read(
    struct arena *arena, const struct json *json, struct function *out, struct err *err);
/* Lambda's FunctionConfiguration; `region` for the ARN. */
void function_write(const struct function *function, struct str region, struct buf *out);
/* function.json: that, and what is ours (Folder, Stored, PassCredentials). */
void function_write_row(const struct function *function, struct buf *out);

/* A function for a script of the user's own: runtime by its extension or the executable bit,
 * handler by convention (Lambda's form, or the file: "fn/app.py" is app.lambda_handler in fn).
 * Empty slices mean: guess. ERR_NO_INPUT, ERR_USAGE. */
bool function_of_script(struct arena *arena, struct str name, const char *script,
    struct str handler, struct str runtime, struct function *out, struct err *err);

/* "dynascope", "arn:…:function:dynascope" or "…:function:dynascope:$LATEST" → the name. */
bool function_name_of(struct str reference, struct str *name, struct err *err);
/* arn:aws:lambda:REGION:000000000000:function:NAME */
void function_put_arn(struct buf *out, struct str region, struct str name);

#endif
