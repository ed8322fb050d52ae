# SPDX-License-Identifier: MIT
# A server that is asked, and its answers made comparable: one spelling for times, ids, the account and
# the region, sets and other lists without an order sorted.
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time

STREAMS = {"ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"}
# what differs from server to server and run to run, by the member's name
PRIVATE = {
    "CreationDateTime", "CreationRequestDateTime", "LastUpdateToPayPerRequestDateTime", "LastIncreaseDateTime",
    "LastDecreaseDateTime", "LastUpdateDateTime", "TableId", "StreamLabel", "LatestStreamLabel", "ShardIterator",
    "NextShardIterator", "ShardId", "SequenceNumber", "StartingSequenceNumber", "EndingSequenceNumber", "eventID",
    "ApproximateCreationDateTime", "InaccessibleEncryptionDateTime", "NextToken",
}
UNORDERED = {"SS", "NS", "BS", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "Tags", "Keys"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Peer:
    """A server: a command in which PORT stands for the port. One that dies is started again, empty."""

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.process = self.connection = None
        self.deaths = 0
        self.start()

    def start(self):
        port = free_port()
        # a stranger's program gets no rights of ours
        rights = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 and self.name != "dynascope" else {}
        self.process = subprocess.Popen([word.replace("PORT", str(port)) for word in self.command], cwd="/", stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **rights)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(600):
            try:
                self.connection.connect()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        sys.exit(f"{self.name} did not start: {' '.join(self.command)}")

    def stop(self):
        """The exit code."""
        self.connection.close()
        self.process.terminate()
        return self.process.wait(60)

    def call(self, operation, body):
        """Status and body (a tree, or text where it is no JSON); status 0 where it died of the request."""
        api = "DynamoDBStreams" if operation in STREAMS else "DynamoDB"
        try:
            self.connection.request("POST", "/", body.encode("utf-8", "surrogatepass"), {
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": f"{api}_20120810.{operation}",
                "X-Amz-Date": "20260101T000000Z",
                "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
                                 "SignedHeaders=host, Signature=0",
            })
            answer = self.connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (http.client.HTTPException, OSError):
            self.connection.close()
            self.process.kill()
            self.process.wait()
            self.deaths += 1
            self.start()
            return 0, "no answer"
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def settle(self, created):
        """Waits for a table that was created: what comes next is to meet it."""
        name = json.dumps({"TableName": json.loads(created)["TableName"]})
        for _ in range(1000):
            if self.call("DescribeTable", name)[1].get("Table", {}).get("TableStatus") != "CREATING":
                return


def short_type(name):
    return str(name).rsplit("#", 1)[-1]


def plain_message(text):
    """Errors of several fields come in no order that counts."""
    text = re.sub(r"arn:aws:dynamodb:[^:]*:\d*:", "arn:aws:dynamodb:R:A:", str(text))
    text = re.sub(r"/stream/[-0-9T:.]+", "/stream/L", text)
    # some regions put this in front of everything
    text = re.sub(r"^1 validation error detected: (?!Value (null|at|'))", "", text)
    found = re.match(r"(\d+ validation errors? detected: )(.*)", text, re.S)
    if found:
        return found.group(1) + "; ".join(sorted(found.group(2).split("; ")))
    return text


def plain(tree, name=None):
    if isinstance(tree, dict):
        return {k: plain(v, k) for k, v in tree.items()}
    if name in PRIVATE:
        return "<private>"
    if isinstance(tree, list):
        members = [plain(v) for v in tree]
        return sorted(members, key=lambda v: json.dumps(v, sort_keys=True)) if name in UNORDERED else members
    return plain_message(tree) if isinstance(tree, str) else tree


def refusal(answer):
    """"Type: message" of a refusal, None of another answer."""
    status, body = answer
    if status == 200:
        return None
    if not isinstance(body, dict):
        return f"{status} {body}"
    kind = short_type(body.get("__type"))
    return f"{kind}: {plain_message(body.get('message', body.get('Message', '')))}"


def compare(ours, theirs, loose):
    """The differences of two answers, as pairs of lines; `loose`: names of members whose lists have no
    order in this answer."""
    a, b = refusal(ours), refusal(theirs)
    if a is not None or b is not None:
        pairs = [] if a == b else [(a or "200", b or "200")]
        if not pairs and "CancellationReasons" in ours[1]:
            walk("", plain(ours[1]["CancellationReasons"]), plain(theirs[1].get("CancellationReasons")), loose, pairs)
        return pairs
    pairs = []
    walk("", plain(ours[1]), plain(theirs[1]), loose, pairs)
    return pairs


def walk(path, a, b, loose, pairs):
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(set(a) | set(b)):
            x, y = a.get(name, "<absent>"), b.get(name, "<absent>")
            if name in loose and isinstance(x, list) and isinstance(y, list):
                x, y = (sorted(v, key=lambda one: json.dumps(one, sort_keys=True)) for v in (x, y))
            walk(f"{path}/{name}", x, y, loose, pairs)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            walk(f"{path}/{i}", x, y, loose, pairs)
    elif a != b:
        pairs.append((f"200 {path} {shown(a)}", f"200 {path} {shown(b)}"))


def shown(value):
    text = value if value == "<absent>" else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "…"
