import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { mayNeedFields } from "#fitting/field-signs.ts";
import type { FieldNames } from "#fitting/field-signs.ts";
import { arePaired, countOf, readSigns, signPattern, valueOf } from "#fitting/text-signs.ts";
import type { SignNames, Signs } from "#fitting/text-signs.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

const names: FieldNames = {
  of: { stop: "stop_sequences" },
  tools: "tools",
  choice: "tool_choice",
  parallel: "tool_choice",
};

/** May there be something that the vendor would refuse? */
export function mayNeed(request: ParsedRequest, needs: Needs): boolean {
  if (needs.pairs === undefined && needs.turns === undefined) return mayNeedFields(request, needs, names);
  if (mayNeedFields(request, needs, names)) return true;
  const thinking = valueOf(request, "thinking");
  if (needs.thinkingBudget === "refused" && thinking?.includes('"budget_tokens"') === true) return true;
  if (needs.filledTexts === true && valueOf(request, "system")?.includes('""') === true) return true;
  const signs = readSigns(valueOf(request, "messages") ?? request.body, pattern, signNames.texts);
  return mayNeedMessages(signs, needs) || (needs.toolsOfCalls === true && lacksTools(signs, request));
}

const signNames: SignNames = {
  words: ["tool_use", "thinking", "redacted_thinking", "signature"],
  texts: ["tool_use_id", "id"],
  empties: ["text", "content", "signature", "data"],
};
const pattern = signPattern(signNames);

function mayNeedMessages(signs: Signs, { pairs, turns, trimsLastText, systemTurns }: Needs): boolean {
  const { roles, hasEmpty } = signs;
  if (hasEmpty || mayHoldUnsealed(signs)) return true;
  if (pairs === true && !arePaired(signs, countOf(signs, "tool_use"), "tool_use_id")) return true;
  if (systemTurns !== undefined && roles.includes("system")) return true;
  if (turns?.first === "user" && roles[0] !== "user") return true;
  return (turns !== undefined || trimsLastText === true) && roles.at(-1) !== "user";
}

/** Each thought has the word twice, for its type and for its text, and once its signature. */
function mayHoldUnsealed(signs: Signs): boolean {
  return countOf(signs, "thinking") !== 2 * countOf(signs, "signature");
}

function lacksTools(signs: Signs, request: ParsedRequest): boolean {
  return countOf(signs, "tool_use") > 0 && valueOf(request, "tools")?.includes("{") !== true;
}
