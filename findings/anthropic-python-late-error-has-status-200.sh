#!/bin/sh
# An error event in the middle of a stream is raised by anthropic-python as a bare APIStatusError whose status_code is 200, the
# status of the stream: `except RateLimitError` and `except OverloadedError` do not catch an overloaded_error that comes late,
# and code that asks `error.status_code >= 500` takes it for no failure of the server.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"

python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install anthropic==2.14.0

cat >stub.py <<"PY"
# Answers every question with the event stream in stream.txt, ended cleanly.
import http.server
class Stub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        data = open("stream.txt", "rb").read()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
print(server.server_port, flush=True)
server.serve_forever()
PY
venv/bin/python stub.py >port.txt & server=$!
tries=0; until [ -s port.txt ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port.txt)

cat >stream.txt <<'SSE'
event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

SSE
cat >ask.py <<'PY'
import sys, anthropic
client = anthropic.Anthropic(base_url=sys.argv[1], api_key="k")
try:
    for _ in client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}], stream=True):
        pass
    sys.exit("nothing was raised")
except anthropic.APIStatusError as error:
    print(f"anthropic-python {anthropic.__version__}: {type(error).__name__}, status_code {error.status_code}, {error}")
    sys.exit(type(error) is not anthropic.APIStatusError or error.status_code != 200)
PY
venv/bin/python ask.py "$url"
