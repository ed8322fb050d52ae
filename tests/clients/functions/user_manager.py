# SPDX-License-Identifier: MIT
# Users by the action of the event: CREATE, READ, UPDATE, DELETE, LIST, FIND_BY_EMAIL.
import json
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Key

table = boto3.resource("dynamodb").Table("Users")


def plain(value):
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value))


def answer(status, body):
    return {"statusCode": status, "body": json.dumps(body, default=plain)}


def update(event):
    updates = event["updates"]
    names = {f"#{i}": name for i, name in enumerate(updates)}
    values = {f":{i}": value for i, value in enumerate(updates.values())}
    result = table.update_item(
        Key={"userId": event["userId"]},
        UpdateExpression="SET " + ", ".join(f"#{i} = :{i}" for i in range(len(updates))),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
        ReturnValues="ALL_NEW",
    )
    return answer(200, result["Attributes"])


def lambda_handler(event, context):
    action = event.get("action")
    print(f"Action: {action}")
    if action == "CREATE":
        table.put_item(Item=event["data"])
        return answer(201, {"message": "User created", "userId": event["data"]["userId"]})
    if action == "READ":
        item = table.get_item(Key={"userId": event["userId"]}).get("Item")
        return answer(200, item) if item else answer(404, {"error": "User not found"})
    if action == "UPDATE":
        return update(event)
    if action == "DELETE":
        table.delete_item(Key={"userId": event["userId"]})
        return answer(200, {"message": "User deleted"})
    if action == "LIST":
        return answer(200, table.scan()["Items"])
    if action == "FIND_BY_EMAIL":
        found = table.query(IndexName="EmailIndex", KeyConditionExpression=Key("email").eq(event["email"]))
        return answer(200, found["Items"])
    return answer(400, {"error": f"Unknown action: {action}"})
