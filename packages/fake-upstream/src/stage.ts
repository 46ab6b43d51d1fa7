// Turns a script and the request it answers into a performance: one small handler per kind of script.

import { chatChunks, renderChatAnswer } from "#openai/chat.ts";
import { completionChunks, composeCompletionReply, renderCompletionAnswer } from "#openai/completions.ts";
import { renderEmbeddings } from "#openai/embeddings.ts";
import { errorObject, renderError } from "#openai/errors.ts";
import { renderModel, renderModelList } from "#openai/models.ts";
import { composeChatReply, type Reply, type ReplyContext } from "#openai/reply.ts";
import { readBody, wantsStream, wantsStreamUsage } from "#openai/request.ts";
import { hugeAnswer } from "./huge.ts";
import { malformed } from "./malformed.ts";
import {
  bytesOf,
  chunked,
  compress,
  cutIntoEvents,
  eventStream,
  fixed,
  json,
  type Performance,
  toBytes,
} from "./performance.ts";
import type { ReceivedRequest } from "./received.ts";
import type { ChatScript, Delivery, ErrorScript, JsonObject, Script } from "./script.ts";

export interface StageContext extends ReplyContext {
  /** What `/models` lists. */
  readonly models: readonly string[];
}

type Handlers = {
  readonly [Kind in Script["kind"]]: (
    script: Extract<Script, { kind: Kind }>,
    received: ReceivedRequest,
    context: StageContext,
  ) => Performance;
};

const handlers: Handlers = {
  default: (_, received, context) => stageByPath(received, context),
  answer: (script) => {
    const bytes = script.body === undefined ? bytesOf(script) : Buffer.from(JSON.stringify(script.body));
    const type = script.body === undefined ? { "content-type": "text/plain; charset=utf-8" } : json;
    return fixed(script.status ?? 200, type, bytes, script);
  },
  raw: (script) => {
    const bytes = bytesOf(script);
    const pieces = script.perEvent === true ? cutIntoEvents(bytes.toString("utf8")) : [bytes];
    return chunked(script.status ?? 200, eventStream, pieces, script);
  },
  chat: stageChat,
  stall: (script, received, context) => ({
    ...stage(script.of ?? byDefault, received, context),
    stop: { after: script.after, how: "stall" },
  }),
  cut: (script, received, context) => ({
    ...stage(script.of ?? byDefault, received, context),
    stop: { after: script.after, how: script.how ?? "reset" },
  }),
  error: (script) => stageError(script),
  malformed: (script) => malformed[script.where],
  wire: (script) => ({ ...malformed.empty, insteadOfHttp: bytesOf(script) }),
  huge: (script, received) => {
    const streamed = wantsStream(readBody(received.text) ?? {});
    return { ...hugeAnswer(script.bytes, streamed), status: 200, delayMs: 0, paceMs: 0 };
  },
  "slow-headers": (script, received, context) => ({
    ...stage(script.of ?? byDefault, received, context),
    delayMs: script.delayMs,
  }),
  early: (script, received, context) => stage(script.of, received, context),
  "drop-after": (script, received, context) => ({
    ...stage(script.of ?? byDefault, received, context),
    dropAfter: true,
  }),
  gzip: (script, received, context) => compress(stage(script.of ?? byDefault, received, context)),
};

const byDefault: Script = { kind: "default" };

export const scriptKinds: readonly string[] = Object.keys(handlers);

export function stage(script: Script, received: ReceivedRequest, context: StageContext): Performance {
  // The table pairs each kind with its own script type, which TypeScript cannot see through an index by union.
  const handler = handlers[script.kind] as (
    script: Script,
    received: ReceivedRequest,
    context: StageContext,
  ) => Performance;
  return handler(script, received, context);
}

function stageByPath(received: ReceivedRequest, context: StageContext): Performance {
  const path = received.path.split("?", 1)[0] ?? "";
  const body = readBody(received.text);
  if (received.method === "GET") return stageModels(path, context);
  if (!/\/(chat\/completions|completions|embeddings)$/.test(path)) return unknownPath(received.method, path);
  if (body === undefined) return stageError({ kind: "error", status: 400, code: "invalid_json", message: notJson });
  if (path.endsWith("/embeddings")) return fixed(200, json, toBytes(renderEmbeddings(body)), {});
  return stageChat({ kind: "chat" }, received, context);
}

const notJson =
  "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)";

function stageModels(path: string, context: StageContext): Performance {
  const [, id] = /\/models(?:\/(.+))?$/.exec(path) ?? [];
  if (path.endsWith("/models")) return fixed(200, json, toBytes(renderModelList(context.models)), {});
  if (id === undefined) return unknownPath("GET", path);
  if (context.models.includes(decodeURIComponent(id))) {
    return fixed(200, json, toBytes(renderModel(decodeURIComponent(id))), {});
  }
  return stageError({ kind: "error", status: 404, message: `The model '${id}' does not exist` });
}

function unknownPath(method: string, path: string): Performance {
  return stageError({ kind: "error", status: 404, code: "unknown_url", message: `Invalid URL (${method} ${path})` });
}

function stageChat(script: ChatScript, received: ReceivedRequest, context: StageContext): Performance {
  const body = readBody(received.text) ?? {};
  const isChat = received.path.split("?", 1)[0]?.endsWith("/chat/completions") ?? true;
  const reply = (isChat ? composeChatReply : composeCompletionReply)(script, body, context);
  const headers = { "x-request-id": `req_${reply.id}`, "openai-version": "2020-10-01", "openai-processing-ms": "1" };
  const paced = paceOf(script);
  if (!wantsStream(body)) {
    const answer = (isChat ? renderChatAnswer : renderCompletionAnswer)(reply);
    return fixed(200, { ...json, ...headers }, toBytes(answer), paced);
  }
  const asked = wantsStreamUsage(body);
  const wish = { asked, sendUsage: asked || script.usageUnasked === true };
  const chunks = (isChat ? chatChunks : completionChunks)(reply, wish);
  return chunked(200, { ...eventStream, ...headers }, frameEvents(script, chunks, reply), paced);
}

function paceOf(script: ChatScript): Delivery {
  if (script.tokensPerSecond === undefined) return script;
  return { ...script, paceMs: 1000 / script.tokensPerSecond };
}

function frameEvents(script: ChatScript, chunks: Iterable<JsonObject>, reply: Reply): Uint8Array[] {
  const newline = script.lineEnding ?? "\n";
  const frame = (data: string): Buffer => Buffer.from(`data: ${data}${newline}${newline}`);
  const events = Array.from(chunks, (chunk) => frame(JSON.stringify(chunk)));
  const comment = script.comment === undefined ? [] : [Buffer.from(`: ${script.comment}${newline}${newline}`)];
  if (script.errorAfterChunks !== undefined) {
    const error = script.streamError ?? { error: errorObject({ status: 500 }) };
    return [
      ...comment,
      ...events.slice(0, (1 + script.errorAfterChunks) * reply.choices),
      frame(JSON.stringify(error)),
    ];
  }
  return [...comment, ...events, ...(script.withoutDone === true ? [] : [frame("[DONE]")])];
}

function stageError(script: ErrorScript): Performance {
  const answer = renderError(script);
  return fixed(answer.status, answer.headers, Buffer.from(answer.body), {});
}
