// Events -> the stream for a client of this dialect: a table of one small function per kind of event over a plain state.

import { CallOrder, contentKinds } from "#dialects/streams/call-order.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { StreamEncoder } from "#dialects/streams/stream-codec.ts";
import { ownFields } from "#dialects/fields/extras.ts";
import type { ChatEvent, FinishReason, Usage } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { codeOf, codeOfFailure, errorFields, toldError } from "#dialects/openai-responses/errors.ts";
import type { ToldError } from "#dialects/openai-responses/errors.ts";
import { encodeFinish } from "#dialects/openai-responses/finish.ts";
import { encodeLogprobs } from "#dialects/openai-responses/logprobs.ts";
import { encodeMadeImage } from "#dialects/openai-responses/made-image.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { OpenCall } from "./open-call.ts";
import { OpenMessage } from "./open-message.ts";
import { OpenThought } from "./open-thought.ts";
import { signatureItem } from "./output-items.ts";
import { OutputWriter } from "./output-writer.ts";
import { sealOf } from "#dialects/openai-responses/reasoning.ts";
import { failedState, idEnding, readRequestFields, writeResponse } from "#dialects/openai-responses/response-object.ts";
import type { ResponseHead } from "#dialects/openai-responses/response-object.ts";
import { ToolNames } from "#dialects/openai-responses/tool-names.ts";

interface StreamState {
  readonly request: JsonObject;
  readonly names: ToolNames;
  readonly writer: OutputWriter;
  readonly order: CallOrder;
  open: OpenMessage | OpenThought | OpenCall | null;
  head: ResponseHead | null;
  usage: Usage | null;
  serviceTier: string | undefined;
  finish: FinishReason | null;
  hasRefused: boolean;
}

type EventOf<Kind> = Extract<ChatEvent, { readonly kind: Kind }>;
type Encoders = { readonly [Kind in ChatEvent["kind"]]: (event: EventOf<Kind>, state: StreamState) => string };

export function createStreamEncoder(request: Pick<ParsedRequest, "body">): StreamEncoder {
  const fields = readRequestFields(request);
  const state: StreamState = {
    request: fields,
    names: new ToolNames(fields["tools"]),
    writer: new OutputWriter(),
    order: new CallOrder(itemKinds),
    open: null,
    head: null,
    usage: null,
    serviceTier: undefined,
    finish: null,
    hasRefused: false,
  };
  return {
    contentType: "text/event-stream",
    encode: (event) => encodeInOrder(event, state),
    encodeFailure: (error) => writeFailure(toldError(error), codeOf(error), state),
    takeUp: (told) => takeUp(told, state),
  };
}

const itemKinds: ReadonlySet<ChatEvent["kind"]> = new Set([...contentKinds, "media"]);

function encodeInOrder(event: ChatEvent, state: StreamState): string {
  const { content, other } = state.order.order(event);
  const written = content.map((part) => writeStart(start, state) + encodeEvent(part, state)).join("");
  return other === null ? written : written + encodeEvent(other, state);
}

function encodeEvent<Kind extends ChatEvent["kind"]>(event: EventOf<Kind>, state: StreamState): string {
  return encoders[event.kind](event, state);
}

const encoders: Encoders = {
  start: writeStart,
  text: ({ text }, state) => (text === "" ? "" : inMessage(state, (message) => message.add("output_text", text))),
  refusal({ text }, state) {
    state.hasRefused ||= text !== "";
    return text === "" ? "" : inMessage(state, (message) => message.add("refusal", text));
  },
  citation: ({ citation }, state) => inMessage(state, (message) => message.addCitation(citation)),
  reasoning: ({ text }, state) => (text === "" ? "" : inThought(state, (thought) => thought.add(text))),
  reasoning_signature: ({ signature }, state) => endThought(sealOf({ signature }), state),
  reasoning_encrypted: ({ encrypted }, state) => endThought(sealOf({ encrypted }), state),
  media({ part }, state) {
    const closed = close(state);
    const item = encodeMadeImage(part, state.writer.nextId("ig"));
    return item === undefined ? closed : closed + state.writer.write(item);
  },
  tool_call({ id: callId, name, ...told }, state) {
    const closed = close(state);
    const sealed = signatureItem(state.writer.nextId("rs"), told);
    const before = sealed === undefined ? closed : closed + state.writer.write(sealed);
    const call = new OpenCall(state.writer, { callId, name, names: state.names });
    state.open = call;
    return before + call.begin();
  },
  tool_arguments: ({ text }, { open }) => (open?.kind === "call" ? open.add(text) : ""),
  logprobs({ logprobs }, { open }) {
    if (open?.kind === "message") open.addLogprobs(encodeLogprobs(logprobs));
    return "";
  },
  finish({ finish }, state) {
    state.finish = finish;
    return "";
  },
  usage({ usage }, state) {
    state.usage = usage;
    return "";
  },
  service_tier({ serviceTier }, state) {
    state.serviceTier = serviceTier;
    return "";
  },
  extras({ index, extras }, state) {
    const { output } = ownFields(extras, dialect, new Set());
    const items = index !== undefined && Array.isArray(output) ? output.filter(isObject) : [];
    return items.length === 0
      ? ""
      : writeStart(start, state) + close(state) + items.map((item) => state.writer.write(item)).join("");
  },
  error({ message, code: word }, state) {
    const code = codeOfFailure(message, word);
    return writeFailure({ message, type: word ?? code, code, param: null }, code, state);
  },
  end: (_event, state) => writeEnd(state),
};

const start: EventOf<"start"> = { kind: "start", id: "", model: "", createdSeconds: 0 };

/** What the prompt cost is not known yet: it is told at the end. */
function writeStart(head: EventOf<"start">, state: StreamState): string {
  if (state.head !== null) return "";
  state.head = head;
  state.writer.ending = idEnding(head);
  const response = responseOf({ status: "in_progress" }, state);
  return (
    state.writer.event("response.created", { response }) + state.writer.event("response.in_progress", { response })
  );
}

function responseOf(progress: JsonObject, { request, head, writer, usage, serviceTier }: StreamState): JsonObject {
  return writeResponse(request, head ?? start, { state: progress, output: writer.items, usage, serviceTier });
}

/** Others count and name what they write in their own way. */
function takeUp(told: string, { writer, open }: StreamState): void {
  const numbers = [...told.matchAll(/"sequence_number"\s*:\s*(\d{1,9})/g)].map(([, number]) => Number(number));
  writer.goOnBehind(numbers.reduce((most, number) => Math.max(most, number), -1));
  const id = [...told.matchAll(/"item_id"\s*:\s*"([\w-]{1,200})"/g)].at(-1)?.[1];
  if (open?.kind === "message" && id !== undefined) open.id = id;
}

function close(state: StreamState, status = "completed"): string {
  const { open } = state;
  state.open = null;
  return open === null ? "" : open.end(status);
}

function inMessage(state: StreamState, add: (message: OpenMessage) => string): string {
  if (state.open?.kind === "message") return add(state.open);
  const closed = close(state);
  const message = new OpenMessage(state.writer);
  state.open = message;
  return closed + message.begin() + add(message);
}

function inThought(state: StreamState, add: (thought: OpenThought) => string): string {
  if (state.open?.kind === "thought") return add(state.open);
  const closed = close(state);
  const thought = new OpenThought(state.writer);
  state.open = thought;
  return closed + thought.begin() + add(thought);
}

/** A seal is the last of a thought, and may be all of it. */
function endThought(seal: string | undefined, state: StreamState): string {
  const ended = inThought(state, (thought) => thought.end("completed", seal));
  state.open = null;
  return ended;
}

function writeEnd(state: StreamState): string {
  const begun = writeStart(start, state);
  const progress = encodeFinish(state.finish, state.hasRefused);
  const status = String(progress["status"]);
  const closed = close(state, status);
  return begun + closed + state.writer.event(`response.${status}`, { response: responseOf(progress, state) });
}

/** Two events, as the vendor sends them. What is open stays so: it is not whole. */
function writeFailure(error: ToldError, code: string, state: StreamState): string {
  const begun = writeStart(start, state);
  const told = state.writer.event("error", errorFields(error));
  const response = responseOf(failedState(error.message, code), state);
  return begun + told + state.writer.event("response.failed", { response });
}
