#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The patterns of a text on DynamoDB and Lambda, each function of it at work: streams, an API in
# front, the SDK in a function, one table for all, batches and transactions, errors, authorization,
# and the task management that ties them together.
source "$(dirname "$0")/functions/walk.sh" "$1"
npm_packages js-sdk2 aws-sdk@2
sdk=$modules/node_modules
npm_packages uuid uuid@9
export AWS_PROFILE=localstack AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1 NODE_PATH=$sdk
start_server
cd "$folder" || exit 1

# table NAME KEY [SORT-KEY]: with a stream of both images; $arn is the stream's
table() {
    local sort=() attributes=("AttributeName=$2,AttributeType=S")
    [ $# -lt 3 ] || { sort=("AttributeName=$3,KeyType=RANGE") attributes+=("AttributeName=$3,AttributeType=S"); }
    arn=$(aws dynamodb create-table --table-name "$1" --billing-mode PAY_PER_REQUEST \
        --attribute-definitions "${attributes[@]}" --key-schema "AttributeName=$2,KeyType=HASH" "${sort[@]}" \
        --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES \
        --query TableDescription.LatestStreamArn --output text)
}

# ---- a function at all ----

node_function hello nodejs20.x
invoked '{"statusCode": 200, "body": "*Hello from Lambda!*"}' hello '{"key": "value"}'
logged hello 'Event:'

# ---- pattern 1: streams ----

table Users userId
# as the document has it the function uses AWS without a require: it would fail anywhere
node_function stream nodejs16.x --timeout 60
run aws lambda create-event-source-mapping --function-name stream --event-source-arn "$arn" --starting-position TRIM_HORIZON
silent aws dynamodb put-item --table-name Users --item '{"userId": {"S": "U1001"}, "Name": {"S": "Alice"}, "Interests": {"L": [{"S": "hiking"}]}}'
silent aws dynamodb update-item --table-name Users --key '{"userId": {"S": "U1001"}}' \
    --update-expression 'SET Address = :a' --expression-attribute-values '{":a": {"M": {"City": {"S": "Seattle"}}}}'
silent aws dynamodb delete-item --table-name Users --key '{"userId": {"S": "U1001"}}'
logged stream 'New item created:'
logged stream 'Item updated. Old:'
logged stream 'Item deleted:'

# ---- pattern 2: an API in front ----

node_function createUser nodejs16.x --timeout 60
api=$(aws apigatewayv2 create-api --name users --protocol-type HTTP --target \
    arn:aws:lambda:us-east-1:000000000000:function:createUser --query ApiEndpoint --output text)
http 201 '{"message": "User created successfully", "user": {"userId": "U1", "createdAt": "<time>"}}' \
    "$api/users" -d '{"userId": "U1", "name": "Alice Johnson", "email": "alice@example.com"}'
http 400 '{"error": "Missing required fields"}' "$api/users" -d '{"userId": "U1"}'
http 500 '{"error": "Failed to create user"}' "$api/users" -d '{'
shows '{"Item": {"name": {"S": "Alice Johnson"}}}' aws dynamodb get-item --table-name Users --key '{"userId": {"S": "U1"}}'

# ---- pattern 3: the SDK in a function, which has a URL of its own ----

table Things id
node_function operations nodejs16.x --timeout 60
base=$(aws lambda create-function-url-config --function-name operations --auth-type NONE --query FunctionUrl --output text)
run aws lambda add-permission --function-name operations --statement-id url --action lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE
silent aws dynamodb put-item --table-name Things --item '{"id": {"S": "a"}, "n": {"N": "1"}}'
http 200 '{"id": "a", "n": 1}' "$base" -d '{"operation": "GET", "tableName": "Things", "payload": {"id": "a"}}'
http 200 '[{"id": "a"}]' "$base" -d '{"operation": "QUERY", "tableName": "Things", "payload": {"keyName": "id", "value": "a"}}'
http 200 '{"n": 2, "m": "x"}' "$base" -d '{"operation": "UPDATE", "tableName": "Things", "payload": {"key": {"id": "a"}, "updates": {"n": 2, "m": "x"}}}'
http 500 '{"error": "Unsupported operation: DROP"}' "$base" -d '{"operation": "DROP"}'

# ---- one table for all ----

table EcommerceTable PK SK
for one in '#METADATA' 'ORDER#2023-05-01-001' 'ORDER#2023-06-15-002'; do
    silent aws dynamodb put-item --table-name EcommerceTable --item "{\"PK\": {\"S\": \"USER#user123\"}, \"SK\": {\"S\": \"$one\"}}"
done
node_function profile nodejs16.x --timeout 60
# route KEY FUNCTION [WORD…]: of $api_id, with events in the form of REST APIs
route() {
    local integration
    integration=$(aws apigatewayv2 create-integration --api-id "$api_id" --integration-type AWS_PROXY --payload-format-version 1.0 \
        --integration-uri "arn:aws:lambda:us-east-1:000000000000:function:$2" --query IntegrationId --output text)
    run aws apigatewayv2 create-route --api-id "$api_id" --route-key "$1" --target "integrations/$integration" "${@:3}"
}
api_id=$(aws apigatewayv2 create-api --name shop --protocol-type HTTP --query ApiId --output text)
api=$url/execute-api/$api_id
route 'GET /users/{userId}' profile
http 200 '{"user": {"SK": "#METADATA"}, "orders": [{"SK": "ORDER#2023-05-01-001"}, {"SK": "ORDER#2023-06-15-002"}]}' "$api/users/user123"
http 200 '{"orders": []}' "$api/users/nobody"

# ---- batches and transactions ----

table Accounts accountId
node_function batches nodejs16.x --timeout 60
invoked '"written"' batches '{"items": [{"accountId": "a", "balance": 100}, {"accountId": "b", "balance": 0}]}'
invoked '"transferred"' batches '{"from": "a", "to": "b", "amount": 60}'
invoked '"TransactionCanceledException"' batches '{"from": "a", "to": "b", "amount": 60}'
invoked '[{"accountId": "a", "balance": 40}, {"accountId": "b", "balance": 60}]' batches '{"keys": [{"accountId": "a"}, {"accountId": "b"}]}'

# ---- errors ----

node_function errors nodejs16.x --timeout 60
invoked '{"statusCode": 200}' errors '{"tableName": "Users", "userId": "once"}'
invoked '{"statusCode": 400, "body": "*condition check*"}' errors '{"tableName": "Users", "userId": "once"}'
invoked '{"errorType": "ResourceNotFoundException"}' errors '{"tableName": "None", "userId": "once"}'

# ---- authorization: claims of the caller's token ----

# token CLAIMS: one that nobody signed
token() {
    printf '%s.%s.none' "$(printf '{"alg":"none"}' | base64 -w0 | tr '+/' '-_' | tr -d =)" \
        "$(printf '%s' "$1" | base64 -w0 | tr '+/' '-_' | tr -d =)"
}
authorizer=$(aws apigatewayv2 create-authorizer --api-id "$api_id" --name tokens --authorizer-type JWT \
    --identity-source '$request.header.Authorization' --jwt-configuration Audience=app,Issuer=https://example.com \
    --query AuthorizerId --output text)
node_function authorize nodejs20.x
route 'GET /resources/{id}' authorize --authorization-type JWT --authorizer-id "$authorizer"
http 401 '{"message": "Unauthorized"}' "$api/resources/r1"
http 403 '{"error": "Access denied"}' "$api/resources/r1" -H "Authorization: Bearer $(token '{"sub":"u1","custom:role":"reader"}')"
http 200 '{"userId": "u1", "resourceId": "r1"}' "$api/resources/r1" -H "Authorization: Bearer $(token '{"sub":"u1","custom:role":"admin"}')"
http 401 '{"message": "Unauthorized"}' "$api/resources/r1" -H "Authorization: Bearer $(token '{"sub":"u1","exp":1000000000}')"

# ---- tasks ----

table TasksTable PK SK
# its packages travel with the function, as npm puts them beside it
mkdir tasks && cp "$functions/createTask.js" tasks/ && cp -r "$modules/node_modules" tasks/
(cd tasks && zip -q -r ../tasks.zip .)
run aws lambda create-function --function-name createTask --runtime nodejs16.x --handler createTask.handler \
    --role arn:aws:iam::000000000000:role/lambda-role --zip-file fileb://tasks.zip --timeout 60
route 'POST /tasks' createTask --authorization-type JWT --authorizer-id "$authorizer"
bearer="Authorization: Bearer $(token '{"sub":"user123"}')"
http 201 '{"PK": "USER#user123", "SK": "TASK#*", "title": "Write tests", "status": "PENDING", "priority": "MEDIUM"}' \
    "$api/tasks" -H "$bearer" -d '{"title": "Write tests"}'
http 400 '{"error": "Task title is required"}' "$api/tasks" -H "$bearer" -d '{}'
node_function notify nodejs16.x --timeout 60 \
    --environment 'Variables={NOTIFICATION_TOPIC_ARN=arn:aws:sns:us-east-1:000000000000:tasks}'
run aws lambda create-event-source-mapping --function-name notify --event-source-arn "$arn" --starting-position TRIM_HORIZON
key=$(aws dynamodb query --table-name TasksTable --key-condition-expression 'PK = :p' --expression-attribute-values \
    '{":p": {"S": "USER#user123"}}' --query 'Items[0].{PK: PK, SK: SK}' --output json)
silent aws dynamodb update-item --table-name TasksTable --key "$key" --update-expression 'SET priority = :p' \
    --expression-attribute-values '{":p": {"S": "HIGH"}}'
# There is no SNS here: a changed status would be told on the internet, so none is changed. Both
# records go through the function.
logged notify 'REPORT RequestId'
tries=0
until [ "$(aws lambda list-event-source-mappings --function-name notify --query 'EventSourceMappings[0].LastProcessingResult' --output text)" = OK ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || { fail 'notify never succeeded'; break; }
done
walk_end
