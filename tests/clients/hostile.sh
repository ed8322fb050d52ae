#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A server under attack: what no client sends, peers that hang up, tables that go away meanwhile, and a
# signal in the middle of it all. It answers, leaks nothing (under AddressSanitizer), loses no write.
source "$(dirname "$0")/lib.sh" "$1"
[ -x /usr/bin/python3 ] || skip "python3 is not installed"
start_server
/usr/bin/python3 -B "$here/hostile.py" attack "$url" "$folder/tokens" || exit 1
stop_server

# tokens of another store
mv "$folder/store" "$folder/other"
start_server
/usr/bin/python3 -B "$here/hostile.py" foreign "$url" "$folder/tokens" || exit 1
stop_server

start_server
/usr/bin/python3 -B "$here/hostile.py" end "$url" "$folder/acknowledged" "$server" || exit 1
wait "$server" || {
    printf 'the server ended with %s: %s\n' "$?" "$(cat "$folder/log")" >&2
    exit 1
}
server=
start_server
/usr/bin/python3 -B "$here/hostile.py" verify "$url" "$folder/acknowledged" || exit 1
stop_server
"$binary" check "$folder/store" && "$binary" check "$folder/other"
