// A request of this dialect, as its client or our encoder wrote it, made such that its vendor takes it.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { changeList, withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { fitFields, fitToolChoice } from "#fitting/fit-fields.ts";
import type { FieldPlaces, ToolPlaces } from "#fitting/fit-fields.ts";
import type { Needs } from "#fitting/vendor-needs.ts";
import { fitMessages, withoutBlanks } from "./fit-messages.ts";
import { callsIn, placeSystems } from "./fit-turns.ts";
import { thinks, withPossibleThinking } from "./fit-thinking.ts";

const places: FieldPlaces = { of: { stop: ["stop_sequences"] }, effort: ["output_config", "effort"], thinks };

const tools: ToolPlaces = {
  list: "tools",
  choice: "tool_choice",
  isForced: (choice) => memberOf(choice, "type") === "any" || memberOf(choice, "type") === "tool",
  relax: (choice) => (isObject(choice) ? { ...withField(choice, "name", undefined), type: "auto" } : choice),
};

export function fit(fields: JsonObject, needs: Needs, notes: Notes): JsonObject {
  const placed = placeSystems(fields, needs, notes);
  const said = changeList(placed, "messages", (messages) => fitMessages(messages, needs, notes, thinks(placed)));
  const thought = withPossibleThinking(said, needs, notes);
  const told = needs.toolsOfCalls === true ? withToolsOfCalls(thought, notes) : thought;
  const chosen = fitToolChoice(told, tools, needs, { thinks: thinks(told), notes });
  return fitFields(
    needs.filledTexts === true ? changeList(chosen, "system", withoutBlanks) : chosen,
    places,
    needs,
    notes,
  );
}

/** Calls of old are those of some tool, whose schema nobody tells any more. */
function withToolsOfCalls(fields: JsonObject, notes: Notes): JsonObject {
  const list = fields["tools"] ?? [];
  if (!Array.isArray(list) || list.length > 0) return fields;
  const names = new Set(callsIn(fields["messages"]).map((call) => memberOf(call, "name")));
  if (names.size === 0) return fields;
  notes.add("tools of calls of old");
  return withField(
    fields,
    "tools",
    Array.from(names, (name) => ({ name, input_schema: { type: "object" } })),
  );
}
