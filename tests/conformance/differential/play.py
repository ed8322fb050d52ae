# SPDX-License-Identifier: MIT
# Plays the same requests to dynascope and to other emulators and holds the answers against each other:
#
#   play.py [--seed N] [--sessions N] [--show] COMMAND NAME=COMMAND...    in commands PORT is the port
#
# The requests are those of the transcripts, then generated ones. Each difference has to fit an entry of
# the file known.differences; one that fits none is printed and the program fails. --show prints all.
import argparse
import collections
import glob
import json
import os
import random
import re
import sys

import generate
import transcript
from peer import Peer, compare

HERE = os.path.dirname(os.path.abspath(__file__))
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "CreateTable", "DeleteTable",
          "UpdateTable", "UpdateTimeToLive", "TagResource", "UntagResource", "ExecuteStatement", "BatchExecuteStatement",
          "ExecuteTransaction"}
REQUESTS_IN_SESSION = 60


class Known:
    """known.differences: blocks of lines, explained there."""

    def __init__(self, path):
        self.entries = []
        with open(path, encoding="utf-8") as file:
            blocks = re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", file.read()).strip())
        for block in blocks:
            lines = dict(line.split(":", 1) for line in block.split("\n"))
            peer, _, operations = lines["who"].strip().partition(" ")
            self.entries.append({
                "peer": re.compile(peer), "operation": re.compile(operations or ".*"),
                "ours": re.compile(lines["ours"].strip(), re.S), "theirs": re.compile(lines["theirs"].strip(), re.S),
                "request": re.compile(lines.get("request", "").strip(), re.S),
                "why": lines["why"].strip(), "count": 0,
            })

    def find(self, peer, operation, ours, theirs, request):
        for entry in self.entries:
            if entry["peer"].fullmatch(peer) and entry["operation"].fullmatch(operation) and \
                    entry["ours"].search(ours) and entry["theirs"].search(theirs) and entry["request"].search(request):
                entry["count"] += 1
                return entry
        return None


class Runner:
    def __init__(self, ours, peers, known, show):
        self.ours, self.peers, self.known, self.show = ours, peers, known, show
        self.requests = 0
        self.compared = collections.Counter()
        self.explained = collections.Counter()
        self.unexplained = collections.Counter()
        self.seen = set()

    def hold(self, peer, operation, body, ours, theirs):
        """Compares; says whether the two servers may hold something else now."""
        if operation == "CreateTable" and theirs[0] == 200:
            peer.settle(body)
        self.compared[peer.name] += 1
        loose = unordered(operation, body)
        if loose is None:
            ours, theirs = counts_only(ours), counts_only(theirs)
            loose = set()
        differences = compare(ours, theirs, loose)
        for a, b in differences:
            entry = self.known.find(peer.name, operation, a, b, body)
            (self.explained if entry else self.unexplained)[peer.name] += 1
            sign = (peer.name, operation, re.sub(r"\d+", "0", a)[:80], re.sub(r"\d+", "0", b)[:80])
            if self.show or not entry and sign not in self.seen:
                self.seen.add(sign)
                print(f"{'known' if entry else 'UNEXPLAINED'}: {peer.name} {operation}\n    ours:    {a}\n    theirs:  {b}")
                print(f"    why:     {entry['why']}" if entry else f"    request: {body[:600]}")
        # what a write did may differ even where both took it
        writes = operation in WRITES and not re.match(r'\{"Statement" *: *"SELECT ', body)
        return theirs[0] == 0 or ours[0] != theirs[0] and writes or \
            operation == "BatchExecuteStatement" and bool(differences)

    # ---- recorded requests ----

    def play_transcript(self, path, peer):
        names = {True: {}, False: {}}
        diverged = set()
        for operation, body, expected in transcript.requests(path):
            answers = []
            try:
                for mine, server in ((True, self.ours), (False, peer)):
                    text = transcript.expand(body, names[mine])
                    answers.append(server.call(operation, text))
                    if expected is not None and answers[-1][0] == 200:
                        transcript.capture(expected, answers[-1][1], names[mine])
            except transcript.Unknown:
                continue
            self.requests += 1
            tables = tables_of(body)
            if tables & diverged or "*" in diverged:
                continue
            if self.hold(peer, operation, body, *answers):
                diverged |= tables if answers[1][0] else {"*"}

    def clear(self, server):
        """No tables, as a transcript expects."""
        while True:
            names = server.call("ListTables", "{}")[1]["TableNames"]
            if not names:
                return
            for name in names:
                server.call("UpdateTable", json.dumps({"TableName": name, "DeletionProtectionEnabled": False}))
                server.call("DeleteTable", json.dumps({"TableName": name}))

    def play_transcripts(self, folder):
        for path in sorted(glob.glob(os.path.join(folder, "*.txt"))):
            if path.endswith("CMakeLists.txt"):
                continue
            for peer in self.peers:
                self.clear(self.ours)
                self.clear(peer)
                self.play_transcript(path, peer)

    # ---- generated requests ----

    def play_session(self, seed, number, peer):
        rest = peer.name != "dynalite"
        session = generate.Session(random.Random(f"{seed}/{number}"), number, rest, rest and self.statements())
        for server in (self.ours, peer):
            self.clear(server)
        for i in range(REQUESTS_IN_SESSION):
            operation, body = session.create() if i < 2 else session.next()
            text = json.dumps(body, ensure_ascii=False)
            self.requests += 1
            ours, theirs = self.ours.call(operation, text), peer.call(operation, text)
            if self.hold(peer, operation, text, ours, theirs):
                return
            if ours[0] == 200 and not all([self.same_item(peer, update) for update in updates_of(operation, body)]):
                return

    def same_item(self, peer, update):
        """Whether an update left the same behind."""
        body = json.dumps({"TableName": update["TableName"], "Key": update["Key"]}, ensure_ascii=False)
        ours, theirs = self.ours.call("GetItem", body), peer.call("GetItem", body)
        self.hold(peer, "GetItem", body + " after " + json.dumps(update, ensure_ascii=False), ours, theirs)
        return not compare(ours, theirs, set())

    def statements(self):
        return "Unknown" not in str(self.ours.call("ExecuteStatement", "{}")[1])

    def play(self, seed, sessions):
        self.play_transcripts(os.path.dirname(HERE))
        for number in range(sessions):
            for peer in self.peers:
                self.play_session(seed, number, peer)

    def report(self):
        for entry in self.known.entries:
            if entry["count"]:
                print(f"{entry['count']:6} {entry['peer'].pattern} {entry['operation'].pattern}: {entry['why']}")
        for peer in self.peers:
            print(f"{peer.name}: {self.compared[peer.name]} answers compared, {self.explained[peer.name]} differences "
                  f"explained, {self.unexplained[peer.name]} unexplained"
                  + (f"; it died {peer.deaths} times" if peer.deaths else ""))
        if self.ours.deaths:
            print("dynascope did not answer a request")
        return not any(self.unexplained.values()) and not self.ours.deaths


def tables_of(body):
    return set(re.findall(r'"TableName" *: *"([^"]*)"', body)) | set(re.findall(r'"RequestItems" *: *\{ *"([^"]*)"', body)) | \
        set(re.findall(r'(?i)(?:FROM|INTO|UPDATE) (?:\\")?([^" .\\]+)', body))


def updates_of(operation, body):
    if operation == "UpdateItem":
        return [body]
    if operation == "TransactWriteItems":
        return [action["Update"] for action in body["TransactItems"] if action.get("Update")]
    return []


def unordered(operation, body):
    """Members whose lists have no order in this answer; None where even which items come is chance."""
    if operation in ("BatchGetItem", "BatchExecuteStatement"):
        return {"Responses", "ConsumedCapacity"} | set(re.findall(r'"([^"]*)" *: *\{ *"Keys"', body))
    if operation == "Scan" or operation == "Query" and '"IndexName"' in body:
        return None if '"Limit"' in body or '"Segment"' in body else {"Items"}
    return {"ConsumedCapacity"}


def counts_only(answer):
    status, body = answer
    if status != 200 or not isinstance(body, dict):
        return answer
    return status, {k: v for k, v in body.items() if k not in ("Items", "LastEvaluatedKey", "Count", "ScannedCount", "ConsumedCapacity")}


def peer(text):
    name, _, command = text.partition("=")
    return Peer(name, command.split())


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--sessions", type=int, default=60)
    options.add_argument("--show", action="store_true")
    options.add_argument("--known", default=os.path.join(HERE, "known.differences"))
    options.add_argument("ours")
    options.add_argument("peers", nargs="+")
    o = options.parse_args()
    runner = Runner(Peer("dynascope", o.ours.split()), [peer(p) for p in o.peers], Known(o.known), o.show)
    try:
        runner.play(o.seed, o.sessions)
    finally:
        codes = [server.stop() for server in [runner.ours] + runner.peers]
    sys.exit(0 if runner.report() and codes[0] == 0 else 1)


main()
