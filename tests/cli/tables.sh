#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# create-table, update-table, delete-table, purge: what is sent, what is refused, what is left.
source "$(dirname "$0")/lib.sh" "$1"

# what would be sent, before anything is
run 0 -c here create-table Orders --key customerId --sort-key orderId --requests \
    --global-index 'ByDate day:N orderId INCLUDE=note,amount' --local-index 'ByAmount amount:N KEYS_ONLY' \
    --stream NEW_IMAGE --ttl until --protect --tag team=x
has "$out" '{"operation":"CreateTable","body":{"TableName":"Orders","AttributeDefinitions":[{"AttributeName":"customerId","AttributeType":"S"},{"AttributeName":"orderId","AttributeType":"S"},{"AttributeName":"amount","AttributeType":"N"},{"AttributeName":"day","AttributeType":"N"}]'
has "$out" '"LocalSecondaryIndexes":[{"IndexName":"ByAmount","KeySchema":[{"AttributeName":"customerId","KeyType":"HASH"},{"AttributeName":"amount","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]'
has "$out" '"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["note","amount"]}'
has "$out" '"DeletionProtectionEnabled":true,"Tags":[{"Key":"team","Value":"x"}]}}'
has "$out" '{"operation":"UpdateTimeToLive","body":{"TableName":"Orders","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"until"}}}'
run 0 -c here tables
same "$out" "" "nothing was made"

# what is wrong is said before anything is opened or sent
run 64 -c here create-table Orders
has "$err" "--key"
run 64 -c here create-table Or --key id
has "$err" "3 characters"
run 64 -c here create-table Orders --key id --sort-key id
has "$err" "the same attribute"
run 64 -c here create-table Orders --key id --local-index 'L a'
has "$err" "a table with a sort key"
run 64 -c here create-table Orders --key id --global-index 'ByX'
has "$err" "an index is"
run 64 -c here create-table Orders --key id --global-index 'ByX x INCLUDE='
has "$err" "which attributes"
run 64 -c here create-table Orders --key id --global-index 'ByX id:N'
has "$err" "two types"
run 64 -c here create-table Orders --key id --provisioned 5
has "$err" "READ/WRITE"
run 64 -c here create-table Orders --key id --provisioned 5/5 --on-demand
run 64 -c here create-table Orders --key id --tag aws:x=y
has "$err" "service's own"
run 1 -c here create-table Orders --key id --stream SIDEWAYS
has "$err" "ValidationException"

run 0 -c here create-table Orders --key customerId --sort-key orderId \
    --global-index 'ByStatus status orderId KEYS_ONLY' --provisioned 7/3 --ttl until --tag team=x
run 1 -c here create-table Orders --key id
has "$err" "ResourceInUseException"
run 0 -c here call DescribeTable '{"TableName":"Orders"}'
has "$out" '"ReadCapacityUnits":7'

# only what differs
run 0 -c here update-table Orders --ttl until --tag team=x --provisioned 7/3
has "$err" "nothing was sent"
run 0 -c here update-table Orders --requests --ttl expires --stream KEYS_ONLY --on-demand --untag team \
    --tag cost=1 --protect --global-index 'ByDay day:N' --drop-index ByStatus
same "$(printf '%s\n' "$out" | cut -d'"' -f4 | tr '\n' ' ')" \
    "UpdateTable UpdateTable UpdateTimeToLive UpdateTimeToLive UpdateTable UntagResource TagResource UpdateTable UpdateTable " \
    "requests in their order"
run 0 -c here update-table Orders --stream KEYS_ONLY --untag team --tag cost=1 --protect \
    --global-index 'ByDay day:N'
run 0 -c here call ListTagsOfResource '{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Orders"}'
same "$out" '{"Tags":[{"Key":"cost","Value":"1"}]}'
run 0 -c here tables --long
has "$out" "ByDay"
has "$out" "KEYS_ONLY"
run 0 -c here update-table Orders --stream NEW_IMAGE
run 0 -c here tables --long
has "$out" "NEW_IMAGE" "another view of the stream"
run 0 -c here update-table Orders --drop-index ByStatus
run 1 -c here update-table Nothing --protect
has "$err" "ResourceNotFoundException"
run 1 -c here update-table Orders --drop-index Nothing

# emptied: asked for by name, index entries and all
run 0 -c here generate Orders --count 3000 -q
run 64 -c here purge Orders
has "$err" "--yes"
run 0 -c here scan Orders --count
same "$out" 3000 "nothing went unasked"
run 0 -c here purge Orders --yes
has "$err" "3,000 items deleted"
run 0 -c here scan Orders --count
same "$out" 0
run 0 -c here scan Orders --index ByDay --count
same "$out" 0
run 0 check -c here
run 0 -c here purge Orders --yes
has "$err" "0 items deleted"
run 64 -c here purge Orders --yes --total-segments 65
feed 0 '{"customerId":"C","orderId":"O"}' -c here put Orders
run 1 -c here purge Orders --yes --read-only
has "$err" "read-only"
run 0 -c here scan Orders --count
same "$out" 1 "read-only keeps it"
run 1 -c here delete-table Orders --yes
has "$err" "--no-protect"
run 0 -c here update-table Orders --no-protect
run 64 -c here delete-table Orders
run 0 -c here delete-table Orders --yes
run 0 -c here tables
same "$out" ""

finish
