#!/bin/sh
# openai-python keeps the `id:` of an event, as the standard says, and then takes each later comment for the end of an event
# that has this id and no data, and parses the empty data: JSONDecodeError. Comments alone do no harm and ids alone do none
# either, so a server whose proxy adds `: ping` to streams breaks only the vendors that number their events.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"

python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install openai==3.57.0

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
import json, sys, openai
def chunk(**delta):
    finish = None if delta else "stop"
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return "data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}) + "\n\n"
client = openai.OpenAI(base_url=sys.argv[1], api_key="k")
def ask(name, *frames):
    open("stream.txt", "w").write("".join(frames) + chunk() + "data: [DONE]\n\n")
    try:
        said = ""
        for one in client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}], stream=True):
            said += one.choices[0].delta.content or ""
    except Exception as error:
        said = type(error).__name__
    print(f"openai-python {openai.__version__}, {name}: {said}")
    return said
one = chunk(content="one")
seen = [ask("a comment", one, ": ping\n\n"), ask("an id", "id: 1\n" + one), ask("an id, then a comment", "id: 1\n" + one, ": ping\n\n")]
sys.exit(seen != ["one", "one", "JSONDecodeError"])
PY
venv/bin/python ask.py "$url"
