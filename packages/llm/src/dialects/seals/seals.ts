// Signatures and encrypted thoughts on their way through clients of other dialects. A vendor refuses a seal of another
// vendor, so each one names the dialect it came in: clients carry that with them, since they give back what they were told.

import { mayHold } from "#wire/beginnings.ts";
import type { ChatRequest, Part, ReasoningPart, Seal } from "#hub.ts";
import type { Notes } from "#dialects/fields/extras.ts";

const mark = "ghostllm.";

/** The note of a seal that a vendor is not sent. */
export const foreignSeal = "signature of another vendor";

/** The note of calls that a vendor is told an empty thought of, since it refuses them without one. */
export const lostThoughts = "lost thoughts";

/** As JSON has it, and in the base64 that dialects with binary seals need. */
const signs = [`"${mark}`, `"${Buffer.from(mark).toString("base64")}`];

/** May a text of JSON hold a seal of another vendor? */
export function mayHoldForeignSeals(json: Buffer): boolean {
  return signs.some((sign) => mayHold(json, sign) && json.includes(sign));
}

/** Of a value that a client of the dialect gives back. */
export function isForeignSeal(value: unknown, dialect: string): boolean {
  return typeof value === "string" && readSeal(value, dialect).by !== dialect;
}

/** What a client of the dialect is told and gives back unread. */
export function writeSeal({ by, value }: Seal, dialect: string): string {
  return by === dialect ? value : `${mark}${by}.${value}`;
}

/** A seal that a client of the dialect gives back, or that a vendor of it put on. */
export function readSeal(text: string, dialect: string): Seal {
  // Some clients add a stream's seal to that of nobody which stood in its place before.
  if (text.startsWith(nobody) && text.length > nobody.length) return readSeal(text.slice(nobody.length), dialect);
  const end = text.startsWith(mark) ? text.indexOf(".", mark.length) : -1;
  return end < 0 ? { by: dialect, value: text } : { by: text.slice(mark.length, end), value: text.slice(end + 1) };
}

/** In place of a seal for clients that cannot do without, of thoughts that nobody sealed. */
export const unsealed: Seal = { by: "nobody", value: "" };

const nobody = `${mark}${unsealed.by}.`;

/** Undefined for what stands for none. */
export function sealIn(text: string, dialect: string): Seal | undefined {
  const seal = readSeal(text, dialect);
  return seal.by === unsealed.by ? undefined : seal;
}

/**
 * Clients give back what a stream told them piece by piece, with the signature in the last one: it seals them all, and the
 * vendor wants them in one.
 */
export function joinThoughts(request: ChatRequest, dialect: string): ChatRequest {
  const isSealed = (part: Part): boolean => part.kind === "reasoning" && part.signature?.by === dialect;
  if (!request.messages.some(({ content }) => content.some(isSealed))) return request;
  const messages = request.messages.map((message) => ({ ...message, content: joinParts(message.content, dialect) }));
  return { ...request, messages };
}

function joinParts(parts: readonly Part[], dialect: string): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    // What carries a signature in a dialect where only parts have them.
    if (part.kind === "text" && part.text === "") continue;
    const before = joined.at(-1);
    const continues = part.kind === "reasoning" && before?.kind === "reasoning" && !hasSeal(before);
    // What the vendor's own clients wrote apart was apart.
    if (continues && part.extras?.dialect !== dialect)
      joined[joined.length - 1] = { ...part, text: before.text + part.text };
    else joined.push(part);
  }
  return joined;
}

function hasSeal({ signature, encrypted }: ReasoningPart): boolean {
  return signature !== undefined || encrypted !== undefined;
}

/** What a vendor of the dialect may be sent: without the seals of others, and without what only they could read. */
export function dropForeignSeals(request: ChatRequest, dialect: string, notes: Notes): ChatRequest {
  const isForeign = (seal: Seal | undefined): boolean => seal !== undefined && seal.by !== dialect;
  const hasForeign = (part: Part): boolean =>
    (part.kind === "reasoning" && (isForeign(part.signature) || isForeign(part.encrypted))) ||
    (part.kind === "tool_call" && isForeign(part.signature));
  if (!request.messages.some(({ content }) => content.some(hasForeign))) return request;
  notes.add(foreignSeal);
  const withoutSeal = (part: Part): readonly Part[] => {
    if (!hasForeign(part) || (part.kind !== "reasoning" && part.kind !== "tool_call")) return [part];
    const { signature: _signature, ...rest } = part;
    if (rest.kind === "tool_call") return [rest];
    const { encrypted: _encrypted, ...thought } = rest;
    return thought.text === "" ? [] : [thought];
  };
  const messages = request.messages.map((message) => ({ ...message, content: message.content.flatMap(withoutSeal) }));
  return { ...request, messages };
}
