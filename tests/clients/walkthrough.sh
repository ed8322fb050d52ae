#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The AWS CLI as tutorials use it, command by command, with their profiles and their quoting; only the
# endpoint is this server's. What they show as output is what has to come, but for times, the account
# and ids. First a table with a stream of keys, then a table of users with an index for their e-mail.
source "$(dirname "$0")/lib.sh" "$1"
cli=/usr/bin/aws
[ -x "$cli" ] || skip "the AWS CLI is not installed (Debian's package awscli)"
export AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mkdir -p "$folder/.aws"
for profile in lambda-cli-user localstack; do
    printf '[%s]\naws_access_key_id = test\naws_secret_access_key = test\n' "$profile" >>"$folder/.aws/credentials"
    printf '[profile %s]\nregion = us-east-1\noutput = json\n' "$profile" >>"$folder/.aws/config"
done
start_server
cd "$folder" || exit 1
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

# ---- orders, with a stream of keys ----

export AWS_PROFILE=lambda-cli-user
shows '{"TableDescription": {
    "AttributeDefinitions": [{"AttributeName": "Amount", "AttributeType": "N"}, {"AttributeName": "Id", "AttributeType": "N"}],
    "TableName": "Orders",
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}, {"AttributeName": "Amount", "KeyType": "RANGE"}],
    "TableStatus": "CREATING", "CreationDateTime": "<time>",
    "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    "TableSizeBytes": 0, "ItemCount": 0,
    "TableArn": "arn:aws:dynamodb:us-east-1:*:table/Orders", "TableId": "????????-????-????-????-*",
    "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"},
    "LatestStreamLabel": "????-??-??T??:??:??.???*",
    "LatestStreamArn": "arn:aws:dynamodb:us-east-1:*:table/Orders/stream/????-??-??T??:??:??.???*"}}' \
    aws dynamodb create-table --table-name Orders \
  --attribute-definitions \
  AttributeName=Id,AttributeType=N \
  AttributeName=Amount,AttributeType=N \
  --key-schema AttributeName=Id,KeyType=HASH AttributeName=Amount,KeyType=RANGE\
  --provisioned-throughput ReadCapacityUnits=1,WriteCapacityUnits=1 \
  --stream-specification StreamEnabled=true,StreamViewType=KEYS_ONLY \
  --profile "$AWS_PROFILE"

DYNAMODB_STREAM_ARN=$(aws dynamodb describe-table --table-name Orders --query Table.LatestStreamArn --output text)

echo '{
     "Id": {"N": "1.0"},
     "Amount": {"N": "1000.0"}
 }' > newOrder.json

silent aws dynamodb put-item --table-name Orders \
  --item file://newOrder.json \
  --profile "$AWS_PROFILE"

# records ARN: all that the stream's shards hold.
records() {
    local shard iterator
    for shard in $(aws dynamodbstreams describe-stream --stream-arn "$1" --query 'StreamDescription.Shards[].ShardId' --output text); do
        iterator=$(aws dynamodbstreams get-shard-iterator --stream-arn "$1" --shard-id "$shard" \
            --shard-iterator-type TRIM_HORIZON --query ShardIterator --output text)
        aws dynamodbstreams get-records --shard-iterator "$iterator" --query Records
    done
}

# what a function sees of that item, but for the members that its trigger adds
shows '[{"eventID": "<any>", "eventName": "INSERT", "eventVersion": "1.*", "eventSource": "aws:dynamodb",
    "awsRegion": "us-east-1", "dynamodb": {"ApproximateCreationDateTime": "<time>",
    "Keys": {"Amount": {"N": "1000"}, "Id": {"N": "1"}}, "SequenceNumber": "?????????????????????*",
    "SizeBytes": 12, "StreamViewType": "KEYS_ONLY"}}]' records "$DYNAMODB_STREAM_ARN"

shows '{"TableDescription": {"TableName": "Orders", "TableStatus": "DELETING"}}' \
    aws dynamodb delete-table --table-name "Orders" --profile "$AWS_PROFILE"
unset AWS_PROFILE

# ---- users, with an index for their e-mail ----

users='"TableName": "Users",
    "AttributeDefinitions": [{"AttributeName": "userId", "AttributeType": "S"}, {"AttributeName": "email", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "userId", "KeyType": "HASH"}],
    "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    "TableArn": "arn:aws:dynamodb:us-east-1:*:table/Users"'
# index STATUS: its description
index() {
    printf '{"IndexName": "EmailIndex", "KeySchema": [{"AttributeName": "email", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"}, "IndexStatus": "%s",
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}' "$1"
}
shows "{\"TableDescription\": {$users, \"TableStatus\": \"CREATING\", \"GlobalSecondaryIndexes\": [$(index CREATING)]}}" \
    aws dynamodb create-table \
    --table-name Users \
    --attribute-definitions \
        AttributeName=userId,AttributeType=S \
        AttributeName=email,AttributeType=S \
    --key-schema \
        AttributeName=userId,KeyType=HASH \
    --global-secondary-indexes \
        '[{
            "IndexName": "EmailIndex",
            "KeySchema": [{"AttributeName":"email","KeyType":"HASH"}],
            "Projection": {"ProjectionType":"ALL"},
            "ProvisionedThroughput": {"ReadCapacityUnits":5,"WriteCapacityUnits":5}
        }]' \
    --provisioned-throughput \
        ReadCapacityUnits=5,WriteCapacityUnits=5 \
    --endpoint-url "$url" \
    --profile localstack

shows "{\"Table\": {$users, \"TableStatus\": \"ACTIVE\", \"GlobalSecondaryIndexes\": [$(index ACTIVE)]}}" \
    aws dynamodb describe-table \
    --table-name Users \
    --endpoint-url "$url" \
    --profile localstack

shows '{"TableNames": ["Users"]}' aws dynamodb list-tables \
    --endpoint-url "$url" \
    --profile localstack

silent aws dynamodb put-item \
    --table-name Users \
    --item '{
        "userId": {"S": "user-001"},
        "email": {"S": "alice@example.com"},
        "name": {"S": "Alice Johnson"},
        "age": {"N": "28"},
        "role": {"S": "developer"}
    }' \
    --endpoint-url "$url" \
    --profile localstack

silent aws dynamodb put-item \
    --table-name Users \
    --item '{
        "userId": {"S": "user-002"},
        "email": {"S": "bob@example.com"},
        "name": {"S": "Bob Smith"},
        "age": {"N": "35"},
        "role": {"S": "manager"}
    }' \
    --endpoint-url "$url" \
    --profile localstack

silent aws dynamodb put-item \
    --table-name Users \
    --item '{
        "userId": {"S": "user-003"},
        "email": {"S": "carol@example.com"},
        "name": {"S": "Carol Williams"},
        "age": {"N": "42"},
        "role": {"S": "architect"}
    }' \
    --endpoint-url "$url" \
    --profile localstack

# user NUMBER EMAIL NAME AGE ROLE: the item
user() {
    printf '{"userId": {"S": "user-%s"}, "email": {"S": "%s"}, "name": {"S": "%s"}, "age": {"N": "%s"}, "role": {"S": "%s"}}' "$@"
}
alice=$(user 001 alice@example.com 'Alice Johnson' 28 developer)
older=$(user 001 alice@example.com 'Alice Johnson' 29 senior-developer)
bob=$(user 002 bob@example.com 'Bob Smith' 35 manager)

shows "{\"Item\": $alice}" aws dynamodb get-item \
    --table-name Users \
    --key '{"userId": {"S": "user-001"}}' \
    --endpoint-url "$url" \
    --profile localstack

shows "{\"Attributes\": $older}" aws dynamodb update-item \
    --table-name Users \
    --key '{"userId": {"S": "user-001"}}' \
    --update-expression "SET age = :newAge, #r = :newRole" \
    --expression-attribute-names '{"#r": "role"}' \
    --expression-attribute-values '{":newAge": {"N": "29"}, ":newRole": {"S": "senior-developer"}}' \
    --return-values ALL_NEW \
    --endpoint-url "$url" \
    --profile localstack

silent aws dynamodb delete-item \
    --table-name Users \
    --key '{"userId": {"S": "user-003"}}' \
    --endpoint-url "$url" \
    --profile localstack

shows "{\"Items\": [$older], \"Count\": 1, \"ScannedCount\": 1}" aws dynamodb query \
    --table-name Users \
    --key-condition-expression "userId = :id" \
    --expression-attribute-values '{":id": {"S": "user-001"}}' \
    --endpoint-url "$url" \
    --profile localstack

shows "{\"Items\": [$bob], \"Count\": 1, \"ScannedCount\": 1}" aws dynamodb query \
    --table-name Users \
    --index-name EmailIndex \
    --key-condition-expression "email = :email" \
    --expression-attribute-values '{":email": {"S": "bob@example.com"}}' \
    --endpoint-url "$url" \
    --profile localstack

shows "{\"Items\": [$older, $bob], \"Count\": 2, \"ScannedCount\": 2}" aws dynamodb scan \
    --table-name Users \
    --endpoint-url "$url" \
    --profile localstack

shows "{\"Items\": [$bob], \"Count\": 1, \"ScannedCount\": 2}" aws dynamodb scan \
    --table-name Users \
    --filter-expression "age > :minAge" \
    --expression-attribute-values '{":minAge": {"N": "30"}}' \
    --endpoint-url "$url" \
    --profile localstack

shows "{\"TableDescription\": {\"TableName\": \"Users\", \"TableStatus\": \"DELETING\"}}" \
    aws dynamodb delete-table \
    --table-name Users \
    --endpoint-url "$url" \
    --profile localstack

# ---- stream records whose sizes are published ----

export AWS_PROFILE=localstack

# table NAME KEY TYPE VIEW: $arn is its stream
table() {
    arn=$(aws dynamodb create-table --table-name "$1" --billing-mode PAY_PER_REQUEST \
        --attribute-definitions "AttributeName=$2,AttributeType=$3" --key-schema "AttributeName=$2,KeyType=HASH" \
        --stream-specification "StreamEnabled=true,StreamViewType=$4" \
        --query TableDescription.LatestStreamArn --output text)
}
table TestTable Id N NEW_AND_OLD_IMAGES
silent aws dynamodb put-item --table-name TestTable --item '{"Id":{"N":"101"},"Message":{"S":"New item!"}}'
silent aws dynamodb put-item --table-name TestTable --item '{"Id":{"N":"101"},"Message":{"S":"This item has changed"}}'
silent aws dynamodb delete-item --table-name TestTable --key '{"Id":{"N":"101"}}'
shows '[{"eventName": "INSERT", "dynamodb": {"Keys": {"Id": {"N": "101"}}, "SizeBytes": 26,
        "NewImage": {"Message": {"S": "New item!"}, "Id": {"N": "101"}}, "StreamViewType": "NEW_AND_OLD_IMAGES"}},
    {"eventName": "MODIFY", "dynamodb": {"Keys": {"Id": {"N": "101"}}, "SizeBytes": 59,
        "OldImage": {"Message": {"S": "New item!"}, "Id": {"N": "101"}},
        "NewImage": {"Message": {"S": "This item has changed"}, "Id": {"N": "101"}}}},
    {"eventName": "REMOVE", "dynamodb": {"Keys": {"Id": {"N": "101"}}, "SizeBytes": 38,
        "OldImage": {"Message": {"S": "This item has changed"}, "Id": {"N": "101"}}}}]' records "$arn"

table CustomerOrdersTable id S NEW_IMAGE
silent aws dynamodb put-item --table-name CustomerOrdersTable --item \
    '{"id":{"S":"1"},"customerName":{"S":"First Customer"},"customerEmail":{"S":"firstcustomer@gmail.com"}}'
shows '[{"eventName": "INSERT", "eventVersion": "1.1", "dynamodb": {"Keys": {"id": {"S": "1"}}, "SizeBytes": 68,
    "NewImage": {"customerEmail": {"S": "firstcustomer@gmail.com"}, "id": {"S": "1"}, "customerName": {"S": "First Customer"}},
    "StreamViewType": "NEW_IMAGE"}}]' records "$arn"

stop_server
[ "$failures" = 0 ]
