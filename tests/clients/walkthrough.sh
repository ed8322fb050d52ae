#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The AWS CLI as tutorials use it, command by command, with their profiles and their quoting; only the
# endpoint is this server's. What they show as output is what has to come, but for times, the account
# and ids. First a table with a stream of keys, then a table of users with an index for their e-mail.
source "$(dirname "$0")/functions/walk.sh" "$1"
start_server
cd "$folder" || exit 1

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

mkdir dynamodb-event-logger-lambda
cd dynamodb-event-logger-lambda
echo "exports.handler =  async (event, context, callback) => {
  event.Records.forEach(record => console.log(record.dynamodb.Keys));
};" > dynamoDBEventLogger.js

export LAMBDA_ROLE_ARN=arn:aws:iam::919191919191:role/lambda-cli-role
export AWS_REGION=us-east-1
zip -q -r /tmp/dynamoDBEventLogger.js.zip dynamoDBEventLogger.js
shows '{"FunctionName": "dynamoDBEventLogger",
    "FunctionArn": "arn:aws:lambda:us-east-1:*:function:dynamoDBEventLogger",
    "Runtime": "nodejs10.x", "Role": "arn:aws:iam::919191919191:role/lambda-cli-role",
    "Handler": "dynamoDBEventLogger.handler", "CodeSize": "<any>", "Description": "", "Timeout": 3, "MemorySize": 128,
    "LastModified": "<time>", "CodeSha256": "<any>", "Version": "$LATEST",
    "TracingConfig": {"Mode": "PassThrough"}, "RevisionId": "????????-????-????-????-*"}' \
    aws lambda create-function \
       --region "$AWS_REGION" \
       --function-name dynamoDBEventLogger \
       --handler 'dynamoDBEventLogger.handler' \
       --runtime nodejs10.x \
       --role "$LAMBDA_ROLE_ARN" \
       --zip-file 'fileb:///tmp/dynamoDBEventLogger.js.zip' \
       --profile "$AWS_PROFILE"
rm -f /tmp/dynamoDBEventLogger.js.zip
cd ..
run aws lambda wait function-active-v2 --function-name dynamoDBEventLogger

# "--event-source" is short for --event-source-arn, as the CLI takes it
shows '{"UUID": "????????-????-????-????-*", "BatchSize": 1, "MaximumBatchingWindowInSeconds": 0,
    "EventSourceArn": "arn:aws:dynamodb:us-east-1:*:table/Orders/stream/*",
    "FunctionArn": "arn:aws:lambda:us-east-1:*:function:dynamoDBEventLogger", "LastModified": "<time>",
    "LastProcessingResult": "No records processed", "State": "Creating", "StateTransitionReason": "User action"}' \
    aws lambda create-event-source-mapping \
  --function-name dynamoDBEventLogger \
  --batch-size 1 \
  --starting-position LATEST \
  --event-source "$DYNAMODB_STREAM_ARN" \
  --profile "$AWS_PROFILE"

echo '{
     "Id": {"N": "1.0"},
     "Amount": {"N": "1000.0"}
 }' > newOrder.json

silent aws dynamodb put-item --table-name Orders \
  --item file://newOrder.json \
  --profile "$AWS_PROFILE"

logged dynamoDBEventLogger Amount
export LOG_GROUP_NAME="/aws/lambda/dynamoDBEventLogger"
shows '{"logStreams": [{"logStreamName": "????/??/??/[[]$LATEST]*", "creationTime": "<time>",
    "firstEventTimestamp": "<time>", "lastEventTimestamp": "<time>"}]}' \
    aws logs describe-log-streams --log-group-name "$LOG_GROUP_NAME" --profile "$AWS_PROFILE"
LOG_STREAM_NAME=$(aws logs describe-log-streams --log-group-name "$LOG_GROUP_NAME" --query 'logStreams[-1].logStreamName' --output text)
export LOG_STREAM_NAME
# the function logs the keys; the document's words are those of another function of its author
shows '{"events": [{"message": "INIT_START *"}, {"message": "START RequestId: * Version: $LATEST*"},
    {"timestamp": "<time>", "message": "*INFO*Amount: { N: *1000* }, Id: { N: *1* } }*", "ingestionTime": "<time>"},
    {"message": "END RequestId: *"}, {"message": "REPORT RequestId: *"}]}' \
    aws logs get-log-events --log-group-name "$LOG_GROUP_NAME" --log-stream-name "$LOG_STREAM_NAME"
got=$(aws logs tail "$LOG_GROUP_NAME" --since 1h 2>&1)
[[ $got == *'Amount: { N:'* ]] || fail "logs tail: $got"

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

# ---- a function that manages users ----

if /usr/bin/python3 -c 'import boto3' 2>/dev/null; then
cp "$functions/user_manager.py" .
echo '{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}' > lambda-trust-policy.json
echo '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:Scan"],
      "Resource": ["arn:aws:dynamodb:us-east-1:000000000000:table/Users", "arn:aws:dynamodb:us-east-1:000000000000:table/Users/index/*"]
    },
    {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
  ]
}' > dynamodb-lambda-policy.json

role='{"RoleName": "dynamodb-lambda-role", "Path": "/", "Arn": "arn:aws:iam::000000000000:role/dynamodb-lambda-role",
    "RoleId": "AROA*", "CreateDate": "<time>", "AssumeRolePolicyDocument": {"Version": "2012-10-17"}}'
shows "{\"Role\": $role}" aws iam create-role \
    --role-name dynamodb-lambda-role \
    --assume-role-policy-document file://lambda-trust-policy.json \
    --endpoint-url "$url" \
    --profile localstack

silent aws iam put-role-policy \
    --role-name dynamodb-lambda-role \
    --policy-name dynamodb-policy \
    --policy-document file://dynamodb-lambda-policy.json \
    --endpoint-url "$url" \
    --profile localstack
shows "{\"Role\": $role}" aws iam get-role --role-name dynamodb-lambda-role --profile localstack
shows '{"PolicyNames": ["dynamodb-policy"]}' aws iam list-role-policies --role-name dynamodb-lambda-role --profile localstack

zip -q user-manager.zip user_manager.py
shows '{"FunctionName": "user-manager", "Runtime": "python3.9", "Handler": "user_manager.lambda_handler",
    "Role": "arn:aws:iam::000000000000:role/dynamodb-lambda-role"}' aws lambda create-function \
    --function-name user-manager \
    --runtime python3.9 \
    --role arn:aws:iam::000000000000:role/dynamodb-lambda-role \
    --handler user_manager.lambda_handler \
    --zip-file fileb://user-manager.zip \
    --endpoint-url "$url" \
    --profile localstack
# the document's function has the default timeout of three seconds, in which importing boto3 has to
# be done: on a busy machine that is little
run aws lambda update-function-configuration --function-name user-manager --timeout 60 --profile localstack
run aws lambda wait function-updated-v2 --function-name user-manager --profile localstack

# manages EVENT STATUS BODY: what the function answers; the body as a pattern of the text
manages() {
    shows '{"StatusCode": 200, "ExecutedVersion": "$LATEST"}' aws lambda invoke \
    --function-name user-manager \
    --payload "$1" \
    --endpoint-url "$url" \
    --profile localstack \
    response.json
    shows "{\"statusCode\": $2, \"body\": \"$3\"}" cat response.json
}
manages '{"action": "CREATE", "data": {"userId": "user-101", "email": "test@example.com", "name": "Test User", "age": 25, "role": "tester"}}' \
    201 '*user-101*'
manages '{"action": "READ", "userId": "user-101"}' 200 '*Test User*'
manages '{"action": "UPDATE", "userId": "user-101", "updates": {"age": 26, "role": "senior-tester"}}' 200 '*senior-tester*'
manages '{"action": "FIND_BY_EMAIL", "email": "test@example.com"}' 200 '*user-101*'
manages '{"action": "LIST"}' 200 '*user-002*'
manages '{"action": "DELETE", "userId": "user-101"}' 200 '*deleted*'
manages '{"action": "READ", "userId": "user-101"}' 404 '*not found*'
# payloads as the CLI takes them besides: base64, a file; and what is said when the function fails
export AWS_PROFILE=localstack
shows '{"StatusCode": 200}' aws lambda invoke --function-name user-manager --cli-binary-format base64 \
    --payload "$(printf '{"action": "LIST"}' | base64)" response.json
printf '{"action": "LIST"}' >event.json
shows '{"StatusCode": 200}' aws lambda invoke --function-name user-manager --payload fileb://event.json response.json
shows '{"StatusCode": 200, "FunctionError": "Unhandled", "LogResult": "<any>"}' aws lambda invoke \
    --function-name user-manager --log-type Tail --cli-binary-format raw-in-base64-out --payload '{"action": "CREATE"}' response.json
shows '{"errorType": "KeyError", "errorMessage": "<any>"}' cat response.json
unset AWS_PROFILE

silent aws lambda delete-function \
    --function-name user-manager \
    --endpoint-url "$url" \
    --profile localstack
fi

shows "{\"TableDescription\": {\"TableName\": \"Users\", \"TableStatus\": \"DELETING\"}}" \
    aws dynamodb delete-table \
    --table-name Users \
    --endpoint-url "$url" \
    --profile localstack

if [ -f user-manager.zip ]; then
silent aws iam delete-role-policy \
    --role-name dynamodb-lambda-role \
    --policy-name dynamodb-policy \
    --endpoint-url "$url" \
    --profile localstack

silent aws iam delete-role \
    --role-name dynamodb-lambda-role \
    --endpoint-url "$url" \
    --profile localstack
refused NoSuchEntity aws iam get-role --role-name dynamodb-lambda-role --profile localstack
fi

rm -f user-manager.zip response.json

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

walk_end
