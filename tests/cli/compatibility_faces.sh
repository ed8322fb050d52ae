#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The page of what is offered names the calls of Lambda, CloudWatch Logs, IAM and STS that the program
# has in its tables, all of them and no others.
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
source "$(dirname "$0")/lib.sh" "$1"
page=$root/backend/COMPATIBILITY.md

# rows WORDS: the first column of the table that begins with them.
rows() { sed -n "/^| $1 |/,/^\$/s/^| \([A-Z][A-Za-z]*\) |.*/\1/p" "$page"; }
# calls FILE…: the names in these tables.
calls() { sed -n 's/^    {"\([A-Z][A-Za-z]*\)", .*/\1/p' "${@/#/$root/backend/serve/}"; }

lambda=$(rows 'calls of Lambda')
same "$lambda" "$({
    calls lambda.c | grep -vx -e CreateAlias -e PublishVersion # refused, which the page says
    printf '%s\n' Invoke InvokeAsync
} | LC_ALL=C sort)" 'the calls of Lambda'
same "$(rows 'calls of CloudWatch Logs')" "$(calls logs_face.c | LC_ALL=C sort)" 'the calls of CloudWatch Logs'
same "$(rows 'calls of IAM and STS')" "$(calls iam.c | LC_ALL=C sort)" 'the calls of IAM and STS'
[ "$(wc -l <<<"$lambda")" -gt 25 ] || fail 'the table of calls was not found'
finish
