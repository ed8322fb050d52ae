#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Stores that cannot be opened: what is said of them, and that `check` looks where others refuse.
source "$(dirname "$0")/lib.sh" "$1"

run 0 generate Orders --count 300 -q -c store
run 0 check store

# cut off: refused by everything but check, which says where
cp -r store cut
truncate -s $(($(stat -c %s store/data.mdb) / 2)) cut/data.mdb
run 74 tables -c cut
has "$err" "dynascope check cut"
run 65 check cut
has "$out" "page"
has "$err" "finding"

# so little left that check cannot look either, which does not send to itself
truncate -s 100 cut/data.mdb
run 74 check cut
has "$err" "damaged beyond checking"
has_not "$err" "dynascope check"

# a load without syncing, and then the machine went down
cp -r store torn
echo 00000000-0000-0000-0000-000000000000 >torn/unsynced
run 74 tables -c torn
has "$err" "dynascope check torn"
run 0 check torn
same "$out" "no findings"
rm torn/unsynced
run 0 tables -c torn

# a load that was killed before it began
: >torn/unsynced
run 0 tables -c torn
[ ! -e torn/unsynced ] || fail "the marker of a load that never began is still there"

# no room: an error that names it, and no store that is lost for it
full() {
    local wanted=$1 limit=$2 code=0
    shift 2
    err=$( (ulimit -f "$limit" && exec "$binary" "$@") 2>&1 </dev/null) || code=$?
    [ "$code" = "$wanted" ] || fail "dynascope $* with $limit KiB ended with $code: $err"
}
full 74 0 generate Orders --count 10 --seed 2 -q --no-sync -c store
has "$err" "the disk is full"
[ ! -e store/unsynced ] || fail "a load without room left its marker"
full 74 300 generate More --count 9000 -q -c store
has "$err" "the disk is full"
has "$err" "the change was not written"
full 74 8 put Tab '{"a":"b"}' -c fresh
has "$err" "the disk is full"
run 0 check store
same "$out" "no findings"
run 0 scan Orders --count -c store
same "$out" 300
run 0 generate Orders --count 1 -q -c fresh

# damage that LMDB falls over: the last words name the remedy
mkfifo pipe
"$binary" import Tab pipe --format jsonl --key k -q 2>words &
reader=$!
exec 9>pipe
kill -SEGV "$reader"
wait "$reader" 2>/dev/null
[ "$?" -ne 0 ] || fail "a crash does not end as one"
exec 9>&-
if ! grep -q -e "dynascope check" -e Sanitizer words; then
    fail "a crash says nothing: $(cat words)"
fi
finish
