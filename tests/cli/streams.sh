#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Started without standard input, output or error, the program does not write into its own store.
source "$(dirname "$0")/lib.sh" "$1"

create Tab k:S
run 0 put Tab '{"k":"a","text":"what must not land in the file"}'

for words in "scan Tab" "get Tab a" "tables" "call ListTables" "scan Tab --count" "check"; do
    # shellcheck disable=SC2086
    "$binary" $words >&- 2>"$folder/.err" </dev/null
    same "$?" 74 "$words without an output"
    has "$(cat "$folder/.err")" 'cannot write to the standard output' "$words"
    # shellcheck disable=SC2086
    "$binary" $words <&- >&- 2>&-
    same "$?" 74 "$words without any stream"
done
"$binary" put Tab '{"k":"b"}' <&- >&- 2>&-
same "$?" 0 "a write that prints nothing"
"$binary" put Tab <&- 2>"$folder/.err"
same "$?" 74 "a write that reads a closed input"
run 0 scan Tab --count
same "$out" 2
run 0 check
same "$out" 'no findings'
finish
