#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# generate and the sample store.
source "$(dirname "$0")/lib.sh" "$1"

for schema in orders users events wide; do
    run 0 generate "Table-$schema" --schema "$schema" --count 260
    has "$err" "260 items"
    run 0 scan "Table-$schema" --count
    same "$out" 260 "items of $schema"
done
run 0 generate Again --count 260 -q --no-sync
same "$err" ""
same "$("$binary" scan Again | LC_ALL=C sort | cksum)" \
    "$("$binary" scan Table-orders | LC_ALL=C sort | cksum)" "the same seed"
run 0 generate Other --count 260 --seed 2
[ "$("$binary" scan Other | cksum)" != "$("$binary" scan Again | cksum)" ] || fail "another seed"
run 0 generate Large --count 30 --size 10000 --partitions 1
run 0 query Large C000000 --count
same "$out" 30
run 0 tables -l
printf '%s\n' "$out" | grep -qE '^Large +30 +29[0-9] KB' || fail "sizes: $out"
run 64 generate Other --schema users
has "$err" "another key"
run 64 generate Other --schema nothing
run 64 generate Other --size 500000
run 64 generate Other --count -1
run 0 generate None --count 0
run 0 check
same "$out" "no findings"

# the sample store as text; nothing of it stays
run 0 --demo
for table in Users Orders EcommerceTable TasksTable Accounts Sessions Events AllTypes; do
    has "$out" "$table"
done
has "$out" 'customerId:S orderId:S'
has "$out" '"status":'
same "$(ls "$TMPDIR")" "" "what the sample store leaves behind"
run 64 --demo somewhere
finish
