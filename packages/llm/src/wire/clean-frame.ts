// Frames as the clients of a dialect can read them. Vendors' ids, times to come back, comments, names and empty events are of
// no use to anybody behind a gateway, and some of the official SDKs break on each of them.

import { parseJson } from "./json.ts";

export interface FrameRules {
  /** Events have names. */
  readonly names: boolean;
  /** Lines that begin with a colon, which keep a connection alive. */
  readonly comments: boolean;
  /** The data must be one line. */
  readonly oneLine: boolean;
  /** The data must begin behind a space. */
  readonly spaces: boolean;
  /** Names of events that are no part of an answer. */
  readonly silentNames?: ReadonlySet<string>;
}

/** The frame itself where nothing had to be changed, and null where nothing is left of it. */
export function cleanFrame(frame: Buffer, rules: FrameRules): Buffer | null {
  const text = frame.toString("utf8");
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
  // A document that came instead of events.
  if (/^\s*[[{]/.test(lines[0] ?? "")) return frame;
  const kept = keepLines(lines, rules);
  if (kept.length === lines.length && kept.every((line, at) => line === lines[at]))
    return lines.length === 0 ? null : frame;
  return kept.length === 0 ? null : Buffer.from(`${kept.join(newline)}${newline}${newline}`);
}

/** In the order in which they came. */
function keepLines(lines: readonly string[], rules: FrameRules): readonly string[] {
  const data = lines.filter((line) => line.startsWith("data:"));
  const isSilent = data.every((line) => line.slice(5).trim() === "") || lines.some((line) => isSilentName(line, rules));
  const takesNames = rules.names && !isSilent;
  const others = lines.filter(
    (line) => (rules.comments && line.startsWith(":")) || (takesNames && line.startsWith("event:")),
  );
  if (isSilent) return others;
  const kept = new Set(others);
  const written = keepData(data, rules);
  const first = lines.findIndex((line) => line.startsWith("data:"));
  const keep = (some: readonly string[]): readonly string[] => some.filter((line) => kept.has(line));
  return [...keep(lines.slice(0, first)), ...written, ...keep(lines.slice(first))];
}

function isSilentName(line: string, { silentNames }: FrameRules): boolean {
  return silentNames !== undefined && line.startsWith("event:") && silentNames.has(line.slice(6).trim());
}

function keepData(data: readonly string[], { oneLine, spaces }: FrameRules): readonly string[] {
  const written = spaces ? data.map((line) => `data: ${dataOf(line)}`) : data;
  if (!oneLine || data.length === 1) return written;
  // Of a vendor that leaves out the empty lines between its events.
  if (data.every((line) => parseJson(dataOf(line)) !== undefined))
    return written.flatMap((line) => [line, ""]).slice(0, -1);
  // Ends of lines within JSON stand between its tokens.
  return [`data: ${data.map(dataOf).join("")}`];
}

function dataOf(line: string): string {
  return line.slice(line.startsWith("data: ") ? 6 : 5);
}
