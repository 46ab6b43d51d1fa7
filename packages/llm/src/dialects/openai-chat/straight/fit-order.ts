// The order of messages as strict vendors want it.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { openAndClose, turnNotes, words } from "#fitting/turns.ts";
import type { TurnView } from "#fitting/turns.ts";
import type { TurnNeeds } from "#fitting/vendor-needs.ts";

const view: TurnView = {
  isAnswer: (message) => roleOf(message) === "assistant",
  isUsers: (message) => roleOf(message) === "user" || roleOf(message) === "tool",
  makeTurn: (text) => ({ role: "user", content: text }),
};

export function orderTurns(messages: readonly unknown[], needs: TurnNeeds, notes: Notes): readonly unknown[] {
  const systemFirst = needs.systemFirst === true ? moveSystems(messages, notes) : messages;
  const joined = needs.alternates === true ? joinTurns(systemFirst) : systemFirst;
  const replied = needs.repliesToResults === true ? replyToResults(joined, notes) : joined;
  const ordered = openAndClose(replied, needs, view, notes);
  return needs.last === "prefix" ? markPrefix(ordered) : ordered;
}

function roleOf(message: unknown): unknown {
  return memberOf(message, "role");
}

function isSystem(message: unknown): boolean {
  return roleOf(message) === "system";
}

function moveSystems(messages: readonly unknown[], notes: Notes): readonly unknown[] {
  const begun = messages.findIndex((message) => !isSystem(message));
  if (begun < 0 || !messages.slice(begun).some(isSystem)) return messages;
  notes.add(turnNotes.moved);
  return [...messages.filter(isSystem), ...messages.filter((message) => !isSystem(message))];
}

/** Of people and models. */
function joinTurns(messages: readonly unknown[]): readonly unknown[] {
  const joined: unknown[] = [];
  const lists = new WeakSet<readonly unknown[]>();
  for (const message of messages) {
    const before = joined.at(-1);
    const isSame = roleOf(before) === roleOf(message) && (roleOf(message) === "user" || isPlainAnswer(message, before));
    if (isSame && isObject(before) && isObject(message)) joined[joined.length - 1] = join(before, message, lists);
    else joined.push(message);
  }
  return joined.length === messages.length ? messages : joined;
}

/** Calls must keep their results behind them. */
function isPlainAnswer(message: unknown, before: unknown): boolean {
  return roleOf(message) === "assistant" && memberOf(before, "tool_calls") === undefined;
}

/** `lists` are those that were made here, which a further message is added to: there may be a hundred thousand of a role. */
function join(before: JsonObject, message: JsonObject, lists: WeakSet<readonly unknown[]>): JsonObject {
  const [first, second] = [before["content"], message["content"]];
  if (typeof first === "string" && typeof second === "string") {
    return { ...before, ...message, content: `${first}\n\n${second}` };
  }
  const isOurs = Array.isArray(first) && lists.has(first);
  const content: unknown[] = isOurs ? first : [...partsOf(first)];
  lists.add(content);
  for (const part of partsOf(second)) content.push(part);
  return { ...before, ...message, content };
}

function partsOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === "string" ? [{ type: "text", text: content }] : [];
}

function replyToResults(messages: readonly unknown[], notes: Notes): readonly unknown[] {
  const replied = messages.flatMap((message, index) => {
    const isBehind = index > 0 && roleOf(messages[index - 1]) === "tool";
    if (!isBehind || roleOf(message) === "tool" || roleOf(message) === "assistant") return [message];
    return [{ role: "assistant", content: words.reply }, message];
  });
  if (replied.length === messages.length) return messages;
  notes.add(turnNotes.reply);
  return replied;
}

/** https://docs.mistral.ai/capabilities/completion/#prefix */
function markPrefix(messages: readonly unknown[]): readonly unknown[] {
  const last = messages.at(-1);
  if (!isObject(last) || roleOf(last) !== "assistant" || memberOf(last, "tool_calls") !== undefined) return messages;
  return [...messages.slice(0, -1), withField(last, "prefix", true)];
}
