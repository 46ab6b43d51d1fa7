// Writes packages/llm/data/genai-prices.json from a published list: node tools/bundle-prices.ts LIST.json VERSION
// The list is https://github.com/pydantic/genai-prices, prices/new_data/v2/data.json. Vendors that GhostLLM does not know, and
// descriptions, are left out; one model a line, so that a change can be read.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { providers, readPriceList } from "@ghostllm/llm";

const target = join(import.meta.dirname, "../packages/llm/data/genai-prices.json");
const kept = ["id", "match", "context_window", "deprecated", "prices", "price_variants"];

interface Published {
  readonly id: string;
  readonly models: readonly Readonly<Record<string, unknown>>[];
}

function write(list: readonly Published[], version: string): string {
  const known = new Set(providers.flatMap(({ catalogId }) => (catalogId === undefined ? [] : [catalogId])));
  const vendors = list
    .filter(({ id }) => known.has(id))
    .map(({ id, models }) => {
      const lines = models.map((model) =>
        JSON.stringify(Object.fromEntries(kept.flatMap((field) => (field in model ? [[field, model[field]]] : [])))),
      );
      return `{"id":${JSON.stringify(id)},"models":[\n${lines.join(",\n")}\n]}`;
    });
  return `{"version":${JSON.stringify(version)},"providers":[\n${vendors.join(",\n")}\n]}\n`;
}

const [file, version] = process.argv.slice(2);
if (file === undefined || version === undefined)
  throw new Error("usage: node tools/bundle-prices.ts LIST.json VERSION");
const list: unknown = JSON.parse(readFileSync(file, "utf8"));
readPriceList(list, version);
writeFileSync(target, write(list as readonly Published[], version));
