// What a client would make of a stream's events: the choices with their texts and calls, the usage, the end.

import type { ChatEvent, FinishReason, Usage } from "#hub.ts";

export interface CollectedCall {
  readonly id: string;
  readonly name: string;
  argumentsText: string;
}

export interface CollectedChoice {
  text: string;
  reasoning: string;
  refusal: string;
  readonly seals: string[];
  readonly calls: CollectedCall[];
  citations: number;
  media: number;
  finish: FinishReason | null;
}

export interface Collected {
  id: string;
  model: string;
  readonly choices: CollectedChoice[];
  usage: Usage | null;
  error: string | null;
  isEnded: boolean;
}

type Collector<Event> = (event: Event, collected: Collected) => void;
type Collectors = {
  readonly [Kind in ChatEvent["kind"]]: Collector<Extract<ChatEvent, { readonly kind: Kind }>>;
};

function choiceAt({ choices }: Collected, index: number): CollectedChoice {
  const blank = { text: "", reasoning: "", refusal: "", seals: [], calls: [], citations: 0, media: 0, finish: null };
  return (choices[index] ??= blank);
}

const collectors: Collectors = {
  start({ id, model }, collected) {
    collected.id = id;
    collected.model = model;
  },
  text: ({ index, text }, collected) => void (choiceAt(collected, index).text += text),
  reasoning: ({ index, text }, collected) => void (choiceAt(collected, index).reasoning += text),
  reasoning_signature: ({ index, signature }, collected) => void choiceAt(collected, index).seals.push(signature.value),
  reasoning_encrypted: ({ index, encrypted }, collected) => void choiceAt(collected, index).seals.push(encrypted.value),
  refusal: ({ index, text }, collected) => void (choiceAt(collected, index).refusal += text),
  citation: ({ index }, collected) => void (choiceAt(collected, index).citations += 1),
  media: ({ index }, collected) => void (choiceAt(collected, index).media += 1),
  tool_call({ index, call, id, name, signature }, collected) {
    const { calls, seals } = choiceAt(collected, index);
    if (calls[call] !== undefined) throw new Error(`call ${call} is told twice`);
    if (signature !== undefined) seals.push(signature.value);
    calls[call] = { id, name, argumentsText: "" };
  },
  tool_arguments({ index, call, text }, collected) {
    const told = choiceAt(collected, index).calls[call];
    if (told === undefined) throw new Error(`arguments of call ${call}, which was not told`);
    told.argumentsText += text;
  },
  logprobs: ({ index }, collected) => void choiceAt(collected, index),
  finish: ({ index, finish }, collected) => void (choiceAt(collected, index).finish = finish),
  usage: ({ usage }, collected) => void (collected.usage = usage),
  service_tier: () => undefined,
  extras: () => undefined,
  error: ({ message }, collected) => void (collected.error = message),
  end: (_event, collected) => void (collected.isEnded = true),
};

export function collectEvents(events: Iterable<ChatEvent>): Collected {
  const collected: Collected = { id: "", model: "", choices: [], usage: null, error: null, isEnded: false };
  for (const event of events) {
    if (collected.isEnded || collected.error !== null) throw new Error(`${event.kind} follows the end`);
    collect(event, collected);
  }
  return collected;
}

function collect<Kind extends ChatEvent["kind"]>(
  event: Extract<ChatEvent, { readonly kind: Kind }>,
  collected: Collected,
): void {
  collectors[event.kind](event, collected);
}
