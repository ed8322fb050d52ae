#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# boto3: the resource interface, paginators, binary, decimals, threads; signatures that are verified.
source "$(dirname "$0")/lib.sh" "$1"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "boto3 is not installed (Debian's package python3-boto3)"
start_server
/usr/bin/python3 "$here/boto3_items.py" "$url" || exit 1
stop_server
printf '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalr/K7MDENG+bPx\n' >"$folder/keys"
chmod 600 "$folder/keys"
start_server --keys "$folder/keys"
/usr/bin/python3 "$here/boto3_keys.py" "$url" || exit 1
stop_server
