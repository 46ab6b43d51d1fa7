// The items of an answer for a client, which gives them back in its next request.

import { present } from "#dialects/fields/extras.ts";
import type { ToolCallPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { summaryOf, writeCallSignature } from "#dialects/openai-responses/reasoning.ts";
import type { ListedTool, ToolNames } from "#dialects/openai-responses/tool-names.ts";
import { readInput } from "#dialects/openai-responses/tool-calls.ts";

export function messageItem(id: string, status: string, content: readonly unknown[]): JsonObject {
  return { id, type: "message", status, role: "assistant", content };
}

export function textContent(text: string, annotations: readonly unknown[], logprobs: readonly unknown[]): JsonObject {
  return { type: "output_text", text, annotations, logprobs };
}

export function reasoningItem(id: string, text: string, seal: string | undefined): JsonObject {
  return { id, type: "reasoning", summary: summaryOf(text), ...present({ encrypted_content: seal }) };
}

/** What must come back with a call has an item of its own before it. Undefined where there is nothing. */
export function signatureItem(id: string, { signature }: Pick<ToolCallPart, "signature">): JsonObject | undefined {
  return signature && reasoningItem(id, "", writeCallSignature(signature));
}

export interface WrittenCall {
  readonly itemId: string;
  readonly status: string;
  readonly callId: string;
  readonly name: string;
  readonly argumentsText: string;
}

/** The call of a tool as the request has it: in its namespace, and with a text if it takes one. */
export function callItem(call: WrittenCall, names: ToolNames): JsonObject {
  const tool = names.find(call.name);
  const { itemId: id, status, callId: call_id, argumentsText } = call;
  const told = { id, type: callType(tool), status, call_id, name: tool?.name ?? call.name };
  const namespace = present({ namespace: tool?.namespace });
  return tool?.isCustom === true
    ? { ...told, ...namespace, input: readInput(argumentsText) }
    : { ...told, ...namespace, arguments: writtenArguments(argumentsText) };
}

function callType(tool: ListedTool | undefined): string {
  return tool?.isCustom === true ? "custom_tool_call" : "function_call";
}

/** Clients parse them; some vendors write nothing where there are none. */
export function writtenArguments(argumentsText: string): string {
  return argumentsText.trim() === "" ? "{}" : argumentsText;
}
