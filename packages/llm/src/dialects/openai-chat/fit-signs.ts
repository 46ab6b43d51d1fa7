import type { ParsedRequest } from "#dialects/dialect.ts";
import { mayNeedFields } from "#fitting/field-signs.ts";
import type { FieldNames } from "#fitting/field-signs.ts";
import { arePaired, countOfWord, hasWord, roleAt, textsOf, valueOf } from "#fitting/text-signs.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

const names: FieldNames = { tools: "tools", choice: "tool_choice", parallel: "parallel_tool_calls" };

/** May there be something that the vendor would refuse? */
export function mayNeed(request: ParsedRequest, needs: Needs): boolean {
  return mayNeedFields(request, needs, names) || mayNeedMessages(request, needs);
}

function mayNeedMessages(request: ParsedRequest, needs: Needs): boolean {
  const { roles, messageFields, pairs, callIds, filledTexts, turns } = needs;
  const messages = valueOf(request, "messages") ?? request.body;
  if (roles !== undefined && hasWord(messages, Object.keys(roles))) return true;
  if (messageFields !== undefined && hasWord(messages, fieldsOfOthers)) return true;
  if (pairs === true && !hasPairs(messages)) return true;
  if (callIds !== undefined && hasWord(messages, ["tool_calls", "tool_call_id"])) return true;
  if (filledTexts === true && hasWord(messages, ["assistant"])) return true;
  return turns !== undefined && mayNeedOrder(messages, turns);
}

function hasPairs(messages: Buffer): boolean {
  const calls = countOfWord(messages, "arguments");
  const results = textsOf(messages, "tool_call_id");
  return calls === 0 && results.length === 0 ? true : arePaired(results, calls, textsOf(messages, "id"));
}

/** Messages of other roles than a user's hold what others than the vendor wrote. */
const fieldsOfOthers = ["assistant", "tool", "name", "cache_control"];

function mayNeedOrder(messages: Buffer, turns: NonNullable<Needs["turns"]>): boolean {
  const { systemFirst, alternates, repliesToResults, first, last } = turns;
  if (alternates === true && hasWord(messages, ["assistant", "tool"])) return true;
  if (alternates === true && countOfWord(messages, "user") > 1) return true;
  if (repliesToResults === true && hasWord(messages, ["tool_call_id"])) return true;
  if (systemFirst === true && countOfWord(messages, "system") > 0 && hasWord(messages, ["assistant", "user"]))
    return roleAt(messages, "first") !== "system" || countOfWord(messages, "system") > 1;
  if (first === "user" && roleAt(messages, "first") !== "user") return true;
  return last !== undefined && roleAt(messages, "last") !== "user";
}
