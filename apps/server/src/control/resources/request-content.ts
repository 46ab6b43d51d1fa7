// The stored texts of a request, for whoever may read them, and whether there are any, for whoever may see the request.

import { GhostError } from "@ghostllm/contract";
import type { ContentState } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { dialects } from "@ghostllm/llm";
import type { OpenedContent, OpenedText } from "#control/contents/sealed-content.ts";
import { UnsealError } from "#control/encryption/encryption.ts";
import { KeyServiceError } from "#control/encryption/wrapping-key.ts";
import type { Store } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import { deed } from "#domain/audit.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { toTime } from "./fields.ts";
import type { ResourceDependencies } from "./resource.ts";

type ApiContent = RouteAnswer<AdminRoutes["requests"]["content"]>;
type ContentDeps = Pick<ResourceDependencies, "store" | "contents">;

const dayMs = 24 * 3_600_000;

/** Every reading is told in the audit log. */
export async function readContent(
  { store, contents }: ContentDeps,
  record: UsageRecord,
  reach: Reach,
): Promise<ApiContent> {
  const content = await contents.read(record.id, reach).catch(tellThatItStaysClosed);
  if (content !== null) await tellReading(store, record);
  const until = record.createdAt + store.contents.days * dayMs;
  return {
    request_id: record.id,
    state: content === null ? stateWithout(record) : "stored",
    dialect: record.dialect,
    operation: record.operation,
    streamed: record.streamed,
    stored_until: content === null ? null : toTime(until),
    request: toStoredText(content?.request ?? null),
    answer: toStoredText(content?.answer ?? null),
    answer_text: content === null ? null : answerText(record, content),
  };
}

/** What is stored is there, and nobody can open it (now). The message says why. */
function tellThatItStaysClosed(cause: unknown): never {
  if (!(cause instanceof UnsealError || cause instanceof KeyServiceError)) throw cause;
  throw new GhostError("service_unavailable", cause.message, { cause });
}

export async function contentState({ contents }: Pick<Store, "contents">, record: UsageRecord): Promise<ContentState> {
  if (record.content !== "kept") return stateWithout(record);
  return (await contents.isThere(record.id)) ? "stored" : "gone";
}

function stateWithout({ content }: UsageRecord): ContentState {
  if (content === null) return "not_stored";
  return content === "dropped" ? "dropped" : "gone";
}

function tellReading({ audit }: Pick<Store, "audit">, record: UsageRecord): Promise<void> {
  const { id, requestedModel, userId, apiKeyId } = record;
  const details = { user_id: userId, api_key_id: apiKeyId };
  return audit.add([deed("request.content_read", { kind: "request", id, name: requestedModel }, { details })]);
}

export function toStoredText(kept: OpenedText | null): ApiContent["request"] {
  if (kept === null) return null;
  const { contentType, bytes, text, isCut, leftOut } = kept;
  return { content_type: contentType, bytes, body: text, is_cut: isCut, left_out: leftOut };
}

/** Of a stream as well: what its events tell together. */
function answerText({ dialect }: UsageRecord, { answer }: OpenedContent): string | null {
  const known = Object.values(dialects).find(({ name }) => name === dialect);
  const text = answer?.text ?? null;
  if (known === undefined || answer === null || text === null) return null;
  const isStream = /event-stream|ndjson/i.test(answer.contentType);
  return known.upstream.readText(text, isStream) || null;
}
