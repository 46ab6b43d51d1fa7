// What an entry of a vendor's list tells of its model, wherever that stands. Every server has its own words for it:
// llama.cpp `meta.n_ctx`, vLLM `max_model_len`, Ollama `details.context_length` and a list of capabilities, LM Studio
// `max_context_length`, OpenRouter `context_length` with modalities and parameters, Groq `context_window`, Google
// `inputTokenLimit`, Mistral a record of capabilities, Anthropic `max_input_tokens`.

import type { ModelFacts } from "#domain/model-facts.ts";

/** The longest that counts: a list that says a billion says nothing. */
const longestContext = 100_000_000;
const longestName = 200;

export function readFacts(entry: unknown): ModelFacts {
  return {
    displayName: readDisplayName(entry),
    contextLength: readContextLength(entry),
    vision: anyOf([said(entry, "vision", "multimodal", "image_input"), takesImages(entry), isOfType(entry, "vlm")]),
    functions: anyOf([said(entry, "tools", "tool_use", "function_calling", "trained_for_tool_use"), takesTools(entry)]),
    thinking: anyOf([said(entry, "thinking", "reasoning"), flagAt(entry, ["thinking"]), takesReasoning(entry)]),
  };
}

function readDisplayName(entry: unknown): string | null {
  const names = [at(entry, ["display_name"]), at(entry, ["displayName"]), at(entry, ["name"])];
  const isSaid = (name: unknown): name is string =>
    typeof name === "string" && name !== "" && name.length <= longestName && name !== at(entry, ["id"]);
  // Where an entry has no id, its name is that.
  return at(entry, ["id"]) === undefined ? (names.slice(0, 2).find(isSaid) ?? null) : (names.find(isSaid) ?? null);
}

/** What a request may have comes before what the model was made for. */
const contextPlaces: readonly (readonly string[])[] = [
  ["meta", "n_ctx"],
  ["loaded_context_length"],
  ["max_model_len"],
  ["context_length"],
  ["context_window"],
  ["max_context_length"],
  ["context_size"],
  ["inputTokenLimit"],
  ["max_input_tokens"],
  ["details", "context_length"],
  ["meta", "n_ctx_train"],
];

function readContextLength(entry: unknown): number | null {
  for (const place of contextPlaces) {
    const length = asLength(at(entry, place));
    if (length !== null) return length;
  }
  return readModelInfo(at(entry, ["model_info"]));
}

/** Ollama names the family of the model: `llama.context_length`. */
function readModelInfo(info: unknown): number | null {
  if (!isRecord(info)) return null;
  const lengths = Object.entries(info).flatMap(([name, value]) =>
    /^\w[\w-]*\.context_length$/.test(name) ? (asLength(value) ?? []) : [],
  );
  return lengths[0] ?? null;
}

function asLength(value: unknown): number | null {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= longestContext ? Number(value) : null;
}

/** Capabilities are a list of words or a record of yes and no. Only Ollama's list is whole: what it lacks is not there. */
function said(entry: unknown, ...words: readonly string[]): boolean | null {
  const capabilities = at(entry, ["capabilities"]);
  if (Array.isArray(capabilities)) {
    if (words.some((word) => capabilities.includes(word))) return true;
    const isWhole = isRecord(at(entry, ["details"])) || isRecord(at(entry, ["model_info"]));
    return isWhole && capabilities.length > 0 ? false : null;
  }
  const flags = words.flatMap(
    (word) => flagAt(capabilities, [word]) ?? flagAt(capabilities, [word, "supported"]) ?? [],
  );
  return flags.length === 0 ? null : flags.includes(true);
}

function takesImages(entry: unknown): boolean | null {
  return includes(at(entry, ["architecture", "input_modalities"]) ?? at(entry, ["input_modalities"]), "image");
}

function takesTools(entry: unknown): boolean | null {
  const template = flagAt(entry, ["chat_template_caps", "supports_tools"]);
  return template ?? includes(at(entry, ["supported_parameters"]), "tools");
}

function takesReasoning(entry: unknown): boolean | null {
  return includes(at(entry, ["supported_parameters"]), "reasoning");
}

function isOfType(entry: unknown, type: string): boolean | null {
  return at(entry, ["type"]) === type ? true : flagAt(entry, ["modalities", "vision"]);
}

function includes(list: unknown, word: string): boolean | null {
  return Array.isArray(list) ? list.includes(word) : null;
}

/** A yes counts more than a no. */
function anyOf(answers: readonly (boolean | null)[]): boolean | null {
  const known = answers.filter((answer) => answer !== null);
  return known.length === 0 ? null : known.includes(true);
}

function flagAt(value: unknown, path: readonly string[]): boolean | null {
  const found = at(value, path);
  return typeof found === "boolean" ? found : null;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (isRecord(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    value,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
