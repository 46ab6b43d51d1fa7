// The messages of a request made such that the vendor takes them: each by itself, calls with their results, and the order.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { changeEach, changeList, keepOf, withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { noResult, pairMessages } from "#fitting/pair-calls.ts";
import type { ResultMessages } from "#fitting/pair-calls.ts";
import type { Needs } from "#fitting/vendor-needs.ts";
import { writeCallId } from "./call-ids.ts";
import { orderTurns } from "./fit-order.ts";

export function fitMessages(messages: readonly unknown[], needs: Needs, notes: Notes): readonly unknown[] {
  const known = changeEach(messages, (message) => (isObject(message) ? fitMessage(message, needs, notes) : message));
  const paired = needs.pairs === true ? pairMessages(known, results, notes) : known;
  const filled = needs.filledTexts === true ? keepOf(paired, isFilled) : paired;
  const ordered = needs.turns === undefined ? filled : orderTurns(filled, needs.turns, notes);
  return needs.callIds === undefined ? ordered : changeEach(ordered, (message) => withCallIds(message, needs.callIds));
}

function fitMessage(message: JsonObject, { roles, messageFields }: Needs, notes: Notes): JsonObject {
  const role = String(message["role"]);
  const standIn = roles !== undefined && Object.hasOwn(roles, role) ? roles[role] : undefined;
  const named = standIn === undefined ? message : withField(message, "role", standIn);
  const taken = messageFields?.[standIn ?? role];
  return taken === undefined ? named : withFields(named, taken, notes);
}

const fieldsOfCalls = ["id", "type", "function", "index"];

/** What says nothing is left out without a word. */
function withFields(message: JsonObject, taken: readonly string[], notes: Notes): JsonObject {
  const refused = Object.keys(message).filter((field) => !taken.includes(field));
  for (const field of refused) if (saysSomething(message[field])) notes.add(noteOf(field));
  const kept = refused.reduce((rest, field) => withField(rest, field, undefined), message);
  return changeList(kept, "tool_calls", (calls) => changeEach(functionsAlone(calls, notes), plainCall));
}

/** What is called of another kind of tool is known to others alone. */
function functionsAlone(calls: readonly unknown[], notes: Notes): readonly unknown[] {
  const kept = keepOf(calls, (call) => (memberOf(call, "type") ?? "function") === "function");
  if (kept !== calls) notes.add("calls of tools that are no functions");
  return kept;
}

function plainCall(call: unknown): unknown {
  if (!isObject(call)) return call;
  const refused = Object.keys(call).filter((field) => !fieldsOfCalls.includes(field));
  return refused.reduce((rest, field) => withField(rest, field, undefined), call);
}

function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== undefined && value !== "";
}

function noteOf(field: string): string {
  return field.startsWith("reasoning") ? "reasoning" : field;
}

function isAnswer(message: unknown): boolean {
  return memberOf(message, "role") === "assistant";
}

const results: ResultMessages = {
  callsOf(message) {
    const calls = isAnswer(message) ? memberOf(message, "tool_calls") : undefined;
    return Array.isArray(calls) ? calls : [];
  },
  isResult: (message) => memberOf(message, "role") === "tool",
  isAnswer,
  belongs: (call, message) => memberOf(call, "id") === memberOf(message, "tool_call_id"),
  makeResult: (call) => ({ role: "tool", tool_call_id: memberOf(call, "id"), content: noResult }),
};

/** Does the assistant say anything? */
function isFilled(message: unknown): boolean {
  if (!isAnswer(message)) return true;
  return ["content", "tool_calls", "function_call"].some((field) => saysSomething(memberOf(message, field)));
}

function withCallIds(message: unknown, form: Needs["callIds"]): unknown {
  if (!isObject(message)) return message;
  const named = changeList(message, "tool_calls", (calls) =>
    changeEach(calls, (call) => (isObject(call) ? withCallId(call, "id", form) : call)),
  );
  return withCallId(named, "tool_call_id", form);
}

function withCallId(object: JsonObject, field: string, form: Needs["callIds"]): JsonObject {
  const id = object[field];
  return typeof id === "string" ? withField(object, field, writeCallId(id, form)) : object;
}
