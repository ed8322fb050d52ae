#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Words, options, help, exit codes.
source "$(dirname "$0")/lib.sh" "$1"

run 0 --version
has "$out" "dynascope "
same "$err" ""

run 0 --help
has "$out" "Usage: dynascope"
has "$out" "import"
same "$err" ""
for command in call tables scan query get put delete import export generate check completions help; do
    run 0 "$command" --help
    has "$out" "Usage: dynascope $command" "help of $command"
    run 0 help "$command"
    has "$out" "Usage: dynascope $command" "help of $command"
    has "$out" "--connection" "help of $command"
done
while IFS= read -r line; do
    [ "${#line}" -le 80 ] || fail "a line of the help is wider than 80 columns: $line"
done < <("$binary" --help; "$binary" import --help; "$binary" query --help)

run 64 scam
has "$err" "did you mean 'scan'"
run 64 tabels
has "$err" "did you mean 'tables'"
run 64 xyzzy
has "$err" "no subcommand, folder or connection 'xyzzy'"
run 64 scan
has "$err" "too few arguments"
has "$err" "dynascope scan --help"
run 64 scan a b
has "$err" "too many arguments"
run 64 scan --nonsense
has "$err" "no option --nonsense"
run 64 scan -Z
has "$err" "no option -Z"
run 64 tables --filter x
has "$err" "tables takes no --filter"
run 64 scan Tab --limit
has "$err" "--limit needs a value"
run 64 scan Tab --limit 0
run 64 scan Tab --limit many
has "$err" "whole number"
run 64 tables --long=yes
has "$err" "takes no value"
run 64 scan Tab --e x
has "$err" "write more of it"
run 64 call Nonsense
has "$err" "no operation Nonsense"
run 64 help nonsense
has "$err" "no subcommand nonsense; dynascope --help lists them"
run 64 help backup
has "$err" "dynascope call OPERATION JSON"
has "$err" "CreateBackup"
run 64 help restore
has "$err" "RestoreTableFromBackup"

# the explorer without a terminal says what to use instead
run 64
has "$err" "needs a terminal"
has "$err" "dynascope scan"

# connections
run 64 put Tab '{"k":"a"}' -c ''
has "$err" "the folder of a store is needed"
run 64 tables --connection=
run 64 tables -c ftp://localhost:8000
has "$err" "http(s)://host"
run 64 tables -c ftp://x
run 66 tables -c "$folder/nowhere"
has "$err" "no store"
[ ! -e "$folder/nowhere" ] || fail "reading made a store"
DYNASCOPE_CONNECTION=$folder/elsewhere run 66 tables

# the default store, for this user alone; a relative folder counts as unset
run 0 tables
same "$out" ""
same "$(stat -c %a "$folder/data/dynascope" "$folder/data/dynascope/store")" "700
700"
XDG_DATA_HOME=relative run 0 tables
[ -d "$HOME/.local/share/dynascope/store" ] || fail "a relative XDG_DATA_HOME was not ignored"
[ ! -e relative ] || fail "a relative XDG_DATA_HOME was used"

# timeouts are those of the AWS CLI
for wrong in x -1 1.5 86401 ''; do
    run 64 tables --cli-read-timeout="$wrong"
    has "$err" "--cli-read-timeout: a timeout is a whole number of seconds"
done
run 0 tables --cli-connect-timeout 0 --cli-read-timeout 5
"$binary" serve --port 0 >served 2>&1 &
server=$!
until grep -q 'http://' served; do kill -0 $server || break; done
url=$(sed -n 's,^dynascope serve: \(http://[^ ]*\).*,\1,p' served | head -n 1)
kill -STOP $server
AWS_MAX_ATTEMPTS=1 run 69 tables -c "$url" --cli-read-timeout 1
has "$err" "stopped answering"
has "$err" "in 1 s"
kill -CONT $server
kill $server
wait $server

# a closed reader is no error
create Tab k:S
for i in $(seq 500); do printf '{"k":"%04d","text":"%0200d"}\n' "$i" 0; done >items
"$binary" put Tab @items || fail "put of 500 items"
code=$("$binary" scan Tab 2>"$folder/.err" | head -n 1 >"$folder/.out"; echo "${PIPESTATUS[0]}")
same "$code" 0 "exit code with a closed reader"
same "$(cat "$folder/.err")" "" "errors with a closed reader"

# a full disk is one
if [ -w /dev/full ]; then
    code=0
    "$binary" scan Tab >/dev/full 2>"$folder/.err" || code=$?
    same "$code" 74 "exit code with a full disk"
    has "$(cat "$folder/.err")" "No space left on device"
fi
finish
