import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { mayNeedFields } from "#fitting/field-signs.ts";
import type { FieldNames } from "#fitting/field-signs.ts";
import { arePaired, countOf, hasRole, readSigns, signPattern, valueOf } from "#fitting/text-signs.ts";
import type { SignNames, Signs } from "#fitting/text-signs.ts";
import type { Needs, TurnNeeds } from "#fitting/vendor-needs.ts";
import { mayHold } from "#wire/beginnings.ts";

const names: FieldNames = { tools: "tools", choice: "tool_choice", parallel: "parallel_tool_calls" };

/** May there be something that the vendor would refuse? */
export function mayNeed(request: ParsedRequest, needs: Needs): boolean {
  return mayNeedFields(request, needs, names) || mayNeedMessages(request, needs);
}

const signNames: SignNames = {
  words: ["arguments", "name", "cache_control"],
  texts: ["tool_call_id", "id"],
  empties: [],
};
const pattern = signPattern(signNames);

function mayNeedMessages(request: ParsedRequest, needs: Needs): boolean {
  const { roles, messageFields, pairs, callIds, filledTexts, turns } = needs;
  const looks = roles ?? messageFields ?? callIds ?? filledTexts ?? turns;
  if (looks === undefined && pairs === undefined) return false;
  // Of most requests nothing else is to be known.
  if (looks === undefined && !mayHold(request.body, '"tool_call')) return false;
  const messages = valueOf(request, "messages") ?? request.body;
  const signs = readSigns(messages, pattern, signNames.texts);
  if (pairs === true && !arePaired(signs, countOf(signs, "arguments"), "tool_call_id")) return true;
  if (roles !== undefined && hasRole(signs, Object.keys(roles))) return true;
  if (messageFields !== undefined && mayHoldOthersFields(signs)) return true;
  if (callIds !== undefined && signs.texts.get("tool_call_id")?.length !== 0) return true;
  if (filledTexts === true && hasRole(signs, ["assistant"])) return true;
  return turns !== undefined && mayNeedOrder(signs, turns);
}

/** Messages of other roles than a user's hold what others than the vendor wrote. */
function mayHoldOthersFields(signs: Signs): boolean {
  return hasRole(signs, ["assistant", "tool"]) || countOf(signs, "name") + countOf(signs, "cache_control") > 0;
}

function mayNeedOrder({ roles }: Signs, turns: TurnNeeds): boolean {
  const spoken = roles.filter((role) => role !== "system");
  if (turns.systemFirst === true && roles.slice(roles.length - spoken.length).includes("system")) return true;
  if (turns.alternates === true && spoken.some((role, at) => role === spoken[at - 1])) return true;
  if (turns.repliesToResults === true && spoken.includes("tool")) return true;
  if (turns.first === "user" && spoken[0] !== "user") return true;
  return turns.last !== undefined && spoken.at(-1) !== "user";
}
