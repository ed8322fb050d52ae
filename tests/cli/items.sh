#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# call, put, get, delete: items in and out without a loss.
source "$(dirname "$0")/lib.sh" "$1"

run 0 call ListTables
same "$out" '{"TableNames":[]}'
run 0 call list-tables '{}'
same "$out" '{"TableNames":[]}'
create Tab k:S s:N
run 0 tables
same "$out" Tab
run 0 tables -l
has "$out" "k:S s:N"
has "$out" "TTL"

# call: from a word, a file, the standard input; error answers
run 0 call PutItem '{"TableName":"Tab","Item":{"k":{"S":"a"},"s":{"N":"1"}}}'
same "$out" '{}'
printf '{"TableName":"Tab","Key":{"k":{"S":"a"},"s":{"N":"1"}}}' >get.json
run 0 call GetItem @get.json
same "$out" '{"Item":{"k":{"S":"a"},"s":{"N":"1"}}}'
feed 0 "$(cat get.json)" call GetItem -
same "$out" '{"Item":{"k":{"S":"a"},"s":{"N":"1"}}}'
run 1 call DescribeTable '{"TableName":"Nowhere"}'
has "$err" "dynascope: ResourceNotFoundException: "
same "$out" ""
run 1 call DescribeTable '{"TableName":"Nowhere"}' --raw
has "$out" '"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"'
run 1 call DescribeTable '{nonsense'
has "$err" SerializationException
run 66 call GetItem @missing.json
run 1 call Query '{"TableName":"Tab","KeyConditionExpression":"k = = :v"}'
has "$err" "k = = :v
" "the expression below the message"
has "$err" "^" "the place in the expression"

# put and get: plain where that is lossless, typed where it is not
run 0 put Tab '{"k":"p","s":2,"list":[1,"x",null,true,{"a":{}}],"n":12345678901234567890123456789012345678}'
run 0 get Tab p 2
same "$out" '{"k":"p","list":[1,"x",null,true,{"a":{}}],"n":12345678901234567890123456789012345678,"s":2}'
run 0 get Tab p 2.0 --typed
same "$out" '{"k":{"S":"p"},"list":{"L":[{"N":"1"},{"S":"x"},{"NULL":true},{"BOOL":true},{"M":{"a":{"M":{}}}}]},"n":{"N":"12345678901234567890123456789012345678"},"s":{"N":"2"}}'
run 0 put Tab '{"k":{"S":"t"},"s":{"N":"-1.5"},"set":{"SS":["b","a"]},"bin":{"B":"AAEC"}}'
run 0 get Tab t -1.5
same "$out" '{"bin":{"B":"AAEC"},"k":{"S":"t"},"s":{"N":"-1.5"},"set":{"SS":["a","b"]}}'
run 0 get Tab '{"k":"t","s":-1.5}' '{"k":{"S":"a"},"s":{"N":"1"}}'
same "$(printf '%s\n' "$out" | wc -l)" 2 "lines for two keys"

# an item survives get | put
run 0 get Tab t -1.5
before=$out
feed 0 "$before" put Tab
run 0 get Tab t -1.5
same "$out" "$before" "an item after get and put"

# many items, one behind the other
feed 0 '{"k":"m","s":1} {"k":"m","s":2}
{"k":"m","s":3}' put Tab -
run 0 query Tab m --count
same "$out" 3
feed 65 '{"k":"m","s":4} {"k":"m","s":5' put Tab
has "$err" "item 2 (the ones before it are written)"
run 0 get Tab m 4
feed 65 '' put Tab
has "$err" "empty"

# what is not there
run 1 get Tab nobody 1
has "$err" "no item"
run 1 get Nowhere x
has "$err" "dynascope tables"
run 64 get Tab p
has "$err" "k s: 2 values are needed"
run 1 get Tab p x
has "$err" "type N"

# conditions
run 1 put Tab '{"k":"p","s":2}' --condition 'attribute_not_exists(k)'
has "$err" "ConditionalCheckFailedException"
run 0 put Tab '{"k":"q","s":2,"v":1}' --condition 'attribute_not_exists(k)'
run 0 delete Tab q 2 --condition '#v = :one' --names '{"#v":"v"}' --values '{":one":1}'
run 1 get Tab q 2
run 0 delete Tab q 2
run 1 delete Tab q 2 --condition 'attribute_exists(k)'
run 65 delete Tab q 2 --condition 'v = :one' --values '{":one":'
has "$err" "--expression-attribute-values"
has "$err" "^"

# read-only
run 1 put Tab '{"k":"r","s":1}' --read-only
has "$err" "AccessDeniedException"
run 0 get Tab a 1 --read-only
run 0 scan Tab --count --read-only

run 0 check
same "$out" "no findings"
finish
