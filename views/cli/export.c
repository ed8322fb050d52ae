/* SPDX-License-Identifier: MIT */
/*
 * dynascope export: what scan prints, into a file that appears under its name when it is complete:
 * it is written beside it under a temporary name, synced and renamed.
 */
#include "base/mem.h"
#include "views/cli/read.h"
#include "views/cli/report.h"

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

bool cli_export_run(struct cli *cli, struct err *err)
{
    struct client_read read;
    const char *name = cli->arg_count > 1 ? cli->args[1] : "-";
    if (!cli_read_options(cli, &read, err) || !cli_open(cli, CLI_READS, err))
        return false;
    if (strcmp(name, "-") == 0)
        return cli_read_print(cli, &read, &cli->out, err);
    return export_to(cli, &read, name, err);
}
