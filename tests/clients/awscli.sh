#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The AWS CLI: tables, items, conditions, queries, batches, streams, errors.
source "$(dirname "$0")/lib.sh" "$1"
aws=/usr/bin/aws
[ -x "$aws" ] || skip "the AWS CLI is not installed (Debian's package awscli)"
start_server
failures=0

ddb() { "$aws" --endpoint-url "$url" dynamodb "$@"; }

# same WANTED WORD…: the command's output as text.
same() {
    local wanted=$1 got
    shift
    got=$(ddb "$@" --output text 2>&1 | tr '\t\n' '  ')
    got=${got% }
    if [ "$got" != "$wanted" ]; then
        printf 'FAILED: %s: got «%s» instead of «%s»\n' "$*" "$got" "$wanted" >&2
        failures=$((failures + 1))
    fi
}

# refused WHY WORD…: the command fails and says so.
refused() {
    local wanted=$1 got
    shift
    if got=$(ddb "$@" 2>&1); then
        printf 'FAILED: %s was not refused\n' "$*" >&2
        failures=$((failures + 1))
    elif [[ $got != *"$wanted"* ]]; then
        printf 'FAILED: %s: «%s» has no «%s»\n' "$*" "$got" "$wanted" >&2
        failures=$((failures + 1))
    fi
}

same CREATING create-table --table-name Music --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=Artist,AttributeType=S AttributeName=Song,AttributeType=S \
    --key-schema AttributeName=Artist,KeyType=HASH AttributeName=Song,KeyType=RANGE \
    --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES \
    --query TableDescription.TableStatus
ddb wait table-exists --table-name Music
same Music list-tables --query 'TableNames[0]'
same '' put-item --table-name Music \
    --item '{"Artist":{"S":"Ä"},"Song":{"S":"1"},"Year":{"N":"1987"},"Tags":{"SS":["x","y"]}}'
same 1987 get-item --table-name Music --key '{"Artist":{"S":"Ä"},"Song":{"S":"1"}}' --query Item.Year.N
same 1988 update-item --table-name Music --key '{"Artist":{"S":"Ä"},"Song":{"S":"1"}}' \
    --update-expression 'SET #y = #y + :one' --expression-attribute-names '{"#y":"Year"}' \
    --expression-attribute-values '{":one":{"N":"1"}}' --return-values UPDATED_NEW \
    --query Attributes.Year.N
refused ConditionalCheckFailedException put-item --table-name Music \
    --item '{"Artist":{"S":"Ä"},"Song":{"S":"1"}}' --condition-expression 'attribute_not_exists(Artist)'
refused ResourceNotFoundException describe-table --table-name Nothing
refused ValidationException get-item --table-name Music --key '{"Artist":{"S":"Ä"}}'

cat >"$folder/batch" <<'JSON'
{"Music": [
  {"PutRequest": {"Item": {"Artist": {"S": "B"}, "Song": {"S": "1"}}}},
  {"PutRequest": {"Item": {"Artist": {"S": "B"}, "Song": {"S": "2"}}}},
  {"PutRequest": {"Item": {"Artist": {"S": "B"}, "Song": {"S": "3"}}}}]}
JSON
same 0 batch-write-item --request-items "file://$folder/batch" --query 'length(UnprocessedItems)'
same 2 batch-get-item --request-items \
    '{"Music":{"Keys":[{"Artist":{"S":"B"},"Song":{"S":"1"}},{"Artist":{"S":"B"},"Song":{"S":"3"}}]}}' \
    --query 'length(Responses.Music)'
same '3 2 1' query --table-name Music --key-condition-expression 'Artist = :a' --no-scan-index-forward \
    --expression-attribute-values '{":a":{"S":"B"}}' --query 'Items[].Song.S'
# pages of one: the client follows LastEvaluatedKey by itself
same '1 2 3' query --table-name Music --key-condition-expression 'Artist = :a' --page-size 1 \
    --expression-attribute-values '{":a":{"S":"B"}}' --query 'Items[].Song.S'
same 4 scan --table-name Music --select COUNT --query Count
same '' delete-item --table-name Music --key '{"Artist":{"S":"Ä"},"Song":{"S":"1"}}'
same 3 scan --table-name Music --query Count

# the stream is looked at below: statements that write have a table of their own
same CREATING create-table --table-name Orders --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH \
    --query TableDescription.TableStatus
same '' execute-statement --statement "INSERT INTO \"Orders\" VALUE {'id': 'a', 'n': 1, 'tags': <<'x', 'y'>>}"
same 2 execute-statement --query 'Items[0].n.N' \
    --statement 'UPDATE "Orders" SET n = n + ? WHERE id = ? RETURNING MODIFIED NEW *' \
    --parameters '[{"N":"1"},{"S":"a"}]'
same 'a None' batch-execute-statement --query 'Responses[].[Item.id.S]' --statements \
    '[{"Statement":"SELECT id FROM Orders WHERE id = '"'a'"'"},{"Statement":"SELECT * FROM Orders WHERE id = '"'b'"'"}]'
cat >"$folder/transaction" <<'JSON'
[{"Statement": "INSERT INTO Orders VALUE {'id': 'b', 'n': 7}"},
 {"Statement": "UPDATE Orders SET n = n + 1 WHERE id = 'a'"}]
JSON
for i in 1 2; do # a token: the second time is the first one told again
    same 0 execute-transaction --client-request-token once --query 'length(Responses)' \
        --transact-statements "file://$folder/transaction"
done
same '3 7' execute-statement --statement "SELECT n FROM Orders WHERE id IN ['a', 'b']" --query 'Items[].n.N'
same '1 2 3' execute-statement --statement "SELECT Song FROM Music WHERE Artist = 'B' ORDER BY Song ASC" \
    --query 'Items[].Song.S'
token=$(ddb execute-statement --statement "SELECT Song FROM Music WHERE Artist = 'B'" --limit 2 \
    --query NextToken --output text)
same 3 execute-statement --statement "SELECT Song FROM Music WHERE Artist = 'B'" --next-token "$token" \
    --query 'Items[].Song.S'
refused DuplicateItemException execute-statement --statement "INSERT INTO Orders VALUE {'id': 'a'}"
refused "Unexpected term" execute-statement --statement 'SELECT * FROM Orders WHERE'
same DELETING delete-table --table-name Orders --query TableDescription.TableStatus

arn=$(ddb describe-table --table-name Music --query Table.LatestStreamArn --output text)
shard=$("$aws" --endpoint-url "$url" dynamodbstreams describe-stream --stream-arn "$arn" \
    --query 'StreamDescription.Shards[0].ShardId' --output text)
iterator=$("$aws" --endpoint-url "$url" dynamodbstreams get-shard-iterator --stream-arn "$arn" \
    --shard-id "$shard" --shard-iterator-type TRIM_HORIZON --query ShardIterator --output text)
records=$("$aws" --endpoint-url "$url" dynamodbstreams get-records --shard-iterator "$iterator" \
    --query 'Records[].eventName' --output text | tr '\t' ' ')
[ "$records" = 'INSERT MODIFY INSERT INSERT INSERT REMOVE' ] || {
    printf 'FAILED: the stream has «%s»\n' "$records" >&2
    failures=$((failures + 1))
}
same DELETING delete-table --table-name Music --query TableDescription.TableStatus
ddb wait table-not-exists --table-name Music
# ARNs bear the caller's region; a deleted table's stream is read for a day
stream() { "$aws" --endpoint-url "$url" dynamodbstreams "$@" --output text | tr '\t' ' '; }
[ "${arn#arn:aws:dynamodb:eu-west-1:000000000000:table/Music/stream/}" != "$arn" ] &&
    [ "$(stream list-streams --table-name Music --query 'Streams[].StreamArn')" = "$arn" ] &&
    [ "$(stream describe-stream --stream-arn "$arn" --query StreamDescription.StreamStatus)" = DISABLED ] &&
    [ "$(stream get-records --shard-iterator "$iterator" --limit 2 --query 'Records[].eventName')" = 'INSERT MODIFY' ] || {
    printf 'FAILED: the stream of the deleted table\n' >&2
    failures=$((failures + 1))
}
same 0 list-tables --query 'length(TableNames)'
stop_server
[ "$failures" = 0 ]
