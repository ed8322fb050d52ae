#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dynascope as the client of an emulator that is not ours: dynalite, from the npm registry.
source "$(dirname "$0")/lib.sh" "$1"
start_dynalite
failures=0
export DYNASCOPE_CONNECTION=http://127.0.0.1:$port

# run CODE WORD…: output in $out, errors in $err.
run() {
    local wanted=$1 code=0
    shift
    "$binary" "$@" >"$folder/out" 2>"$folder/err" </dev/null || code=$?
    out=$(cat "$folder/out") err=$(cat "$folder/err")
    [ "$code" = "$wanted" ] || {
        printf 'FAILED: dynascope %s ended with %s, not %s: %s\n' "$*" "$code" "$wanted" "$err" >&2
        failures=$((failures + 1))
    }
}

has() { [[ $1 == *"$2"* ]] || { printf 'FAILED: «%s» has no «%s»\n' "$1" "$2" >&2; failures=$((failures + 1)); }; }

run 0 tables
run 1 put Tab '{"k":"a"}'
has "$err" '--read-write'
run 0 generate Orders --count 500 --read-write --quiet
run 0 tables --long
has "$out" 'Orders'
has "$out" 'customerId:S orderId:S'
run 0 scan Orders --count
has "$out" 500
run 0 query Orders C000003 --limit 2
[ "$(printf '%s\n' "$out" | wc -l)" = 2 ] || failures=$((failures + 1))
run 0 put Orders '{"customerId":"x","orderId":"y","n":12345678901234567890.123456789}' --read-write
run 0 get Orders x y
has "$out" '12345678901234567890.123456789'
run 1 put Orders '{"customerId":"x","orderId":"y"}' --condition 'attribute_not_exists(orderId)' --read-write
has "$err" ConditionalCheckFailedException
run 0 call UpdateItem '{"TableName":"Orders","Key":{"customerId":{"S":"x"},"orderId":{"S":"y"}},"UpdateExpression":"ADD m :o","ExpressionAttributeValues":{":o":{"N":"1"}},"ReturnValues":"ALL_NEW"}' --read-write
has "$out" '"m":{"N":"1"}'
run 0 delete Orders x y --read-write
run 1 get Orders x y
run 0 export Orders "$folder/orders.jsonl"
run 0 import Copy "$folder/orders.jsonl" --key customerId --sort-key orderId --read-write --quiet
run 0 export Copy "$folder/copy.jsonl"
[ "$(sort "$folder/orders.jsonl" | sha256sum)" = "$(sort "$folder/copy.jsonl" | sha256sum)" ] || {
    echo 'FAILED: what was imported is not what was exported' >&2
    failures=$((failures + 1))
}
run 0 create-table Made --key id:N --sort-key at --local-index 'ByDay day' --provisioned 4/3 --read-write
run 0 describe Made
has "$out" ByDay
run 0 update-table Made --provisioned 5/3 --read-write
run 0 call DescribeTable '{"TableName":"Made"}'
has "$out" '"ReadCapacityUnits":5'
run 1 update-table Made --provisioned 6/3 --ttl until --read-write
has "$err" 'the first 1 of 2 requests were done, then UpdateTimeToLive'
run 1 purge Copy --yes
has "$err" '--read-write'
run 0 purge Copy --yes --read-write
has "$err" '500 items deleted'
run 0 scan Copy --count
has "$out" 0
run 0 delete-table Copy --yes --read-write
run 1 scan Nowhere
has "$err" ResourceNotFoundException
[ $failures = 0 ]
