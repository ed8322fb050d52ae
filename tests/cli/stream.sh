#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# stream: what there is, what comes, what matches a pattern; starts, ends and refusals.
source "$(dirname "$0")/lib.sh" "$1"

run 0 call CreateTable '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
    "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}'
run 0 stream Orders
same "$out" "" "an empty stream"
run 0 put Orders '{"id":"a","n":1}'
run 0 put Orders '{"id":"a","n":2}'
run 0 put Orders '{"id":"b","n":1}'
run 0 delete Orders a

names() {
    printf '%s' "$out" | sed 's/.*"eventName":"\([A-Z]*\)".*/\1/' | tr '\n' ' '
}

run 0 stream Orders
same "$(names)" "INSERT MODIFY INSERT REMOVE" "all records, oldest first"
has "$out" '"OldImage":{"id":{"S":"a"},"n":{"N":"1"}}'
has "$out" '"eventSourceARN":"arn:aws:dynamodb:us-east-1:000000000000:table/Orders/stream/'
run 0 stream Orders --limit 2
same "$(names)" "INSERT MODIFY" "as many as asked for"
run 0 stream Orders --from LATEST
same "$out" "" "nothing comes while nobody waits"
run 0 stream Orders --from 1h
same "$(names)" "INSERT MODIFY INSERT REMOVE" "the last hour"
run 0 stream Orders --from 2999-01-01
same "$out" "" "from a time to come"
run 0 stream Orders --pattern '{"eventName":["REMOVE"]}'
same "$(names)" "REMOVE" "one pattern"
run 0 stream Orders --pattern '[{"eventName":["REMOVE"]},
    {"dynamodb":{"NewImage":{"n":{"N":["2"]}}}}]'
same "$(names)" "MODIFY REMOVE" "one of two patterns"

run 64 stream Orders --pattern '{"eventName":"REMOVE"}'
has "$err" "Invalid filter pattern definition."
has "$err" "             ^~~~~~~~" "the place of the mistake"
run 64 stream Orders --pattern '{"eventName":["REMOVE"'
run 64 stream Orders --pattern '[]'
has "$err" "matches nothing"
run 64 stream Orders --from yesterday
has "$err" "TRIM_HORIZON"
run 1 stream Nowhere
run 0 call CreateTable '{"TableName":"Plain","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}'
run 65 stream Plain
has "$err" "dynascope update-table Plain --stream NEW_AND_OLD_IMAGES" "the remedy"

# a deleted table's stream, by its ARN
run 0 call DescribeTable '{"TableName":"Orders"}'
arn=$(printf '%s' "$out" | grep -o '"LatestStreamArn":"[^"]*"' | cut -d'"' -f4)
n=0
"$binary" stream Orders --follow --limit 1 >followed &
follower=$!
until [ -s followed ] || ! kill -0 $follower 2>/dev/null; do
    run 0 put Orders "{\"id\":\"c\",\"n\":$((n += 1))}" # until it listens, and then hears one
done
wait $follower || fail "following ended with $?"
same "$(wc -l <followed)" 1 "followed records"
has "$(cat followed)" '"id":{"S":"c"}'

"$binary" stream Orders --follow --from TRIM_HORIZON >all &
follower=$!
until [ -s all ]; do kill -0 $follower || break; done
kill -TERM $follower
code=0
wait $follower || code=$?
same $code 143 "how an interrupted program ends"

# a reader that goes is noticed although no record comes
timeout 30 "$binary" stream Orders --follow --from TRIM_HORIZON | head -n 1 >first
same "${PIPESTATUS[0]}" 0 "following for a reader that has gone"
has "$(cat first)" '"eventName":"INSERT"'

# several tables: in the order of their times, and what has no stream is in nobody's way
run 64 stream
has "$err" "--all"
run 64 stream --all Orders
watched() {
    run 0 call CreateTable '{"TableName":"'"$1"'","BillingMode":"PAY_PER_REQUEST",
        "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
        "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
        "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}'
}
keys() {
    printf '%s' "$out" | sed 's/.*"Keys":{"id":{"S":"\([a-z0-9]*\)"}}.*/\1/' | tr '\n' ' '
}
watched Second
for i in 1 2 3; do
    run 0 put Orders "{\"id\":\"o$i\"}"
    run 0 put Second "{\"id\":\"s$i\"}"
done
run 0 stream Second Orders Plain --from 1h --pattern '{"dynamodb":{"Keys":{"id":{"S":[{"prefix":"o"},{"prefix":"s"}]}}}}'
same "$(keys)" "o1 s1 o2 s2 o3 s3" "two tables"
has "$err" "Plain: the table Plain has no stream"
has "$err" "dynascope update-table Plain --stream NEW_AND_OLD_IMAGES"
run 0 stream --all --pattern '{"dynamodb":{"Keys":{"id":{"S":["o3","s3"]}}}}'
same "$(keys)" "o3 s3" "all tables"
run 65 stream Plain Plain
has "$err" "none of these"

# one that gets a stream later joins, one that goes does not stop the others
"$binary" stream --all --follow >joined 2>told &
follower=$!
n=0
until grep -q '"again' joined || ! kill -0 $follower 2>/dev/null; do
    run 0 put Orders "{\"id\":\"again$((n += 1))\"}"
done
watched Third
run 0 put Third '{"id":"third"}'
until grep -q '"third"' joined || ! kill -0 $follower 2>/dev/null; do :; done
run 0 call DeleteTable '{"TableName":"Third"}'
until grep -q 'Third: its stream has ended' told || ! kill -0 $follower 2>/dev/null; do :; done
run 0 put Second '{"id":"after"}'
until grep -q '"after"' joined || ! kill -0 $follower 2>/dev/null; do :; done
kill -TERM $follower || fail "following all ended by itself: $(cat told)"
wait $follower

run 0 call DeleteTable '{"TableName":"Orders"}'
run 0 stream "$arn" --follow --from TRIM_HORIZON # a closed stream ends by itself
has "$(names)" "INSERT MODIFY INSERT REMOVE"

finish
