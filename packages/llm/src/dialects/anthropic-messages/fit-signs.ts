import type { ParsedRequest } from "#dialects/dialect.ts";
import { mayNeedFields } from "#fitting/field-signs.ts";
import type { FieldNames } from "#fitting/field-signs.ts";
import { arePaired, countOfWord, hasWord, roleAt, textsOf, valueOf } from "#fitting/text-signs.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

const names: FieldNames = {
  of: { stop: "stop_sequences" },
  tools: "tools",
  choice: "tool_choice",
  parallel: "tool_choice",
};

/** May there be something that the vendor would refuse? */
export function mayNeed(request: ParsedRequest, needs: Needs): boolean {
  if (mayNeedFields(request, needs, names)) return true;
  const messages = valueOf(request, "messages") ?? request.body;
  const thinking = valueOf(request, "thinking");
  const hasBudget = thinking !== null && thinking.includes('"budget_tokens"');
  if (hasBudget && needs.thinkingBudget === "refused") return true;
  if (needs.sealedThoughts === true && mayHoldUnsealed(messages)) return true;
  if (needs.filledTexts === true && (hasBlank(messages) || hasBlank(valueOf(request, "system") ?? messages)))
    return true;
  if (needs.systemTurns !== undefined && hasWord(messages, ["system"])) return true;
  const calls = needs.pairs === true || needs.toolsOfCalls === true ? countOfWord(messages, "tool_use") : 0;
  if (needs.pairs === true && !hasPairs(messages, calls)) return true;
  if (needs.toolsOfCalls === true && calls > 0 && !hasTools(request)) return true;
  if (needs.turns?.first === "user" && roleAt(messages, "first") !== "user") return true;
  return (needs.turns !== undefined || needs.trimsLastText === true) && roleAt(messages, "last") !== "user";
}

function hasPairs(messages: Buffer, calls: number): boolean {
  const results = textsOf(messages, "tool_use_id");
  return calls === 0 && results.length === 0 ? true : arePaired(results, calls, textsOf(messages, "id"));
}

/** Each thought has the word twice, for its type and for its text, and once its signature. */
function mayHoldUnsealed(messages: Buffer): boolean {
  const thoughts = countOfWord(messages, "thinking");
  if (thoughts === 0 && !hasWord(messages, ["redacted_thinking"])) return false;
  return thoughts !== 2 * countOfWord(messages, "signature") || hasEmpty(messages, ["signature", "data"]);
}

function hasEmpty(messages: Buffer, fields: readonly string[]): boolean {
  return fields.some((field) => messages.includes(`"${field}":""`) || messages.includes(`"${field}": ""`));
}

/** A text that is empty, or a content without blocks. */
function hasBlank(messages: Buffer): boolean {
  return blanks.some((sign) => messages.includes(sign));
}

const blanks = ["text", "content"].flatMap((field) =>
  ['""', "[]"].flatMap((value) => [`"${field}":${value}`, `"${field}": ${value}`]),
);

function hasTools(request: ParsedRequest): boolean {
  const tools = valueOf(request, "tools");
  return tools !== null && tools.includes("{");
}
