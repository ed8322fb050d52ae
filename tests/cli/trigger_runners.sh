#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# trigger run and serve: one of several runners delivers, another takes over, trust, remote
# connections, dead letters.
source "$(dirname "$0")/lib.sh" "$1"
source "$(dirname "$0")/trigger_lib.sh"
trap 'kill -9 $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT

stream_table Orders
program keep <<SCRIPT
#!/bin/sh
grep -o '"Keys":{"id":{"S":"[^"]*"' | cut -d'"' -f8 >>$folder/delivered
SCRIPT
put_items() { # FROM TO
    seq -f '{"id":"%g"}' "$1" "$2" | "$binary" put Orders || fail "items are not written"
}
delivered() { [ "$(sort -u delivered 2>/dev/null | wc -l)" = "$1" ]; }
runner() { "$binary" trigger show keep | grep -o '"Pid":[0-9]*' | cut -d: -f2; }
state_is() { "$binary" trigger list | grep -q "\"Name\":\"keep\".*\"State\":\"$1\""; }

# ---- two at once: one delivers; killed: the other one goes on ----
run 0 trigger add Orders keep --batch-size 7
"$binary" trigger run >one 2>&1 &
one=$!
until_true state_is idle
"$binary" trigger run >two 2>&1 &
two=$!
put_items 1 60
until_true delivered 60
same "$(wc -l <delivered)" 60 "nothing twice"
same "$(runner)" "$one" "who runs it"
kill -9 $one
wait $one 2>/dev/null
put_items 61 90
until_true delivered 90
same "$(runner)" "$two" "who took over"
has "$(cat two)" '"State":"idle"'
kill -TERM $two
wait $two || fail "an asked end is no failure: $?"
until_true state_is stopped
put_items 91 95
run 0 trigger run --until-idle
until_true delivered 95
[ "$(wc -l <delivered)" -le 102 ] || fail "more than one batch came twice"

# ---- trust ----
cp -r data/dynascope/store copy
run 0 trigger list -c ./copy
has "$out" '"State":"untrusted"'
run 77 trigger invoke keep -c ./copy
has "$err" "trigger trust keep"
"$binary" put Orders '{"id":"evil"}' -c ./copy
run 1 trigger run --until-idle -c ./copy
has "$err" "trigger trust keep"
delivered 95 || fail "an untrusted function ran"
run 64 trigger trust keep -c ./copy
has "$out" "$folder"
has "$out" "keep"
has "$err" "--yes"
run 77 trigger invoke keep -c ./copy
run 0 trigger trust keep -c ./copy --yes
run 0 trigger run --until-idle -c ./copy
until_true delivered 96
run 0 trigger run --until-idle
delivered 96 || fail "the first store has the copy's item"

# ---- dead letters ----
program refuse <<SCRIPT
#!/bin/sh
cat >>$folder/refused
[ -e $folder/well ]
SCRIPT
run 0 trigger add Orders refuse --maximum-retry-attempts 0 --batch-size 2
put_items 201 203
run 1 trigger run refuse --until-idle
run 0 trigger dead-letters refuse
same "$(wc -l <"$folder/.out")" 2 "documents"
has "$out" '"condition":"RetryAttemptsExhausted"'
has "$out" '\"S\":\"203\"'
run 0 trigger dead-letters refuse --last 1
same "$(wc -l <"$folder/.out")" 1 "the last document"
run 64 trigger dead-letters refuse redrive
has "$err" "Deliver 2 batches"
run 64 trigger dead-letters refuse again
run 1 trigger dead-letters refuse redrive --yes
has "$err" "0 of 2 batches"
: >well
: >refused
run 0 trigger dead-letters refuse redrive --yes
has "$err" "2 of 2 batches"
same "$(grep -o '"SequenceNumber"' refused | wc -l)" 3 "redriven records"
run 0 trigger dead-letters refuse
same "$out" ""

# ---- documents without their records, as the service's are ----
rm well
put_items 211 213
run 1 trigger run refuse --until-idle
letters=$(echo data/dynascope/store/triggers/mappings/*/dead-letters.jsonl)
sed -i 's/,"payload":".*"}$/}/' $letters
has_not "$(cat $letters)" payload
sed -n '1s/\("startSequenceNumber":"\)[0-9]*\(".*"shardId":"[^"]*\)/\199\20/p;
    1s/\("shardId":"[^"]*\)\(".*"startSequenceNumber":"\)[0-9]*/\10\299/p' $letters >>$letters
: >well
: >refused
run 1 trigger dead-letters refuse redrive --yes
has "$err" "the records from 99 on have left the stream"
has "$out" '"Outcome":"gone","DealtWith":false'
has "$err" "2 of 3 batches"
same "$(grep -o '"SequenceNumber"' refused | wc -l)" 3 "records that were read again"
run 0 trigger dead-letters refuse
same "$(wc -l <"$folder/.out")" 1 "what is gone stays written down"
run 0 trigger remove refuse

# ---- serve runs them, too ----
start_serve() { # WORD…
    rm -f served
    "$binary" serve --port 0 "$@" >served 2>served.err &
    server=$!
    until_true test -s served
    url=$(grep -o 'http://[^ ]*' served | head -n 1)
}
start_serve
put_items 301 305
until_true delivered 107
same "$(runner)" "$server" "who runs it"

# ---- a remote connection has triggers of its own ----
program away <<SCRIPT
#!/bin/sh
cat >>$folder/away.out
SCRIPT
run 0 trigger add Orders away -c "$url"
run 0 trigger list -c "$url"
has "$out" '"Name":"away"'
has_not "$out" '"Name":"keep"'
run 64 trigger run --until-idle -c "$url"
has "$err" "--read-write"
run 64 trigger add Plain away -c "$url" --read-only
run 0 put Orders '{"id":"far"}' -c "$url" --read-write
run 0 trigger run --until-idle -c "$url" --read-write
same "$(grep -o '"S":"far"' away.out | wc -l)" 2 "delivered from a remote stream"
run 0 trigger replay away --last 1 -c "$url"
[ -d state/dynascope/triggers ] || fail "the registry of a remote connection is not in the state folder"
until_true delivered 108
kill -TERM $server
wait $server || fail "serve ended with $?"

start_serve --no-triggers
run 0 put Orders '{"id":"silent"}' -c "$url" --read-write
until_true state_is stopped
kill -TERM $server
wait $server
delivered 108 || fail "serve --no-triggers ran one"
run 0 trigger run --until-idle
until_true delivered 109

# functions come back through a server that wants signatures
if python3 -c 'import boto3' 2>/dev/null; then
    stream_table Copies
    cat >back.py <<'PYTHON'
import boto3
table = boto3.resource("dynamodb").Table("Copies")
def lambda_handler(event, context):
    for record in event["Records"]:
        table.put_item(Item={"id": record["dynamodb"]["Keys"]["id"]["S"] + " again"})
PYTHON
    run 0 trigger add Orders back.py
    printf '[a]\naws_access_key_id = k\naws_secret_access_key = s\n' >keys
    chmod 600 keys
    start_serve --keys keys
    run 0 put Orders '{"id":"signed"}'
    came_back() { "$binary" get Copies 'signed again' >/dev/null 2>&1; }
    until_true came_back
    kill -TERM $server
    wait $server
    run 0 put Orders '{"id":"unsigned"}'
    run 0 trigger run --until-idle
    run 0 get Copies 'unsigned again'
fi
finish
