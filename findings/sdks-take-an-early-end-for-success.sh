#!/bin/sh
# A stream that its server ends cleanly before the answer is complete (no finish_reason, no [DONE], no message_stop) is a
# success to the iterators of openai-python and anthropic-python: no exception, half a text, and a finish_reason that is None.
# Who needs to know must look at the finish_reason of the last chunk.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"

python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install openai==3.57.0 anthropic==2.14.0

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

cat >openai.txt <<'SSE'
data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"one two "},"finish_reason":null}]}

SSE
cat >anthropic.txt <<'SSE'
event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one two "}}

SSE
cat >ask.py <<'PY'
import shutil, sys, anthropic, openai
url, told = sys.argv[1], [{"role": "user", "content": "Count to four"}]
shutil.copy("openai.txt", "stream.txt")
text, finish = "", None
for chunk in openai.OpenAI(base_url=url, api_key="k").chat.completions.create(model="m", messages=told, stream=True):
    text, finish = text + chunk.choices[0].delta.content, chunk.choices[0].finish_reason
print(f"openai-python {openai.__version__}: {text!r}, finish_reason {finish}, no exception")
shutil.copy("anthropic.txt", "stream.txt")
with anthropic.Anthropic(base_url=url, api_key="k").messages.stream(model="m", max_tokens=9, messages=told) as stream:
    said = "".join(stream.text_stream)
    stop = stream.get_final_message().stop_reason
print(f"anthropic-python {anthropic.__version__}: {said!r}, stop_reason {stop}, no exception")
sys.exit((text, finish, said, stop) != ("one two ", None, "one two ", None))
PY
venv/bin/python ask.py "$url"
