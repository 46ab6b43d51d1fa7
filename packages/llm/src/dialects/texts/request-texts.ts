// Where texts of people stand in the requests of a dialect: everywhere, but for what a table of the dialect says. A field that nobody
// here knows is a text, so that what a vendor adds tomorrow is looked into as well.

import { editStrings, textOfMember } from "#wire/edit-strings.ts";
import type { JsonPath, StringMode } from "#wire/edit-strings.ts";

/**
 * What stands under a name. `skipped`: words of the protocol, ids, seals, addresses and credentials meant for the vendor. `free`:
 * objects that people and models make. `tokens`: a text, or the numbers that stand for one. `source`: a text or a file, as its
 * type says. All others are what nobody looks into.
 */
export type RequestPlace = "skipped" | "free" | "tokens" | "source" | "image" | "sound" | "file";
export type Unreadable = "image" | "sound" | "file" | "token ids";

/** By names in lower case, without underscores. */
export type RequestTexts = ReadonlyMap<string, RequestPlace>;

export interface RequestTextVisitor {
  edit(text: string, path: JsonPath): string | null;
  /** Of names of members that people and models made up; absent: as of texts. */
  editName?(name: string): string | null;
  unreadable(what: Unreadable): void;
}

/** The names of each place, between spaces. */
export function requestTexts(places: Readonly<Partial<Record<RequestPlace, string>>>): RequestTexts {
  const texts = new Map<string, RequestPlace>();
  const known: readonly RequestPlace[] = ["skipped", "free", "tokens", "source", "image", "sound", "file"];
  for (const place of known) for (const name of places[place]?.split(" ") ?? []) texts.set(name, place);
  return texts;
}

/** The request with its texts changed; the same where none was. Null where it cannot be looked into at all. */
export function editRequestTexts(json: string, texts: RequestTexts, visitor: RequestTextVisitor): string | null {
  return editStrings(json, {
    modeOf: (name, document, at) => modeOf(texts.get(plainName(name)), document, at, visitor),
    edit: (text, path) => visitor.edit(text, path),
    ...(visitor.editName !== undefined && { editName: (name: string) => visitor.editName?.(name) ?? null }),
    number(name) {
      if (texts.get(plainName(name)) === "tokens") visitor.unreadable("token ids");
    },
  });
}

const isPlain = /^[a-z]*$/;

function plainName(name: string): string {
  return isPlain.test(name) ? name : name.toLowerCase().replaceAll("_", "");
}

/** How what stands under a name is read. */
export function modeUnder(texts: RequestTexts, name: string, json: string, at: number): StringMode {
  return modeOf(texts.get(plainName(name)), json, at, { unreadable: () => undefined });
}

function modeOf(
  place: RequestPlace | undefined,
  json: string,
  at: number,
  visitor: Pick<RequestTextVisitor, "unreadable">,
): StringMode {
  if (place === undefined || place === "tokens") return "structure";
  if (place === "free" || place === "skipped") return place;
  if (isNothing(json, at)) return "skipped";
  if (place === "source") return modeOfSource(json, at, visitor);
  visitor.unreadable(place);
  return "skipped";
}

/** Null, an empty text or an empty list brings nothing. */
function isNothing(json: string, at: number): boolean {
  return /^(?:null|""|\[\s{0,8}\]|\{\s{0,8}\})/.test(json.slice(at, at + 10));
}

function modeOfSource(json: string, at: number, visitor: Pick<RequestTextVisitor, "unreadable">): StringMode {
  const type = json.charAt(at) === "{" ? textOfMember(json, at, "type") : null;
  if (type === "text") return "free";
  if (type === "content") return "structure";
  visitor.unreadable("file");
  return "skipped";
}
