// Every count that a vendor tells in a recording is either read, or listed here with the reason why not.

import { expect, it } from "vitest";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { eachFrame, frameData } from "#wire/frames.ts";
import { isObject, parseJson } from "#wire/json.ts";

/** By the path within `usage` or `usageMetadata`, and by what is read of it. */
const read: readonly RegExp[] = [
  /^(?:prompt|completion|input|output|total)_tokens$/,
  /^(?:prompt|input)_tokens?_details\.(?:cached|cache_write|audio|image)_tokens$/,
  /^(?:completion|output)_tokens_details\.(?:reasoning|audio|image|thinking)_tokens$/,
  /^(?:prompt_cache_hit|num_cached|cached|reasoning)_tokens$/,
  /^cost(?:\.total_cost)?$/,
  /^cost_details\.upstream_inference_cost$/,
  /^cost_in_usd_ticks$/,
  /^web_search_usage\.tool_usage$/,
  /^cache_(?:creation|read)_input_tokens$/,
  /^cache_creation\.ephemeral_(?:5m|1h)_input_tokens$/,
  /^server_tool_use\.web_search_requests$/,
  /^iterations\[\]\.(?:input|output|cache_\w+_input)_tokens$/,
  /^(?:input|output|cacheReadInput|cacheWriteInput)Tokens$/,
  /^cacheDetails\[\]\.inputTokens$/,
  /^(?:prompt|candidates|thoughts|total|cachedContent|toolUsePrompt)(?:Token)?Count$|^cachedContentTokenCount$/,
  /^(?:prompt|candidates|cache|toolUsePrompt)TokensDetails\[\]\.(?:tokenCount|modality)$/,
  /^trafficType$/,
];

const unread: readonly (readonly [path: RegExp, reason: string])[] = [
  [/_time$|_ms$|per_second$|^latency_checkpoint\./, "durations, which cost nothing"],
  [/details\.text_tokens$/, "what of the sums is of no other kind"],
  [/^prompt_cache_miss_tokens$/, "the prompt without what was read from the cache"],
  [/^totalTokens$/, "the sum of what is read"],
  [/^cacheWriteInputTokenCount$/, "the same once more under an older name"],
  [/^cost\.(?:input|output_tokens|request|citation\w*|search\w*)_?(?:tokens_)?cost$/, "parts of the total cost"],
  [/^cost_details\.upstream_inference_\w+_cost$/, "parts of what is read where the customer's own key was used"],
  [/^context_details\./, "how much of the context is in use, which is in the sums"],
  [/^server_side_tool_usage_details\.|^num_server_side_tools_used$/, "within the cost that xAI tells"],
  [/^web_search_usage\.page_usage$/, "pages that were found, of which the search is charged"],
  [/^server_tool_use\.web_fetch_requests$/, "fetched pages cost their tokens alone"],
  [/^image_tokens$/, "within Cerebras' prompt, at the price of text"],
  [/^billed_units\.|^tokens\./, "Cohere's own API, which is not spoken"],
  [/^promptTokenDetails\[\]/, "a misprint of one recording's server, which also has the right name"],
  [
    /^(?:total_(?:input|output|thought)_tokens|input_tokens_by_modality)/,
    "Google's Interactions, which are not spoken",
  ],
  [/^pydantic_ai_gateway\./, "another gateway's estimate"],
];

function* pathsOf(value: unknown, path = ""): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* pathsOf(item, `${path}[]`);
  else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, path === "" ? key : `${path}.${key}`);
  } else if (typeof value === "number" && value !== 0) yield path;
}

function* usagesIn(value: unknown): Generator {
  if (Array.isArray(value)) for (const item of value) yield* usagesIn(item);
  else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if ((key === "usage" || key === "usageMetadata") && isObject(inner)) yield inner;
      else yield* usagesIn(inner);
    }
  }
}

function* documentsOf(text: string): Generator {
  for (const frame of eachFrame(Buffer.from(text))) {
    for (const line of frameData(frame.toString("utf8")).split("\n")) yield parseJson(line);
  }
}

describeWithCorpus("usage in recordings", (source) => {
  it("has no count that is neither read nor left out for a reason", () => {
    const unknown = new Map<string, string>();
    let counts = 0;
    for (const provider of source.providers()) {
      for (const record of source.recorded(provider)) {
        const documents = [record.response_body, ...documentsOf(record.response_text ?? "")];
        for (const usage of documents.flatMap((document) => [...usagesIn(document)])) {
          for (const path of pathsOf(usage)) {
            counts += 1;
            const isKnown = read.some((known) => known.test(path)) || unread.some(([known]) => known.test(path));
            if (!isKnown) unknown.set(path, `${provider} ${record.id}`);
          }
        }
      }
    }
    expect(Object.fromEntries(unknown)).toEqual({});
    expectEnough(source, counts, 5_000);
  });
});
