#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A course's step on DynamoDB, from its tables by way of functions to its final assignment: API,
# function, table, stream, function, logs. It says what to do on the console; here the AWS CLI does it.
source "$(dirname "$0")/functions/walk.sh" "$1"
npm_packages js-sdk2 aws-sdk@2
export AWS_PROFILE=localstack AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1 NODE_PATH=$modules/node_modules
start_server
cd "$folder" || exit 1

# ---- exercise 1: a table with a partition key alone ----

run aws dynamodb create-table --table-name Users --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=userId,AttributeType=S --key-schema AttributeName=userId,KeyType=HASH
user='{"userId": {"S": "U1001"}, "name": {"S": "Naveen"}, "role": {"S": "Director"}, "active": {"BOOL": true}}'
silent aws dynamodb put-item --table-name Users --item "$user"
shows "{\"Items\": [$user], \"Count\": 1}" aws dynamodb scan --table-name Users

# ---- exercise 2: orders of customers; the stream and the index come later ----

run aws dynamodb create-table --table-name Orders --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=customerId,AttributeType=S AttributeName=orderId,AttributeType=S \
    --key-schema AttributeName=customerId,KeyType=HASH AttributeName=orderId,KeyType=RANGE
# order CUSTOMER ID AMOUNT STATUS
order() {
    printf '{"customerId": {"S": "%s"}, "orderId": {"S": "%s"}, "amount": {"N": "%s"}, "status": {"S": "%s"}}' "$@"
}
for one in 'C101 O5001 199 PENDING' 'C101 O5002 450 SHIPPED' 'C102 O9001 80 PENDING'; do
    silent aws dynamodb put-item --table-name Orders --item "$(order $one)"
done
shows "{\"Count\": 2, \"Items\": [$(order C101 O5001 199 PENDING), $(order C101 O5002 450 SHIPPED)]}" \
    aws dynamodb query --table-name Orders --key-condition-expression 'customerId = :c' \
    --expression-attribute-values '{":c": {"S": "C101"}}'

# ---- exercise 3: a function between ----

run aws iam create-role --role-name orders-role --assume-role-policy-document '{"Version": "2012-10-17", "Statement": []}'
silent aws iam attach-role-policy --role-name orders-role --policy-arn arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess
shows '{"AttachedPolicies": [{"PolicyName": "AmazonDynamoDBFullAccess"}]}' aws iam list-attached-role-policies --role-name orders-role
cp "$functions/orders.js" index.js
zip -q orders.zip index.js
run aws lambda create-function --function-name orders-crud-handler --runtime nodejs14.x --handler index.handler \
    --role arn:aws:iam::000000000000:role/orders-role --zip-file fileb://orders.zip --timeout 60
invoked '{"message": "Order created"}' orders-crud-handler '{
  "action": "create",
  "item": {
    "customerId": "C101",
    "orderId": "O4444",
    "amount": 250
  }
}'
invoked '{"customerId": "C101", "orderId": "O4444", "amount": 250}' orders-crud-handler '{
  "action": "read",
  "customerId": "C101",
  "orderId": "O4444"
}'
invoked '{"message": "Order deleted"}' orders-crud-handler '{
  "action": "delete",
  "customerId": "C101",
  "orderId": "O4444"
}'
invoked null orders-crud-handler '{"action": "read", "customerId": "C101", "orderId": "O4444"}'
invoked '{"error": "Invalid action"}' orders-crud-handler '{"action": "destroy"}'

# ---- streams: new and old images, a trigger ----

run aws dynamodb update-table --table-name Orders --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
arn=$(aws dynamodb describe-table --table-name Orders --query Table.LatestStreamArn --output text)
node_function ordersReader nodejs20.x --timeout 60
# the console's trigger begins at LATEST; nothing is missed from TRIM_HORIZON on
run aws lambda create-event-source-mapping --function-name ordersReader --event-source-arn "$arn" --starting-position TRIM_HORIZON
silent aws dynamodb put-item --table-name Orders --item "$(order C103 O1 10 PENDING)"
silent aws dynamodb put-item --table-name Orders --item "$(order C103 O1 10 SHIPPED)"
silent aws dynamodb delete-item --table-name Orders --key '{"customerId": {"S": "C103"}, "orderId": {"S": "O1"}}'
logged ordersReader 'Operation: INSERT'
logged ordersReader 'Operation: MODIFY'
logged ordersReader 'Operation: REMOVE'
logged ordersReader 'New item: undefined'
logged ordersReader 'SHIPPED' 2
shows '[["Enabled", "OK"]]' aws lambda list-event-source-mappings --function-name ordersReader \
    --query 'EventSourceMappings[].[State,LastProcessingResult]'

# ---- an index on the status ----

run aws dynamodb update-table --table-name Orders \
    --attribute-definitions AttributeName=status,AttributeType=S AttributeName=orderId,AttributeType=S \
    --global-secondary-index-updates '[{"Create": {"IndexName": "GSI1", "Projection": {"ProjectionType": "ALL"},
        "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}, {"AttributeName": "orderId", "KeyType": "RANGE"}]}}]'
node_function byStatus nodejs20.x --timeout 60
# the document's query says "status = :s", which no service takes: the word is reserved
invoked '{"errorType": "ValidationException", "errorMessage": "*reserved keyword: status*"}' byStatus '{"status": "PENDING"}'
invoked '[{"orderId": "O5001", "amount": 199}, {"orderId": "O9001", "customerId": "C102"}]' byStatus '{"status": "PENDING", "named": true}'

# ---- the final assignment: API, function, table, stream, function ----

node_function ordersApi nodejs20.x --timeout 60
function_arn=$(aws lambda get-function --function-name ordersApi --query Configuration.FunctionArn --output text)
api=$(aws apigatewayv2 create-api --name orders --protocol-type HTTP --query ApiId --output text)
run aws lambda add-permission --function-name ordersApi --statement-id api --action lambda:InvokeFunction \
    --principal apigateway.amazonaws.com --source-arn "arn:aws:execute-api:us-east-1:000000000000:$api/*"
integration=$(aws apigatewayv2 create-integration --api-id "$api" --integration-type AWS_PROXY \
    --integration-uri "$function_arn" --payload-format-version 2.0 --query IntegrationId --output text)
for key in 'POST /orders' 'GET /orders' 'GET /orders/{customerId}' 'GET /orders/{customerId}/{orderId}'; do
    run aws apigatewayv2 create-route --api-id "$api" --route-key "$key" --target "integrations/$integration"
done
run aws apigatewayv2 create-stage --api-id "$api" --stage-name '$default' --auto-deploy
base=$(aws apigatewayv2 get-api --api-id "$api" --query ApiEndpoint --output text)
http 201 '{"message": "Order created"}' "$base/orders" -d '{"customerId": "C 7", "orderId": "O1", "amount": 5, "status": "PENDING"}'
http 200 '{"customerId": "C 7", "orderId": "O1", "amount": 5}' "$base/orders/C%207/O1"
http 404 '{"error": "no such order"}' "$base/orders/C%207/O2"
http 200 '[{"orderId": "O1"}]' "$base/orders/C%207"
http 200 '[{"orderId": "O5001"}, {"orderId": "O9001"}, {"orderId": "O1"}]' "$base/orders?status=PENDING"
http 404 '{"message": "Not Found"}' "$base/customers"
logged ordersReader 'C 7'

# the same behind a REST API, whose events have another form
api=$(aws apigateway create-rest-api --name orders --query id --output text)
root=$(aws apigateway get-resources --rest-api-id "$api" --query 'items[0].id' --output text)
# resource PARENT PART METHOD…: $resource is a new one, with proxies to the function
resource() {
    resource=$(aws apigateway create-resource --rest-api-id "$api" --parent-id "$1" --path-part "$2" --query id --output text)
    for method in "${@:3}"; do
        run aws apigateway put-method --rest-api-id "$api" --resource-id "$resource" --http-method "$method" --authorization-type NONE
        run aws apigateway put-integration --rest-api-id "$api" --resource-id "$resource" --http-method "$method" --type AWS_PROXY \
            --integration-http-method POST --uri "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/$function_arn/invocations"
    done
}
resource "$root" orders POST GET
resource "$resource" '{customerId}' GET
resource "$resource" '{orderId}' GET
run aws apigateway create-deployment --rest-api-id "$api" --stage-name dev
base=$url/execute-api/$api/dev
http 201 '{"message": "Order created"}' "$base/orders" -d '{"customerId": "C8", "orderId": "O2", "amount": 6, "status": "SHIPPED"}'
http 200 '{"customerId": "C8", "orderId": "O2", "amount": 6}' "$base/orders/C8/O2"
http 200 '[{"orderId": "O2"}]' "$base/orders/C8"
http 200 '[{"orderId": "O2"}, {"orderId": "O5002"}]' "$base/orders?status=SHIPPED"
http 403 '{"message": "Missing Authentication Token"}' "$base/customers"
http 403 '{"message": "Forbidden"}' "$url/execute-api/$api/prod/orders"
walk_end
