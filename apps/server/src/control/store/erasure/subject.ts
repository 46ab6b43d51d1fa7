// Whom an erasure is about, and what is to be found of him.

import { z } from "zod";

export interface Subject {
  readonly userId: string;
  /** His own, and those of what was his alone: keys, views, sessions. */
  readonly ids: readonly string[];
  /** Names and addresses that he has or had, by which others may have told of him. */
  readonly texts: readonly string[];
}

/** How far an erasure has come: places up to which was read. */
export interface Progress {
  /** The second round reads what was written during the first. */
  readonly round: 1 | 2;
  /** When the last request was made whose address was taken away, and its id: later ones come without. */
  readonly usage: readonly [createdAt: number, id: string];
  readonly audit: number;
  readonly outbox: number;
  /** The id of a delivery. */
  readonly delivery: string;
  /** Where the second round begins. */
  readonly again: { readonly audit: number; readonly outbox: number; readonly delivery: string };
  /** What was found in requests, in entries, in events, and in what was sent of these. */
  readonly requests: number;
  readonly entries: number;
  readonly events: number;
}

const subjectSchema: z.ZodType<Subject> = z.object({
  userId: z.string(),
  ids: z.array(z.string()),
  texts: z.array(z.string()),
});

const count = z.number();
const progressSchema: z.ZodType<Progress> = z.object({
  round: z.union([z.literal(1), z.literal(2)]),
  usage: z.tuple([count, z.string()]),
  ...{ audit: count, outbox: count, delivery: z.string() },
  again: z.object({ audit: count, outbox: count, delivery: z.string() }),
  ...{ requests: count, entries: count, events: count },
});

export const parseSubject = (text: string): Subject => subjectSchema.parse(JSON.parse(text));
export const parseProgress = (text: string): Progress => progressSchema.parse(JSON.parse(text));

const shortestText = 3;

/** Shorter ones, and words of ours such as `admin`, would be found in what is about somebody else. */
export function textsToFind(texts: readonly (string | null)[], words: readonly string[]): readonly string[] {
  const given = texts.flatMap((text) => (text === null ? [] : [text.trim()]));
  const wanted = given.filter((text) => text.length >= shortestText && !words.includes(text.toLowerCase()));
  return [...new Set(wanted)];
}
