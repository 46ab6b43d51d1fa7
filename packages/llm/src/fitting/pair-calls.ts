// Calls of tools and their results. Many vendors refuse a conversation in which one stands without the other: then a result
// that belongs to no call is left out, and a call that has no result gets one that says so.

import type { Notes } from "#dialects/fields/extras.ts";

/** What a call is answered of which nobody told the result. */
export const noResult = "There is no result: the call was not answered.";

export const pairNotes = { lost: "a result without its call", open: "a call without its result" } as const;

/** A dialect in which results are messages of their own, behind that with the calls. */
export interface ResultMessages {
  readonly callsOf: (message: unknown) => readonly unknown[];
  readonly isResult: (message: unknown) => boolean;
  /** A message that begins another turn of the model. */
  readonly isAnswer: (message: unknown) => boolean;
  readonly belongs: (call: unknown, message: unknown) => boolean;
  readonly makeResult: (call: unknown) => unknown;
}

export function pairMessages(messages: readonly unknown[], view: ResultMessages, noted: Notes): readonly unknown[] {
  const paired: unknown[] = [];
  for (let at = 0; at < messages.length;) {
    const message = messages[at];
    const calls = view.callsOf(message);
    const between = takeWhile(messages, at + 1, (other) => !view.isAnswer(other));
    paired.push(...(view.isResult(message) ? leaveOut([message], noted) : [message]));
    paired.push(...answerCalls(calls, between, view, noted));
    at += 1 + between.length;
  }
  return isSame(paired, messages) ? messages : paired;
}

/** Results first, right behind their calls. */
function answerCalls(
  calls: readonly unknown[],
  between: readonly unknown[],
  view: ResultMessages,
  noted: Notes,
): readonly unknown[] {
  const { answered, open, lost } = match(calls, between.filter(view.isResult), view.belongs);
  leaveOut(lost, noted);
  if (open.length > 0) noted.add(pairNotes.open);
  const others = between.filter((message) => !view.isResult(message));
  return [...answered, ...open.map(view.makeResult), ...others];
}

function leaveOut(lost: readonly unknown[], noted: Notes): readonly unknown[] {
  if (lost.length > 0) noted.add(pairNotes.lost);
  return [];
}

/** Each result answers the first call of its own that has none. */
function match(
  calls: readonly unknown[],
  results: readonly unknown[],
  belongs: (call: unknown, result: unknown) => boolean,
): { readonly answered: readonly unknown[]; readonly open: readonly unknown[]; readonly lost: readonly unknown[] } {
  const open = [...calls];
  const answered = results.filter((result) => {
    const at = open.findIndex((call) => belongs(call, result));
    if (at >= 0) open.splice(at, 1);
    return at >= 0;
  });
  const kept = new Set(answered);
  return { answered, open, lost: results.filter((result) => !kept.has(result)) };
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((element, index) => element === others[index]);
}

/** A dialect in which results are parts of the turn behind that with the calls. */
export interface ResultParts {
  readonly isAnswer: (turn: unknown) => boolean;
  readonly partsOf: (turn: unknown) => readonly unknown[];
  readonly isCall: (part: unknown) => boolean;
  readonly isResult: (part: unknown) => boolean;
  readonly belongs: (call: unknown, result: unknown) => boolean;
  readonly makeResult: (call: unknown) => unknown;
  /** The same turn with other parts. */
  readonly withParts: (turn: unknown, parts: readonly unknown[]) => unknown;
  readonly makeTurn: (parts: readonly unknown[]) => unknown;
}

/** Turns of the same role that follow each other are one. A turn of which nothing is left goes. */
export function pairParts(turns: readonly unknown[], view: ResultParts, noted: Notes): readonly unknown[] {
  const paired: unknown[] = [];
  for (let at = 0; at < turns.length;) {
    const answers = takeWhile(turns, at, view.isAnswer);
    const replies = takeWhile(turns, at + answers.length, (turn) => !view.isAnswer(turn));
    const calls = answers.flatMap((turn) => view.partsOf(turn).filter(view.isCall));
    paired.push(...answers, ...answerParts(calls, replies, view, noted));
    at += answers.length + replies.length;
  }
  return isSame(paired, turns) ? turns : paired;
}

function takeWhile(list: readonly unknown[], from: number, isMeant: (element: unknown) => boolean): readonly unknown[] {
  let end = from;
  while (end < list.length && isMeant(list[end])) end += 1;
  return list.slice(from, end);
}

function answerParts(
  calls: readonly unknown[],
  replies: readonly unknown[],
  view: ResultParts,
  noted: Notes,
): readonly unknown[] {
  const results = replies.flatMap((turn) => view.partsOf(turn).filter(view.isResult));
  if (calls.length === 0 && results.length === 0) return replies;
  const { open, lost } = match(calls, results, view.belongs);
  leaveOut(lost, noted);
  if (open.length > 0) noted.add(pairNotes.open);
  const left = new Set(lost);
  const made = open.map(view.makeResult);
  const [first, ...others] = replies.flatMap((turn) => withoutLost(turn, left, view));
  if (made.length === 0) return first === undefined ? [] : [first, ...others];
  if (first === undefined) return [view.makeTurn(made)];
  return [view.withParts(first, [...made, ...view.partsOf(first)]), ...others];
}

function withoutLost(turn: unknown, lost: ReadonlySet<unknown>, view: ResultParts): readonly unknown[] {
  const parts = view.partsOf(turn);
  const kept = parts.filter((part) => !lost.has(part));
  if (kept.length === parts.length) return [turn];
  return kept.length === 0 ? [] : [view.withParts(turn, kept)];
}
