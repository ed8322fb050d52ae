# SPDX-License-Identifier: MIT
# The requests of the transcripts beside this folder (their form is in ../README.md), as something that
# several servers can be asked at once: what "<=name>" stands for is each server's own.
import json
import re


def read(path):
    """Entries [kind, text] with their continuation lines."""
    entries = []
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line == "" or line.startswith("#"):
                continue
            if line.startswith(" ") and entries:
                entries[-1][1] += "\n" + line
            else:
                entries.append([line[0], line[1:].strip()])
    return entries


class Unknown(Exception):
    """A name that this server's answers have not given."""


def expand(text, names):
    def one(found):
        what = found.group(1)
        if what in names:
            return names[what]
        repeat = re.fullmatch(r"(.*)\*(\d+)", what, re.S)
        if not repeat:
            raise Unknown(what)
        return repeat.group(1) * int(repeat.group(2))
    return re.sub(r"\$\{([^}]*)\}", one, text)


def capture(expected, answer, names):
    if isinstance(expected, str):
        found = re.fullmatch(r"<=(.*)>", expected)
        if found and isinstance(answer, str):
            names[found.group(1)] = answer
    elif isinstance(expected, dict) and isinstance(answer, dict):
        for name, value in expected.items():
            capture(value, answer.get(name.rstrip("~")), names)
    elif isinstance(expected, list) and isinstance(answer, list):
        for value, other in zip(expected, answer):
            capture(value, other, names)


def requests(path):
    """(operation, body with ${…}, expected answer as a tree or None), up to where the clock moves."""
    entries = read(path)
    for i, (kind, text) in enumerate(entries):
        if kind == "@":
            return
        if kind != ">":
            continue
        operation, _, body = text.partition(" ")
        expected = None
        if i + 1 < len(entries) and entries[i + 1][0] == "<":
            try:
                expected = json.loads(re.sub(r"\$\{[^}]*\}", "x", entries[i + 1][1]))
            except ValueError:
                pass
        yield operation, body, expected
