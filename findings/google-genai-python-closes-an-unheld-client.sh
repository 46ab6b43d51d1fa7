#!/bin/sh
# google-genai for Python closes its connections when the Client object is collected. `Client(...).models.generate_content(...)`
# in one line, or a function that returns `Client(...).models`, holds no reference to it: the call raises "Cannot send a
# request, as the client has been closed." before anything is sent. The same line works with the SDKs of OpenAI and Anthropic.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"

python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install google-genai==3.6.1

cat >stub.py <<'PY'
import http.server, json
class Stub(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        content = {"role": "model", "parts": [{"text": "one"}]}
        data = json.dumps({"candidates": [{"index": 0, "content": content, "finishReason": "STOP"}]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
print(server.server_port, flush=True)
server.serve_forever()
PY
venv/bin/python stub.py >port.txt & server=$!
tries=0; until [ -s port.txt ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done
cat >ask.py <<'PY'
import sys
from google import genai
options = {"api_key": "k", "http_options": {"base_url": sys.argv[1]}}
client = genai.Client(**options)
held = client.models.generate_content(model="m", contents="Count").text
print(f"google-genai {genai.__version__}, client in a variable: {held}")
try:
    loose = genai.Client(**options).models.generate_content(model="m", contents="Count").text
except RuntimeError as error:
    loose = str(error)
print(f"google-genai {genai.__version__}, client in no variable: {loose}")
sys.exit(held != "one" or "closed" not in loose)
PY
venv/bin/python ask.py "http://127.0.0.1:$(cat port.txt)"
