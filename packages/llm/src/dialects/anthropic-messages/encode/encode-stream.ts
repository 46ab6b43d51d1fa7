// Events -> the stream for a client of this dialect: a table of one small function per kind of event over a plain state.

import type { StreamEncoder } from "#dialects/streams/stream-codec.ts";
import { ownFields } from "#dialects/fields/extras.ts";
import { unsealed, writeSeal } from "#dialects/seals/seals.ts";
import type { ChatEvent, FinishReason, Usage } from "#hub.ts";
import { isObject, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { BlockWriter, writeEvent } from "#dialects/anthropic-messages/block-writer.ts";
import type { Ending } from "#dialects/anthropic-messages/block-writer.ts";
import { CallOrder } from "#dialects/streams/call-order.ts";
import { encodeCitation } from "#dialects/anthropic-messages/citations.ts";
import { encodeVendorError } from "#dialects/anthropic-messages/errors.ts";
import { encodeFinish } from "#dialects/anthropic-messages/finish.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { encodeTierFact } from "./service-tier.ts";
import { encodeUsage } from "#dialects/anthropic-messages/usage.ts";

interface StreamState {
  readonly blocks: BlockWriter;
  readonly order: CallOrder;
  isStarted: boolean;
  usage: Usage | null;
  serviceTier: string | undefined;
  finish: FinishReason | null;
  hasCalls: boolean;
  hasRefused: boolean;
  /** Of the whole answer, told at its end. */
  answerFields: JsonObject;
}

type EventOf<Kind> = Extract<ChatEvent, { readonly kind: Kind }>;
type Encoders = { readonly [Kind in ChatEvent["kind"]]: (event: EventOf<Kind>, state: StreamState) => string };

export function createStreamEncoder(): StreamEncoder {
  const state: StreamState = {
    blocks: new BlockWriter(),
    order: new CallOrder(),
    isStarted: false,
    usage: null,
    serviceTier: undefined,
    finish: null,
    hasCalls: false,
    hasRefused: false,
    answerFields: {},
  };
  return { contentType: "text/event-stream", encode: (event) => encodeInOrder(event, state) };
}

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
  text: ({ text }, { blocks }) => blocks.ensure("text", { text: "" }) + blocks.add("text_delta", { text }),
  reasoning({ text }, { blocks }) {
    return blocks.ensure("thinking", thought, unsigned) + blocks.add("thinking_delta", { thinking: text });
  },
  reasoning_signature({ signature }, { blocks }) {
    return (
      blocks.ensure("thinking", thought, unsigned) +
      blocks.add("signature_delta", { signature: writeSeal(signature, dialect) }) +
      blocks.close()
    );
  },
  reasoning_encrypted: ({ encrypted }, { blocks }) =>
    blocks.write({ type: "redacted_thinking", data: writeSeal(encrypted, dialect) }),
  refusal({ text }, state) {
    state.hasRefused = true;
    return encoders.text({ kind: "text", index: 0, text }, state);
  },
  citation({ citation }, { blocks }) {
    return blocks.ensure("text", { text: "" }) + blocks.add("citations_delta", { citation: encodeCitation(citation) });
  },
  // The vendor's own answers hold no media.
  media: () => "",
  tool_call({ index, id, name, signature }, state) {
    state.hasCalls = true;
    // A call has no place for a seal: a thought without words before it has.
    const kind = "reasoning_signature";
    const seal = signature === undefined ? "" : encoders.reasoning_signature({ kind, index, signature }, state);
    return seal + state.blocks.begin("tool_use", { id, name, input: {} });
  },
  tool_arguments({ text }, { blocks }) {
    return blocks.isOpen("tool_use") ? blocks.add("input_json_delta", { partial_json: text }) : "";
  },
  logprobs: () => "",
  finish({ finish }, state) {
    state.finish = finish;
    return state.blocks.close();
  },
  usage({ usage }, state) {
    state.usage = usage;
    return "";
  },
  service_tier({ serviceTier }, state) {
    state.serviceTier = encodeTierFact(serviceTier);
    return "";
  },
  extras({ index, extras }, state) {
    const fields = ownFields(extras, dialect, new Set());
    if (index !== undefined) return writeOwn(fields, state);
    state.answerFields = { ...state.answerFields, ...fields };
    return "";
  },
  error: ({ message, code }) => encodeVendorError(message, code),
  end: (_event, state) => writeEnd(state),
};

const start: EventOf<"start"> = { kind: "start", id: "", model: "", createdSeconds: 0 };
/** A thought that nobody signed has a signature of nobody, from its beginning to its end, since clients need one. */
const nobody = { signature: writeSeal(unsealed, dialect) };
const thought = { thinking: "", ...nobody };
const unsigned: Ending = { type: "signature_delta", delta: nobody };

/** What the prompt cost is not known yet: it is told at the end. */
function writeStart({ id, model }: EventOf<"start">, state: StreamState): string {
  if (state.isStarted) return "";
  state.isStarted = true;
  const told = { id, type: "message", role: "assistant", model, content: [] };
  const usage = encodeUsage(state.usage, state.serviceTier);
  return writeEvent("message_start", { message: { ...told, stop_reason: null, stop_sequence: null, usage } });
}

/** Blocks and events that this dialect alone knows. */
function writeOwn({ content, events }: JsonObject, state: StreamState): string {
  const blocks = (Array.isArray(content) ? content : []).filter(isObject).map((block) => state.blocks.write(block));
  const others = (Array.isArray(events) ? events : [])
    .filter(isObject)
    .map(({ type, ...fields }) => writeEvent(wordOf(type).replaceAll(/[\r\n]/g, " "), fields));
  return writeStart(start, state) + [...blocks, ...others].join("");
}

function writeEnd(state: StreamState): string {
  const begun = writeStart(start, state) + state.blocks.close();
  const usage = encodeUsage(state.usage);
  const delta = { stop_reason: encodeFinish(endOf(state)), stop_sequence: null, ...state.answerFields };
  return begun + writeEvent("message_delta", { delta, usage }) + writeEvent("message_stop", {});
}

/** Others end an answer that refuses as any other, and some do not say why it ended. */
function endOf({ finish, hasCalls, hasRefused }: StreamState): FinishReason {
  if (hasRefused && (finish === null || finish === "stop")) return "refusal";
  return finish ?? (hasCalls ? "tool_calls" : "stop");
}
