#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Endpoints that are none, or mean harm: whatever one answers, each subcommand ends in time, with an exit
# code of its own and a word that is safe to print; nothing is sent elsewhere, nothing leaks (under
# AddressSanitizer).
source "$(dirname "$0")/lib.sh" "$1"
[ -x /usr/bin/python3 ] || skip "python3 is not installed"
cd "$folder" || exit 1
failures=0
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    failures=$((failures + 1))
}

coproc endpoint { exec /usr/bin/python3 -B "$here/endpoint.py"; }
endpoint_in=${endpoint[1]} endpoint_out=${endpoint[0]}
read -r -u "$endpoint_out" port cases || exit 1
export AWS_MAX_ATTEMPTS=1 HOME=$folder
printf '{"k":"a"}\n' >items.jsonl
"$binary" -c local call CreateTable '{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}' >/dev/null || exit 1

# What succeeds, or ends with nothing, is right about some of them. try CASE WORD…
try() {
    local case=$1 code=0
    shift
    timeout -s KILL 60 "$binary" --read-write --cli-read-timeout 1 -c "http://127.0.0.1:$port/$case" "$@" \
        >out 2>err </dev/null || code=$?
    case $code in
    0 | 1 | 64 | 65 | 69 | 75 | 76 | 77 | 78) ;;
    *) fail "$case: dynascope $* ended with $code: $(head -c 300 err)" ;;
    esac
    [ "$code" = 0 ] || [ -s err ] || [ "$1" = get ] || fail "$case: dynascope $* said nothing"
    [ "$(wc -l <err)" -le 3 ] && [ "$(wc -c <err)" -le 10000 ] || fail "$case: dynascope $* said too much"
    ! LC_ALL=C grep -q $'[\001-\010\013\014\016-\037\177]' err || fail "$case: dynascope $* printed a control character"
    last=$code
}

for case in $cases; do
    try $case tables --long
    try $case scan Tab
    scanned=$last
    case $case in
    silence | *-endless) continue ;; # a second each
    esac
    try $case scan Tab --count
    try $case scan Tab --segments 4
    [ $last = $scanned ] || fail "$case: a scan ended with $scanned, in segments with $last"
    try $case query Tab a
    try $case get Tab a
    try $case put Tab '{"k":"a"}'
    try $case stream Tab
    try $case export Tab out.jsonl
    try $case import Tab items.jsonl -q
    try $case call ListTables
    timeout -s KILL 60 "$binary" copy "http://127.0.0.1:$port/$case" Tab local --merge -q >out 2>err </dev/null
    [ $? -lt 128 ] || fail "$case: copy ended with $?"
done

exec {endpoint_in}>&-
read -r -u "$endpoint_out" end
[ "$end" = kept ] || fail "a redirect was followed"
[ "$failures" = 0 ] || exit 1
