/* SPDX-License-Identifier: MIT */
/*
 * The sample store's triggers, so that their panes have something to show: one that counts, one
 * that writes lines and fails now and then, as things do. All of it lies in the store's folder and
 * goes with it.
 */
#include "views/cli/demo_triggers.h"

#include "backend/follow.h"
#include "backend/triggers/registry.h"
#include "backend/triggers/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char counting_script[] =
    "#!/bin/sh\n"
    "# The event is on the standard input: how many orders came, changed, went?\n"
    "counts=$(grep -o '\"eventName\":\"[A-Z]*\"' | cut -d'\"' -f4 | sort | uniq -c | tr -s ' \\n' "
    "' ')\n"
    "echo \"orders:$counts\" >&2\n"
    "echo '{}'\n";

static const char node_script[] =
    "export const handler = async (event) => {\n"
    "  for (const record of event.Records)\n"
    "    console.log(record.eventName, JSON.stringify(record.dynamodb.Keys));\n"
    "  if (Math.random() < 0.08) throw new Error('the archive is busy (one call in twelve "
    "fails)');\n"
    "  return { archived: event.Records.length };\n"
    "};\n";

static const char python_script[] =
    "import json, random\n\n\n"
    "def lambda_handler(event, context):\n"
    "    for record in event['Records']:\n"
    "        print(record['eventName'], json.dumps(record['dynamodb']['Keys']))\n"
    "    if random.random() < 0.08:\n"
    "        raise RuntimeError('the archive is busy (one call in twelve fails)')\n"
    "    return {'archived': len(event['Records'])}\n";

void demo_triggers_folder(const char *folder, struct buf *out)
{
    buf_printf(out, "%s/triggers", folder);
    buf_cstr(out);
}

void demo_triggers_trusted(const char *folder, struct buf *out)
{
    buf_printf(out, "%s/trusted", folder);
    buf_cstr(out);
}

/* ---- scripts ---- */

static bool has_program(const char *name)
{
    struct str rest = str_from(getenv("PATH")), folder;
    struct buf path = {0};
    bool found = false;
    while (!found && str_cut(&rest, ':', &folder)) {
        buf_clear(&path);
        buf_printf(&path, "%.*s/%s", STR_ARG(folder), name);
        found = folder.len && access(buf_cstr(&path), X_OK) == 0;
    }
    buf_fini(&path);
    return found;
}

static bool write_script(const char *path, const char *text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    ssize_t size = (ssize_t)strlen(text);
    bool ok = fd >= 0 && write(fd, text, (size_t)size) == size;
    if (!ok)
        err_errno(err, errno, "cannot write %s", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* ---- a trigger ---- */

struct demo_trigger {
    const char *name, *table, *file, *script, *fields;
};

static bool put_trigger(struct client *client, struct registry *registry, struct arena *arena,
    const struct demo_trigger *t, const char *path, struct err *err)
{
    struct function function;
    struct mapping mapping;
    struct str arn;
    if (!function_of_script(arena, str_from(t->name), path, STR_NONE, STR_NONE, &function, err) ||
        !follow_arn(client, arena, str_from(t->table), &arn, err))
        return false;
    struct str text =
        arena_printf(arena, "{\"EventSourceArn\":\"%.*s\",\"StartingPosition\":\"LATEST\",%s}",
            STR_ARG(arn), t->fields);
    const struct json *json = json_parse(arena, text, err);
    mapping_init(&mapping);
    mapping.function = function.name;
    return json && mapping_read(arena, json, &mapping, err) &&
           registry_put_function(registry, arena, &function, true, err) &&
           registry_put_mapping(registry, arena, &mapping, true, err) &&
           runner_fix_start(client->backend, registry, &mapping, NULL, err);
}

static bool make_trigger(struct client *client, struct registry *registry, const char *folder,
    const struct demo_trigger *t, struct err *err)
{
    struct arena arena = {0};
    struct buf path = {0};
    buf_printf(&path, "%s/scripts/%s", folder, t->file);
    bool ok = write_script(buf_cstr(&path), t->script, err) &&
              put_trigger(client, registry, &arena, t, buf_cstr(&path), err);
    buf_fini(&path);
    arena_fini(&arena);
    return ok;
}

/* ---- both ---- */

static bool make_all(
    struct client *client, struct registry *registry, const char *folder, struct err *err)
{
    static const struct demo_trigger counting = {.name = "count-orders",
        .table = "Orders",
        .file = "count-orders",
        .script = counting_script,
        .fields = "\"MaximumBatchingWindowInSeconds\":2"};
    struct demo_trigger archiving = {.name = "archive-events",
        .table = "Events",
        .fields = "\"MaximumRetryAttempts\":3,\"FilterCriteria\":{\"Filters\":[{\"Pattern\":"
                  "\"{\\\"eventName\\\":[\\\"INSERT\\\"]}\"}]}"};
    if (has_program("node")) {
        archiving.file = "archive.mjs";
        archiving.script = node_script;
    } else if (has_program("python3")) {
        archiving.file = "archive.py";
        archiving.script = python_script;
    }
    return make_trigger(client, registry, folder, &counting, err) &&
           (!archiving.file || make_trigger(client, registry, folder, &archiving, err));
}

bool demo_triggers_make(struct client *client, const char *folder, struct err *err)
{
    struct buf triggers = {0}, trusted = {0}, scripts = {0};
    demo_triggers_folder(folder, &triggers);
    demo_triggers_trusted(folder, &trusted);
    buf_printf(&scripts, "%s/scripts", folder);
    struct registry *registry = NULL;
    bool ok = mkdir(buf_cstr(&scripts), 0700) == 0 ||
              err_errno(err, errno, "cannot make %s", buf_cstr(&scripts));
    if (ok)
        registry = registry_open(buf_cstr(&triggers), buf_cstr(&trusted), NULL, err);
    ok = registry && make_all(client, registry, folder, err);
    registry_close(registry);
    buf_fini(&triggers);
    buf_fini(&trusted);
    buf_fini(&scripts);
    return ok;
}
