// Where the texts of a model stand in the events of a dialect's streams: tables, which lead from an event to the pieces in it and tell
// which pieces are of one text.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonPath } from "#wire/edit-strings.ts";

export interface TextPlace {
  /** Names of members; `[]` behind one goes through the list that stands there. */
  readonly path: string;
  /** Only in events of this type. */
  readonly of?: string;
  /** Members, of whatever is on the way, that tell the text to which a piece belongs. */
  readonly by?: readonly string[];
  /** Elements of a list on the way have nothing by which they differ: what comes next goes on where the last one ended. */
  readonly goesOn?: true;
}

export interface StreamTexts {
  readonly form: "events" | "lines";
  readonly places: readonly TextPlace[];
}

export interface TextPiece {
  readonly path: JsonPath;
  readonly text: string;
  /** The same for all pieces of one text. */
  readonly belongsTo: string;
  /** The same for all texts that a model writes one after the other: those of one of several answers at a time. */
  readonly answer: string;
}

export function piecesIn(event: unknown, { places }: StreamTexts): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  const type = memberOf(event, "type");
  for (const [number, place] of places.entries()) {
    if (place.of !== undefined && place.of !== type) continue;
    walk({ value: event, path: [], name: String(number), answer: "" }, place.path.split("."), place, pieces);
  }
  return pieces;
}

interface Reached {
  readonly value: unknown;
  readonly path: JsonPath;
  readonly name: string;
  readonly answer: string;
}

function walk(
  { value, path, name, answer }: Reached,
  steps: readonly string[],
  place: TextPlace,
  pieces: TextPiece[],
): void {
  const [step, ...rest] = steps;
  if (step === undefined) {
    if (typeof value === "string") pieces.push({ path, text: value, belongsTo: name, answer });
    return;
  }
  const told = name + namesOf(value, place);
  if (!step.endsWith("[]"))
    return walk({ value: memberOf(value, step), path: [...path, step], name: told, answer }, rest, place, pieces);
  const member = step.slice(0, -2);
  const list = memberOf(value, member);
  if (!Array.isArray(list)) return;
  for (const [index, element] of list.entries()) {
    const isTold = place.goesOn === true || namesOf(element, place) !== "";
    const within = path.length === 0 ? namesOf(element, oneOfSeveral) : answer;
    const elementName = isTold ? told : `${told}#${index}`;
    walk({ value: element, path: [...path, member, index], name: elementName, answer: within }, rest, place, pieces);
  }
}

/** Of a list at the top, such as choices. */
const oneOfSeveral = { by: ["index"] };

function namesOf(value: unknown, { by = [] }: Pick<TextPlace, "by">): string {
  if (!isObject(value)) return "";
  let names = "";
  for (const member of by) {
    const told = memberOf(value, member);
    if (typeof told === "string" || typeof told === "number" || typeof told === "boolean")
      names += `/${member}=${told}`;
  }
  return names;
}
