#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The other way round: dynascope as the client, its signatures verified by botocore, an independent
# implementation; and by the program's own server, with keys.
source "$(dirname "$0")/lib.sh" "$1"
/usr/bin/python3 -c 'import botocore' 2>/dev/null || skip "botocore is not installed (Debian's package python3-boto3)"
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY='wJalr/K7MDENG+bPxRfi=CYEX'
failures=0
/usr/bin/python3 "$here/signatures.py" "$AWS_SECRET_ACCESS_KEY" >"$folder/verified" 2>"$folder/log" &
verifier=$!
trap 'kill $verifier 2>/dev/null; stop_server; rm -rf "$folder"' EXIT
until [ -s "$folder/verified" ]; do
    kill -0 $verifier 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
port=$(head -n 1 "$folder/verified")

# call CONNECTION BODY WORD…: one operation, which has to be found well signed.
call() {
    local connection=$1 body=$2
    shift 2
    "$binary" call GetItem "$body" -c "$connection" "$@" >"$folder/out" 2>&1 && [ "$(cat "$folder/out")" = '{}' ] || {
        printf 'FAILED: %s %.80s: %s\n' "$connection" "$body" "$(cat "$folder/out")" >&2
        failures=$((failures + 1))
    }
}

get='{"TableName":"Tab","Key":{"k":{"S":"a"}}}'
for connection in "http://127.0.0.1:$port" "http://localhost:$port/" "http://LocalHost:$port/a/b/" "http://127.0.0.1:$port/a-b_c.d~e"; do
    call "$connection" "$get"
    call "$connection" '{"TableName":"Täb","Key":{"k":{"S":"日本語 \u0000 \" + / ="}}}' --region cn-north-1
done
head -c 3000000 /dev/zero | tr '\0' x >"$folder/large"
printf '{"TableName":"%s"}' "$(cat "$folder/large")" >"$folder/body"
call "http://127.0.0.1:$port" "@$folder/body"
for length in 1 200 4000 9000; do
    AWS_SESSION_TOKEN=$(head -c $length /dev/zero | tr '\0' T)+/= call "http://127.0.0.1:$port" "$get"
done
[ "$(grep -c ^good "$folder/verified")" = 13 ] && ! grep -q BAD "$folder/verified" || {
    cat "$folder/verified" "$folder/log" >&2
    failures=$((failures + 1))
}

printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >"$folder/keys"
chmod 600 "$folder/keys"
start_server --keys "$folder/keys"
"$binary" tables -c "$url" || failures=$((failures + 1))
said=$(AWS_SECRET_ACCESS_KEY=wrong "$binary" tables -c "$url" 2>&1) && failures=$((failures + 1))
case $said in
*InvalidSignatureException*) ;;
*) printf 'FAILED: %s\n' "$said" >&2 && failures=$((failures + 1)) ;;
esac
stop_server
[ $failures = 0 ]
