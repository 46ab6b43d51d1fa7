// Items that the model wrote one after another, in an answer or within a conversation -> the parts of one message.

import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { Extras, MediaPart, Message, Part, RefusalPart, Seal, TextPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeContent } from "./decode-content.ts";
import type { DecodedContent } from "./decode-content.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { decodeReasoning } from "#dialects/openai-responses/reasoning.ts";
import { decodeCall } from "#dialects/openai-responses/tool-calls.ts";
import type { CallContext } from "#dialects/openai-responses/tool-calls.ts";

/** What stands around the parts of a message item. */
interface Envelope {
  readonly fields: JsonObject;
  readonly form: DecodedContent["form"];
}

/** Fields of a message that say nothing to others. */
const silentFields: ReadonlySet<string> = new Set(["type", "id", "status"]);

export class AssistantRun {
  readonly #context: CallContext;
  readonly #parts: Part[] = [];
  readonly #envelopes: Envelope[] = [];
  #fields: JsonObject = {};
  /** Of the call that comes next. */
  #signature: Seal | undefined;

  constructor(context: CallContext) {
    this.#context = context;
  }

  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** What is kept beside the parts: how the messages among the items were written. */
  get extras(): { readonly extras?: Extras } {
    if (this.#envelopes.length === 0) return {};
    return { extras: { dialect, fields: this.#fields, spelling: { messages: this.#envelopes } } };
  }

  /** Items without a meaning elsewhere break no run, but alone they are no message for others. */
  toMessages(): readonly Message[] {
    if (this.#parts.some(({ kind }) => kind !== "opaque")) {
      return [{ role: "assistant", content: this.#parts, ...this.extras }];
    }
    return this.#parts.map((part) => {
      const alone = part.kind === "opaque" ? { ...part, place: "messages" } : part;
      return { role: "user", content: [alone] };
    });
  }

  add(item: unknown): void {
    const type = isObject(item) ? (item["type"] ?? "message") : undefined;
    const add = isString(type) && Object.hasOwn(this.#adders, type) ? this.#adders[type] : undefined;
    const isAdded = isObject(item) && add !== undefined && add(item, new FieldReader(dialect, item));
    if (!isAdded) this.#parts.push({ kind: "opaque", dialect, value: item });
  }

  /** False for an item that lacks what makes it one. */
  readonly #adders: Readonly<Record<string, (item: JsonObject, reader: FieldReader) => boolean>> = {
    message: (item, reader) => item["role"] === "assistant" && this.#addMessage(reader),
    reasoning: (_item, reader) => this.#addReasoning(reader),
    function_call: (_item, reader) => this.#addCall("function_call", reader),
    custom_tool_call: (_item, reader) => this.#addCall("custom_tool_call", reader),
  };

  #addMessage(reader: FieldReader): boolean {
    reader.drop("role");
    const { parts, form } = decodeContent(reader, "content", "output_text");
    const told = parts.filter(isSaid);
    if (told.length === 0 || told.length < parts.length) return false;
    const fields = reader.rest();
    const number = this.#envelopes.push({ fields, form }) - 1;
    this.#parts.push(...told.map((part) => inMessage(part, number)));
    const noted = Object.entries(fields).filter(([key]) => !silentFields.has(key));
    this.#fields = { ...this.#fields, ...Object.fromEntries(noted) };
    return true;
  }

  #addReasoning(reader: FieldReader): boolean {
    reader.drop("type");
    const { part, callSignature } = decodeReasoning(reader);
    if (part !== undefined) this.#parts.push(part);
    if (callSignature !== undefined) this.#signature = callSignature;
    return true;
  }

  #addCall(type: string, reader: FieldReader): boolean {
    reader.drop("type");
    const call = decodeCall(type, reader, this.#context);
    if (call === undefined) return false;
    this.#parts.push(this.#signature === undefined ? call : { ...call, signature: this.#signature });
    this.#signature = undefined;
    return true;
  }
}

type SaidPart = TextPart | RefusalPart | MediaPart;

function isSaid(part: Part): part is SaidPart {
  return ["text", "refusal", "image", "document", "audio"].includes(part.kind);
}

/** Notes of which of the messages it is a part. */
function inMessage(part: SaidPart, number: number): SaidPart {
  const spelling = { ...part.extras?.spelling, message: number };
  return { ...part, extras: { dialect, fields: part.extras?.fields ?? {}, spelling } };
}
