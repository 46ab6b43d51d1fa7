// Fields of a request that its vendor would refuse: left out or brought to what is taken, and noted where that means
// something. Each dialect says where it has them.

import type { Needs } from "./vendor-needs.ts";
import type { JsonObject } from "#wire/json.ts";
import { valueAt, withValueAt } from "./changes.ts";
import type { Path } from "./changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";

export interface FieldPlaces {
  /** Where fields are that are not at the top by their own names. */
  readonly of?: Readonly<Partial<Record<string, Path>>>;
  /** Where the word for the effort is. */
  readonly effort: Path;
  /** Is the model asked for thoughts, in the way that the vendor has beside the effort? */
  readonly thinks?: (fields: JsonObject) => boolean;
}

/** What every vendor gives unasked. */
const silences: Readonly<Partial<Record<string, unknown>>> = {
  n: 1,
  temperature: 1,
  top_p: 1,
  frequency_penalty: 0,
  presence_penalty: 0,
  logprobs: false,
  top_logprobs: 0,
  parallel_tool_calls: true,
};

export function fitFields(fields: JsonObject, places: FieldPlaces, needs: Needs, notes: Notes): JsonObject {
  const fitting = new FieldFitting(fields, places, notes);
  for (const name of needs.refuses ?? []) fitting.leaveOut(name, needs.refusesUsual);
  const { refusesReasoning: refused } = needs;
  if (refused !== undefined && fitting.reasons(refused.untold === "reasons"))
    for (const name of refused.fields) fitting.leaveOut(name, needs.refusesUsual);
  if (needs.calmThinking === true && places.thinks?.(fields) === true) calm(fitting);
  for (const [name, highest] of Object.entries(needs.highest ?? {})) fitting.bringDown(name, highest);
  for (const [kept, left] of needs.refusesTogether ?? []) if (fitting.has(kept)) fitting.leaveOut(left);
  if (needs.stops !== undefined) fitting.limitStops(needs.stops);
  return fitting.fields;
}

function calm(fitting: FieldFitting): void {
  if (fitting.valueOf("temperature") !== 1) fitting.leaveOut("temperature");
  const topP = fitting.valueOf("top_p");
  if (typeof topP === "number" && topP < 0.95) fitting.leaveOut("top_p");
  fitting.leaveOut("top_k");
}

class FieldFitting {
  fields: JsonObject;
  readonly #places: FieldPlaces;
  readonly #notes: Notes;

  constructor(fields: JsonObject, places: FieldPlaces, notes: Notes) {
    this.fields = fields;
    this.#places = places;
    this.#notes = notes;
  }

  valueOf(name: string): unknown {
    return valueAt(this.fields, this.#pathOf(name));
  }

  has(name: string): boolean {
    return (this.valueOf(name) ?? null) !== null;
  }

  leaveOut(name: string, withUsual = false): void {
    const value = this.valueOf(name);
    const isUsual = value === null || value === silences[name];
    if (value === undefined || (isUsual && !withUsual)) return;
    if (!isUsual) this.#notes.add(noteOf(name));
    this.#change(name, undefined);
  }

  bringDown(name: string, highest: number): void {
    const value = this.valueOf(name);
    if (typeof value !== "number" || value <= highest) return;
    this.#notes.add(noteOf(name));
    this.#change(name, highest);
  }

  limitStops({ most = Number.POSITIVE_INFINITY, blank }: NonNullable<Needs["stops"]>): void {
    const value = this.valueOf("stop");
    const given: readonly unknown[] = Array.isArray(value)
      ? value
      : value === undefined || value === null
        ? []
        : [value];
    const isTaken = (word: unknown) => typeof word !== "string" || (blank === "refused" ? word.trim() : word) !== "";
    const taken = given.filter(isTaken);
    if (taken.length < given.filter((word) => word !== "").length) this.#notes.add("stop of spaces");
    if (taken.length > most) this.#notes.add("stop");
    if (taken.length === given.length && taken.length <= most && given.length > 0) return;
    if (value !== undefined && value !== null)
      this.#change("stop", taken.length === 0 ? undefined : taken.slice(0, most));
  }

  reasons(untold: boolean): boolean {
    const effort = valueAt(this.fields, this.#places.effort);
    return typeof effort === "string" ? effort !== "none" : untold;
  }

  #pathOf(name: string): Path {
    return this.#places.of?.[name] ?? [name];
  }

  #change(name: string, value: unknown): void {
    this.fields = withValueAt(this.fields, this.#pathOf(name), value);
  }
}

/** The names of fields are those of the notes, but for what is an effort in every dialect. */
function noteOf(name: string): string {
  return name === "reasoning_effort" ? "reasoning effort" : name;
}

export interface ToolPlaces {
  readonly list: string;
  readonly choice: string;
  readonly parallel?: string;
  readonly isForced: (choice: unknown) => boolean;
  /** What is left of a choice that forces none; undefined where that is nothing. */
  readonly relax: (choice: unknown) => unknown;
}

/** Choices of tools where there are none, and calls that are forced upon a model that cannot be. */
export function fitToolChoice(
  fields: JsonObject,
  { list, choice, parallel = choice, isForced, relax }: ToolPlaces,
  needs: Needs,
  { thinks, notes }: { readonly thinks: boolean; readonly notes: Notes },
): JsonObject {
  const tools = fields[list] ?? [];
  const chosen = fields[choice];
  if (needs.choiceNeedsTools === true && isEmptyList(tools)) {
    if (isForced(chosen)) notes.add("tool_choice");
    return withoutFields(fields, [list, choice, parallel]);
  }
  const isRefused = needs.forcedCalls === "refused" || (needs.forcedCalls !== undefined && thinks);
  if (!isForced(chosen) || !isRefused) return fields;
  notes.add("tool_choice");
  return withValueAt(fields, [choice], relax(chosen));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function withoutFields(fields: JsonObject, names: readonly string[]): JsonObject {
  return names.reduce((rest, name) => withValueAt(rest, [name], undefined), fields);
}
