# SPDX-License-Identifier: MIT
# The account that function.c keeps, from a warm process of Python.
import os
import signal
import time

LOG, MODE = os.environ["LOG"], os.environ["MODE"]


def note(records, outcome):
    words = [f'{r["dynamodb"]["SequenceNumber"]}:{r["dynamodb"]["Keys"]["p"]["S"]}' for r in records]
    line = f'b {os.getpid()} {time.time_ns()} {outcome} {" ".join(words)}\n'
    log = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(log, line.encode())
    os.close(log)


def show():
    for name in "cmdline", "environ":
        with open(f"/proc/self/{name}", "rb") as file, open(f"{LOG}.{name}", "ab") as copy:
            copy.write(file.read() + b"\n")
    print("\x1b]0;owned\x07\x1b[2J $(touch here) %s%n")
    return {"\x1b[2J": "$(touch here)"}


def trouble(poisoned):
    if MODE == "throw":
        raise TypeError("poisoned")
    if MODE == "exit":
        os._exit(3)
    if MODE == "signal":
        os.kill(os.getpid(), signal.SIGABRT)
    if MODE == "hang":
        time.sleep(1e6)
    if MODE == "json":
        return "not what was agreed"
    if MODE == "strange":
        return {"batchItemFailures": [{"itemIdentifier": "17"}]}
    names = [{"itemIdentifier": r["dynamodb"]["SequenceNumber"]} for r in poisoned]
    return {"batchItemFailures": names}


def handler(event, context):
    records = event["Records"]
    poisoned = [r for r in records if r["dynamodb"]["Keys"]["p"]["S"].startswith("poison")]
    fails = bool(poisoned) and MODE not in ("ok", "environ")
    note(records, MODE if fails else "ok")
    if MODE == "environ":
        return show()
    return trouble(poisoned) if fails else None
