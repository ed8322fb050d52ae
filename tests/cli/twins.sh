#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# describe, indexes, ask, partiql, update, connections: what panes show and do, without a screen.
source "$(dirname "$0")/lib.sh" "$1"

run 0 call CreateTable '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"customerId","KeyType":"HASH"},{"AttributeName":"orderId","KeyType":"RANGE"}],
    "AttributeDefinitions":[{"AttributeName":"customerId","AttributeType":"S"},
        {"AttributeName":"orderId","AttributeType":"S"},{"AttributeName":"status","AttributeType":"S"}],
    "GlobalSecondaryIndexes":[{"IndexName":"ByStatus","KeySchema":[{"AttributeName":"status","KeyType":"HASH"}],
        "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["amount"]}}]}'
for i in 1 2 3 4 5 6; do
    printf '{"customerId":"C%d","orderId":"O%d","status":"%s","amount":%d}\n' $((i % 2)) $i \
        "$([ $i -lt 4 ] && echo PENDING || echo SHIPPED)" $((i * 50))
done >orders.jsonl
run 0 put Orders @orders.jsonl

# lists: a line of JSON each where nobody looks, aligned columns on demand
run 0 tables --output json
same "$out" '{"Name":"Orders","Status":"ACTIVE","Items":6,"Bytes":'"$(grep -o '"Bytes":[0-9]*' <<<"$out" | grep -o '[0-9]*')"',"Keys":["customerId","orderId"],"Indexes":["ByStatus"]}'
run 0 tables --output table
has "$out" "customerId:S orderId:S"
run 0 tables --output names
same "$out" Orders
run 64 tables --output xml
has "$err" "table, json or names"
run 0 indexes Orders
has "$out" '{"Name":"ByStatus","Kind":"global","KeySchema":[{"AttributeName":"status","KeyType":"HASH","AttributeType":"S"}],"Projection":"INCLUDE","NonKeyAttributes":["amount"],"Status":"ACTIVE","Items":6,'
run 0 indexes Orders -o table
has "$out" "INDEX     KIND    KEYS      PROJECTION      STATUS  ITEMS"
has "$out" "ByStatus  global  status:S  INCLUDE amount  ACTIVE      6"
run 0 indexes Orders -o names
same "$out" ByStatus
create Plain id:S
run 0 indexes Plain -o table
same "$out" ""
has "$err" "Plain has no secondary indexes"
run 0 call DeleteTable '{"TableName":"Plain"}'
run 1 indexes Nowhere
has "$err" "there is no table Nowhere here"
run 0 describe Orders
has "$out" '"TableName":"Orders"'
same "$(wc -l <<<"$out")" 1
run 0 describe Orders -o table
has "$out" "table        Orders"
has "$out" "keys         customerId S · orderId S"
has "$out" "index        ByStatus (global, ACTIVE)"
run 1 describe Orders Nowhere
run 64 describe Orders -o names

# ask: the line finds its index by itself
run 0 ask Orders 'status = "PENDING" and amount > 60 show orderId'
same "$(sort <<<"$out")" '{"orderId":"O2"}
{"orderId":"O3"}'
run 0 ask Orders status = '"PENDING"' --count
same "$out" 3
run 0 ask Orders 'customerId = "C1" descending' -n 1
has "$out" '"orderId":"O5"'
feed 0 'customerId = "C1" and orderId < "O5" show orderId' ask Orders -
same "$out" '{"orderId":"O1"}
{"orderId":"O3"}'
printf 'amount > 290' >line
run 0 ask Orders @line --typed
has "$out" '"amount":{"N":"300"}'
run 0 ask Orders 'status = "PENDING" and amount > 60' --plan
has "$out" "QUERY on ByStatus"
has "$out" "filter only: amount"
has "$out" "not the table:"
run 0 ask Orders 'amount > 60' --plan
has "$out" "SCAN"
run 0 ask Orders 'status = "PENDING"' --print aws
has "$out" "aws dynamodb query --table-name Orders --index-name ByStatus --key-condition-expression '#n0 = :v0'"
run 0 ask Orders 'status = "PENDING" show orderId' --print request
same "$(feed 0 "$out" call Query -; printf %s "$out" | grep -o '"Count":[0-9]*')" '"Count":3'
run 65 ask Orders 'status = "PENDING" and and'
has "$err" 'status = "PENDING" and and'
has "$err" "^"
run 65 ask Orders 'status = "PENDING" on Nowhere'
run 0 ask Orders 'status = PENDING'
same "$out" ""
has "$err" 'PENDING is taken for an attribute: text stands in quotes, as "PENDING"'
run 64 ask Orders 'a = 1' --plan --print aws
run 64 ask Orders 'a = 1' --print html
run 1 ask Nowhere 'a = 1'
run 66 ask Orders @nowhere

# PartiQL, to the end or to the limit
run 0 partiql 'SELECT orderId FROM "Orders" WHERE customerId = ?' --parameters '["C1"]'
same "$out" '{"orderId":"O1"}
{"orderId":"O3"}
{"orderId":"O5"}'
run 0 partiql 'SELECT orderId FROM "Orders" WHERE customerId = '"'C1'" -n 2
same "$out" '{"orderId":"O1"}
{"orderId":"O3"}'
run 0 partiql "INSERT INTO \"Orders\" VALUE {'customerId':'C9','orderId':'O9','tags':<<'a','b'>>}"
same "$out" ""
feed 0 "SELECT * FROM \"Orders\" WHERE customerId = 'C9'" partiql -
same "$out" '{"customerId":{"S":"C9"},"orderId":{"S":"O9"},"tags":{"SS":["a","b"]}}'
run 1 partiql 'SELECT'
has "$err" ValidationException
run 64 partiql ''
run 65 partiql 'SELECT * FROM "Orders"' --parameters '{"a":1}'
has "$err" "--parameters: an array is needed"
run 1 partiql "DELETE FROM \"Orders\" WHERE customerId = 'C9' AND orderId = 'O9'" --read-only

# update: words become placeholders, what came of it is printed
run 0 update Orders C1 O1 --set 'status = "SHIPPED"' --set "note = 'it''s'" --add 'amount = 1.5'
same "$out" '{"amount":51.5,"customerId":"C1","note":"it'"'"'s","orderId":"O1","status":"SHIPPED"}'
run 0 update Orders C1 O1 --set 'lines = [{"id": 1}]' --add 'tags = <<a b>>' --remove note
has "$out" '"tags":{"SS":["a","b"]}'
has_not "$out" note
run 0 update Orders C1 O1 --set 'lines[0].id = 2' --delete-from 'tags = <<a b>>'
run 0 update Orders C1 O1 --set 'lines = list_append(lines, [3])' --set 'empty = ""'
same "$out" '{"amount":51.5,"customerId":"C1","empty":"","lines":[{"id":2},3],"orderId":"O1","status":"SHIPPED"}'
run 1 update Orders C1 O1 --set 'status = "LOST"' --if 'amount > 100 and attribute_exists(lines)'
has "$err" ConditionalCheckFailedException
run 0 update Orders C1 O1 --set 'status = "LOST"' --if 'amount < 100 and attribute_exists(lines)'
run 0 update Orders '{"customerId":"C1","orderId":"O1"}' --update-expression 'SET #s = :s' --names '{"#s":"status"}' --values '{":s":"FOUND"}'
has "$out" '"status":"FOUND"'
run 64 update Orders C1 O1 --set 'status = SHIPPED'
has "$err" "text stands in quotes: 'SHIPPED'"
has "$err" "           ^~~~~~~"
run 64 update Orders C1 O1 --set 'status'
run 64 update Orders C1 O1 --set ''
run 64 update Orders C1 O1
has "$err" "change what?"
run 64 update Orders C1 O1 --set 'a = 1' --update-expression 'SET a = :b'
run 64 update Orders C1 O1 --set 'a = 1' --condition 'a = :b'
run 64 update Orders C1 --set 'a = 1'
run 1 update Nowhere C1 --set 'a = 1'
run 1 update Orders C1 O1 --set 'a = 1' --read-only

# the history of an item, from the stream
run 65 history Orders C1 O1
has "$err" "dynascope update-table Orders --stream NEW_AND_OLD_IMAGES"
run 0 update-table Orders --stream NEW_AND_OLD_IMAGES
run 0 update Orders C1 O1 --set 'status = "PAID"'
run 0 update Orders C1 O3 --set 'status = "PAID"'
run 0 delete Orders C1 O1
run 0 history Orders C1 O1
same "$(grep -o '"eventName":"[A-Z]*"' <<<"$out")" '"eventName":"MODIFY"
"eventName":"REMOVE"'
run 0 history Orders '{"customerId":"C1","orderId":"O3"}' --limit 1
has "$out" '"orderId":{"S":"O3"}'
run 64 history Orders '{"customerId":"C1","orderId":"O1"}' '{"customerId":"C1","orderId":"O3"}'

# named connections
mkdir -p "$XDG_CONFIG_HOME/dynascope"
run 0 connections
same "$out" ""
printf '[connection prod]\nprofile = p\n[connection local]\nendpoint-url = http://localhost:1\n' >"$XDG_CONFIG_HOME/dynascope/config"
run 0 connections
same "$out" 'prod
local'

# sessions and the sample store
run 64 --speed 4
run 64 --record a --replay b
run 64 --replay b --speed fast
run 0 demo
has "$out" "dynascope's sample store"
same "$(head -n 3 <<<"$out")" "$("$binary" --demo </dev/null | head -n 3)"
run 64 demo somewhere

# on a terminal, tables are no wider than it
if command -v script >/dev/null; then
    out=$(script -qec "stty cols 50; '$binary' tables -l" /dev/null </dev/null | tr -d '\r')
    has "$out" "…"
    [ "$(wc -L <<<"$out")" -le 50 ] || fail "wider than the terminal: $out"
fi
finish
