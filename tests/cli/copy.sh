#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# copy: a table with all that belongs to it, also after kills at any point; what it refuses.
source "$(dirname "$0")/lib.sh" "$1"

run 0 -c here generate Orders --count 3000 -q
run 0 -c here call UpdateTable '{"TableName":"Orders",
    "AttributeDefinitions":[{"AttributeName":"status","AttributeType":"S"}],
    "GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"ByStatus",
        "KeySchema":[{"AttributeName":"status","KeyType":"HASH"}],
        "Projection":{"ProjectionType":"KEYS_ONLY"}}}]}'
run 0 -c here call UpdateTable '{"TableName":"Orders",
    "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}'
run 0 -c here call UpdateTimeToLive '{"TableName":"Orders",
    "TimeToLiveSpecification":{"Enabled":true,"AttributeName":"ttl"}}'

# same_items STORE TABLE: as in here, item by item
same_items() {
    "$binary" -c here scan Orders --typed | sort >items-here
    "$binary" -c "$1" scan "$2" --typed | sort >items-there
    cmp -s items-here items-there || fail "$1 $2 has other items"
}

run 0 copy here Orders there
has "$err" "3,000 items copied"
has "$err" "verified: the copy is what was read"
has_not "$err" "meanwhile"
same_items there Orders
run 0 -c there tables --long
has "$out" "ByStatus"
has "$out" "NEW_IMAGE"
has "$out" "ttl"
run 0 -c there scan Orders --index ByStatus --count
same "$out" 3000 "entries of the index"
run 0 -c there stream Orders
same "$out" "" "the copying itself is no news"
run 0 check -c there

run 64 copy here Orders there
has "$err" "--merge"
run 64 copy here Orders here
run 64 copy here Orders there --total-segments 65 --merge
run 66 copy nowhere Orders there
run 1 copy here Nothing there
run 0 copy here Orders here --as Twin -q
same_items here Twin
run 0 -c here put Orders '{"customerId":"C","orderId":"new"}'
run 0 copy here Orders there --merge
has "$err" "not verified"
same_items there Orders
run 0 -c there call DeleteTable '{"TableName":"Orders"}'
run 0 -c there call CreateTable '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}'
run 64 copy here Orders there --merge
has "$err" "another key"

# kills: whenever the place that was noted down has moved on
kills=0
while :; do
    resume=
    [ $kills -gt 0 ] && resume=--resume
    "$binary" copy here Orders killed $resume --rate 1500 -q 2>kill.err &
    copier=$!
    noted=$(cat state/dynascope/copy/* 2>/dev/null)
    while kill -0 $copier 2>/dev/null; do
        now=$(cat state/dynascope/copy/* 2>/dev/null)
        if [ -n "$now" ] && [ "$now" != "$noted" ] && [ $kills -lt 5 ]; then
            kill -9 $copier
            kills=$((kills + 1))
            break
        fi
    done
    code=0
    wait $copier 2>/dev/null || code=$?
    # killed behind its end, with nothing left to note, it was complete
    [ $code = 137 ] && [ -n "$(ls state/dynascope/copy)" ] && continue
    [ $code = 137 ] || [ $code = 0 ] || fail "the copy ended with $code: $(cat kill.err)"
    break
done
[ $kills -ge 1 ] || fail "it was never killed"
same_items killed Orders
run 0 check -c killed
[ -z "$(ls state/dynascope/copy)" ] || fail "a place is still noted"

# interrupt STORE: a copy to it is killed when it has come a little way
interrupt() {
    "$binary" copy here Orders "$1" --rate 500 -q 2>/dev/null &
    copier=$!
    while kill -0 $copier 2>/dev/null; do
        grep -qs '^segment [0-9]* [1-9]' state/dynascope/copy/* && break
    done
    kill -9 $copier
    wait $copier 2>/dev/null
}

# what is written to the source after it was read is missing, and that is said
interrupt behind
for i in $(seq 200); do echo '{"customerId":"late'$i'","orderId":"1"}'; done >late
run 0 -c here put Orders @late
run 0 copy here Orders behind --resume
has "$err" "verified: the copy is what was read"
has "$err" "written to meanwhile: copy again with --merge"
run 0 copy here Orders behind --merge -q
same_items behind Orders

# a copy that was written to by others is refused once; nothing goes on from it
interrupt spoiled
run 0 -c spoiled put Orders '{"customerId":"other","orderId":"1"}'
run 65 copy here Orders spoiled --resume
has "$err" "Delete the table Orders of spoiled and copy again"
run 64 copy here Orders spoiled --resume
has "$err" "has a table Orders already"
run 0 -c spoiled call DeleteTable '{"TableName":"Orders"}'
run 0 copy here Orders spoiled
same_items spoiled Orders

# one place has many names
for other in http://localhost:1 'http://[::1]:1' http://127.0.0.1:1/; do
    run 64 copy http://127.0.0.1:1 Orders "$other"
    has "$err" "onto itself"
done

mkdir -p "$XDG_CONFIG_HOME/dynascope"
printf '[connection desk]\nendpoint-url = http://127.0.0.1:1\n[connection box]\nstore = %s/here\n' "$folder" \
    >"$XDG_CONFIG_HOME/dynascope/config"
for ends in "desk http://localhost:1/" "http://127.0.0.1:1 desk" "box here" "$folder/here box" "box ./here/."; do
    run 64 copy ${ends% *} Orders ${ends#* }
    has "$err" "onto itself" "$ends"
done
run 0 copy box Orders here --as Triplet -q
same_items here Triplet
rm "$XDG_CONFIG_HOME/dynascope/config"

# a place belongs to the stores themselves: the same words in another folder are another copy
mkdir -p one two
for place in one two; do
    (cd $place && "$binary" -c from generate Orders --count 300 --seed 1 -q)
done
cd two
run 0 -c to generate Orders --count 10 --seed 2 -q
cd ../one
"$binary" copy from Orders to --rate 50 -q 2>/dev/null &
copier=$!
while kill -0 $copier && [ -z "$(ls ../state/dynascope/copy)" ]; do :; done
kill -9 $copier
wait $copier 2>/dev/null
cd ../two
run 64 copy from Orders to --resume
has "$err" "has a table Orders already"
cd ../one
run 0 copy from Orders to --resume
has "$err" "verified: the copy is what was read"
cd ..

finish
