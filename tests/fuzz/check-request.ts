// A client's request: parsed, understood, and written for the vendors of every dialect.

import { passageBetween, vendorDialects } from "@ghostllm/llm";
import type { ClientEndpoint, Dialect, ParsedRequest } from "@ghostllm/llm";
import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { bear, Broken } from "./expectations.ts";

const edits = { model: "other", quirks: {} };

/** Operations that lead into other dialects. */
const crossing: ReadonlySet<string> = new Set(["chat.completions", "generate", "embeddings", "embed_content"]);

function parse(dialect: Dialect, endpoint: ClientEndpoint, bytes: Buffer, chance: Chance): ParsedRequest | null {
  // The gateway refuses bodies that are no UTF-8.
  const body = Buffer.from(bytes.toString("utf8"));
  const { operation, stream } = endpoint;
  const line = { model: "m", query: chance.pick(["", "alt=sse"]), ...(stream !== undefined && { stream }) };
  return bear(() => dialect.client.parseRequest(operation, body, line));
}

export function checkRequest(dialect: Dialect, bytes: Buffer, chance: Chance): void {
  const [usual, ...others] = dialect.client.endpoints;
  const endpoint = chance.below(3) === 0 && others.length > 0 ? chance.pick(others) : usual;
  if (endpoint === undefined) return;
  dialect.client.readPromptText(bytes.toString("utf8"));
  dialect.client.models?.readModelName?.(bytes.toString("utf8"));
  const request = parse(dialect, endpoint, bytes, chance);
  if (request === null) return;
  const { promptTokensEstimate: estimate } = request;
  if (!(estimate >= 0 && estimate < Infinity)) throw new Broken(`an estimate of ${estimate} tokens`);
  if (request.operation === "chat.completions") bear(() => dialect.client.decodeRequest(request));
  for (const vendor of Object.values(vendorDialects)) {
    if (vendor.name !== dialect.name && !canCross(request, vendor)) continue;
    const written = bear(() => passageBetween(dialect, vendor, request.operation).encodeRequest(request, edits));
    // Between equals bytes pass, and what is within the values is left to the vendor.
    if (written !== null && vendor.name !== dialect.name) expectJson(written.body, `the request for ${vendor.name}`);
  }
}

function canCross(
  { operation }: ParsedRequest,
  { upstream }: (typeof vendorDialects)[keyof typeof vendorDialects],
): boolean {
  const isEmbedding = operation.startsWith("embed");
  return crossing.has(operation) && (!isEmbedding || upstream.embeddings !== undefined);
}

function expectJson(body: Buffer | string, what: string): void {
  try {
    JSON.parse(body.toString());
  } catch {
    throw new Broken(`${what} is no JSON`);
  }
}
