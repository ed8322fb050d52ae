#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An endpoint behind TLS: its certificate has to be trusted, and AWS_CA_BUNDLE says by whom.
source "$(dirname "$0")/lib.sh" "$1"
command -v openssl >/dev/null || skip "openssl is not installed"
failures=0
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$folder/key.pem" -out "$folder/cert.pem" -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost >"$folder/log" 2>&1 || skip "openssl makes no certificate: $(tail -n 1 "$folder/log")"
start_server
# bytes in and out, encrypted on one side
cat >"$folder/tls.py" <<'PY'
import socket, ssl, sys, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
def copy(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
def serve(plain):
    try:
        client = context.wrap_socket(plain, server_side=True)
    except (OSError, ssl.SSLError):
        return
    server = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
    threading.Thread(target=copy, args=(client, server), daemon=True).start()
    copy(server, client)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PY
/usr/bin/python3 "$folder/tls.py" "$folder/cert.pem" "$folder/key.pem" "${url##*:}" >"$folder/port" 2>>"$folder/log" &
tunnel=$!
trap 'kill $tunnel 2>/dev/null; stop_server; rm -rf "$folder"' EXIT
until [ -s "$folder/port" ]; do
    kill -0 $tunnel 2>/dev/null || skip "no Python for the tunnel"
    sleep 0.05
done
port=$(cat "$folder/port")

# try CODE TEXT WORD…
try() {
    local wanted=$1 text=$2 code=0 said
    shift 2
    said=$("$binary" "$@" 2>&1) || code=$?
    [ "$code" = "$wanted" ] && [[ $said == *"$text"* ]] || {
        printf 'FAILED: dynascope %s ended with %s, not %s: %s\n' "$*" "$code" "$wanted" "$said" >&2
        failures=$((failures + 1))
    }
}

try 69 'AWS_CA_BUNDLE' tables -c "https://localhost:$port"
export AWS_CA_BUNDLE=$folder/cert.pem
try 0 '' generate Orders --count 100 --quiet --read-write -c "https://localhost:$port"
try 0 100 scan Orders --count -c "https://localhost:$port"
try 69 'certificate' tables -c "https://127.0.0.1:$port" # the name is not the certificate's
try 69 'as the certificate has it' tables -c "https://127.0.0.1:$port"
AWS_CA_BUNDLE=$folder/nothing try 69 'certificate' tables -c "https://localhost:$port"
AWS_CA_BUNDLE=$folder/nothing try 69 'is to be a PEM file' tables -c "https://localhost:$port"
try 69 '' tables -c "http://localhost:$port"
try 69 'so try http://' tables -c "https://localhost:${url##*:}"
# a proxy that is not there: the variable is named, and not what it says
export HTTPS_PROXY=http://me:CANARY7@127.0.0.1:9
try 69 'HTTPS_PROXY names a proxy' tables -c https://192.0.2.1
said=$("$binary" tables -c https://192.0.2.1 2>&1)
[[ $said != *CANARY7* ]] || {
    printf 'FAILED: the password of a proxy is shown: %s\n' "$said" >&2
    failures=$((failures + 1))
}
[ $failures = 0 ]
