#!/bin/sh
# A line that begins with a colon is a comment in an event stream, which parsers ignore; servers send them to keep quiet
# connections open. google-genai for Python hands them to its JSON parser and raises UnknownApiResponseError, although every
# data line of the stream is right. A server of this API can only keep silent, or send blank lines.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"

python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install google-genai==3.6.1

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

cat >ask.py <<'PY'
import sys
from google import genai
answer = b'data: {"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"one"}]},"finishReason":"STOP"}]}\n\n'
client = genai.Client(api_key="k", http_options={"base_url": sys.argv[1]})
def ask(name, stream):
    open("stream.txt", "wb").write(stream)
    try:
        chunks = client.models.generate_content_stream(model="m", contents="Count")
        said = "".join(chunk.text or "" for chunk in chunks)
    except Exception as error:
        said = type(error).__name__
    print(f"google-genai {genai.__version__}, {name}: {said}")
    return said
seen = [ask("as it is", answer), ask("blank lines before it", b"\n\n" + answer), ask("a comment before it", b": ping\n\n" + answer)]
sys.exit(seen != ["one", "one", "UnknownApiResponseError"])
PY
venv/bin/python ask.py "$url"
