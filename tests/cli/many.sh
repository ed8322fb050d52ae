#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# delete-items, update-items, undo: many items at once, guarded, and taken back.
source "$(dirname "$0")/lib.sh" "$1"

create Tab k:S s:N
for i in $(seq 1 200); do
    echo '{"k":"p'$((i % 4))'","s":'"$i"',"kind":"'$((i % 2))'","n":1}'
done >items.jsonl
run 0 put Tab @items.jsonl
count() {
    run 0 scan Tab --count
    same "$out" "$1" "items left"
}

# which items, has to be said
run 64 delete-items Tab --yes
has "$err" "which items?"
run 64 delete-items Tab items.jsonl --yes
has "$err" "from @FILE or -"
run 64 delete-items Tab - --filter-expression 'kind = :k' --yes
run 64 delete-items Tab --unchanged --filter-expression 'attribute_exists(k)' --yes
run 64 delete-items Tab --filter-expression 'kind = :k' --values '{":k":"1"}'
has "$err" "without a terminal --yes says so"
run 66 delete-items Nowhere -c "$folder/none" - --dry-run
count 200

# what would be done
run 0 delete-items Tab --filter-expression 'kind = :k' --values '{":k":"1"}' --dry-run
has "$err" "100 items would be deleted"
count 200

# by a filter, and back
run 0 delete-items Tab --filter-expression 'kind = :k' --values '{":k":"1"}' --yes
has "$err" "100 items deleted in"
undo=${err##*\'dynascope undo }
undo=${undo%%\'*}
[ -s "$undo" ] || fail "no undo file: $err"
same "$(stat -c %a "$undo")" 600 "rights of the undo file"
count 100
run 0 put Tab '{"k":"p1","s":1,"kind":"mine"}'
run 1 undo "$undo"
has "$err" "99 items taken back"
has "$err" "1 kept: they have changed"
has "$err" "p1 · 1"
count 200
run 0 get Tab p1 1
same "$out" '{"k":"p1","kind":"mine","s":1}'

# by a key condition, of an index too
run 0 delete-items Tab --key-condition-expression 'k = :k AND s < :s' \
    --values '{":k":"p2",":s":20}' --yes --quiet
same "$err" ""
count 195

# keys in lines; those that are not there are counted
feed 0 '{"k":"p3","s":3,"more":"ignored"}

{"k":{"S":"p3"},"s":{"N":"7"}}
{"k":"p3","s":100003}
' delete-items Tab - --yes
has "$err" "2 items deleted"
has "$err" "1 not there"
count 193
feed 65 '{"k":"p0","s":4}
{"k":"p0"}' delete-items Tab - --yes
has "$err" "line 2"
has "$err" "lacks a key attribute"
count 193

# only what is still as it was printed
run 0 scan Tab --filter-expression 'k = :k' --values '{":k":"p0"}'
printf '%s\n' "$out" >seen.jsonl
same "$(wc -l <seen.jsonl)" 50 "lines"
run 0 put Tab '{"k":"p0","s":8,"kind":"changed"}'
run 1 delete-items Tab @seen.jsonl --unchanged --yes
has "$err" "49 items deleted"
has "$err" "1 kept: they have changed"
count 144

# changes
run 1 update-items Tab 'SET n = ' --filter-expression 'attribute_exists(n)' --yes
has "$err" "SET n ="
run 65 update-items Tab 'SET k = "x"' --filter-expression 'attribute_exists(n)' --yes
has "$err" "k is a key attribute"
run 0 update-items Tab 'SET n = n + 41, state = "done" REMOVE kind' \
    --filter-expression 'attribute_exists(n)' --yes
has "$err" "142 items changed"
undo=${err##*\'dynascope undo }
undo=${undo%%\'*}
run 0 get Tab p3 11
same "$out" '{"k":"p3","n":42,"s":11,"state":"done"}'
run 0 update-items Tab 'SET n = 42' --filter-expression 'attribute_exists(n)' --yes
has "$err" "142 had nothing to change"
run 0 undo "$undo" --dry-run
has "$err" "142 items would be taken back"
run 0 undo "$undo"
run 0 get Tab p3 11
same "$out" '{"k":"p3","kind":"1","n":1,"s":11}'
feed 0 '{"k":"new","s":1}' update-items Tab 'SET n = 1' - --yes
has "$err" "1 not there"
count 144

# files that are none
run 74 undo "$folder/nothing"
: >empty
run 65 undo empty
has "$err" "nothing to take back"
echo '{"Table":"Tab"' >damaged
run 65 undo damaged
has "$err" "line 1 of the undo file"

# read-only
run 1 delete-items Tab --filter-expression 'attribute_exists(k)' --yes --read-only
has "$err" "this connection is read-only"
count 144

# through an index that has the keys only: what it says is where items are, and they move meanwhile
run 0 call CreateTable '{"TableName":"Indexed","BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},
    {"AttributeName":"st","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"GlobalSecondaryIndexes":[{
    "IndexName":"BySt","KeySchema":[{"AttributeName":"st","KeyType":"HASH"}],
    "Projection":{"ProjectionType":"KEYS_ONLY"}}]}'
feed 0 "$(for i in $(seq 1 90); do echo '{"id":"i'"$i"'","st":"s'$((i % 3))'","v":'"$i"'}'; done)" \
    put Indexed -
run 0 update-items Indexed 'SET st = "moved", v = v + 1' --index-name BySt \
    --key-condition-expression 'st = :s' --values '{":s":"s1"}' --yes
has "$err" "30 items changed"
run 0 query Indexed --index-name BySt moved --count
same "$out" 30 "moved"
run 0 delete-items Indexed --index-name BySt --key-condition-expression 'st = :s' \
    --values '{":s":"moved"}' --yes
has "$err" "30 items deleted"
run 0 scan Indexed --count
same "$out" 60 "left"
run 64 delete-items Indexed --index-name Nowhere --filter-expression 'attribute_exists(id)' --yes

# CSV out, and in again
create Csv id:S
feed 0 '{"id":"a","n":1,"text":"x,y"}
{"id":"b","list":[1,2],"yes":true}' put Csv -
run 0 export Csv out.csv
same "$(cat out.csv)" $'id,list,yes,n,text\r\nb,"[1,2]",true,,\r\na,,,1,"x,y"\r' "CSV"
run 0 import Again out.csv --key id
run 0 get Again a
same "$out" '{"id":"a","n":1,"text":"x,y"}'
run 64 export Csv out.csv --total-segments 2
has "$err" "CSV is written from one reading"
[ "$(ls out.csv*)" = out.csv ] || fail "something is left beside out.csv"
finish
