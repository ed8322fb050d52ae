#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Keys are seen nowhere but in the signature: planted words are looked for in what is printed, in the
# command lines of all that is started, in files that are left, in a core file.
source "$(dirname "$0")/lib.sh" "$1"
failures=0
canary=CANARY7secret7key token=CANARY7session7token
mkdir -p "$folder/.aws" "$folder/bin" "$folder/work"
cd "$folder/work" || exit 1
start_server --trace

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    failures=$((failures + 1))
}

# try CODE WORD…: one run; neither output may name a key.
try() {
    local wanted=$1 code=0
    shift
    "$binary" "$@" >"$folder/out" 2>&1 </dev/null || code=$?
    [ "$code" = "$wanted" ] || fail "dynascope $* ended with $code, not $wanted: $(cat "$folder/out")"
    ! grep -q CANARY7 "$folder/out" || fail "dynascope $*: $(cat "$folder/out")"
}

# the environment
export AWS_ACCESS_KEY_ID=AKIDPLANTED AWS_SECRET_ACCESS_KEY=$canary AWS_SESSION_TOKEN=$token
try 0 tables -c "$url"
try 69 tables -c http://127.0.0.1:9
try 1 call PutItem '{"TableName":"None","Item":{"k":{"S":"a"}}}' -c "$url" --read-write
AWS_SESSION_TOKEN="$token
x" try 78 tables -c "$url"
AWS_ACCESS_KEY_ID= try 78 tables -c "$url"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN

# both files, whole and spoilt
printf '[default]\naws_access_key_id = AKIDPLANTED\naws_secret_access_key = %s\naws_session_token = %s\n' $canary $token >"$folder/.aws/credentials"
try 0 tables -c "$url"
printf '[default]\naws_access_key_id = AKIDPLANTED\naws_secret_access_key = %s\001\n' $canary >"$folder/.aws/credentials"
try 78 tables -c "$url" --profile default
printf '[default]\naws_secret_access_key %s\n' $canary >"$folder/.aws/credentials"
try 78 tables -c "$url"
rm "$folder/.aws/credentials"

# a program that prints keys, and one that prints half of them
printf '#!/bin/sh\ncat "$HOME/answer"\n' >"$folder/bin/keys"
chmod 700 "$folder/bin/keys"
printf '[profile p]\ncredential_process = %s/bin/keys\n' "$folder" >"$folder/.aws/config"
printf '{"Version":1,"AccessKeyId":"AKIDPLANTED","SecretAccessKey":"%s","SessionToken":"%s"}' $canary $token >"$folder/answer"
try 0 tables -c "$url" --profile p
printf '{"Version":1,"AccessKeyId":"AKIDPLANTED","SecretAccessKey":"%s"' $canary >"$folder/answer"
try 78 tables -c "$url" --profile p

# the AWS CLI: what it is asked has no keys in it, and what it says is passed on
printf '[profile sso]\nsso_session = s\n' >"$folder/.aws/config"
printf '#!/bin/sh\ntr "\\0" " " </proc/$$/cmdline >"$HOME/asked"\ncat "$HOME/answer"\n' >"$folder/bin/aws"
chmod 700 "$folder/bin/aws"
printf '{"Version":1,"AccessKeyId":"AKIDPLANTED","SecretAccessKey":"%s","SessionToken":"%s"}' $canary $token >"$folder/answer"
PATH=$folder/bin:$PATH try 0 tables -c "$url" --profile sso
grep -q 'configure export-credentials --format process --profile=sso' "$folder/asked" || fail "asked: $(cat "$folder/asked")"
printf '#!/bin/sh\necho "The SSO session has expired" >&2\nexit 255\n' >"$folder/bin/aws"
PATH=$folder/bin:$PATH try 78 tables -c "$url" --profile sso
grep -q 'The SSO session has expired' "$folder/out" && grep -q 'aws sso login --profile sso' "$folder/out" || fail "$(cat "$folder/out")"
PATH=/usr/bin:/bin try 78 tables -c "$url" --profile nobody

# a process that dies while it holds keys leaves no core file
export AWS_ACCESS_KEY_ID=AKIDPLANTED AWS_SECRET_ACCESS_KEY=$canary AWS_SESSION_TOKEN=$token
ulimit -c unlimited 2>/dev/null # before they start: what is 0 later was made so by them
kill -STOP "$server" # so that the request is under way for as long as it takes
"$binary" tables -c "$url" >"$folder/out" 2>&1 &
victim=$!
limit= tries=0
until [ "$limit" = 0 ] || [ "$limit" = 1 ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] && kill -0 $victim 2>/dev/null || { fail "a core file of $limit bytes may be written"; break; }
    limit=$(sed -n 's/^Max core file size *\([0-9a-z]*\) .*/\1/p' /proc/$victim/limits 2>/dev/null)
    sleep 0.05
done
kill -SEGV $victim
wait $victim 2>/dev/null
# whether this machine writes core files at all, where they would be found
sh -c 'kill -SEGV $$' 2>/dev/null
ls "$folder/work"/core* >/dev/null 2>&1 || echo "no core files are written here: their limits are all that was looked at"
rm -f "$folder/work"/core*
"$binary" tables -c "$url" >"$folder/out" 2>&1 &
victim=$! tries=0
until grep -q '^Max core file size *[01] ' /proc/$victim/limits 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] && kill -0 $victim 2>/dev/null || break
    sleep 0.05
done
kill -ABRT $victim
wait $victim 2>/dev/null
! ls "$folder/work"/core* >/dev/null 2>&1 || fail "a core file was written: $(grep -c CANARY7 "$folder/work"/core*) lines with keys"
kill -CONT "$server"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
stop_server
rm -f "$folder/answer"
found=$(grep -rl CANARY7 "$folder" 2>/dev/null)
[ -z "$found" ] || fail "a key is left in: $found"
[ $failures = 0 ]
