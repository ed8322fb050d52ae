# SPDX-License-Identifier: MIT
# The attacks of hostile.sh: hostile.py attack|foreign|end|verify URL FILE [PID].
import http.client
import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import time

MODE, URL, FILE = sys.argv[1:4]
HOST, PORT = "127.0.0.1", int(URL.rsplit(":", 1)[1].rstrip("/"))
STREAMS = {"ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"}
OPERATIONS = """BatchExecuteStatement BatchGetItem BatchWriteItem CreateBackup CreateTable DeleteBackup DeleteItem
    DeleteTable DescribeBackup DescribeContinuousBackups DescribeEndpoints DescribeExport DescribeImport DescribeLimits
    DescribeStream DescribeTable DescribeTimeToLive ExecuteStatement ExecuteTransaction ExportTableToPointInTime GetItem
    GetRecords GetShardIterator ImportTable ListBackups ListExports ListImports ListStreams ListTables
    ListTagsOfResource PutItem Query RestoreTableFromBackup RestoreTableToPointInTime Scan TagResource TransactGetItems
    TransactWriteItems UntagResource UpdateContinuousBackups UpdateItem UpdateTable UpdateTimeToLive""".split()
PARAMETERS = """AttributeDefinitions AttributeUpdates AttributesToGet BackupArn BackupName BillingMode
    ClientRequestToken ConditionExpression ConditionalOperator ConsistentRead DeletionProtectionEnabled
    ExclusiveStartKey ExclusiveStartStreamArn ExclusiveStartTableName Expected ExportArn ExportFormat
    ExpressionAttributeNames ExpressionAttributeValues FilterExpression GlobalSecondaryIndexUpdates
    GlobalSecondaryIndexes ImportArn IndexName InputFormat Item Key KeyConditionExpression KeyConditions KeySchema
    Limit LocalSecondaryIndexes NextToken Parameters PointInTimeRecoverySpecification ProjectionExpression
    ProvisionedThroughput QueryFilter RequestItems ResourceArn ReturnConsumedCapacity ReturnItemCollectionMetrics
    ReturnValues S3Bucket S3BucketSource SSESpecification ScanFilter ScanIndexForward Segment Select SequenceNumber
    ShardId ShardIterator ShardIteratorType SourceTableName Statement Statements StreamArn StreamSpecification TableArn
    TableClass TableCreationParameters TableName TagKeys Tags TargetTableName TimeToLiveSpecification TotalSegments
    TransactItems TransactStatements UpdateExpression""".split()
WRONG = [None, True, False, 0, -1, 1.5, 1e400, 10 ** 30, "", "x", "\ud800", "\0", [], {}, [[]], [None], [{}], {"a": None},
         {"a": {}}, {"a": {"S": 1}}, {"a": {"N": "x"}}, {"": {"S": "a"}}, {"a": {"M": {"a": {"L": [{"X": 1}]}}}}, ["a"] * 300]


def head(operation, length, more=""):
    api = "DynamoDBStreams" if operation in STREAMS else "DynamoDB"
    return (f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"X-Amz-Target: {api}_20120810.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, "
            f"SignedHeaders=host, Signature=0\r\n{more}Content-Length: {length}\r\n\r\n").encode()


class Client:
    """An honest one. What it is answered is one of the statuses that are allowed."""

    def __init__(self):
        self.connection = http.client.HTTPConnection(HOST, PORT, timeout=60)

    def call(self, operation, body, allowed=(200, 400)):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        raw = head(operation, len(text)).decode().split("\r\n")[2:-2]
        headers = dict(line.split(": ", 1) for line in raw)
        self.connection.request("POST", "/", text, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        assert answer.status in allowed, (operation, text[:300], answer.status, data[:300])
        tree = json.loads(data) if data else {}
        assert answer.status == 200 or "__type" in tree, (operation, text[:300], data[:300])
        return answer.status, tree

    def must(self, operation, body):
        status, tree = self.call(operation, body)
        assert status == 200, (operation, body, tree)
        return tree

    def refused(self, operation, body, kind):
        status, tree = self.call(operation, body)
        assert status == 400 and tree["__type"].rsplit("#")[-1] in kind.split("|"), (operation, str(body)[:300], tree)


def raw(data):
    """All that comes back on a connection of its own, until the server ends it."""
    with socket.create_connection((HOST, PORT), timeout=60) as s:
        parts = []
        try:
            s.sendall(data)
            while part := s.recv(65536):
                parts.append(part)
        except (ConnectionResetError, BrokenPipeError):
            pass
        return b"".join(parts)


def abort(s):
    """A reset instead of an end."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def create(client, name, **more):
    return client.must("CreateTable", {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}], **more})


def wrong_types(client):
    for operation in OPERATIONS:
        for value in WRONG:
            client.call(operation, {name: value for name in PARAMETERS})
            client.call(operation, {"TableName": "victim", **{name: value for name in PARAMETERS if name != "TableName"}})
        for body in (b"", b"null", b"[]", b"1", b'"x"', b"{", b'{"TableName":', b'{"a":1,"a":2}', b"\xff\xfe", b"{}{}", b'{"TableName":"\\ud800"}'):
            client.call(operation, body)
    for name in PARAMETERS:
        for value in WRONG:
            for operation in ("Query", "UpdateItem", "CreateTable", "TransactWriteItems"):
                client.call(operation, {"TableName": "victim", name: value})


def wrong_targets():
    body = b"{}"
    for target in (b"", b".", b"DynamoDB_20120810", b"DynamoDB_20120810.", b"DynamoDB_20111205.ListTables", b"dynamodb_20120810.ListTables",
                   b"DynamoDB_20120810.listtables", b"DynamoDB_20120810.ListTables.x", b"DynamoDBStreams_20120810.PutItem",
                   b"DynamoDB_20120810.GetRecords", b"x" * 5000, b"DynamoDB_20120810." + b"\xff" * 10, b"Logs_20140328.GetLogEvents"):
        request = head("ListTables", len(body), "Connection: close\r\n").replace(b"DynamoDB_20120810.ListTables", target) + body
        answer = raw(request)
        assert answer.startswith(b"HTTP/1.1 4"), (target, answer[:200])


def truncated():
    body = json.dumps({"TableName": "victim", "Item": {"p": {"S": "cut"}}}).encode()
    request = head("PutItem", len(body)) + body
    for cut in list(range(0, len(request), 7)) + [len(request) - 1]:
        s = socket.create_connection((HOST, PORT), timeout=60)
        s.sendall(request[:cut])
        s.close() if cut % 2 else abort(s)
    client = Client()
    assert "Item" not in client.must("GetItem", {"TableName": "victim", "Key": {"p": {"S": "cut"}}})


def smuggled(client):
    """What is hidden behind or inside of a request must not run."""
    evil = json.dumps({"TableName": "victim", "Item": {"p": {"S": "smuggled"}}}).encode()
    inner = head("PutItem", len(evil)) + evil
    list_tables = head("ListTables", 2)
    plain = list_tables.replace(b"Content-Length: 2\r\n", b"")
    ends = plain[:-2]
    for request in (
        ends + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
        ends + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n" + inner,
        ends + b"Content-Length: 2\r\nContent-Length: 4096\r\n\r\n{}" + inner,
        ends + b"Content-Length: 2, 4096\r\n\r\n{}" + inner,
        ends + b"Content-Length: +2\r\n\r\n{}" + inner,
        ends + b"Content-Length: 0x2\r\n\r\n{}" + inner,
        ends + b"Content-Length: -1\r\n\r\n" + inner,
        ends + b"Content-Length : 2\r\n\r\n{}" + inner,
        ends + b"Content-Length: 99999999999999999999\r\n\r\n{}" + inner,
        ends + b"Transfer-Encoding: xchunked\r\n\r\n" + inner,
        ends + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + inner,
        ends + b"X: a\r\n Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + inner,
        ends.replace(b"\r\n", b"\n") + b"Content-Length: 2\n\n{}" + inner,
        b"POST / HTTP/1.0\r\n" + inner,
        b"\0" * 100 + inner,
    ):
        assert b"HTTP/1.1 200" not in raw(request), request[:600]
        assert "Item" not in client.must("GetItem", {"TableName": "victim", "Key": {"p": {"S": "smuggled"}}}), request[:600]


def enormous(client):
    for body in (b"[" * (16 << 20), b'{"a":' * (3 << 20), b'"' + b"\\" * (15 << 20), b"1" * (16 << 20), b" " * (16 << 20)):
        client.call("PutItem", body)
    answer = raw(head("PutItem", (16 << 20) + 1) + b"[" * ((16 << 20) + 1))
    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
    deep = "(" * 200000
    base = {"TableName": "victim", "Key": {"p": {"S": "a"}}, "Item": {"p": {"S": "a"}}}
    for text in (deep, deep + "a = a" + ")" * 200000, "NOT " * 100000 + "a = a", "a.b" * 60000, "a[0]" * 60000, "size(" * 60000, "#" * 200000):
        for operation, name in (("Query", "KeyConditionExpression"), ("Query", "FilterExpression"), ("Scan", "FilterExpression"),
                                ("UpdateItem", "UpdateExpression"), ("UpdateItem", "ConditionExpression"), ("PutItem", "ConditionExpression"),
                                ("GetItem", "ProjectionExpression"), ("ExecuteStatement", "Statement")):
            more = {"KeyConditionExpression": "p = :v"} if operation == "Query" else {}
            client.refused(operation, {**base, **more, name: text}, "ValidationException|UnknownOperationException")
    value = {"S": "x"}
    for _ in range(5000):
        value = {"L": [value]}
    text = json.dumps({"TableName": "victim", "Item": {"p": {"S": "a"}, "v": "@"}}).replace('"@"', "{\"L\":[" * 100000 + "]}" * 100000)
    client.call("PutItem", text.encode())
    client.refused("PutItem", {"TableName": "victim", "Item": {"p": {"S": "a"}, **{f"a{i}": {"S": "x" * 100} for i in range(5000)}}}, "ValidationException")


def spoil(random_, token):
    """The token with one character changed, cut, doubled."""
    i = random_.randrange(len(token))
    yield token[:i] + random_.choice("AZaz09+/=-_:.|") + token[i + 1:]
    yield token[:i]
    yield token + token
    yield token[i:]


def tokens(client):
    arn = create(client, "streamed", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})["TableDescription"]["LatestStreamArn"]
    for i in range(5):
        client.must("PutItem", {"TableName": "streamed", "Item": {"p": {"S": str(i)}}})
    shard = client.must("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"][0]["ShardId"]
    where = {"StreamArn": arn, "ShardId": shard}
    iterator = client.must("GetShardIterator", {**where, "ShardIteratorType": "TRIM_HORIZON"})["ShardIterator"]
    page = client.must("GetRecords", {"ShardIterator": iterator, "Limit": 2})
    number = page["Records"][1]["dynamodb"]["SequenceNumber"]
    chance = random.Random(1)
    for _ in range(200):
        for token in spoil(chance, iterator):
            client.call("GetRecords", {"ShardIterator": token})
        for token in spoil(chance, number):
            client.call("GetShardIterator", {**where, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": token})
        for token in spoil(chance, arn):
            client.call("DescribeStream", {"StreamArn": token})
            client.call("ListTagsOfResource", {"ResourceArn": token})
            client.call("DescribeTable", {"TableName": token})
        for token in spoil(chance, shard):
            client.call("GetShardIterator", {"StreamArn": arn, "ShardId": token, "ShardIteratorType": "LATEST"})
    with open(FILE, "w", encoding="utf-8") as file:
        json.dump({"arn": arn, "shard": shard, "iterator": iterator, "next": page["NextShardIterator"], "number": number}, file)


def going_away():
    """Requests of every kind while the table is deleted and created again."""
    fine = ("ResourceNotFoundException", "ResourceInUseException", "LimitExceededException")
    stop = threading.Event()
    failures = []

    def run(make):
        mine = Client()
        chance = random.Random(make.__name__)
        try:
            while not stop.is_set():
                status, tree = mine.call(*make(chance))
                kind = tree.get("__type", "").rsplit("#")[-1]
                assert status == 200 or kind in fine or kind == "TransactionCanceledException", tree
        except Exception as error:  # told by the main thread
            failures.append((make.__name__, repr(error)))

    def key(chance):
        return {"p": {"S": str(chance.randrange(500))}}

    def put(chance):
        return "PutItem", {"TableName": "moving", "Item": {**key(chance), "v": {"S": "x" * 1000}}}

    def batch(chance):
        keys = {str(chance.randrange(500)) for _ in range(20)}
        return "BatchWriteItem", {"RequestItems": {"moving": [{"PutRequest": {"Item": {"p": {"S": k}}}} for k in keys]}}

    def scan(chance):
        return "Scan", {"TableName": "moving", "Limit": 100}

    def update(chance):
        return "UpdateItem", {"TableName": "moving", "Key": key(chance), "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}

    def transact(chance):
        return "TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "moving", "Item": key(chance)}}]}

    def describe(chance):
        return "DescribeTable", {"TableName": "moving"}

    def index(chance):
        return "UpdateTable", {"TableName": "moving", "AttributeDefinitions": [{"AttributeName": "v", "AttributeType": "S"}], "GlobalSecondaryIndexUpdates": [
            {"Create": {"IndexName": "byV", "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}]}

    def index_again(chance):
        status, tree = Client().call(*index(chance))
        del status, tree
        return "DescribeTable", {"TableName": "moving"}
    threads = [threading.Thread(target=run, args=(make,)) for make in (put, batch, scan, update, transact, describe, index_again)]
    client = Client()
    create(client, "moving")
    for thread in threads:
        thread.start()
    for _ in range(30):
        client.must("DeleteTable", {"TableName": "moving"})
        create(client, "moving")
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures, failures
    client.must("DeleteTable", {"TableName": "moving"})


def hang_ups(client):
    for i in range(40):
        client.must("PutItem", {"TableName": "victim", "Item": {"p": {"S": f"big{i}"}, "v": {"S": "x" * 200000}}})
    scan = json.dumps({"TableName": "victim"}).encode()
    request = head("Scan", len(scan)) + scan
    put = json.dumps({"TableName": "victim", "Item": {"p": {"S": "half"}, "v": {"S": "y" * 100000}}}).encode()
    for i in range(100):
        s = socket.create_connection((HOST, PORT), timeout=60)
        s.sendall(request * (1 + i % 3))
        if i % 4:
            s.recv(1 + i * 500)
        abort(s)
        s = socket.create_connection((HOST, PORT), timeout=60)
        s.sendall((head("PutItem", len(put)) + put)[:i * 1000])
        abort(s)


def attack():
    client = Client()
    create(client, "victim")
    wrong_types(client)
    status, _ = client.call("DescribeTable", {"TableName": "victim"})
    if status != 200:
        create(client, "victim")
    wrong_targets()
    truncated()
    smuggled(client)
    enormous(client)
    tokens(client)
    going_away()
    hang_ups(client)
    client.must("ListTables", {})


def foreign():
    """Tokens of another store: refused, or they point at nothing."""
    with open(FILE, encoding="utf-8") as file:
        old = json.load(file)
    client = Client()
    create(client, "other", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    client.must("PutItem", {"TableName": "other", "Item": {"p": {"S": "secret"}}})
    for token in (old["iterator"], old["next"]):
        status, tree = client.call("GetRecords", {"ShardIterator": token})
        assert status == 400 or tree["Records"] == [], tree
    client.refused("DescribeStream", {"StreamArn": old["arn"]}, "ResourceNotFoundException")
    client.refused("GetShardIterator", {"StreamArn": old["arn"], "ShardId": old["shard"], "ShardIteratorType": "LATEST"}, "ResourceNotFoundException")


def end(pid):
    """Writers and readers at work when the signal comes: whoever got an answer is believed."""
    client = Client()
    create(client, "writes")
    done = []
    stop = threading.Event()

    def write(number):
        mine = Client()
        i = 0
        try:
            while not stop.is_set():
                name = f"{number}/{i}"
                mine.must("PutItem", {"TableName": "writes", "Item": {"p": {"S": name}, "v": {"S": "x" * (i % 5000)}}})
                done.append(name)
                i += 1
        except (OSError, http.client.HTTPException):
            pass
    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    while len(done) < 400:
        time.sleep(0.001)
    os.kill(pid, signal.SIGTERM)
    for thread in threads:
        thread.join(60)
    stop.set()
    with open(FILE, "w", encoding="utf-8") as file:
        json.dump(done, file)


def verify():
    client = Client()
    with open(FILE, encoding="utf-8") as file:
        done = json.load(file)
    for name in done:
        assert "Item" in client.must("GetItem", {"TableName": "writes", "Key": {"p": {"S": name}}}), f"{name} was acknowledged and is lost"
    seen, start = 0, {}
    while True:
        page = client.must("Scan", {"TableName": "writes", "Select": "COUNT", **start})
        seen += page["Count"]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    # each of the eight may have had one write whose answer it did not see
    assert len(done) <= seen <= len(done) + 8, (len(done), seen)


if MODE == "end":
    end(int(sys.argv[4]))
else:
    {"attack": attack, "foreign": foreign, "verify": verify}[MODE]()
