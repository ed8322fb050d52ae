# SPDX-License-Identifier: MIT
# What the walk-throughs share: the AWS CLI with a profile as tutorials make it, checks that go on
# after a failure. Usage: source functions/walk.sh BINARY; at the end: walk_end
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh" "$1"
# Python as Debian has it, with its boto3, and no other one
PATH=$(dirname "$(command -v node || echo /usr/bin/node)"):/usr/local/bin:/usr/bin:/bin
cli=/usr/bin/aws
[ -x "$cli" ] || skip "the AWS CLI is not installed (Debian's package awscli)"
command -v zip >/dev/null || skip "zip is not installed"
functions=$here/functions
export AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
# payloads as they are written: version 2 of the CLI takes base64 otherwise
mkdir -p "$folder/.aws"
for profile in lambda-cli-user localstack; do
    printf '[%s]\naws_access_key_id = test\naws_secret_access_key = test\n' "$profile" >>"$folder/.aws/credentials"
    printf '[profile %s]\nregion = us-east-1\noutput = json\ncli_binary_format = raw-in-base64-out\n' "$profile" >>"$folder/.aws/config"
done
failures=0

aws() { "$cli" --endpoint-url "$url" "$@"; }

fail() {
    printf 'FAILED: line %s: %s\n' "${BASH_LINENO[-2]}" "$*" >&2
    failures=$((failures + 1))
}

# shows JSON WORD…: the command's output is that (shown.py).
shows() {
    local wanted=$1 got
    shift
    got=$("$@" 2>&1) || {
        fail "$got"
        return
    }
    got=$(printf '%s' "${got:-null}" | /usr/bin/python3 "$here/shown.py" "$wanted" 2>&1) || fail "$got"
}

# The commands that print nothing when all went well.
silent() { shows null "$@"; }

# refused NAME WORD…: the command fails with an error of that name.
refused() {
    local name=$1 got
    shift
    got=$("$@" 2>&1) && fail "was not refused: $got"
    [[ $got == *"($name)"* ]] || fail "refused otherwise: $got"
}

# run WORD…: the command has to succeed; what it prints is not looked at.
run() {
    local got
    got=$("$@" 2>&1) || fail "$got"
}

# invoked JSON FUNCTION EVENT: what the function answers to the event.
invoked() {
    run aws lambda invoke --function-name "$2" --payload "$3" response.json
    shows "$1" cat response.json
}

# logged FUNCTION WORD [TIMES]: waits until so many events of its log have the word in them.
logged() {
    local tries=0 count
    until count=$(aws logs filter-log-events --log-group-name "/aws/lambda/$1" --filter-pattern "\"$2\"" \
        --query 'length(events)' --output text 2>/dev/null) && [ "${count:-0}" -ge "${3:-1}" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || {
            fail "$1 never logged $2"
            aws logs filter-log-events --log-group-name "/aws/lambda/$1" --query 'events[].message' >&2
            return
        }
        sleep 0.2
    done
}

# node_function NAME RUNTIME [WORD…]: a function from the file of its name.
node_function() {
    local name=$1 runtime=$2
    shift 2
    (cd "$functions" && zip -q "$folder/$name.zip" "$name.js")
    run aws lambda create-function --function-name "$name" --runtime "$runtime" --handler "$name.handler" \
        --role arn:aws:iam::000000000000:role/lambda-role --zip-file "fileb://$folder/$name.zip" "$@"
}

# http STATUS JSON WORD…: what curl gets. A body without a type would count as a form.
http() {
    local wanted=$1 shape=$2 got
    shift 2
    got=$(curl -s -o "$folder/body.json" -w '%{http_code}' -H 'Content-Type: application/json' "$@")
    [ "$got" = "$wanted" ] || fail "$got instead of $wanted: $(cat "$folder/body.json")"
    shows "$shape" cat "$folder/body.json"
}

walk_end() {
    stop_server
    [ "$failures" = 0 ]
}
