#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# trigger: fields as options and as AWS's JSON come to the same; what is wrong is named.
source "$(dirname "$0")/lib.sh" "$1"
source "$(dirname "$0")/trigger_lib.sh"

stream_table Orders
stream_table Other
mkdir fn
echo 'export const handler = async () => ({});' >fn/index.mjs
echo 'export const handler = async () => ({});' >fn/other.mjs

# what two triggers differ in by their being two
plain() {
    printf '%s' "$out" | sed -E 's/"(FunctionName|Name|FunctionArn|RevisionId|LastModified|UUID|EventSourceArn|EventSourceMappingArn|LogGroup|Table)":("[^"]*"|[0-9.]*)/"\1":0/g'
}

pattern='{"dynamodb":{"NewImage":{"n":{"N":["1"]}}}}'
run 0 trigger add Orders fn --name flags --handler other.handler --runtime nodejs20.x --timeout 7 \
    --memory-size 256 --environment A1=x --environment "B2=y z=é" --environment A1=last \
    --starting-position TRIM_HORIZON --batch-size 3 --maximum-batching-window-in-seconds 2 \
    --parallelization-factor 4 --maximum-retry-attempts 5 --maximum-record-age-in-seconds 600 \
    --bisect-batch-on-function-error --tumbling-window-in-seconds 0 \
    --function-response-types ReportBatchItemFailures --destination failed.jsonl \
    --filter "$pattern" --filter '{"eventName":["REMOVE"]}' --disabled --pass-credentials \
    --description 'what it is for'
run 0 trigger show flags
flags=$(plain)
cat >fields.json <<JSON
{"Table":"Other","Script":"fn","FunctionName":"json","Handler":"other.handler","Runtime":"nodejs20.x",
 "Timeout":7,"MemorySize":256,"Environment":{"Variables":{"B2":"y z=é","A1":"last"}},
 "StartingPosition":"TRIM_HORIZON","BatchSize":3,"MaximumBatchingWindowInSeconds":2,
 "ParallelizationFactor":4,"MaximumRetryAttempts":5,"MaximumRecordAgeInSeconds":600,
 "BisectBatchOnFunctionError":true,"TumblingWindowInSeconds":0,
 "FunctionResponseTypes":["ReportBatchItemFailures"],
 "DestinationConfig":{"OnFailure":{"Destination":"$folder/failed.jsonl"}},
 "FilterCriteria":{"Filters":[{"Pattern":"{\"dynamodb\":{\"NewImage\":{\"n\":{\"N\":[\"1\"]}}}}"},
   {"Pattern":"{\"eventName\":[\"REMOVE\"]}"}]},
 "Enabled":false,"PassCredentials":true,"Description":"what it is for"}
JSON
run 0 trigger add --cli-input-json @fields.json
run 0 trigger show json
same "$(plain)" "$flags" "the same fields as JSON"
has "$out" '"A1":"last"'
has "$out" "\"Destination\":\"$folder/failed.jsonl\""
has "$out" '"Handler":"other.handler"'
script -qec "'$binary' trigger remove json" /dev/null <<<n >asked 2>&1
has "$(cat asked)" "json (with its function and logs; the script stays)?"
run 0 trigger show json
run 0 trigger add Orders --function-name json
uuid=$(field UUID)
script -qec "'$binary' trigger remove $uuid" /dev/null <<<y >asked 2>&1
has "$(cat asked)" "(its function has other mappings, and stays)?"
run 0 trigger show json
run 0 trigger remove json
feed 0 "$(cat fields.json)" trigger add --json -
run 0 trigger remove json
run 0 trigger add --cli-input-json "file://$folder/fields.json" --batch-size 4 --name over
has "$out" '"BatchSize":4' "an option goes before the JSON's member"
has "$out" '"MaximumRetryAttempts":5'
run 0 trigger show over
has "$out" '"FunctionName":"over"'

# AWS's own structures as options' values
run 0 trigger edit over --destination-config '{"OnFailure":{"Destination":"/tmp/x.jsonl"}}' \
    --filter-criteria '{"Filters":[{"Pattern":"{\"eventName\":[\"INSERT\"]}"}]}'
has "$out" '"Destination":"/tmp/x.jsonl"'
has "$out" '"Filters":[{"Pattern":"{\"eventName\":[\"INSERT\"]}"}]'
run 0 trigger edit over --no-bisect-batch-on-function-error --json '{"MaximumRetryAttempts":-1}'
has "$out" '"BisectBatchOnFunctionError":false'
has "$out" '"MaximumRetryAttempts":-1'
has "$out" '"BatchSize":4'
run 0 trigger edit over fn/index.mjs
run 0 trigger show over
has "$out" '"Handler":"index.handler"'

# a function that is there, on another table
stream_table Third
run 0 trigger add Third --name flags
has "$out" ':function:flags"'
run 64 trigger show flags
has "$err" "(Third)"
has "$err" "(Orders)"

# what is wrong
run 64 trigger add --cli-input-json '{"Table":"Other","BatchSise":1}'
has "$err" "did you mean 'BatchSize'"
run 65 trigger add --cli-input-json '{"Table":'
run 65 trigger add --cli-input-json '[]'
run 66 trigger add --cli-input-json @nowhere.json
run 64 trigger add --cli-input-json '{"Table":7}'
has "$err" "Table has to be a string"
run 64 trigger add Other fn --name x --environment nonsense
has "$err" "NAME=VALUE"
run 1 trigger add Other fn --name x --environment AWS_REGION=here
has "$err" "AWS_REGION"
run 1 trigger add Other fn --name x --timeout 901
run 1 trigger add Other fn --name x --runtime java21
has "$err" "provided"
run 1 trigger add Other fn --name x --starting-position AT_TIMESTAMP
run 1 trigger add Other fn --name x --maximum-record-age-in-seconds 59
run 1 trigger add Other fn --name x --function-response-types Nothing
run 1 trigger add Other fn --name 'x/../y'
run 1 trigger add arn:aws:dynamodb:us-east-1:000000000000:table/Other/stream/2000-01-01T00:00:00.000 fn --name x
run 1 trigger show x
finish
