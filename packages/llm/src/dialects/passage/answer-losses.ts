import type { ChatResult, MediaPart } from "#hub.ts";

/** What a client's dialect has a place for in answers, beside texts, thoughts and calls. */
export interface AnswerPlaces {
  readonly choices: boolean;
  readonly logprobs: boolean;
  readonly media: readonly MediaPart["kind"][];
}

/** Names of what is in an answer and cannot be told to a client of the dialect. */
export function lossesOf({ choices }: ChatResult, places: AnswerPlaces): readonly string[] {
  const notes = new Set<string>();
  if (choices.length > 1 && !places.choices) notes.add("further choices");
  if (choices.some(({ logprobs }) => logprobs !== undefined && logprobs !== null) && !places.logprobs) {
    notes.add("logprobs of the answer");
  }
  for (const { kind } of choices.flatMap(({ content }) => content)) {
    const isMedia = kind === "image" || kind === "audio" || kind === "document";
    if (isMedia && !places.media.includes(kind)) notes.add(`${kind} of the answer`);
  }
  return [...notes];
}
