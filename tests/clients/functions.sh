#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# boto3 and version 3 of the SDK for JavaScript as clients of Lambda: make, map, invoke, read the log,
# change, remove; boto3 with signatures that are verified, too.
source "$(dirname "$0")/lib.sh" "$1"
PATH=$(dirname "$(command -v node || echo /usr/bin/node)"):/usr/local/bin:/usr/bin:/bin
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "boto3 is not installed (Debian's package python3-boto3)"
command -v node >/dev/null || skip "Node.js is not installed"
start_server
/usr/bin/python3 "$here/boto3_functions.py" "$url" || exit 1
stop_server
printf '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalr/K7MDENG+bPx\n' >"$folder/keys"
chmod 600 "$folder/keys"
start_server --keys "$folder/keys"
AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalr/K7MDENG+bPx /usr/bin/python3 "$here/boto3_functions.py" "$url" || exit 1
/usr/bin/python3 "$here/boto3_functions.py" "$url" 2>"$folder/refused" && exit 1
grep -q 'UnrecognizedClientException' "$folder/refused" || {
    cat "$folder/refused" >&2
    exit 1
}
stop_server
npm_packages js-lambda @aws-sdk/client-lambda@3 @aws-sdk/client-dynamodb@3
start_server
NODE_PATH=$modules/node_modules node "$here/javascript_functions.cjs" "$url" || exit 1
stop_server
