// In which order people and models may speak. What is put in is short, and noted.

import type { TurnNeeds } from "./vendor-needs.ts";
import type { Notes } from "#dialects/fields/extras.ts";

export const words = {
  /** Before a model that speaks first. */
  opening: ".",
  /** Behind a model that spoke last, where it cannot go on with its own turn. */
  goOn: "Go on with your last message from where it ends, without repeating any of it.",
  /** Of a model between results and a user. */
  reply: "I have read the results.",
  /** In place of a text without a letter. */
  filling: ".",
} as const;

export const turnNotes = {
  opening: "a user's turn before the assistant's",
  goOn: "a user's turn behind the assistant's",
  reply: "an assistant's turn behind results",
  moved: "system message in the midst of others",
} as const;

export interface TurnView {
  readonly isAnswer: (turn: unknown) => boolean;
  /** Where some answers are no beginnings that a model could go on with. */
  readonly isBeginning?: (turn: unknown) => boolean;
  /** A person's, or the results of tools. */
  readonly isUsers: (turn: unknown) => boolean;
  readonly makeTurn: (text: string) => unknown;
}

/** Who speaks first and last, systems not counted. */
export function openAndClose(
  turns: readonly unknown[],
  { first, last }: TurnNeeds,
  view: TurnView,
  notes: Notes,
): readonly unknown[] {
  const spoken = turns.filter((turn) => view.isAnswer(turn) || view.isUsers(turn));
  const opens = first === "user" && view.isAnswer(spoken[0]);
  const closes = last === "user" && (view.isBeginning ?? view.isAnswer)(spoken.at(-1));
  if (opens) notes.add(turnNotes.opening);
  if (closes) notes.add(turnNotes.goOn);
  if (!opens && !closes) return turns;
  const at = turns.findIndex(view.isAnswer);
  const opened = opens ? turns.toSpliced(at, 0, view.makeTurn(words.opening)) : turns;
  return closes ? [...opened, view.makeTurn(words.goOn)] : opened;
}
