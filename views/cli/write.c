/* SPDX-License-Identifier: MIT */
/* What put and delete share: the condition. */
#include "views/cli/write.h"
#include "views/cli/source.h"

bool cli_write_condition(struct cli *cli, struct client_condition *out, struct err *err)
{
    *out = (struct client_condition){.expression = cli_value(cli, CLI_CONDITION)};
    cli_point_at(cli, "ConditionExpression", out->expression);
    return cli_source_names(cli, &out->names, err) && cli_source_values(cli, &out->values, err);
}
