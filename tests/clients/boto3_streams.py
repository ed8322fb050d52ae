# SPDX-License-Identifier: MIT
# A consumer of a table's stream with boto3, against the server whose address is the argument: shards,
# iterators, pages, closed streams, and what is refused.
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "ap-southeast-2"  # of the caller: ARNs bear it
config = Config(retries={"max_attempts": 0})
ddb = boto3.client("dynamodb", region_name=REGION, endpoint_url=sys.argv[1], config=config)
streams = boto3.client("dynamodbstreams", region_name=REGION, endpoint_url=sys.argv[1], config=config)


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"{parameters} was not refused")


def create(name, view):
    answer = ddb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "c", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "p", "AttributeType": "S"},
            {"AttributeName": "c", "AttributeType": "S"},
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )["TableDescription"]
    assert answer["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": view}
    arn = answer["LatestStreamArn"]
    assert arn == f"arn:aws:dynamodb:{REGION}:000000000000:table/{name}/stream/{answer['LatestStreamLabel']}"
    return arn


def shards_of(arn):
    shards, more = [], {}
    while True:
        page = streams.describe_stream(StreamArn=arn, Limit=1, **more)["StreamDescription"]
        shards += page["Shards"]
        if "LastEvaluatedShardId" not in page:
            return shards
        more = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}


def records_of(arn, limit=1000):
    """Every record that there is: parents before their children."""
    records = []
    for shard in shards_of(arn):
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=limit)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return records


# what each view holds of the same changes
def change(table, p):
    item = {"p": {"S": p}, "c": {"S": "1"}}
    ddb.put_item(TableName=table, Item={**item, "x": {"N": "2"}})
    ddb.put_item(TableName=table, Item={**item, "x": {"N": "2.0"}})  # no change
    ddb.put_item(TableName=table, Item={**item, "y": {"N": "3"}})
    ddb.delete_item(TableName=table, Key=item)
    ddb.delete_item(TableName=table, Key=item)  # no change
    ddb.update_item(TableName=table, Key=item)
    ddb.update_item(
        TableName=table,
        Key=item,
        UpdateExpression="SET x = :x",
        ExpressionAttributeValues={":x": {"N": "5"}},
    )
    ddb.update_item(TableName=table, Key=item, UpdateExpression="REMOVE nothing")  # no change
    ddb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {**item, "b": {"B": b"\0\1"}}}}]})
    x, y, five, b = {"x": {"N": "2"}}, {"y": {"N": "3"}}, {"x": {"N": "5"}}, {"b": {"B": b"\0\1"}}
    return [
        ("INSERT", None, {**item, **x}),
        ("MODIFY", {**item, **x}, {**item, **y}),
        ("REMOVE", {**item, **y}, None),
        ("INSERT", None, item),
        ("MODIFY", item, {**item, **five}),
        ("MODIFY", {**item, **five}, {**item, **b}),
    ]


for view in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]:
    arn = create(view, view)
    wanted = change(view, view)
    found = records_of(arn, limit=2)
    assert len(found) == len(wanted), found
    numbers = [r["dynamodb"]["SequenceNumber"] for r in found]
    assert [int(n) for n in numbers] == sorted({int(n) for n in numbers})
    assert all(n.isdecimal() and 21 <= len(n) <= 40 for n in numbers)
    assert len({r["eventID"] for r in found}) == len(found)
    for record, (event, old, new) in zip(found, wanted):
        data = record["dynamodb"]
        assert record["eventName"] == event and record["eventVersion"] == "1.1", record
        assert record["eventSource"] == "aws:dynamodb" and record["awsRegion"] == REGION, record
        assert "userIdentity" not in record
        assert data["Keys"] == {"p": {"S": view}, "c": {"S": "1"}}
        assert data["StreamViewType"] == view and data["SizeBytes"] > 0
        assert abs(data["ApproximateCreationDateTime"].timestamp() - time.time()) < 600
        assert data.get("OldImage") == (old if "OLD" in view else None), record
        assert data.get("NewImage") == (new if "NEW" in view else None), record

# positions in a shard
arn = ddb.describe_table(TableName="KEYS_ONLY")["Table"]["LatestStreamArn"]
shard = shards_of(arn)[0]
assert 28 <= len(shard["ShardId"]) <= 65
place = {"StreamArn": arn, "ShardId": shard["ShardId"]}
numbers = [r["dynamodb"]["SequenceNumber"] for r in records_of(arn)]


def read(**how):
    iterator = streams.get_shard_iterator(**place, **how)["ShardIterator"]
    page = streams.get_records(ShardIterator=iterator)
    assert "NextShardIterator" in page
    return [r["dynamodb"]["SequenceNumber"] for r in page["Records"]], page["NextShardIterator"]


assert read(ShardIteratorType="TRIM_HORIZON")[0] == numbers
assert read(ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=numbers[2])[0] == numbers[2:]
assert read(ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[2])[0] == numbers[3:]
start = shard["SequenceNumberRange"]["StartingSequenceNumber"]
assert read(ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=start)[0] == numbers
latest = read(ShardIteratorType="LATEST")
assert latest[0] == []
ddb.put_item(TableName="KEYS_ONLY", Item={"p": {"S": "new"}, "c": {"S": "2"}})
page = streams.get_records(ShardIterator=latest[1])
assert [r["dynamodb"]["Keys"]["p"]["S"] for r in page["Records"]] == ["new"]

# what is refused
refused("ValidationException", streams.get_shard_iterator, **place, ShardIteratorType="AT_SEQUENCE_NUMBER")
refused("ValidationException", streams.get_shard_iterator, **place, ShardIteratorType="LATEST", SequenceNumber=start)
refused("ValidationException", streams.get_shard_iterator, **place, ShardIteratorType="NOW")
refused("ValidationException", streams.get_records, ShardIterator="x" * 50)
refused("ValidationException", streams.get_records, ShardIterator=latest[1], Limit=1001)
refused("ValidationException", streams.list_streams, ExclusiveStartStreamArn="x" * 50)
refused("ValidationException", streams.describe_stream, StreamArn="x" * 50)
refused("ResourceNotFoundException", streams.describe_stream, StreamArn=arn[:-1] + "x")
missing = {**place, "ShardId": "shardId-" + "0" * 20}
refused("ResourceNotFoundException", streams.get_shard_iterator, **missing, ShardIteratorType="LATEST")
refused(
    "ValidationException",
    ddb.update_table,
    TableName="KEYS_ONLY",
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
)

# closed streams stay listed and readable, beside the next one and after the table
ddb.update_table(TableName="KEYS_ONLY", StreamSpecification={"StreamEnabled": False})
assert "StreamSpecification" not in ddb.describe_table(TableName="KEYS_ONLY")["Table"]
second = ddb.update_table(
    TableName="KEYS_ONLY", StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
)["TableDescription"]["LatestStreamArn"]
assert second != arn
ddb.put_item(TableName="KEYS_ONLY", Item={"p": {"S": "newer"}, "c": {"S": "2"}})
listed = [s["StreamArn"] for s in streams.list_streams(TableName="KEYS_ONLY")["Streams"]]
assert sorted(listed) == sorted([arn, second]), listed
ddb.delete_table(TableName="KEYS_ONLY")
for which, count in [(arn, 7), (second, 1)]:
    description = streams.describe_stream(StreamArn=which)["StreamDescription"]
    assert description["StreamStatus"] == "DISABLED"
    assert all("EndingSequenceNumber" in s["SequenceNumberRange"] for s in description["Shards"])
    assert len(records_of(which)) == count

# pages of streams
found, more = [], {}
while True:
    page = streams.list_streams(Limit=2, **more)
    found += [s["StreamArn"] for s in page["Streams"]]
    if "LastEvaluatedStreamArn" not in page:
        break
    more = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
assert len(found) == len(set(found)) == 5

# time to live: the service removes the item, and says so
arn = create("Sessions", "OLD_IMAGE")
ddb.update_time_to_live(
    TableName="Sessions", TimeToLiveSpecification={"AttributeName": "ends", "Enabled": True}
)
ddb.put_item(
    TableName="Sessions",
    Item={"p": {"S": "a"}, "c": {"S": "1"}, "ends": {"N": str(int(time.time()) - 60)}},
)
until = time.monotonic() + 120
while len(records_of(arn)) < 2:
    assert time.monotonic() < until, "the item was not removed"
    time.sleep(0.1)
removed = records_of(arn)[1]
assert removed["eventName"] == "REMOVE"
assert removed["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}, removed
assert removed["dynamodb"]["OldImage"]["p"] == {"S": "a"}
