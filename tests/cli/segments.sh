#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scan and export in segments and at a rate, on a store and over HTTP: the same items in any number of
# segments, limits that are exact, where it goes on, and what it refuses.
source "$(dirname "$0")/lib.sh" "$1"

run 0 -c here generate Orders --count 3000 --seed 5 -q
run 0 -c here generate Few --count 3 --seed 5 -q
"$binary" -c here scan Orders --typed | sort >all

# all_of FILE WHAT: it holds all items, in any order
all_of() {
    sort "$1" | cmp -s - all || fail "$2: not the same items, but $(wc -l <"$1") of them"
}

"$binary" serve here --port 0 >served 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
until grep -q 'http://' served; do kill -0 $server || break; done
url=$(sed -n 's,^dynascope serve: \(http://[^ ]*\).*,\1,p' served | head -n 1)

for place in here "$url"; do
    for segments in 1 4 16 64; do
        run 0 -c "$place" scan Orders --typed --segments $segments --page-size 100
        all_of .out "$segments segments of $place"
    done
    run 0 -c "$place" scan Few --segments 16
    same "$(printf '%s\n' "$out" | wc -l)" 3 "items in few of the segments"
    run 0 -c "$place" scan Orders --total-segments 4 --count
    same "$out" 3000 "items that are counted"
    for limit in 1 5 100 2999; do
        run 0 -c "$place" scan Orders --segments 4 --limit $limit --page-size 50
        same "$(printf '%s\n' "$out" | wc -l)" $limit "items up to --limit"
        run 0 -c "$place" scan Orders --segments 4 --limit $limit --count
        same "$out" $limit "items that are counted up to --limit"
    done

    filter=(--filter '#s = :s' --names '{"#s":"status"}' --values '{":s":"SHIPPED"}')
    run 0 -c "$place" scan Orders "${filter[@]}" --projection customerId,orderId
    sort .out >wanted
    run 0 -c "$place" scan Orders "${filter[@]}" --projection customerId,orderId --segments 8
    sort .out | cmp -s - wanted || fail "other items match in segments"
    run 0 -c "$place" scan Orders "${filter[@]}" --segments 8 --limit 20 --page-size 30
    same "$(printf '%s\n' "$out" | grep -c SHIPPED)" 20 "matches up to --limit"

    run 0 -c "$place" export Orders all.jsonl --typed --segments 8
    all_of all.jsonl "an export in segments of $place"
    rm all.jsonl
    run 0 -c "$place" scan Orders --typed --rate 100000
    all_of .out "at a rate"

    # an error of all segments is told once, and half an export has no name
    run 1 -c "$place" scan Nothing --segments 16
    same "$(printf '%s\n' "$err" | wc -l)" 1 "lines of an error"
    run 1 -c "$place" export Orders bad.jsonl --segments 4 --filter 'a ='
    [ ! -e bad.jsonl ] || fail "half an export has its name"

    # stopped in the middle: at once, and what was printed is whole
    rm -f part
    "$binary" -c "$place" scan Orders --segments 4 --rate 40 >part 2>part.err &
    scanner=$!
    until [ -s part ] || ! kill -0 $scanner; do :; done
    kill -TERM $scanner
    code=0
    wait $scanner || code=$?
    same $code 143 "a scan that was stopped"
    while read -r line; do
        [ "${line:0:1}${line: -1}" = '{}' ] || fail "half a line: $line"
    done <part

    # who reads no more ends it
    "$binary" -c "$place" scan Orders --segments 4 | head -n 1 >part
    same "$(wc -l <part)" 1 "a line that was read"

    # a budget: what was paid for is printed, and all parts together are everything
    code=0
    "$binary" -c "$place" scan Orders --typed --segments 4 --page-size 100 --budget 60 \
        >part 2>part.err || code=$?
    same $code 75 "out of the budget"
    grep -o -- "--total-segments.*" part.err >places
    [ "$(wc -l <places)" -gt 0 ] || fail "no word of how to go on: $(cat part.err)"
    while read -r words; do
        eval "\"\$binary\" -c \"\$place\" scan Orders --typed $words" >>part || fail "$words"
    done <places
    all_of part "what was printed, and what was gone on with"
done

run 64 -c here scan Orders --segments 65
has "$err" "1 to 64 segments"
run 64 -c here scan Orders --segments 0
run 64 -c here scan Orders --rate 0
run 64 -c here scan Orders --segments 4 --exclusive-start-key '{"customerId":"a","orderId":"b"}'
has "$err" "--segment"
run 64 -c here query Orders a --segments 4
run 0 -c here scan Orders --segment 2 --total-segments 1000 --rate 100000

finish
