// What a client says about answers that are kept, and what of a request keeps it from being answered by one.

import { GhostError } from "@ghostllm/contract";
import type { Dialect, Operation, ParsedRequest } from "@ghostllm/llm";
import type { Exchange } from "#gateway/http/exchange.ts";

export interface CacheWishes {
  /** What is there may be told. */
  readonly reads: boolean;
  /** Neither told what is there, nor kept. */
  readonly isUnstored: boolean;
  /** Of an answer that is told, and of what is kept; null: as the policy says. */
  readonly mostSeconds: number | null;
  /** What the client is told in place of an answer. */
  readonly fault: GhostError | null;
}

const noWishes: CacheWishes = { reads: true, isUnstored: false, mostSeconds: null, fault: null };

export function cacheWishesOf(exchange: Pick<Exchange, "header">): CacheWishes {
  const control = exchange.header("cache-control");
  const ttl = exchange.header("x-ghostllm-cache-ttl");
  if (control === undefined && ttl === undefined) return noWishes;
  const directives = new Set((control ?? "").toLowerCase().split(/[\s,]+/));
  const isSaid = ttl !== undefined && /^\d{1,9}$/.test(ttl);
  const mostSeconds = isSaid ? Number(ttl) : null;
  return {
    reads: !directives.has("no-cache"),
    isUnstored: directives.has("no-store") || mostSeconds === 0,
    mostSeconds,
    fault: ttl === undefined || isSaid ? null : noSeconds(),
  };
}

function noSeconds(): GhostError {
  const message = "The header x-ghostllm-cache-ttl must be a whole number of seconds.";
  return new GhostError("invalid_request_error", message);
}

/** Operations whose answers depend on nothing but what is asked, and are of a size that is worth it. */
const operations: ReadonlySet<Operation> = new Set<Operation>([
  ...(["chat.completions", "completions", "generate", "embeddings", "embed_content"] as const),
  ...(["moderations", "rerank"] as const),
]);

/** A digest of more would hold up others. */
const mostBodyBytes = 1024 * 1024;

/** Why its answer could not be that of another request, whoever asks; null: it could. */
export function whyNotRecalled(request: ParsedRequest, { client }: Pick<Dialect, "client">): string | null {
  const { operation, kept, body, members } = request;
  if (!operations.has(operation)) return "operation";
  if (body.length > mostBodyBytes) return "size";
  if (members === null || request.form !== undefined) return "form";
  if (kept !== undefined && (kept.isStored || kept.isBackground || kept.references.length > 0)) return "stored";
  const { stateful } = client.recall;
  const isStateful = members.some((member) => stateful.includes(member.key) && saysSomething(body, member));
  return isStateful ? "stateful" : null;
}

function saysSomething(body: Buffer, { valueStart, valueEnd }: { valueStart: number; valueEnd: number }): boolean {
  const text = body.toString("latin1", valueStart, Math.min(valueEnd, valueStart + 8));
  return text !== "null" && text !== "false" && text !== '""';
}
