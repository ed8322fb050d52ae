# SPDX-License-Identifier: MIT
# Signatures by an independent implementation: right ones are taken, all others refused.
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def connect(key, secret, token=None, region="eu-west-1"):
    return boto3.session.Session().client(
        "dynamodb",
        endpoint_url=sys.argv[1],
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 0}),
    )


def refused(client, code):
    try:
        client.list_tables()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response["Error"]["Message"]
    raise AssertionError("not refused")


KEY, SECRET = "AKIDEXAMPLE", "wJalr/K7MDENG+bPx"
for region in ("eu-west-1", "us-east-1", "local"):
    connect(KEY, SECRET, region=region).list_tables()
good = connect(KEY, SECRET, token="to+ken/=" * 100)
good.create_table(
    TableName="Umlaut",
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "ä", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "ä", "AttributeType": "S"}],
)
for size in (0, 1, 63, 64, 65, 100000):
    good.put_item(TableName="Umlaut", Item={"ä": {"S": "k"}, "x": {"S": "ü" * size}})
assert "does not match" in refused(connect(KEY, SECRET + "x"), "InvalidSignatureException")
refused(connect("AKIDOTHER", SECRET), "UnrecognizedClientException")
streams = boto3.session.Session().client(
    "dynamodbstreams",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id=KEY,
    aws_secret_access_key=SECRET,
)
assert streams.list_streams()["Streams"] == []
