# SPDX-License-Identifier: MIT
# Endpoints that are none, or worse, for endpoint.sh: a server whose first path element is the name of
# what it does wrong. It prints its port, and ends with its standard input.
import json
import socket
import sys
import threading

LIMIT = 96 << 20  # of a body without end: more than any client should take


def page(items=(), **more):
    return {"Items": list(items), "Count": len(items), "ScannedCount": len(items), **more}


def table(**more):
    return {"Table": {"TableName": "Tab", "TableStatus": "ACTIVE", "TableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/Tab",
                      "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "ItemCount": 1, "TableSizeBytes": 1,
                      "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}], **more}}


def scans(answer):
    """Says this to reads; describes a decent table."""
    return lambda operation: {"ListTables": {"TableNames": ["Tab"]}, "DescribeTable": table()}.get(operation, answer)


DEEP = b"[" * (10 << 20)
KEY = {"k": {"S": "same"}}
ANSWERS = {  # bodies with status 200
    "nested-list": b'{"Items":' + DEEP,
    "nested-object": b'{"a":' * (2 << 20),
    "nested-item": b'{"Items":[{"k":' + b'{"M":{"k":' * (1 << 20),
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "words": b"It works!",
    "half": b'{"Items":[{"k":{"S":"a"}},{"k"',
    "two": b"{}{}",
    "nul": b'{"Items":[]}\0',
    "utf8": b'{"Items":[{"k":{"S":"\xff\xfe"}}],"TableNames":["\xff"],"Table":{"TableName":"\xff"}}',
    "surrogate": b'{"Items":[{"k":{"S":"\\ud800"}}],"TableNames":["\\ud800"]}',
    "twice": b'{"Items":[],"Items":[],"TableNames":[],"TableNames":[]}',
    "items-text": scans({"Items": "none", "Count": 1}),
    "items-null": scans({"Items": None}),
    "items-object": scans({"Items": {"k": {"S": "a"}}}),
    "item-number": scans(page([7])),
    "item-type": scans(page([{"k": {"X": "a"}}])),
    "item-two-types": scans(page([{"k": {"S": "a", "N": "1"}}])),
    "item-no-name": scans(page([{"": {"S": "a"}}])),
    "number-word": scans(page([{"k": {"N": "many"}}])),
    "number-long": scans(page([{"k": {"N": "1" * 100000}}])),
    "base64": scans(page([{"k": {"B": "!"}}])),
    "set-twice": scans(page([{"k": {"SS": ["a", "a"]}}])),
    "set-empty": scans(page([{"k": {"SS": []}}])),
    "count-negative": scans({**page(), "Count": -1, "ScannedCount": -1}),
    "count-large": scans({"Count": 10 ** 30}),
    "count-text": scans({"Count": "1"}),
    "key-text": scans(page(LastEvaluatedKey="k")),
    "key-list": scans(page(LastEvaluatedKey=[])),
    "key-type": scans(page(LastEvaluatedKey={"k": {"S": 1}})),
    "key-same": scans(page([KEY], LastEvaluatedKey=KEY)),
    "key-foreign": scans(page(LastEvaluatedKey={"other": {"N": "1"}})),
    "refusal": {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "not here"},
    "refusal-controls": {"__type": "a#Bad\x1b[2JException", "message": "\x1b]0;owned\x07\x1b[31m\u202e\x9b2J"},
    "refusal-types": {"__type": 7, "message": ["x"]},
    "tables-text": {"TableNames": "Tab"},
    "tables-numbers": {"TableNames": [1, None, {}]},
    "tables-controls": {"TableNames": ["\x1b[2J\x07", "a\u202eb"]},
    "tables-same": {"TableNames": ["Tab"], "LastEvaluatedTableName": "Tab"},
    "table-text": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else {"Table": "Tab"},
    "table-empty": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else {"Table": {}},
    "table-keys": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else table(KeySchema="k", AttributeDefinitions=7),
    "table-key-types": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else table(
        KeySchema=[{"AttributeName": 1, "KeyType": 2}], AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "Z"}]),
    "table-many-keys": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else table(
        KeySchema=[{"AttributeName": f"k{i}", "KeyType": "HASH"} for i in range(50)]),
    "table-indexes": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else table(
        GlobalSecondaryIndexes=[{"IndexName": f"i{i}", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}] * 9} for i in range(5000)]),
    "stream-wrong": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else {
        **table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}, LatestStreamArn="arn:aws:x"),
        "StreamDescription": {"Shards": [1, "x", {"ShardId": 5}, {"ShardId": "s", "ParentShardId": "s"}], "LastEvaluatedShardId": "x"},
        "ShardIterator": 5, "Records": "none"},
    "stream-records": lambda operation: {"TableNames": ["Tab"]} if operation == "ListTables" else {
        **table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}, LatestStreamArn="arn:aws:x"),
        "StreamDescription": {"Shards": [{"ShardId": "s", "SequenceNumberRange": {"StartingSequenceNumber": "x"}}]},
        "ShardIterator": "i", "Records": [5, {}, {"dynamodb": 5}, {"dynamodb": {"Keys": {"k": 5}}}]},
}


def plain(status, body=b"{}", headers=""):
    return (f"HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.0\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


RAW = {  # whole answers; a tuple is sent again and again
    "redirect-301": lambda port: plain(301, b"", f"Location: http://127.0.0.1:{port}/stolen\r\n"),
    "redirect-307": lambda port: plain(307, b"{}", f"Location: http://127.0.0.1:{port}/stolen\r\n"),
    "redirect-308-self": lambda port: plain(308, b"{}", "Location: /redirect-308-self\r\n"),
    "html": lambda port: b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<h1>\x1b[2JWelcome</h1>",
    "html-404": lambda port: b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<h1>404</h1>\n",
    "html-503": lambda port: b"HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<h1>503</h1>\n",
    "header-long": lambda port: plain(200, b"{}", "X-Long: " + "x" * (1 << 20) + "\r\n"),
    "header-many": lambda port: plain(200, b"{}", "X-Many: x\r\n" * 100000),
    "header-nul": lambda port: plain(200, b"{}", "X-Amz-Crc32: 1\0\r\nx-amzn-RequestId: \x1b[2J\r\n"),
    "header-endless": lambda port: (b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 60000 + b"\r\n"),
    "continue-endless": lambda port: (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "body-endless": lambda port: (b"HTTP/1.1 200 OK\r\n\r\n" + b'{"Items":[', b'{"k":{"S":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}},' * 1000),
    "chunks-endless": lambda port: (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "chunks-wrong": lambda port: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n{}\r\n",
    "length-huge": lambda port: b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\n{}",
    "length-negative": lambda port: b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "length-two": lambda port: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "gzip": lambda port: plain(200, b"\x1f\x8b\x08" + b"\0" * 100, "Content-Encoding: gzip\r\n"),
    "crc": lambda port: plain(200, b"{}", "x-amz-crc32: 12345\r\n"),
    "status-0": lambda port: plain("000"),
    "status-99": lambda port: plain(99),
    "status-999": lambda port: plain(999),
    "status-204": lambda port: b"HTTP/1.1 204 None\r\n\r\n",
    "http-0.9": lambda port: b"{}",
    "http-9": lambda port: b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "greeting": lambda port: b"SSH-2.0-OpenSSH_9.2\r\n",
    "silence": lambda port: None,
    "close": lambda port: b"",
    "refusal-empty": lambda port: plain(400, b""),
    "refusal-long": lambda port: plain(400, json.dumps({"__type": "x#" + "A" * (1 << 20), "message": "m" * (1 << 20)}).encode()),
    "refusal-later": lambda port: plain(400, json.dumps({"__type": "x#ThrottlingException", "message": "no"}).encode(),
                                        "x-amz-retry-after: 999999999\r\n"),
    "refusal-date": lambda port: plain(400, json.dumps({"__type": "x#InvalidSignatureException", "message": "old"}).encode(),
                                       "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n"),
}
stolen = []


def request_of(s):
    data = b""
    while b"\r\n\r\n" not in data:
        part = s.recv(65536)
        if not part:
            return None, None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
    left = int(fields.get("content-length", 0)) - len(body)
    while left > 0:
        part = s.recv(min(left, 65536))
        if not part:
            return None, None
        left -= len(part)
    return lines[0].split(" ")[1].strip("/").split("/")[0], fields.get("x-amz-target", ".").split(".")[-1]


def answer(s, port):
    case, operation = request_of(s)
    if case is None:
        return False
    if case == "stolen":
        stolen.append(operation)
    if case in RAW:
        what = RAW[case](port)
        if what is None:
            s.recv(1)
        elif isinstance(what, tuple):
            s.sendall(what[0])
            for _ in range(LIMIT // max(1, len(what[1]))):
                s.sendall(what[1])
        else:
            s.sendall(what)
        return False
    body = ANSWERS.get(case, {})
    body = body(operation) if callable(body) else body
    s.sendall(plain(200, body if isinstance(body, bytes) else json.dumps(body).encode()))
    return True


def serve(s, port):
    with s:
        try:
            while answer(s, port):
                pass
        except OSError:
            pass


def listen(listener, port):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0], port), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0), backlog=64)
port = listener.getsockname()[1]
threading.Thread(target=listen, args=(listener, port), daemon=True).start()
print(port, *ANSWERS, *RAW, flush=True)
sys.stdin.read()
print("stolen" if stolen else "kept", flush=True)
