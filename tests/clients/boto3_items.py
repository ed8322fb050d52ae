# SPDX-License-Identifier: MIT
# What a boto3 program does all day, against the server whose address is the argument.
import sys
import threading
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError

# one attempt: a wrong checksum or a broken connection must not be hidden by a second one
config = Config(retries={"max_attempts": 0}, max_pool_connections=16)
resource = boto3.resource("dynamodb", endpoint_url=sys.argv[1], config=config)
client = resource.meta.client

table = resource.create_table(
    TableName="Orders",
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
    AttributeDefinitions=[
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "n", "AttributeType": "N"},
        {"AttributeName": "state", "AttributeType": "S"},
    ],
    GlobalSecondaryIndexes=[
        {
            "IndexName": "ByState",
            "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
)
table.wait_until_exists()
table.reload()
assert table.table_status == "ACTIVE"

item = {
    "pk": "a",
    "n": Decimal("-12345678901234567890123456789012345678"),
    "bytes": bytes(range(256)),
    "nested": {"list": [1, "ü", None, True, {"x": b"\0"}], "empty": {}, "none": []},
    "set": {"x", "y"},
    "numbers": {Decimal("1"), Decimal("1E-130")},
    "text": "\u0000\u202e\U0001f600\"\\",
}
table.put_item(Item=item)
read = table.get_item(Key={"pk": "a", "n": item["n"]}, ConsistentRead=True)["Item"]
read["bytes"] = bytes(read["bytes"])
read["nested"]["list"][4]["x"] = bytes(read["nested"]["list"][4]["x"])
item["nested"]["list"][0] = Decimal(1)
assert read == item, read

with table.batch_writer() as batch:
    for n in range(260):
        batch.put_item(Item={"pk": "p", "n": n, "state": "EVEN" if n % 2 == 0 else "ODD"})
pages = list(
    client.get_paginator("query").paginate(
        TableName="Orders",
        KeyConditionExpression=Key("pk").eq("p") & Key("n").between(10, 209),
        PaginationConfig={"PageSize": 33},
    )
)
numbers = [int(i["n"]) for page in pages for i in page["Items"]]
assert numbers == list(range(10, 210)), numbers
assert len(pages) == 7
found = table.query(IndexName="ByState", KeyConditionExpression=Key("state").eq("ODD"), Select="COUNT")
assert found["Count"] == 130
seen = sum(
    table.scan(Segment=s, TotalSegments=4, FilterExpression=Attr("state").exists())["Count"]
    for s in range(4)
)
assert seen == 260

try:
    table.put_item(Item={"pk": "p", "n": 1}, ConditionExpression=Attr("pk").not_exists())
    raise AssertionError("the condition was not checked")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert error.response["Error"]["Message"] == "The conditional request failed"
    assert len(error.response["ResponseMetadata"]["RequestId"]) == 52
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def add(count):
    mine = boto3.session.Session().client("dynamodb", endpoint_url=sys.argv[1], config=config)
    for _ in range(count):
        mine.update_item(
            TableName="Orders",
            Key={"pk": {"S": "counter"}, "n": {"N": "0"}},
            UpdateExpression="ADD c :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )


threads = [threading.Thread(target=add, args=(50,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert table.get_item(Key={"pk": "counter", "n": 0})["Item"]["c"] == 400

big = "x" * 390000
table.put_item(Item={"pk": "big", "n": 0, "x": big})
assert table.get_item(Key={"pk": "big", "n": 0})["Item"]["x"] == big
assert [t.name for t in resource.tables.all()] == ["Orders"]
table.delete()
table.wait_until_not_exists()
