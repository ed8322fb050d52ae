#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Stream handlers as documents have them, unmodified, with real SDKs that write back into the store
# they are triggered by: version 2 for JavaScript and a boto3 that reads no endpoint from the
# environment, version 3, a bundle made of TypeScript.
source "$(dirname "$0")/lib.sh" "$1"
npm_packages js-sdk2 aws-sdk@2
sdk2=$modules/node_modules
npm_packages js-handlers @aws-sdk/client-dynamodb@3 @aws-sdk/lib-dynamodb@3 \
    @aws-lambda-powertools/logger@2 esbuild@0
sdk3=$modules/node_modules
export NODE_PATH=$sdk2:$sdk3 XDG_STATE_HOME=$folder/state
# the dispatcher of several versions of Python that may stand in PATH takes longer than Python does
export PATH=/usr/bin:$PATH
store=$folder/store
code=$folder/code
mkdir -p "$code" && cp -r "$here"/handlers/. "$code"

die() {
    printf '%s\n' "$*" >&2
    cat "$folder/log" >&2
    exit 1
}

ds() { "$binary" "$@" -c "$store" || die "dynascope $* failed"; }

table() { # table NAME HASH [RANGE]
    local keys="{\"AttributeName\":\"$2\",\"KeyType\":\"HASH\"}"
    local names="{\"AttributeName\":\"$2\",\"AttributeType\":\"S\"}"
    [ $# -lt 3 ] || keys+=",{\"AttributeName\":\"$3\",\"KeyType\":\"RANGE\"}"
    [ $# -lt 3 ] || names+=",{\"AttributeName\":\"$3\",\"AttributeType\":\"S\"}"
    ds call CreateTable "{\"TableName\":\"$1\",\"KeySchema\":[$keys],
        \"AttributeDefinitions\":[$names],\"BillingMode\":\"PAY_PER_REQUEST\",
        \"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}" >/dev/null
}

put() { # put TABLE ITEM
    ds call PutItem "{\"TableName\":\"$1\",\"Item\":$2}" >/dev/null
}

# logs_say NAME TEXT: waits until the function's log has it.
logs_say() {
    local tries=0
    until "$binary" trigger logs "$1" -c "$store" 2>/dev/null | grep -qF -- "$2"; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || die "$1 never said '$2': $("$binary" trigger logs "$1" -c "$store")"
        sleep 0.1
    done
}

# item_has TABLE KEY TEXT: waits until the item has it.
item_has() {
    local tries=0
    until "$binary" call GetItem "{\"TableName\":\"$1\",\"Key\":$2}" -c "$store" | grep -qF -- "$3"; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || die "$1 never had $2 with $3"
        sleep 0.1
    done
}

add() { # add TABLE FILE NAME WORD…
    local where=$1 file=$2 name=$3
    shift 3
    ds trigger add "$where" "$code/$file" --name "$name" --starting-position TRIM_HORIZON "$@" >/dev/null
}

"$sdk3/.bin/esbuild" --version >/dev/null 2>&1 || node "$sdk3/esbuild/install.js" >/dev/null 2>&1
esbuild=no
"$sdk3/.bin/esbuild" "$code/typed/index.ts" --bundle --platform=node --target=node18 \
    --outfile="$code/typed/index.js" >"$folder/esbuild.log" 2>&1 && esbuild=yes
rm -f "$code/typed/index.ts"

# what stands for the notification service
node -e '
    const server = require("http").createServer((request, response) => {
        let body = "";
        request.on("data", part => body += part).on("end", () => {
            require("fs").appendFileSync(process.argv[1], decodeURIComponent(body) + "\n");
            response.setHeader("Content-Type", "text/xml");
            response.end("<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult>" +
                "</PublishResponse>");
        });
    }).listen(0, "127.0.0.1", () => console.log(server.address().port));
' "$folder/published" >"$folder/topic" &
topic=$!
trap 'kill "$topic" 2>/dev/null; stop_server; rm -rf "$folder"' EXIT
until [ -s "$folder/topic" ]; do sleep 0.05; done

start_server
table Tasks PK SK
table Copies id
table Counts kind
add Tasks announce.js announce
add Tasks keys.js keys
add Tasks reader.js reader
add Tasks notify.js notify --environment NOTIFICATION_TOPIC_ARN=arn:aws:sns:us-east-1:000000000000:t \
    --environment "AWS_ENDPOINT_URL_SNS=http://127.0.0.1:$(cat "$folder/topic")"
add Tasks modern.mjs modern
add Tasks mixed.mjs mixed
put Tasks '{"PK":{"S":"USER#1"},"SK":{"S":"#METADATA"},"email":{"S":"user@example.invalid"}}'
put Tasks '{"PK":{"S":"USER#1"},"SK":{"S":"TASK#1"},"status":{"S":"PENDING"}}'
put Tasks '{"PK":{"S":"USER#1"},"SK":{"S":"TASK#1"},"status":{"S":"DONE"}}'
ds call DeleteItem '{"TableName":"Tasks","Key":{"PK":{"S":"USER#1"},"SK":{"S":"TASK#1"}}}' >/dev/null

logs_say announce "created: {"
logs_say announce "changed from: {"
logs_say announce "deleted: {"
logs_say announce "AWS is used without"
logs_say keys "{ PK: { S: 'USER#1' }, SK: { S: 'TASK#1' } }"
logs_say reader "kind: REMOVE"
logs_say reader "after: undefined"
logs_say notify "published: { task: 'TASK#1', from: 'PENDING', to: 'DONE' }"
grep -q 'user@example.invalid' "$folder/published" || die "the topic got no address"
item_has Copies '{"id":{"S":"modern-USER#1"}}' '"seen"'
item_has Copies '{"id":{"S":"mixed-USER#1"}}' '"seen"'

# version 2 of the SDK, callback style; its endpoint is nowhere in the code
table Sources id
add Sources copy.js copy
put Sources '{"id":{"S":"a"},"set":{"NS":["1","2"]},"deep":{"M":{"list":{"L":[{"BOOL":true}]}}}}'
item_has Copies '{"id":{"S":"a"}}' '"by":{"S":"copy"}'

add Sources own.js own
logs_say own "own endpoint: Inaccessible host: \`127.0.0.1' at port \`1'"

[ "$esbuild" = no ] || {
    add Sources typed/index.js typed
    logs_say typed '"message":"came in: {\"Records\":[{\"eventID\"'
}

if /usr/bin/python3 -c 'import boto3' 2>/dev/null; then
    add Sources counter.py counter
    put Sources '{"id":{"S":"b"}}'
    item_has Counts '{"kind":{"S":"INSERT"}}' '"seen":{"N":"2"}'
    logs_say counter "counting INSERT"
    add Sources own.py own-python
    logs_say own-python 'own endpoint: Could not connect to the endpoint URL: "http://127.0.0.1:1/"'
fi
stop_server
[ "$esbuild" = yes ] || printf 'without TypeScript: %s\n' "$(tail -n 2 "$folder/esbuild.log")"
