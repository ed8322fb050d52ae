/* SPDX-License-Identifier: MIT */
/*
 * dynascope export: what scan prints, or CSV, into a file that appears under its name when it is
 * complete: it is written beside it under a temporary name, synced and renamed.
 */
#include "base/mem.h"
#include "views/cli/read.h"
#include "views/cli/report.h"
#include "views/items/export_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What open() would give a new file. */
static mode_t ordinary_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool settle(int fd, const char *temporary, const char *name, struct err *err)
{
    if (fchmod(fd, ordinary_mode()) != 0 || fsync(fd) != 0 || rename(temporary, name) != 0)
        return err_errno(err, errno, "cannot write %s", name);
    return true;
}

static bool export_to(struct cli *cli, struct client_read *read, const char *name, struct err *err)
{
    struct buf temporary = {0};
    struct cli_out out;
    buf_printf(&temporary, "%s.XXXXXX", name);
    buf_cstr(&temporary);
    int fd = mkostemp(temporary.at, O_CLOEXEC);
    if (fd < 0) {
        err_errno(err, errno, "cannot create %s", name);
        buf_fini(&temporary);
        return false;
    }
    cli_out_init(&out, fd);
    out.file = true;
    bool ok = cli_read_print(cli, read, &out, err) && cli_out_flush(&out, err) &&
              settle(fd, temporary.at, name, err);
    if (!ok)
        unlink(temporary.at);
    close(fd);
    cli_out_fini(&out);
    buf_fini(&temporary);
    return ok;
}

/* ---- CSV ---- */

static bool add_pages(
    struct cli *cli, struct client_read *read, struct export_file *file, struct err *err)
{
    struct buf start = {0};
    int64_t left;
    bool ok = cli_number(cli, CLI_LIMIT, 1, INT64_MAX, &left, err);
    while (ok && left > 0) {
        struct arena arena = {0};
        struct client_page page;
        ok = !cli_cancelled(err) && client_read(&cli->client, &arena, read, &page, err);
        for (uint32_t i = 0; ok && i < page.count && left > 0; i++, left--)
            ok = export_file_add(file, page.items[i], err);
        buf_clear(&start);
        if (ok)
            buf_add(&start, page.last.encoded);
        read->start = value_of(buf_str(&start));
        arena_fini(&arena);
        if (!start.len)
            break;
    }
    buf_fini(&start);
    return ok;
}

static bool export_csv(struct cli *cli, struct client_read *read, const char *name, struct err *err)
{
    struct client_table table;
    if (cli_has(cli, CLI_SEGMENTS) || cli_has(cli, CLI_RATE) || cli_has(cli, CLI_TYPED))
        return err_set(err, ERR_USAGE,
            "CSV is written from one reading: leave --total-segments, --rate and --typed out");
    if (!client_describe_keys(&cli->client, &cli->arena, read->table, &table, err))
        return false;
    struct export_file *file = export_file_open(name, EXPORT_CSV, true, &table, err);
    bool ok = file && add_pages(cli, read, file, err) && export_file_finish(file, err);
    export_file_free(file);
    return ok;
}

bool cli_export_run(struct cli *cli, struct err *err)
{
    struct client_read read;
    const char *name = cli->arg_count > 1 ? cli->args[1] : "-";
    if (!cli_read_options(cli, &read, err) || !cli_open(cli, CLI_READS, err))
        return false;
    if (strcmp(name, "-") == 0)
        return cli_read_print(cli, &read, &cli->out, err);
    if (export_format_of(str_from(name)) == EXPORT_CSV)
        return export_csv(cli, &read, name, err);
    return export_to(cli, &read, name, err);
}
