#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scan, query, export: pages to the end, conditions typed by the schema, limits.
source "$(dirname "$0")/lib.sh" "$1"

run 0 call CreateTable '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"number","KeyType":"RANGE"}],
    "AttributeDefinitions":[{"AttributeName":"customer","AttributeType":"S"},
        {"AttributeName":"number","AttributeType":"N"},{"AttributeName":"status","AttributeType":"S"}],
    "GlobalSecondaryIndexes":[{"IndexName":"ByStatus","Projection":{"ProjectionType":"ALL"},
        "KeySchema":[{"AttributeName":"status","KeyType":"HASH"},{"AttributeName":"number","KeyType":"RANGE"}]}]}'
for c in a b c; do
    for n in 1 2 3 4 5 6 7 8 9 10; do
        printf '{"customer":"%s","number":%d,"status":"%s","name":"x%d"}\n' "$c" "$n" \
            "$([ $((n % 2)) = 0 ] && echo EVEN || echo ODD)" "$n"
    done
done >orders
run 0 put Orders @orders

# numbers KEYS-OF-LINES: the sort keys of what was printed
numbers() {
    printf '%s' "$out" | sed -n 's/.*"number":\([0-9]*\).*/\1/p' | tr '\n' ' '
}

run 0 scan Orders
same "$(printf '%s\n' "$out" | wc -l)" 30
run 0 scan Orders --page-size 4
same "$(printf '%s\n' "$out" | wc -l)" 30 "items over many pages"
run 0 scan Orders --limit 7
same "$(printf '%s\n' "$out" | wc -l)" 7 "items up to --limit"
run 0 scan Orders --max-items 7 --page-size 2
same "$(printf '%s\n' "$out" | wc -l)" 7 "items up to --max-items over pages"
run 0 scan Orders --count
same "$out" 30
run 0 scan Orders --select COUNT --page-size 7
same "$out" 30
run 64 scan Orders --select ALL
run 0 scan Orders --filter '#n > :n' --names '{"#n":"number"}' --values '{":n":8}' --count
same "$out" 6
run 0 scan Orders --filter '#n > :n' --names '{"#n":"number"}' --values '{":n":{"N":"8"}}' --limit 3 --page-size 2
same "$(printf '%s\n' "$out" | wc -l)" 3 "matches up to --limit"
run 0 scan Orders --index ByStatus --count
same "$out" 30
total=0
for segment in 0 1 2; do
    run 0 scan Orders --segment $segment --total-segments 3 --count
    total=$((total + out))
done
same "$total" 30 "items of all segments"
run 64 scan Orders --segment 1

run 0 query Orders a
same "$(numbers)" "1 2 3 4 5 6 7 8 9 10"
run 0 query Orders a --backward -n 3
same "$(numbers)" "10 9 8"
run 0 query Orders a --no-scan-index-forward -n 1
same "$(numbers)" "10"
run 0 query Orders a 5
same "$(numbers)" "5"
run 0 query Orders a '>= 9'
same "$(numbers)" "9 10"
run 0 query Orders a '<3'
same "$(numbers)" "1 2"
run 0 query Orders a between 4 and 6
same "$(numbers)" "4 5 6"
run 0 query Orders a 'between 4 and 6'
same "$(numbers)" "4 5 6"
run 0 query Orders a '<' 2
same "$(numbers)" "1"
run 0 query Orders '{"customer":"b"}' '= 2'
same "$(numbers)" "2"
run 0 query Orders EVEN '> 8' --index ByStatus --count
same "$out" 3
run 0 query Orders a --filter '#s = :s' --names '{"#s":"status"}' --values '{":s":"ODD"}' --count
same "$out" 5
run 0 query Orders --key-condition-expression 'customer = :c AND #n < :n' \
    --expression-attribute-names '{"#n":"number"}' \
    --expression-attribute-values '{":c":{"S":"c"},":n":{"N":"3"}}' --projection '#n'
same "$out" '{"number":1}
{"number":2}'
run 0 query Orders nobody
same "$out" ""
run 64 query Orders
has "$err" "which partition"
run 64 query Orders a --key-condition-expression 'customer = :c'
run 64 query Orders a between 4 6
has "$err" "between V and V"
run 1 query Orders a '> x'
has "$err" "type N"
run 64 query Orders a --index Nowhere
has "$err" "no index Nowhere"
run 1 query Orders a --filter 'customer = :c' --values '{":c":"a"}'
has "$err" "primary key"
run 1 scan Orders --filter 'status AND'
has "$err" "
  status AND
"

# export appears whole or not at all
run 0 export Orders orders.jsonl
same "$(wc -l <orders.jsonl)" 30
same "$(sort orders.jsonl | head -n 1)" '{"customer":"a","name":"x1","number":1,"status":"ODD"}'
run 1 export Nowhere nothing.jsonl
[ ! -e nothing.jsonl ] || fail "a failed export left a file"
same "$(ls nothing.jsonl.* 2>/dev/null)" ""
run 74 export Orders missing/folder.jsonl

# a place in one part of the request is not underlined in another
run 1 call GetItem '{"TableName":"Orders","Key":{"c":{"N":"x"}},"ProjectionExpression":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}'
has_not "$err" "aaaa"
finish
