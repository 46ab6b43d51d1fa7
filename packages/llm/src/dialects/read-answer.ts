import type { Usage } from "#hub.ts";
import { findMembers } from "#wire/json-members.ts";
import type { Member } from "#wire/json-members.ts";
import { isObject, parseJson } from "#wire/json.ts";

/** Up to here an answer is parsed as a whole, which also proves that it is sound. */
const parseUpToBytes = 64 * 1024;

export interface UsageReading {
  /** Of the answer, by which its cost is known. */
  readonly members: readonly string[];
  /** Where one of these is in an answer, all of it must be known. */
  readonly signs: readonly string[];
  readonly readUsageOf: (answer: unknown) => Usage | null;
}

/** Usage of a whole answer. A large one (embeddings, images) is scanned for the members that tell it instead of parsed. */
export function readAnswerUsage(
  body: Buffer,
  { members, signs, readUsageOf }: UsageReading,
): { readonly usage: Usage | null; readonly broken: boolean } {
  if (body.length > parseUpToBytes && !signs.some((sign) => body.includes(sign))) {
    const found = findMembers(body);
    if (found !== null) return { usage: readUsageOf(pick(body, found, members)), broken: false };
  }
  const answer = parseJson(body.toString("utf8"));
  return isObject(answer) ? { usage: readUsageOf(answer), broken: false } : { usage: null, broken: true };
}

function pick(body: Buffer, found: readonly Member[], names: readonly string[]): Readonly<Record<string, unknown>> {
  const picked = found.filter(({ key }) => names.includes(key));
  const valueOf = ({ valueStart, valueEnd }: Member): unknown => parseJson(body.toString("utf8", valueStart, valueEnd));
  return Object.fromEntries(picked.map((member) => [member.key, valueOf(member)]));
}
