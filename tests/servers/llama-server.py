"""llama.cpp's own HTTP server with a model, until standard input ends. Settings are names and numbers, as in its parameters."""

import json
import sys

import xllamacpp

settings = json.loads(sys.argv[1])
params = xllamacpp.CommonParams()
params.model.path = settings.pop("model")
params.model_alias = {settings.pop("alias")}
params.hostnames = ["127.0.0.1"]
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.warmup = False
for name, value in settings.items():
    setattr(params, name, value)
server = xllamacpp.Server(params)
print("listening", server.listening_address, flush=True)
sys.stdin.read()
