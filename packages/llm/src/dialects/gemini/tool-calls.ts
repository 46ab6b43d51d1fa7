// Calls of tools and their results, both ways. The dialect has objects where the hub has texts, and often no ids: calls
// are then told apart by their order, and a result belongs to the first call of its name that has none yet.

import { callInput } from "#dialects/fields/call-input.ts";
import { ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { ToolCallPart, ToolResultPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";
import { within, writeProto } from "./proto.ts";
import type { ProtoReader } from "./proto.ts";
import { stringifyExactly } from "#wire/exact-json.ts";

/** The calls of a request or an answer that have no result yet, in order. */
export class CallIds {
  readonly #open: { readonly id: string; readonly name: string }[] = [];
  readonly #prefix: string;
  #made = 0;

  /** `prefix` tells the ids that are made here from those of other answers. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  call(name: string, given: string | undefined): string {
    const id = given ?? this.#make();
    this.#open.push({ id, name });
    return id;
  }

  result(name: string, given: string | undefined): string {
    const at = this.#open.findIndex((call) => (given === undefined ? call.name === name : call.id === given));
    const [call] = at < 0 ? [] : this.#open.splice(at, 1);
    return given ?? call?.id ?? this.#make();
  }

  #make(): string {
    this.#made += 1;
    return `${this.#prefix}${this.#made}`;
  }
}

/** Some vendors take no ids that are longer than 40 characters. */
export function callPrefix(responseId: unknown): string {
  const name = typeof responseId === "string" ? responseId.replaceAll(/[^\w-]/g, "").slice(0, 24) : "";
  return name === "" ? "call_" : `call_${name}_`;
}

/** `sealedId` is what goes with the call where the client drops ids. */
export function decodeCall(reader: ProtoReader, ids: CallIds, sealedId?: string): ToolCallPart | undefined {
  const inner = reader.inner("functionCall");
  const name = inner?.string("name");
  if (inner === undefined || name === undefined) return undefined;
  const args = inner.object("args");
  const argumentsText = args === undefined ? "{}" : stringifyExactly(args);
  if (argumentsText === undefined) return undefined;
  if (args === undefined) inner.spell("args", "absent");
  const given = inner.text("id");
  if (given === undefined) inner.spell("id", "absent");
  return { kind: "tool_call", id: ids.call(name, given ?? sealedId), name, argumentsText, ...reader.extras() };
}

export function encodeCall(call: ToolCallPart, thoughtSignature: string | undefined, notes: Notes): JsonObject {
  const { functionCall, ...kept } = ownFields(call.extras, dialect, notes);
  const spelling = spellingOf(call.extras, dialect);
  const inner = within(spelling, "functionCall");
  if (call.cache !== undefined) notes.add("cache_control");
  const told = {
    id: inner["id"] === "absent" ? undefined : call.id,
    name: call.name,
    args: inner["args"] === "absent" ? undefined : callInput(call.argumentsText, notes),
  };
  const written = writeProto(told, isObject(functionCall) ? functionCall : {}, inner);
  return writeProto({ functionCall: written, thoughtSignature }, kept, spelling);
}

/** What a tool answered in words, and whether that is an error: https://ai.google.dev/api/caching#FunctionResponse */
export function readResponse(response: JsonObject): Pick<ToolResultPart, "isError"> & { readonly text: string } {
  const [[key, value] = [], ...others] = Object.entries(response);
  const isWords = others.length === 0 && typeof value === "string";
  if (isWords && key === "error") return { text: value, isError: true };
  if (isWords && (key === "output" || key === "result")) return { text: value };
  return { text: stringifyExactly(response) ?? "" };
}

/**
 * Words stand in an object, too. They are not opened where they happen to be JSON: the vendor takes `$ref` within an object for
 * a place of its own, and the model would read other numbers than the tool wrote.
 */
export function writeResponse(text: string, isError: boolean): JsonObject {
  return isError ? { error: text } : { result: text };
}
