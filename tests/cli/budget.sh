#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A budget of capacity: where a run stops, what it says, how it goes on; on a store and over HTTP.
source "$(dirname "$0")/lib.sh" "$1"

run 0 -c here generate Orders --count 3000 --seed 3 -q
run 0 -c here scan Orders --typed
same_all=$(printf '%s\n' "$out" | sort)

# scan_on CONNECTION: to the end, a budget at a time; how many runs that took is in $runs
scan_on() {
    local code key= got=
    runs=0
    while :; do
        code=0
        out=$("$binary" -c "$1" scan Orders --typed --page-size 400 --budget 30 \
            ${key:+--exclusive-start-key "$key"} 2>.err) || code=$?
        err=$(cat .err)
        got+="$out"$'\n'
        runs=$((runs + 1))
        [ $code = 75 ] || break
        has "$err" "the budget is spent: "
        has "$err" " of 30 capacity units; a larger --budget goes further"
        has "$err" "to go on: --exclusive-start-key '{"
        key=${err#*--exclusive-start-key \'}
        key=${key%%\'*}
    done
    [ $code = 0 ] || fail "the last scan of $1 ended with $code: $err"
    same "$(printf '%s' "$got" | sort | sed '/^$/d')" "$same_all" "all parts together"
    [ $runs -gt 2 ] || fail "$1 took $runs runs only"
}

scan_on here
store_runs=$runs

"$binary" serve here --port 0 >served 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
until grep -q 'http://' served; do kill -0 $server || break; done
url=$(sed -n 's,^dynascope serve: \(http://[^ ]*\).*,\1,p' served | head -n 1)
scan_on "$url"
same "$runs" "$store_runs" "runs over HTTP"

# the file's own, and the option that wins over it
mkdir -p "$XDG_CONFIG_HOME/dynascope"
printf '[connection desk]\nendpoint-url = %s\nread-only = no\nbudget = 2.5\n' "$url" \
    >"$XDG_CONFIG_HOME/dynascope/config"
run 75 -c desk scan Orders --page-size 10 --count
has "$err" " of 2.5 capacity units"
run 0 -c desk scan Orders --count --budget 100000
same "$out" 3000
run 0 -c desk scan Orders --limit 3
run 75 -c desk export Orders all.jsonl --page-size 100
has_not "$err" "exclusive-start-key"
[ ! -e all.jsonl ] || fail "half an export has its name"

# writes: what was not sent is not there, and the rest comes by --resume
"$binary" -c here scan Orders >all.jsonl
run 75 -c desk import Copied all.jsonl --key customerId --sort-key orderId -q --budget 500
has "$err" "--resume"
run 0 -c desk scan Copied --count --budget 100000
[ "$out" -gt 0 ] && [ "$out" -lt 3000 ] || fail "$out items after the budget was spent"
run 0 -c desk import Copied all.jsonl --key customerId --sort-key orderId -q --budget 100000 --resume
run 0 -c desk scan Copied --count --budget 100000
same "$out" 3000

run 75 copy here Orders there --budget 100
has "$err" "--resume"
run 0 copy here Orders there --budget 100000 --resume
has "$err" "3,000 items copied"

# what is no budget
for wrong in 0 -1 1e3 . 1. .5 0.0001 9999999999999 '' x; do
    run 64 -c here scan Orders --budget="$wrong"
    has "$err" "--budget: a budget is a number of capacity units"
done
printf '[connection desk]\nstore = %s/here\nbudget = much\n' "$folder" \
    >"$XDG_CONFIG_HOME/dynascope/config"
run 78 -c desk scan Orders
has "$err" "config"

finish
