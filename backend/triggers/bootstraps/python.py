# SPDX-License-Identifier: MIT
#
# Runs a Lambda handler in Python: loads it, fetches events from the Runtime API, hands in what it
# returns. Read by python3 from its standard input, so that no file of ours lies anywhere.
#
#   load -> GET next -> handler -+- returns -> POST response -> next
#                                +- raises --> POST error ----> next
import importlib
import importlib.util
import json
import logging
import os
import socket
import sys
import time

root = os.environ["LAMBDA_TASK_ROOT"]
sys.path[0:1] = [root]
sys.argv = [""]
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


# ---- the Runtime API: one connection


class Fault(Exception):
    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, list(trace)


class Runtime:
    def __init__(self, address):
        host, port = address.split(":")
        self.address = address
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def read(self):
        bytes = self.socket.recv(1 << 18)
        if not bytes:
            os._exit(1)
        return bytes

    def answer(self):
        bytes, end = self.rest, -1
        while end < 0:
            bytes += self.read()
            end = bytes.find(b"\r\n\r\n")
        first, *lines = bytes[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        parts, wanted = [bytes[end + 4 :]], int(headers.get("content-length", 0))
        length = len(parts[0])
        while length < wanted:
            parts.append(self.read())
            length += len(parts[-1])
        body = b"".join(parts)
        self.rest = body[wanted:]
        return int(first.split(" ")[1]), headers, body[:wanted]

    def call(self, method, target, body=b"", headers=""):
        head = "%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n" % (
            method, target, self.address, headers, len(body))
        self.socket.sendall(head.encode("latin-1", "replace") + body)
        return self.answer()

    def post(self, target, text, kind=None):
        headers = "Content-Type: application/json\r\n"
        if kind:
            headers += "Lambda-Runtime-Function-Error-Type: %s\r\n" % "".join(kind.split())
        return self.call("POST", target, text.encode("utf-8", "backslashreplace"), headers)


# ---- logging: as in Lambda; \r stands for a line end within one event of the log

request_id = ""


class Handler(logging.Handler):
    def emit(self, record):
        record.aws_request_id = request_id
        sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = Handler()
    handler.setFormatter(logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
        "%Y-%m-%dT%H:%M:%S"))
    logging.getLogger().addHandler(handler)


def tell(error):
    lines = ["[ERROR] %s: %s" % (error["errorType"], error["errorMessage"])]
    if error["stackTrace"]:
        lines.append("Traceback (most recent call last):")
    for each in error["stackTrace"]:
        lines += each.rstrip("\n").split("\n")
    sys.stdout.write("\r".join(lines) + "\n")


# ---- errors


def error_of(error):
    import traceback

    if isinstance(error, Fault):
        kind, message, trace = error.kind, error.message, error.trace
    else:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != "<stdin>"]
        kind, message = type(error).__name__, str(error)
        trace = traceback.format_list(f for f in frames if "importlib" not in f.filename)
    return {"errorMessage": message, "errorType": kind, "requestId": request_id,
            "stackTrace": trace}


# ---- SDKs that do not read their endpoint from the environment


def endpoint_of(service):
    name = {"dynamodbstreams": "DYNAMODB_STREAMS"}.get(
        service, service.upper().replace("-", "_"))
    return os.environ.get("AWS_ENDPOINT_URL_" + name) or os.environ.get("AWS_ENDPOINT_URL")


def patch_botocore(module):
    create = module.Session.create_client

    def create_client(self, service_name, *args, **named):
        # it is the fifth parameter after the service
        if len(args) < 5 and named.get("endpoint_url") is None:
            endpoint = endpoint_of(service_name)
            if endpoint:
                named["endpoint_url"] = endpoint
        return create(self, service_name, *args, **named)

    module.Session.create_client = create_client


class Finder:
    """Sees botocore.session being imported, where botocore is too old to look for itself."""

    def find_spec(self, name, path=None, target=None):
        if name != "botocore.session":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            from botocore import configprovider

            if not hasattr(configprovider, "ConfiguredEndpointProvider"):
                patch_botocore(module)

        spec.loader.exec_module = exec_module
        return spec


# ---- the handler


def module_of(name):
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError",
                    "Unable to import module '%s': %s" % (name, error)) from None
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError",
                    "Syntax error in module '%s': %s" % (name, error),
                    ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
                    ) from None


# handler = [folder "/"] module "." name, or a file whose `lambda_handler` it is
def handler_of(handler):
    if ".." in handler:
        raise Fault("Runtime.MalformedHandlerName", "'%s' is not a valid handler name" % handler)
    if handler.endswith(".py") and os.path.isfile(os.path.join(root, handler)):
        handler = handler[:-3] + ".lambda_handler"
    name, dot, function = handler.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to "
                    "unpack (expected 2, got 1)" % handler)
    if name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict",
                    "Cannot use built-in module %s as a handler module" % name)
    found = getattr(module_of(name), function, None)
    if found is None:
        raise Fault("Runtime.HandlerNotFound",
                    "Handler '%s' missing on module '%s'" % (function, name))
    return found


# ---- invocations


class Record:
    """What identity and client_context give: attributes by name."""

    def __init__(self, values, names):
        for name in names:
            setattr(self, name, values.get(name))


class Context:
    def __init__(self, headers):
        environ = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.function_name = environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(headers["lambda-runtime-deadline-ms"])
        identity = json.loads(headers.get("lambda-runtime-cognito-identity") or "{}")
        self.identity = Record({"cognito_identity_id": identity.get("cognitoIdentityId"),
                                "cognito_identity_pool_id": identity.get("cognitoIdentityPoolId")},
                               ("cognito_identity_id", "cognito_identity_pool_id"))
        self.client_context = self._client(headers.get("lambda-runtime-client-context"))

    def _client(self, text):
        if not text:
            return None
        values = json.loads(text)
        context = Record(values, ("custom", "env"))
        context.client = Record(values.get("client") or {}, (
            "installation_id", "app_title", "app_version_name", "app_version_code",
            "app_package_name"))
        return context

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


def plain(value):
    if type(value).__name__ == "Decimal":
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def result_of(handler, headers, body):
    result = handler(json.loads(body), Context(headers))
    try:
        return json.dumps(result, default=plain)
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def serve(runtime, handler):
    global request_id
    while True:
        status, headers, body = runtime.call("GET", "invocation/next")
        if status != 200:
            return
        request_id = headers["lambda-runtime-aws-request-id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        target = "invocation/%s/" % request_id
        try:
            result = result_of(handler, headers, body)
            flush()
            runtime.post(target + "response", result)
        except Exception as error:
            error = error_of(error)
            tell(error)
            flush()
            runtime.post(target + "error", json.dumps(error), error["errorType"])


def main():
    runtime = Runtime(os.environ["AWS_LAMBDA_RUNTIME_API"])
    set_up_logging()
    sys.meta_path.insert(0, Finder())
    try:
        handler = handler_of(os.environ["_HANDLER"])
    except Exception as error:
        error = error_of(error)
        tell(error)
        flush()
        runtime.post("init/error", json.dumps(error), error["errorType"])
        sys.exit(1)
    serve(runtime, handler)


main()
