#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The server as a process: its first line, its end, its exit codes, --read-only, --trace, --keys.
source "$(dirname "$0")/lib.sh" "$1"
failures=0

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    failures=$((failures + 1))
}

# call OPERATION BODY: $answer is what comes back, head and body.
call() {
    local port=${url##*:}
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' >&3
    printf 'Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810.%s\r\n' "$1" >&3
    printf 'X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 ' >&3
    printf 'Credential=a/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\n' >&3
    printf 'Content-Length: %d\r\n\r\n%s' "${#2}" "$2" >&3
    answer=$(cat <&3)
    exec 3<&-
}

has() { [[ $1 == *"$2"* ]] || fail "«$1» has no «$2»"; }

# ends CODE TEXT WORD…: such a server does not start.
ends() {
    local wanted=$1 text=$2 code=0 said
    shift 2
    said=$("$binary" serve "$@" 2>&1 >/dev/null) || code=$?
    [ "$code" = "$wanted" ] || fail "serve $* ended with $code, not $wanted"
    has "$said" "$text"
}

table='{"TableName":"Music","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}'
start_server --trace
has "$(cat "$folder/ready")" "dynascope serve: http://127.0.0.1:"
has "$(cat "$folder/ready")" " · $folder/store (new store) (Ctrl-C stops)"
call CreateTable "$table"
has "$answer" '"TableStatus":"CREATING"'
has "$(cat "$folder/log")" ' CreateTable Music 200 '
ends 75 'is taken' "$folder/other" --port "${url##*:}"
has "$("$binary" tables -c "$folder/store")" Music
stop_server

start_server --read-only
call DeleteTable '{"TableName":"Music"}'
has "$answer" AccessDeniedException
call DescribeTable '{"TableName":"Music"}'
has "$answer" '"TableStatus":"ACTIVE"'
stop_server

ends 64 '--keys' "$folder/store" --host 0.0.0.0 --port 0
ends 64 'ports end at 65535' "$folder/store" --port 70000
ends 64 'the address to listen on' "$folder/store" --host example.invalid
printf '[a]\naws_access_key_id=k\naws_secret_access_key=canary\n' >"$folder/keys"
chmod 644 "$folder/keys"
ends 78 'chmod 600' "$folder/store" --port 0 --keys "$folder/keys"
chmod 600 "$folder/keys"
start_server --host 0.0.0.0 --keys "$folder/keys"
has "$(cat "$folder/ready")" " · $folder/store (Ctrl-C stops)"
call ListTables '{}'
has "$answer" 'Signature expired'
grep -rq canary "$folder/log" "$folder/ready" && fail 'a secret was told'
stop_server
[ "$failures" = 0 ]
