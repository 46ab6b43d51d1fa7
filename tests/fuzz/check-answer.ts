// A vendor's whole answer, good or bad: read, and written for the clients of every dialect.

import { dialects, passageBetween } from "@ghostllm/llm";
import type { VendorDialect } from "../../packages/llm/src/dialects/dialect.ts";
import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { clients } from "./clients.ts";
import { bear, Broken } from "./expectations.ts";

const statuses = [200, 400, 401, 404, 429, 500, 529];

export function checkAnswer(vendor: VendorDialect, bytes: Buffer, chance: Chance): void {
  const result = bear(() => vendor.upstream.decodeResult(bytes));
  if (result !== null && !Array.isArray(result.choices)) throw new Broken("an answer without choices");
  for (const { dialect, requests } of clients) {
    const request = chance.pick(requests);
    const passage = passageBetween(dialect, vendor, request.operation);
    bear(() => passage.readAnswer(bytes, { ...request, stream: chance.below(2) === 0 }));
    passage.readError(chance.pick(statuses), bytes);
  }
  checkPassing(vendor.name, bytes, chance);
  checkEmbeddings(vendor, bytes);
}

/** What is known of an answer in the client's own dialect, which may be cut off. */
function checkPassing(name: string, bytes: Buffer, chance: Chance): void {
  const own = Object.values(dialects).find((dialect) => dialect.name === name);
  if (own === undefined) return;
  const text = bytes.toString("utf8");
  own.upstream.readText(text, false);
  own.upstream.readText(text.slice(0, chance.below(text.length + 1)), false);
  const tap = own.upstream.createLargeAnswerTap();
  tap.push(bytes);
  if (tap.flush() !== null || tap.usage === undefined) throw new Broken("a large answer is held");
}

const embeddingsRequest = Buffer.from(
  '{"model":"m","input":"x","requests":[{"model":"m","content":{"parts":[{"text":"x"}]}}]}',
);

function checkEmbeddings({ upstream }: VendorDialect, bytes: Buffer): void {
  const result = bear(() => upstream.embeddings?.decodeResult(bytes) ?? null);
  if (result === null) return;
  for (const { client } of Object.values(dialects)) {
    if (client.embeddings === undefined) continue;
    const request = client.parseRequest("embeddings", embeddingsRequest, { model: "m", query: "" });
    bear(() => client.embeddings?.encodeResult(result, request));
  }
}
