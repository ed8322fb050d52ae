# SPDX-License-Identifier: MIT
# Lambda's client of boto3. Usage: boto3_functions.py URL
import io
import json
import sys
import time
import zipfile

import boto3
from botocore.config import Config

url = sys.argv[1]
config = Config(retries={"max_attempts": 1})
awslambda, dynamodb, logs, iam, gateway, rest = (
    boto3.client(name, endpoint_url=url, region_name="eu-west-1", config=config)
    for name in ("lambda", "dynamodb", "logs", "iam", "apigatewayv2", "apigateway")
)


def zipped(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("app.py", text)
    return out.getvalue()


def refused(name, call, **arguments):
    try:
        call(**arguments)
    except Exception as error:  # noqa: BLE001
        code = error.response["Error"]["Code"]
        assert code == name, (code, name)
        return error.response["Error"]["Message"]
    raise AssertionError(f"{name} was expected")


def until(look, what):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = look()
        if found:
            return found
    raise AssertionError(f"{what} never came")


code = zipped(
    "def handler(event, context):\n"
    "    print('event', event)\n"
    "    if event.get('fail'):\n"
    "        raise ValueError('as asked')\n"
    "    return {'got': event, 'client': context.client_context is not None}\n"
)
made = awslambda.create_function(
    FunctionName="f", Runtime="python3.11", Handler="app.handler", Role="arn:aws:iam::000000000000:role/r",
    Code={"ZipFile": code}, Timeout=60, Environment={"Variables": {"NAME": "value"}}, Tags={"a": "b"},
)
assert made["State"] == "Active" and made["CodeSize"] == len(code), made
arn = made["FunctionArn"]
assert arn == "arn:aws:lambda:eu-west-1:000000000000:function:f", arn
awslambda.get_waiter("function_active_v2").wait(FunctionName="f")
refused("ResourceConflictException", awslambda.create_function, FunctionName="f", Runtime="python3.11",
        Handler="app.handler", Role="r", Code={"ZipFile": code})
refused("InvalidParameterValueException", awslambda.create_function, FunctionName="g", Runtime="python3.11",
        Handler="app.handler", Role="r", Code={"ZipFile": b"no zip"})
assert awslambda.get_function(FunctionName=arn)["Tags"] == {"a": "b"}
assert awslambda.list_tags(Resource=arn)["Tags"] == {"a": "b"}

# invocations
answer = awslambda.invoke(FunctionName="f", Payload=json.dumps({"x": "ä"}), LogType="Tail", ClientContext="eyJjdXN0b20iOnt9fQ==")
assert "FunctionError" not in answer and answer["ExecutedVersion"] == "$LATEST", answer
assert json.load(answer["Payload"]) == {"got": {"x": "ä"}, "client": True}
answer = awslambda.invoke(FunctionName="f", Payload=b'{"fail": true}')
assert answer["FunctionError"] == "Unhandled", answer
assert json.load(answer["Payload"])["errorMessage"] == "as asked"
assert awslambda.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"n": "as an event"}')["StatusCode"] == 202
assert awslambda.invoke(FunctionName="f", InvocationType="DryRun")["StatusCode"] == 204
refused("ResourceNotFoundException", awslambda.invoke, FunctionName="none")
refused("InvalidRequestContentException", awslambda.invoke, FunctionName="f", Payload=b"{")


def logged(words):
    return logs.filter_log_events(logGroupName="/aws/lambda/f", filterPattern=f'"{words}"')["events"]


until(lambda: logged("as an event"), "the event's line")

# a mapping
stream = dynamodb.create_table(
    TableName="Things", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
)["TableDescription"]["LatestStreamArn"]
refused("InvalidParameterValueException", awslambda.create_event_source_mapping, FunctionName="f",
        EventSourceArn=stream.replace("/Things/", "/Others/"), StartingPosition="LATEST")
mapping = awslambda.create_event_source_mapping(
    FunctionName="f", EventSourceArn=stream, StartingPosition="TRIM_HORIZON",
    FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
)
assert mapping["State"] == "Creating", mapping
for n in range(3):
    dynamodb.put_item(TableName="Things", Item={"id": {"S": f"item-{n}"}})
for n in range(3):
    until(lambda: logged(f"item-{n}"), f"item {n}")
shown = awslambda.get_event_source_mapping(UUID=mapping["UUID"])
assert shown["State"] == "Enabled" and shown["FilterCriteria"]["Filters"], shown
assert awslambda.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False, BatchSize=7)["State"] == "Disabling"
pages = awslambda.get_paginator("list_event_source_mappings").paginate(EventSourceArn=stream)
assert [m["BatchSize"] for page in pages for m in page["EventSourceMappings"]] == [7]

# pages
for name in ("a", "b"):
    awslambda.create_function(FunctionName=name, Runtime="python3.11", Handler="app.handler", Role="r", Code={"ZipFile": code})
pages = awslambda.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
assert [f["FunctionName"] for page in pages for f in page["Functions"]] == ["a", "b", "f"]
streams = logs.describe_log_streams(logGroupName="/aws/lambda/f", orderBy="LastEventTime", descending=True)["logStreams"]
events, token = [], None
while True:
    more = {"nextToken": token} if token else {"startFromHead": True}
    page = logs.get_log_events(logGroupName="/aws/lambda/f", logStreamName=streams[0]["logStreamName"], limit=2, **more)
    if page["nextForwardToken"] == token:
        break
    events, token = events + page["events"], page["nextForwardToken"]
assert events[0]["message"].startswith("INIT_START"), events[0]
assert len(events) > 5 and [e["timestamp"] for e in events] == sorted(e["timestamp"] for e in events)

# changes
awslambda.update_function_configuration(FunctionName="f", MemorySize=256, Description="changed")
awslambda.get_waiter("function_updated_v2").wait(FunctionName="f")
awslambda.update_function_code(FunctionName="f", ZipFile=zipped("def handler(event, context):\n    return 'new'\n"))
assert json.load(awslambda.invoke(FunctionName="f")["Payload"]) == "new"
awslambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
awslambda.add_permission(FunctionName="f", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
assert json.loads(awslambda.get_policy(FunctionName="f")["Policy"])["Statement"][0]["Sid"] == "s"

# what is around functions
config = awslambda.create_function_url_config(FunctionName="f", AuthType="NONE")
assert config["FunctionUrl"] == f"{url}/lambda-url/f/", config
assert iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"] == "arn:aws:iam::000000000000:role/r"
assert iam.get_role(RoleName="r")["Role"]["RoleName"] == "r"
iam.delete_role(RoleName="r")
refused("NoSuchEntity", iam.get_role, RoleName="r")
api = gateway.create_api(Name="x", ProtocolType="HTTP", Target=arn)
assert gateway.get_routes(ApiId=api["ApiId"])["Items"][0]["RouteKey"] == "$default"
gateway.delete_api(ApiId=api["ApiId"])
api = rest.create_rest_api(name="x")
assert rest.get_resources(restApiId=api["id"])["items"][0]["path"] == "/"
rest.delete_rest_api(restApiId=api["id"])

# the end
assert awslambda.delete_event_source_mapping(UUID=mapping["UUID"])["State"] == "Deleting"
refused("ResourceNotFoundException", awslambda.get_event_source_mapping, UUID=mapping["UUID"])
for name in ("a", "b", "f"):
    awslambda.delete_function(FunctionName=name)
refused("ResourceNotFoundException", awslambda.get_function, FunctionName="f")
dynamodb.delete_table(TableName="Things")
