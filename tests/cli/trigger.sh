#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# trigger: added, listed, shown, changed, run and looked at, with scripts for the shell.
source "$(dirname "$0")/lib.sh" "$1"
source "$(dirname "$0")/trigger_lib.sh"

stream_table Orders
program count <<'SCRIPT'
#!/bin/sh
cat >>"$TRIGGER_OUT"
echo '{"ok":true}'
SCRIPT

# ---- add, list, show ----
run 0 trigger add Orders count --environment "TRIGGER_OUT=$folder/events" --batch-size 5 --timeout 9
has "$out" '"BatchSize":5'
has "$out" '"StartingPosition":"LATEST"'
has "$out" '"FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:count"'
run 0 trigger list
has "$out" '{"Name":"count","Table":"Orders","UUID":"'
has "$out" '"State":"stopped"'
has "$err" "nobody runs what is stopped: 'dynascope serve'"
has "$out" '"Runtime":"exec"'
same "$(wc -l <"$folder/.out")" 1 "a line a trigger"
run 0 trigger show count
has "$out" '"Timeout":9'
has "$out" "\"TRIGGER_OUT\":\"$folder/events\""
has "$out" "\"Folder\":\"$folder\""
has "$out" '"Ledger":{"Seen":0,'
uuid=$(field UUID)
run 0 trigger show "${uuid:0:4}"
has "$out" '"Name":"count"'

run 1 trigger show coutn
has "$err" "did you mean 'count'"
run 1 trigger show zzzzzz
has "$err" "'dynascope trigger list' lists them"
run 1 trigger add Orders count
has "$err" "ResourceConflictException"
has "$err" "--name"
run 66 trigger add Orders nowhere.py
run 64 trigger add Orders
has "$err" "what is to run"
run 64 trigger add
has "$err" "which table"
run 1 trigger add Nowhere count --name other
has "$err" "ResourceNotFoundException"
run 1 trigger add Orders count --name other --batch-size 10001
has "$err" "10000"
run 64 trigger add Orders count --name other --batch-size many
has "$err" "whole number"
run 64 trigger add Orders count --name other --filter '{"eventName":"x"}'
has "$err" "Invalid filter pattern definition."
run 0 trigger list
same "$(wc -l <"$folder/.out")" 1 "what was refused left nothing behind"

# a table without a stream
create Plain id:S
run 65 trigger add Plain count --name plain
has "$err" "--stream NEW_AND_OLD_IMAGES"
run 0 trigger add Plain count --name plain --stream KEYS_ONLY
run 0 call DescribeTable '{"TableName":"Plain"}'
has "$out" '"StreamViewType":"KEYS_ONLY"'
run 0 trigger remove plain
run 1 trigger show plain

# ---- running ----
for id in a b c d e f g; do run 0 put Orders "{\"id\":\"$id\"}"; done
run 0 trigger run --until-idle
has "$out" '"Name":"count","State":"idle","Succeeded":7'
same "$(grep -o '"SequenceNumber"' events | wc -l)" 7 "records that were delivered"
run 0 trigger list
has "$out" '"Errors":0'
run 0 trigger run --until-idle --quiet
same "$out" "" "a quiet run"
same "$(grep -o '"SequenceNumber"' events | wc -l)" 7 "nothing is delivered again"

# ---- looking back ----
run 0 trigger logs count
has "$out" "START RequestId: "
has "$out" "Version: \$LATEST"
has "$out" "REPORT RequestId: "
request=$(sed -n 's/^START RequestId: \([^ ]*\) .*/\1/p' "$folder/.out" | head -n 1)
run 0 trigger logs count --request-id "$request"
same "$(grep -c "^START" "$folder/.out")" 1 "one invocation's lines"
run 0 trigger logs count --last 1
same "$(wc -l <"$folder/.out")" 1 "the last line"
has "$out" "REPORT"
run 0 trigger logs count --since 2999-01-01
same "$out" ""
run 0 trigger runs count
has "$out" '"Outcome":"ok"'
has "$out" "\"RequestId\":\"$request\""
run 0 trigger runs count --last 1
same "$(wc -l <"$folder/.out")" 1 "the last invocation"

# ---- by hand ----
feed 0 '{"Records":[]}' trigger invoke count -e -
same "$out" '{"ok":true}' "what the function answers"
feed 0 '{"Records":[]}' trigger invoke count -e @-
same "$out" '{"ok":true}' "the standard input as a file"
run 65 trigger invoke count -e '{"Records":'
run 0 trigger generate-event Orders --event-name modify --count 9
same "$(grep -o '"eventName":"MODIFY"' "$folder/.out" | wc -l)" 9 "records of the event"
has "$out" '"Keys":{"id":{"S":"example-8"}}' "what the table has not is made up"
has "$out" '"StreamViewType":"NEW_AND_OLD_IMAGES"'
run 64 trigger generate-event Orders --event-name CHANGE
program broken <<'SCRIPT'
#!/bin/sh
echo "nothing works" >&2
exit 3
SCRIPT
run 0 trigger add Orders broken --disabled
run 1 trigger invoke broken --log
has "$out" '"errorType"'
has "$err" "nothing works"
has "$err" "the function failed"

: >events
run 0 trigger replay count --last 3
same "$(grep -o '"SequenceNumber"' events | wc -l)" 3 "replayed records"
has "$out" '"Records":3,"Outcome":"ok"'
: >events
run 0 trigger replay count --last 3 --step
same "$(wc -l <"$folder/.out")" 3 "a line a step"
run 0 trigger replay count --last 2 --dry-run
has "$out" '{"Passes":true,"eventName":"INSERT","Keys":{"id":{"S":"g"}}'
has "$err" "2 of 2 records would be delivered"
same "$(grep -o '"SequenceNumber"' events | wc -l)" 3 "a dry run calls nothing"
run 0 stream Orders
cp .out saved
: >events
run 0 trigger replay count --from-file saved --batch-size 2
same "$(wc -l <"$folder/.out")" 4 "batches of two"
first=$(sed -n 's/.*"SequenceNumber":"\([0-9]*\)".*/\1/p' saved | sed -n 2p)
third=$(sed -n 's/.*"SequenceNumber":"\([0-9]*\)".*/\1/p' saved | sed -n 4p)
: >events
run 0 trigger replay count --sequence "$first..$third"
same "$(grep -o '"SequenceNumber"' events | wc -l)" 3 "records between two numbers"
run 64 trigger replay count
has "$err" "which records"
run 64 trigger replay count --sequence x..y
run 1 trigger replay broken --last 1
has "$out" '"Outcome":"exit"'
echo '{"no":"record"}' >wrong
run 65 trigger replay count --from-file wrong
has "$err" "no stream record"

run 0 trigger test-filter '{"dynamodb":{"Keys":{"id":{"S":["a","b"]}}}}' Orders
has "$err" "2 of 7 records would pass"
run 0 trigger test-filter '[{"eventName":["REMOVE"]}]' Orders --last 3
has "$err" "0 of 3 records would pass"
run 64 trigger test-filter '{"eventName":' Orders
run 64 trigger test-filter '[]' Orders

# ---- changing ----
run 0 trigger edit count --batch-size 7 --filter '{"eventName":["REMOVE"]}' --timeout 11
has "$out" '"BatchSize":7'
run 0 trigger show count
has "$out" '"Timeout":11'
has "$out" "\"TRIGGER_OUT\":\"$folder/events\"" "what was not named stays"
: >events
run 0 put Orders '{"id":"h"}'
run 0 delete Orders a
run 0 trigger run --until-idle
same "$(grep -o '"eventName":"[A-Z]*"' events)" '"eventName":"REMOVE"' "what passes the filter"
run 0 trigger show count
has "$out" '"Filtered":1'
run 0 trigger edit count --filter '' --environment ''
run 0 trigger show count
has_not "$out" FilterCriteria
has_not "$out" TRIGGER_OUT
run 64 trigger edit count --enabled --disabled
has "$err" "leave one out"
run 0 trigger disable count
run 0 trigger list
has "$out" '"State":"disabled"'
run 0 trigger enable count
run 75 trigger retry count
has "$err" "trigger run"

# ---- removing ----
run 0 trigger remove count broken
run 0 trigger list
same "$out" ""
run 1 trigger remove count
has "$err" "has none"
[ -x count ] || fail "the script was taken away"

# ---- words ----
run 64 trigger
has "$err" "add, list, show"
run 64 trigger lst
has "$err" "did you mean 'trigger list'"
for verb in add list show edit update logs tail runs invoke generate-event replay test-filter \
    dead-letters enable disable retry skip remove run trust; do
    run 0 trigger $verb --help
    has "$out" "Usage: dynascope trigger " "help of $verb"
    run 0 help trigger $verb
done
run 0 trigger --help
has "$out" "generate-event"
run 64 help trigger nonsense
while IFS= read -r line; do
    [ "${#line}" -le 80 ] || fail "a line of the help is wider than 80 columns: $line"
done < <("$binary" trigger --help; "$binary" trigger add --help)
finish
