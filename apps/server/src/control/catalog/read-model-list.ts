import { z } from "zod";
import { mergeFacts } from "#domain/model-facts.ts";
import type { ModelFacts } from "#domain/model-facts.ts";
import { readFacts } from "./read-facts.ts";

export interface VendorModel {
  readonly name: string;
  readonly facts: ModelFacts;
}

export interface VendorModels {
  readonly models: readonly VendorModel[];
  /** There are more than these. */
  readonly isPartial: boolean;
}

/** Google's names tell their collection, which is no part of what a model is asked for by. */
const named = z
  .union([
    z.string(),
    z.object({ id: z.string() }).transform(({ id }) => id),
    z.object({ name: z.string() }).transform(({ name }) => name),
    z.object({ model: z.string() }).transform(({ model }) => model),
  ])
  .transform((name) => name.replace(/^models\//, ""));

const list = z.array(z.unknown());

/**
 * OpenAI puts the list into `data`; Together answers the bare list; Ollama's own path and others use `models`. llama.cpp has
 * both, and tells more of a model in the second.
 */
const modelList = z.union([
  z
    .object({ data: list, models: list.optional() })
    .transform(({ data, models = [] }) => ({ entries: data, more: models })),
  z.object({ models: list }).transform(({ models }) => ({ entries: models, more: [] })),
  list.transform((entries) => ({ entries, more: [] })),
]);

const pages = z.object({
  has_more: z.boolean().optional(),
  nextPageToken: z.string().optional(),
  next_page_token: z.string().nullable().optional(),
});

const longestName = 200;

/** The models in a vendor's answer, each once; null where it is no list of models. */
export function readModelList(body: unknown): VendorModels | null {
  const parsed = modelList.safeParse(body);
  if (!parsed.success) return null;
  const found = new Map(parsed.data.entries.flatMap(toEntry));
  for (const [name, facts] of parsed.data.more.flatMap(toEntry)) {
    const known = found.get(name);
    if (known !== undefined) found.set(name, mergeFacts(known, facts));
  }
  return { models: [...found].map(([name, facts]) => ({ name, facts })), isPartial: isPartial(body) };
}

function toEntry(entry: unknown): readonly (readonly [name: string, facts: ModelFacts])[] {
  const name = named.safeParse(entry);
  return name.success && name.data !== "" && name.data.length <= longestName ? [[name.data, readFacts(entry)]] : [];
}

function isPartial(body: unknown): boolean {
  const told = pages.safeParse(body);
  return told.success && Boolean(told.data.has_more || told.data.nextPageToken || told.data.next_page_token);
}
