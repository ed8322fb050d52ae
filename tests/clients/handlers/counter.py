# SPDX-License-Identifier: MIT
# Counts changes by kind, with the resource interface of boto3 and no endpoint named.
import boto3

table = boto3.resource("dynamodb").Table("Counts")
client = boto3.client("dynamodbstreams")


def lambda_handler(event, context):
    for record in event["Records"]:
        print("counting", record["eventName"], record["dynamodb"]["Keys"])
        table.update_item(
            Key={"kind": record["eventName"]},
            UpdateExpression="ADD seen :one",
            ExpressionAttributeValues={":one": 1},
        )
    return {"streams": len(client.list_streams()["Streams"])}
