# SPDX-License-Identifier: MIT
# Verifies what the remote backend signs, by botocore's signer: an independent implementation. Each
# request is signed anew from its own head and body, and has to come out the same. Prints its port,
# then a line for each request.
import http.server
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECRET = sys.argv[1]


def wanted(handler, body, parts):
    """The Authorization header that botocore would send."""
    key, date, region, service, _ = parts["Credential"].split("/")
    token = handler.headers.get("X-Amz-Security-Token")
    auth = SigV4Auth(Credentials(key, SECRET, token), service, region)
    request = AWSRequest("POST", "http://%s%s" % (handler.headers["Host"], handler.path), data=body)
    for name in parts["SignedHeaders"].split(";"):
        request.headers[name] = handler.headers[name]
    request.context["timestamp"] = handler.headers["X-Amz-Date"]
    assert handler.headers["X-Amz-Date"].startswith(date)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    return auth.signature(text, request)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fields = self.headers["Authorization"].split(" ", 1)[1].split(", ")
        parts = dict(field.split("=", 1) for field in fields)
        signed = parts["SignedHeaders"].split(";")
        good = parts["Signature"] == wanted(self, body, parts)
        for must in ("host", "x-amz-date", "x-amz-target", "content-type"):
            good = good and must in signed
        good = good and ("X-Amz-Security-Token" in self.headers) == ("x-amz-security-token" in signed)
        print("good" if good else "BAD", parts["Credential"], len(body), flush=True)
        answer = b"{}" if good else b'{"__type":"x#InvalidSignatureException","message":"bad"}'
        self.send_response(200 if good else 400)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
