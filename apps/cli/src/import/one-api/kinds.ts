// Types of channels by their numbers: https://github.com/songquanpeng/one-api (relay/channeltype, v0.6) and
// https://github.com/QuantumNous/new-api (constant/channel.go), which has other numbers for some.

import { textOf, type Fields } from "@ghostllm/contract/importing";
import type { Flavour } from "./flavour.ts";

export interface Kind {
  readonly type: string;
  readonly needsBase?: true;
  readonly settings?: (row: Fields, config: Fields) => Readonly<Record<string, string>>;
}

const of = (type: string): Kind => ({ type });
const compatible: Kind = { type: "openai-compatible", needsBase: true };

const azure: Kind = {
  type: "azure-openai",
  needsBase: true,
  settings: (row, config) => named({ apiVersion: textOf(config["api_version"]) ?? textOf(row["other"]) }),
};

const aws: Kind = {
  type: "bedrock",
  settings: (row, config) => named({ region: textOf(config["region"]) ?? regionIn(row) }),
};

const vertex: Kind = {
  type: "vertex",
  settings: (row, config) =>
    named({
      project: textOf(config["vertex_ai_project_id"]) ?? projectIn(row),
      location: textOf(config["region"]) ?? textOf(row["other"]),
    }),
};

const both: Readonly<Record<number, Kind>> = {
  1: of("openai"),
  3: azure,
  8: compatible,
  14: of("anthropic"),
  17: of("alibaba"),
  20: of("openrouter"),
  24: of("google"),
  25: of("moonshot"),
  33: aws,
};

const numbers: Readonly<Record<Flavour, Readonly<Record<number, Kind>>>> = {
  "one-api": {
    ...both,
    ...{ 27: of("minimax"), 28: of("mistral"), 29: of("groq"), 30: of("ollama"), 35: of("cohere"), 36: of("deepseek") },
    ...{ 37: of("cloudflare"), 39: of("together"), 41: of("novita"), 42: vertex, 44: of("siliconflow"), 45: of("xai") },
    ...{ 49: of("alibaba"), 50: compatible, 51: of("google") },
  },
  "new-api": {
    ...both,
    ...{ 4: of("ollama"), 26: of("zai"), 27: of("perplexity"), 34: of("cohere"), 35: of("minimax"), 38: of("jina") },
    ...{
      39: of("cloudflare"),
      40: of("siliconflow"),
      41: vertex,
      42: of("mistral"),
      43: of("deepseek"),
      47: compatible,
    },
    ...{ 48: of("xai") },
  },
};

export function kindOf(flavour: Flavour, type: number): Kind | null {
  return numbers[flavour][type] ?? null;
}

function named(settings: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(settings).filter((one): one is [string, string] => one[1] !== null));
}

/** `AK|SK|REGION`. */
function regionIn(row: Fields): string | null {
  return textOf((textOf(row["key"]) ?? "").split("\n")[0]?.split("|")[2]?.trim());
}

function projectIn(row: Fields): string | null {
  const key = textOf(row["key"]) ?? "";
  return /"project_id"\s*:\s*"([^"]+)"/.exec(key)?.[1] ?? null;
}
