// A whole answer as the events of a stream, for clients that asked for one where the vendor did not stream.

import type { ChatEvent, ChatResult, Choice, Part } from "#hub.ts";

export function* eventsOf(result: ChatResult): Generator<ChatEvent> {
  const { id, model, createdSeconds, choices, usage, serviceTier, extras } = result;
  yield { kind: "start", id, model, createdSeconds };
  if (extras !== undefined) yield { kind: "extras", extras };
  if (serviceTier !== undefined) yield { kind: "service_tier", serviceTier };
  for (const choice of choices) yield* eventsOfChoice(choice);
  if (usage !== null) yield { kind: "usage", usage };
  yield { kind: "end" };
}

function* eventsOfChoice({ index, content, finish, logprobs }: Choice): Generator<ChatEvent> {
  let calls = 0;
  for (const part of content) {
    yield* eventsOfPart(part, index, calls);
    if (part.kind === "tool_call") calls += 1;
  }
  if (logprobs !== undefined && logprobs !== null) yield { kind: "logprobs", index, logprobs };
  yield { kind: "finish", index, finish: finish ?? (calls > 0 ? "tool_calls" : "stop") };
}

type EventWriters = {
  readonly [Kind in Part["kind"]]?: (
    part: Extract<Part, { readonly kind: Kind }>,
    index: number,
    call: number,
  ) => readonly ChatEvent[];
};

/** Opaque parts and results of tools have no events: they belong to one dialect, or to requests. */
const writers: EventWriters = {
  text: ({ text, citations = [] }, index) => [
    ...tell("text", text, index),
    ...citations.map((citation): ChatEvent => ({ kind: "citation", index, citation })),
  ],
  refusal: ({ text }, index) => tell("refusal", text, index),
  reasoning({ text, signature, encrypted, extras }, index) {
    const kept = extras && { extras };
    return [
      ...tell("reasoning", text, index),
      ...(signature ? [{ kind: "reasoning_signature" as const, index, signature, ...kept }] : []),
      ...(encrypted ? [{ kind: "reasoning_encrypted" as const, index, encrypted, ...kept }] : []),
    ];
  },
  image: (part, index) => [{ kind: "media", index, part }],
  document: (part, index) => [{ kind: "media", index, part }],
  audio: (part, index) => [{ kind: "media", index, part }],
  tool_call: ({ id, name, argumentsText, signature }, index, call) => [
    { kind: "tool_call", index, call, id, name, ...(signature && { signature }) },
    ...(argumentsText === "" ? [] : [{ kind: "tool_arguments" as const, index, call, text: argumentsText }]),
  ],
};

function eventsOfPart<Kind extends Part["kind"]>(
  part: Extract<Part, { readonly kind: Kind }>,
  index: number,
  call: number,
): readonly ChatEvent[] {
  return writers[part.kind]?.(part, index, call) ?? [];
}

function tell(kind: "text" | "reasoning" | "refusal", text: string, index: number): readonly ChatEvent[] {
  return text === "" ? [] : [{ kind, index, text }];
}
