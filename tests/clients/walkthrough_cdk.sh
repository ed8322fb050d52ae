#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a stack of the CDK makes, by the AWS CLI: a role, a table with a stream of new images, a function
# in TypeScript that esbuild bundles, as NodejsFunction does, and a mapping that begins at TRIM_HORIZON.
source "$(dirname "$0")/functions/walk.sh" "$1"
npm_packages cdk esbuild @aws-lambda-powertools/logger@1 @types/aws-lambda
"$modules/node_modules/.bin/esbuild" --version >/dev/null 2>&1 || skip "esbuild does not run here"
export AWS_PROFILE=localstack
start_server
cd "$folder" || exit 1

arn=$(aws dynamodb create-table --table-name CustomerOrdersTable --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH \
    --stream-specification StreamEnabled=true,StreamViewType=NEW_IMAGE --query TableDescription.LatestStreamArn --output text)

run aws iam create-role --role-name DynamoDBStreamLambdaRole --assume-role-policy-document '{"Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
silent aws iam put-role-policy --role-name DynamoDBStreamLambdaRole --policy-name DefaultPolicy --policy-document "{
    \"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Resource\": \"$arn\", \"Action\": [\"dynamodb:DescribeStream\",
    \"dynamodb:GetRecords\", \"dynamodb:GetShardIterator\", \"dynamodb:ListStreams\"]}]}"
silent aws iam attach-role-policy --role-name DynamoDBStreamLambdaRole \
    --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
role=$(aws iam get-role --role-name DynamoDBStreamLambdaRole --query Role.Arn --output text)

NODE_PATH=$modules/node_modules "$modules/node_modules/.bin/esbuild" "$functions/dynamoDBStreamLambda.ts" --bundle \
    --platform=node --target=node18 --outfile=index.js --log-level=error || fail 'esbuild'
zip -q lambda.zip index.js
shows '{"FunctionName": "DynamoDBStreamLambda", "Runtime": "nodejs18.x", "MemorySize": 256, "Timeout": 5, "Version": "$LATEST"}' \
    aws lambda create-function --function-name DynamoDBStreamLambda --runtime nodejs18.x --handler index.handler \
    --role "$role" --zip-file fileb://lambda.zip --memory-size 256 --timeout 5 --tracing-config Mode=Active
run aws lambda wait function-active-v2 --function-name DynamoDBStreamLambda
shows '{"StartingPosition": "TRIM_HORIZON", "BatchSize": 100}' aws lambda create-event-source-mapping \
    --function-name DynamoDBStreamLambda --event-source-arn "$arn" --starting-position TRIM_HORIZON --batch-size 100

silent aws dynamodb put-item --table-name CustomerOrdersTable --item \
    '{"id": {"S": "1"}, "customerName": {"S": "First Customer"}, "customerEmail": {"S": "firstcustomer@gmail.com"}}'
logged DynamoDBStreamLambda 'received the following in dynamoDB lambda'

# the line that the document shows, and the event in it
aws logs filter-log-events --log-group-name /aws/lambda/DynamoDBStreamLambda --filter-pattern '"received the following"' \
    --query 'events[0].message' --output text >line
# what stands in front of it is the runtime's: time, request, level
sed -n 's/^[^{]*//p' line >line.json
shows '{"level": "INFO", "service": "service_undefined", "timestamp": "<time>", "message": "received the following in dynamoDB lambda: *"}' cat line.json
/usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["message"].split(": ", 1)[1])' <line.json >event.json
shows '{"Records": [{"eventID": "<any>", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
    "awsRegion": "us-east-1", "dynamodb": {"ApproximateCreationDateTime": "<time>", "Keys": {"id": {"S": "1"}},
    "NewImage": {"customerEmail": {"S": "firstcustomer@gmail.com"}, "id": {"S": "1"}, "customerName": {"S": "First Customer"}},
    "SequenceNumber": "?????????????????????*", "SizeBytes": 68, "StreamViewType": "NEW_IMAGE"},
    "eventSourceARN": "arn:aws:dynamodb:us-east-1:*:table/CustomerOrdersTable/stream/*"}]}' cat event.json
walk_end
