import type { UsageRecord } from "#domain/usage-record.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { SetAsideLine } from "./journal.ts";
import { parseLine } from "./record-line.ts";

export interface ParsedLines {
  readonly records: readonly UsageRecord[];
  readonly objects: readonly OwnedObject[];
  readonly unreadable: readonly SetAsideLine[];
}

/** Lines parsed before others have their turn. */
const linesPerTurn = 50;

/** `nextTurn` is what lets others have it. */
export async function parseLines(text: Buffer, nextTurn: () => Promise<unknown>): Promise<ParsedLines> {
  const records: UsageRecord[] = [];
  const objects: OwnedObject[] = [];
  const unreadable: SetAsideLine[] = [];
  let count = 0;
  for (const line of linesOf(text)) {
    if ((count += 1) % linesPerTurn === 0) await nextTurn();
    const parsed = parseLine(line);
    if ("record" in parsed) records.push(parsed.record);
    else if ("object" in parsed) objects.push(parsed.object);
    else unreadable.push({ line, reason: parsed.reason });
  }
  return { records, objects, unreadable };
}

const newline = 0x0a;

/** Of the last one the end may be missing. */
function* linesOf(text: Buffer): Generator<string> {
  for (let at = 0; at < text.length;) {
    const found = text.indexOf(newline, at);
    const end = found < 0 ? text.length : found;
    yield text.toString("utf8", at, end);
    at = end + 1;
  }
}
