// A request of this dialect, as its client or our encoder wrote it, made such that its vendor takes it.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { changeList, withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { fitFields, fitToolChoice } from "#fitting/fit-fields.ts";
import type { FieldPlaces, ToolPlaces } from "#fitting/fit-fields.ts";
import type { Needs } from "#fitting/vendor-needs.ts";
import { fitMessages } from "./fit-messages.ts";

const places: FieldPlaces = { effort: ["reasoning_effort"] };

const tools: ToolPlaces = {
  list: "tools",
  choice: "tool_choice",
  parallel: "parallel_tool_calls",
  isForced: (choice) => isObject(choice) || choice === "required" || choice === "any",
  relax: () => undefined,
};

export function fit(fields: JsonObject, needs: Needs, notes: Notes): JsonObject {
  const named = nameAsTaken(fields, needs);
  const possible = fitFields(named, places, needs, notes);
  const chosen = fitToolChoice(possible, tools, needs, { thinks: thinks(possible), notes });
  return changeList(chosen, "messages", (messages) => fitMessages(messages, needs, notes));
}

/** Vendors whose models think unless they are told not to. https://api-docs.deepseek.com/guides/thinking_mode */
function thinks(fields: JsonObject): boolean {
  return memberOf(fields["thinking"], "type") !== "disabled" && fields["enable_thinking"] !== false;
}

/** The same meaning by another name. Where a limit is told by both, the newer one's holds. */
function nameAsTaken(fields: JsonObject, { outputLimit, seed }: Needs): JsonObject {
  const limited =
    outputLimit === "max_tokens"
      ? rename(fields, "max_completion_tokens", "max_tokens")
      : outputLimit === "max_completion_tokens"
        ? rename(fields, "max_tokens", "max_completion_tokens", "kept")
        : fields;
  return seed === undefined ? limited : rename(limited, "seed", seed);
}

function rename(fields: JsonObject, from: string, to: string, present: "replaced" | "kept" = "replaced"): JsonObject {
  if (!Object.hasOwn(fields, from)) return fields;
  const value = present === "kept" ? (fields[to] ?? fields[from]) : (fields[from] ?? fields[to]);
  return withField(withField(fields, from, undefined), to, value);
}
