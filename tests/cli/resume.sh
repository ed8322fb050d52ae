#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An import that is killed goes on where everything before is written, and ends as if nothing had been.
source "$(dirname "$0")/lib.sh" "$1"

# Many items, each key many times: the last one of the file has to win.
awk 'BEGIN { srand(7); for (i = 0; i < 40000; i++)
    printf "{\"id\":\"k%05d\",\"v\":%d,\"pad\":\"%0150d\"}\n", rand() * 9000, i, 0 }' >data.jsonl
awk -F'"' '{ last[$4] = $0 } END { for (k in last) print last[k] }' data.jsonl |
    sed 's/\({"id":"[^"]*"\),\("v":[0-9]*\),\("pad":"[^"]*"\)}/\1,\3,\2}/' | LC_ALL=C sort >expected

# What a killed import leaves behind is made without a race: it is stopped when its place was
# written down, whenever that is.
for signal in INT TERM KILL; do
    "$binary" import "Tab$signal" data.jsonl --key id -q 2>errors &
    import=$!
    until ls state/dynascope/import/???????????????? >/dev/null 2>&1 || ! kill -0 $import 2>/dev/null; do
        read -rt 0.01 <> <(:) || :
    done
    kill -$signal $import 2>/dev/null
    code=0
    wait $import || code=$?
    case $signal:$code in
    INT:130 | TERM:143 | KILL:137 | *:0) ;;
    *) fail "an import that got SIG$signal ended with $code: $(cat errors)" ;;
    esac
    run 0 import "Tab$signal" data.jsonl --key id --resume -q
    "$binary" scan "Tab$signal" | LC_ALL=C sort >got
    cmp -s got expected || fail "after SIG$signal and --resume the table is not what it should be"
    rm -rf state
done

# another file under the same name is not gone on with
head -n 3 data.jsonl >part.jsonl
printf 'nonsense\n' >>part.jsonl
run 65 import Part part.jsonl --key id
head -n 5 data.jsonl | tail -n 3 >part.jsonl
run 65 import Part part.jsonl --key id --resume
has "$err" "has changed"
run 0 import Part part.jsonl
feed 64 '{}' import Part - --resume
has "$err" "name a file"

# inside an array, and keys that were made the first time are made again
{
    printf '[\n'
    for i in $(seq 2000); do printf '{"n":%d},\n' "$i"; done
    printf '{"n":}\n, {"n":2001}]\n'
} >array.json
run 65 import Made array.json --key id --add-key uuid
run 0 scan Made --count
same "$out" 2000
run 65 import Made array.json --key id --add-key uuid --resume --on-error skip
has "$err" "going on with array.json at line 2002"
run 0 scan Made --count
same "$out" 2001 "items after going on"
run 0 check
same "$out" "no findings"
finish
