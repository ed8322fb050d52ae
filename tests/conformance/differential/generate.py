# SPDX-License-Identifier: MIT
# Requests from a seed: tables with keys of every type, items of all value types, every operation on
# items with expressions and with the parameters from before them; about a third of the requests is
# spoilt in one place. A session has tables of its own and few keys, so that requests meet.
import base64
import copy

KEY_POOL = {
    "S": [{"S": s} for s in ("a", "b", "ab", "ü", "\U0001f600")],
    "N": [{"N": n} for n in ("0", "1", "-1", "1.5", "1e2")],
    "B": [{"B": base64.b64encode(b).decode()} for b in (b"\0", b"a", b"\xff", b"a\0", b"\x80\x01")],
}
NAMES = ["a", "b", "c", "d", "e"]
RESERVED = ["name", "status", "size", "count", "Data"]
NUMBERS = ["0", "-0", "1", "1.0", "42", "00042", ".5", "1.5E2", "-7.25", "1e125", "1e-130", "1e126", "1e-131", "x", "",
           "12345678901234567890123456789012345678", "123456789012345678901234567890123456789", "1E+3", " 1", "NaN", "Infinity"]
TYPES = ["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"]
SPOILERS = [None, "", 0, -1, 1.5, True, "x", [], {}, [{}], {"S": "a"}, "x" * 300, 101, 10 ** 10, ["a", "a"]]


class Session:
    def __init__(self, random, number, transactions, statements):
        self.r = random
        self.number = number
        self.transactions = transactions
        self.statements = statements
        self.tables = []

    # ---- values ----

    def chance(self, p):
        return self.r.random() < p

    def value(self, depth=0):
        r = self.r
        kind = r.choice(TYPES if depth < 2 else TYPES[:5])
        if kind == "S":
            return {"S": r.choice(["", "a", "ab", "b", "ü", "zz", "2026-01-01"])}
        if kind == "N":
            return {"N": r.choice(NUMBERS[:10]) if self.chance(0.95) else r.choice(NUMBERS)}
        if kind == "B":
            return {"B": r.choice(["", "AA==", "YQ==", "/w=="]) if self.chance(0.97) else r.choice(["YQ", "*", "YQ===="])}
        if kind == "BOOL":
            return {"BOOL": self.chance(0.5)}
        if kind == "NULL":
            return {"NULL": True}
        if kind == "M":
            return {"M": {n: self.value(depth + 1) for n in r.sample(NAMES, r.randrange(3))}}
        if kind == "L":
            return {"L": [self.value(depth + 1) for _ in range(r.randrange(4))]}
        pool = {"SS": ["a", "b", "c", ""], "NS": ["1", "2", "1.0", "-3"], "BS": ["AA==", "YQ==", "/w=="]}[kind]
        return {kind: r.sample(pool, r.randrange(1, 3)) if self.chance(0.93) else r.choice([[], [pool[0]] * 2])}

    def key_value(self, kind):
        return copy.deepcopy(self.r.choice(KEY_POOL[kind if self.chance(0.97) else self.r.choice("SNB")]))

    def key(self, table):
        return {name: self.key_value(kind) for name, kind in table["keys"]}

    def item(self, table):
        item = self.key(table)
        for name in self.r.sample(NAMES, self.r.randrange(4)):
            item[name] = self.value()
        for name, kind in table["index_keys"]:
            if self.chance(0.6):
                item[name] = self.key_value(kind)
        return item

    # ---- tables ----

    def create(self):
        r = self.r
        keys = [("p", r.choice("SNB"))]
        if self.chance(0.7):
            keys.append(("s", r.choice("SNB")))
        table = {"name": f"t{self.number}.{len(self.tables)}", "keys": keys, "index_keys": [], "indexes": []}
        body = {"TableName": table["name"], "KeySchema": self.schema([k for k, _ in keys])}
        if self.chance(0.6):
            table["index_keys"].append(("g", r.choice("SNB")))
            names = ["g"] + (["h"] if self.chance(0.5) else [])
            if len(names) > 1:
                table["index_keys"].append(("h", r.choice("SNB")))
            table["indexes"].append(("global", names))
            body["GlobalSecondaryIndexes"] = [{"IndexName": "global", "KeySchema": self.schema(names), "Projection": self.projection_of_index()}]
        if len(keys) == 2 and self.chance(0.5):
            table["index_keys"].append(("l", r.choice("SNB")))
            table["indexes"].append(("local", ["p", "l"]))
            body["LocalSecondaryIndexes"] = [{"IndexName": "local", "KeySchema": self.schema(["p", "l"]), "Projection": self.projection_of_index()}]
        body["AttributeDefinitions"] = [{"AttributeName": n, "AttributeType": k} for n, k in keys + table["index_keys"]]
        if self.chance(0.5):
            body["BillingMode"] = "PAY_PER_REQUEST"
        else:
            body["ProvisionedThroughput"] = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
            for index in body.get("GlobalSecondaryIndexes", []):
                index["ProvisionedThroughput"] = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
        self.tables.append(table)
        return "CreateTable", body

    def schema(self, names):
        return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, ("HASH", "RANGE"))]

    def projection_of_index(self):
        kind = self.r.choice(["ALL", "ALL", "KEYS_ONLY", "INCLUDE"])
        return {"ProjectionType": kind, **({"NonKeyAttributes": self.r.sample(NAMES, 2)} if kind == "INCLUDE" else {})}

    # ---- expressions ----

    def name(self, names):
        name = self.r.choice(NAMES + ["p", "s", "g"] if self.chance(0.95) else RESERVED)
        if self.chance(0.4):
            names[f"#{name}"] = name
            return f"#{name}"
        return name

    def path(self, names):
        path = self.name(names)
        while self.chance(0.15):
            path += f"[{self.r.randrange(3)}]" if self.chance(0.5) else "." + self.name(names)
        return path

    def literal(self, values, value=None):
        name = f":v{len(values)}"
        values[name] = value or self.value()
        return name

    def operand(self, names, values):
        choice = self.r.random()
        if choice < 0.5:
            return self.path(names)
        return self.literal(values) if choice < 0.93 else f"size({self.path(names)})"

    def condition(self, names, values, depth=0):
        choice = self.r.randrange(10 if depth < 2 else 7)
        if choice < 3:
            return f"{self.operand(names, values)} {self.r.choice(['=', '<>', '<', '<=', '>', '>='])} {self.operand(names, values)}"
        if choice == 3:
            return f"{self.path(names)} BETWEEN {self.literal(values)} AND {self.literal(values)}"
        if choice == 4:
            return f"{self.path(names)} IN ({', '.join(self.literal(values) for _ in range(self.r.randrange(1, 4)))})"
        if choice == 5:
            return f"{self.r.choice(['attribute_exists', 'attribute_not_exists'])}({self.path(names)})"
        if choice == 6:
            function = self.r.choice(["begins_with", "contains", "attribute_type"])
            value = {"S": self.r.choice(TYPES)} if function == "attribute_type" and self.chance(0.9) else None
            return f"{function}({self.path(names)}, {self.literal(values, value)})"
        if choice == 7:
            return f"NOT {self.condition(names, values, depth + 1)}"
        if choice == 8:
            return f"({self.condition(names, values, depth + 1)})"
        return f"{self.condition(names, values, depth + 1)} {self.r.choice(['AND', 'OR'])} {self.condition(names, values, depth + 1)}"

    def update(self, names, values):
        sections = []
        for section in self.r.sample(["SET", "REMOVE", "ADD", "DELETE"], 1 + self.chance(0.25)):
            parts = [getattr(self, section.lower())(names, values) for _ in range(1 + self.chance(0.3))]
            sections.append(f"{section} {', '.join(parts)}")
        return " ".join(sections)

    def set(self, names, values):
        choice = self.r.randrange(6)
        target = self.path(names)
        if choice < 3:
            return f"{target} = {self.operand(names, values) if self.chance(0.3) else self.literal(values)}"
        if choice == 3:
            return f"{target} = {self.path(names)} {self.r.choice('+-')} {self.literal(values, {'N': self.r.choice(NUMBERS[:9])})}"
        if choice == 4:
            return f"{target} = if_not_exists({self.path(names)}, {self.literal(values)})"
        return f"{target} = list_append({self.path(names)}, {self.literal(values, {'L': [self.value(2)]})})"

    def remove(self, names, values):
        return self.path(names)

    def add(self, names, values):
        value = {"N": "1"} if self.chance(0.5) else None
        return f"{self.path(names)} {self.literal(values, value)}"

    def delete(self, names, values):
        value = {"SS": ["a"]} if self.chance(0.5) else None
        return f"{self.path(names)} {self.literal(values, value)}"

    def spoil_text(self, text):
        """A token less, a token twice or a strange one."""
        words = text.split(" ")
        i = self.r.randrange(len(words))
        words[i:i + 1] = self.r.choice([[], [words[i], words[i]], ["("], ["#nope"], [":nope"], ["="], ["and"], ["!"]])
        return " ".join(words)

    def put_expressions(self, body, **kinds):
        """Adds expressions and the placeholders that they use; now and then one too many or too few."""
        names, values = {}, {}
        for parameter, make in kinds.items():
            text = make(names, values)
            body[parameter] = self.spoil_text(text) if self.chance(0.06) else text
        if self.chance(0.02):
            names["#unused"] = "x"
        if self.chance(0.02):
            values[":unused"] = {"S": "x"}
        if names and self.chance(0.99):
            body["ExpressionAttributeNames"] = names
        if values and self.chance(0.99):
            body["ExpressionAttributeValues"] = values

    def projection(self, names, values):
        return ", ".join(self.path(names) for _ in range(self.r.randrange(1, 4)))

    # ---- operations on items ----

    def options(self, body, **choices):
        for name, values in choices.items():
            if self.chance(0.2):
                body[name] = self.r.choice(values)
        return body

    def legacy_condition(self):
        operator = self.r.choice(["EQ", "NE", "IN", "LE", "LT", "GE", "GT", "BETWEEN", "NOT_NULL", "NULL", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH"])
        count = {"BETWEEN": 2, "NOT_NULL": 0, "NULL": 0, "IN": self.r.randrange(1, 3)}.get(operator, 1)
        if self.chance(0.05):
            count += 1
        condition = {"ComparisonOperator": operator}
        if count:
            condition["AttributeValueList"] = [self.value(2) for _ in range(count)]
        return condition

    def guard(self, body):
        """A condition of a write, in one of the two languages."""
        choice = self.r.random()
        if choice < 0.3:
            self.put_expressions(body, ConditionExpression=self.condition)
            self.options(body, ReturnValuesOnConditionCheckFailure=["ALL_OLD", "NONE"])
        elif choice < 0.4:
            name = self.r.choice(NAMES + ["p"])
            body["Expected"] = {name: self.r.choice([{"Exists": False}, {"Value": self.value(2)}, self.legacy_condition()])}

    def put_item(self, table):
        body = self.options({"TableName": table["name"], "Item": self.item(table)}, ReturnValues=["ALL_OLD", "NONE", "ALL_NEW"],
                            ReturnConsumedCapacity=["TOTAL", "INDEXES", "NONE"], ReturnItemCollectionMetrics=["SIZE"])
        self.guard(body)
        return "PutItem", body

    def get_item(self, table):
        body = self.options({"TableName": table["name"], "Key": self.key(table)}, ConsistentRead=[True, False], ReturnConsumedCapacity=["TOTAL", "INDEXES"])
        if self.chance(0.3):
            self.put_expressions(body, ProjectionExpression=self.projection)
        elif self.chance(0.1):
            body["AttributesToGet"] = self.r.sample(NAMES, 2)
        return "GetItem", body

    def delete_item(self, table):
        body = self.options({"TableName": table["name"], "Key": self.key(table)}, ReturnValues=["ALL_OLD", "NONE"], ReturnConsumedCapacity=["TOTAL"])
        self.guard(body)
        return "DeleteItem", body

    def update_item(self, table):
        body = self.options({"TableName": table["name"], "Key": self.key(table)}, ReturnConsumedCapacity=["TOTAL", "INDEXES"],
                            ReturnValues=["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"] * 2)
        if self.chance(0.75):
            kinds = {"UpdateExpression": self.update}
            if self.chance(0.3):
                kinds["ConditionExpression"] = self.condition
            self.put_expressions(body, **kinds)
        elif self.chance(0.8):
            body["AttributeUpdates"] = {}
            for name in self.r.sample(NAMES, self.r.randrange(1, 3)):
                action = self.r.choice(["PUT", "ADD", "DELETE", None])
                update = {"Action": action} if action else {}
                if action != "DELETE" or self.chance(0.5):
                    update["Value"] = self.value()
                body["AttributeUpdates"][name] = update
        return "UpdateItem", body

    def index_of(self, table, body):
        """The names of the keys that a read goes by."""
        if table["indexes"] and self.chance(0.4):
            body["IndexName"], names = self.r.choice(table["indexes"])
            return names
        if self.chance(0.02):
            body["IndexName"] = "nope"
        return [n for n, _ in table["keys"]]

    def read_options(self, body):
        self.options(body, Limit=[1, 2, 3], ReturnConsumedCapacity=["TOTAL", "INDEXES"], ConsistentRead=[True, False],
                     Select=["COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"])

    def query(self, table):
        body = {"TableName": table["name"]}
        names = self.index_of(table, body)
        kinds = dict(table["keys"] + table["index_keys"])
        self.read_options(body)
        self.options(body, ScanIndexForward=[True, False])

        def key_condition(placeholders, values):
            text = f"{names[0]} = {self.literal(values, self.key_value(kinds[names[0]]))}"
            if len(names) > 1 and self.chance(0.6):
                one = lambda: self.literal(values, self.key_value(kinds[names[1]]))
                text += " AND " + self.r.choice([
                    lambda: f"{names[1]} {self.r.choice(['=', '<', '<=', '>', '>='])} {one()}",
                    lambda: f"{names[1]} BETWEEN {one()} AND {one()}",
                    lambda: f"begins_with({names[1]}, {one()})"])()
            return text
        if self.chance(0.15):
            body["KeyConditions"] = {names[0]: {"ComparisonOperator": "EQ", "AttributeValueList": [self.key_value(kinds[names[0]])]}}
            if self.chance(0.3):
                body["QueryFilter"] = {self.r.choice(NAMES): self.legacy_condition()}
            return "Query", body
        more = {"KeyConditionExpression": key_condition}
        if self.chance(0.3):
            more["FilterExpression"] = self.condition
        if self.chance(0.15):
            more["ProjectionExpression"] = self.projection
        self.put_expressions(body, **more)
        if self.chance(0.05):
            body["ExclusiveStartKey"] = self.key(table)
        return "Query", body

    def scan(self, table):
        body = {"TableName": table["name"]}
        self.index_of(table, body)
        self.read_options(body)
        if self.chance(0.1):
            body["ScanFilter"] = {self.r.choice(NAMES): self.legacy_condition()}
            return "Scan", body
        more = {}
        if self.chance(0.5):
            more["FilterExpression"] = self.condition
        if self.chance(0.2):
            more["ProjectionExpression"] = self.projection
        self.put_expressions(body, **more)
        if self.chance(0.1):
            body["TotalSegments"] = self.r.randrange(0, 4)
            body["Segment"] = self.r.randrange(0, 4)
        return "Scan", body

    def batch_write(self, table):
        requests = []
        for _ in range(self.r.randrange(1, 5)):
            requests.append({"PutRequest": {"Item": self.item(table)}} if self.chance(0.7) else {"DeleteRequest": {"Key": self.key(table)}})
        return "BatchWriteItem", self.options({"RequestItems": {table["name"]: requests}}, ReturnConsumedCapacity=["TOTAL"])

    def batch_get(self, table):
        part = {"Keys": [self.key(table) for _ in range(self.r.randrange(1, 4))]}
        if self.chance(0.2):
            self.put_expressions(part, ProjectionExpression=self.projection)
        return "BatchGetItem", self.options({"RequestItems": {table["name"]: part}}, ReturnConsumedCapacity=["TOTAL", "INDEXES"])

    def transact_write(self, table):
        actions = []
        for _ in range(self.r.randrange(1, 4)):
            kind = self.r.choice(["Put", "Update", "Delete", "ConditionCheck"])
            action = {"TableName": table["name"]}
            if kind == "Put":
                action["Item"] = self.item(table)
            else:
                action["Key"] = self.key(table)
            kinds = {"UpdateExpression": self.update} if kind == "Update" else {}
            if kind == "ConditionCheck" or self.chance(0.3):
                kinds["ConditionExpression"] = self.condition
            self.put_expressions(action, **kinds)
            actions.append({kind: self.options(action, ReturnValuesOnConditionCheckFailure=["ALL_OLD"])})
        return "TransactWriteItems", {"TransactItems": actions}

    def transact_get(self, table):
        gets = []
        for _ in range(self.r.randrange(1, 4)):
            get = {"TableName": table["name"], "Key": self.key(table)}
            if self.chance(0.2):
                self.put_expressions(get, ProjectionExpression=self.projection)
            gets.append({"Get": get})
        return "TransactGetItems", {"TransactItems": gets}

    def describe(self, table):
        return self.r.choice([("DescribeTable", {"TableName": table["name"]}), ("DescribeTable", {"TableName": "nothing"}),
                              ("DescribeTimeToLive", {"TableName": table["name"]})])

    def statement(self, table):
        parameters = []

        def value(v=None):
            parameters.append(v or self.value(2))
            return "?"
        where = " AND ".join(f"{n} = {value(self.key_value(k))}" for n, k in table["keys"])
        text = self.r.choice([
            lambda: f'SELECT * FROM "{table["name"]}" WHERE {where}',
            lambda: f'SELECT a, b FROM "{table["name"]}" WHERE {where}',
            lambda: f'DELETE FROM "{table["name"]}" WHERE {where}',
            lambda: f'UPDATE "{table["name"]}" SET a = {value()} WHERE {where}',
        ])()
        if text.startswith("UPDATE"):  # the parameters stand in the text's order
            parameters.insert(0, parameters.pop())
        return "ExecuteStatement", {"Statement": text, "Parameters": parameters}

    # ---- spoiling ----

    def places(self, tree, found, depth=0):
        for key in (tree if isinstance(tree, dict) else range(len(tree))):
            found.append((tree, key))
            if isinstance(tree[key], (dict, list)) and depth < 4:
                self.places(tree[key], found, depth + 1)

    def spoil(self, body):
        body = copy.deepcopy(body)
        found = []
        self.places(body, found)
        if not found:
            return body
        tree, key = self.r.choice(found)
        choice = self.r.randrange(4)
        if choice == 0:
            del tree[key]
        elif choice == 1 and isinstance(tree, dict):
            tree[key + "x"] = tree.pop(key)
        else:
            tree[key] = copy.deepcopy(self.r.choice(SPOILERS))
        return body

    def next(self):
        """(operation, body)"""
        table = self.r.choice(self.tables)
        makers = [self.put_item] * 5 + [self.update_item] * 6 + [self.delete_item, self.delete_item, self.get_item, self.get_item] + \
            [self.query] * 4 + [self.scan] * 3 + [self.batch_write, self.batch_get, self.describe]
        if self.transactions:
            makers += [self.transact_write] * 2 + [self.transact_get]
        if self.statements:
            makers += [self.statement] * 2
        operation, body = self.r.choice(makers)(table)
        return operation, self.spoil(body) if self.chance(0.12) else body
