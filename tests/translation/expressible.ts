// What each dialect cannot express, with the note by which its loss is told.

import type { DialectName } from "../../packages/llm/src/providers/definition.ts";
import type { Gist } from "./gist.ts";

interface Place {
  /** Text, media and calls may stand in any order. */
  readonly mixes: boolean;
  /** Instructions alone are what a user says. */
  readonly needsUser: boolean;
}

export const places: Readonly<Record<DialectName, Place>> = {
  "openai-chat": { mixes: false, needsUser: false },
  "openai-responses": { mixes: true, needsUser: false },
  "anthropic-messages": { mixes: true, needsUser: true },
  gemini: { mixes: true, needsUser: true },
  ollama: { mixes: false, needsUser: false },
  "bedrock-converse": { mixes: true, needsUser: true },
};

interface Loss {
  readonly value: string;
  /** What stands there instead. */
  readonly now: string | undefined;
  readonly before: Gist;
  readonly model: string;
}

export interface Limit {
  /** Kinds of items and names of traits. */
  readonly of: readonly string[];
  /** Absent where the dialect has no place for it at all. */
  readonly when?: (loss: Loss) => boolean;
  /** How the note begins, as a pattern, or what it may be. Null: nothing is lost. */
  readonly note: string | ((name: string, value: string) => readonly string[]) | null;
  /** Something like it stands there: whether that is a loss is for the dialect to say. */
  readonly isNear?: true;
  readonly because: string;
}

const isNumber = ({ value }: Loss): boolean => /^-?[\d.]+$/.test(value);
const has = (before: Gist, name: string): boolean => before.traits.some((trait) => trait.name === name);

const everywhere: readonly Limit[] = [
  {
    of: ["tool of a vendor", "part of a vendor"],
    note: (_name, value) => {
      const fields = JSON.parse(value) as Readonly<Record<string, unknown>>;
      return typeof fields["type"] === "string" ? [fields["type"]] : Object.keys(fields);
    },
    because: "only its vendor runs or reads it",
  },
  { of: ["field"], note: (name) => [name.replace("field ", "")], because: "it has a meaning in its own dialect alone" },
  { of: ["seal"], note: "signature of another vendor", because: "only its vendor can read it" },
];

const narrowSchemas: readonly Limit[] = [
  {
    of: ["schema", "tool"],
    note: "constraints of the schema|additionalProperties",
    isNear: true,
    because: "schemas that answers and calls are held to say less, and the rest is said in words",
  },
];

/** A model that cannot be held to a schema, here or at all, has to call a tool that takes such answers. */
function answersByTool(isSuch: (loss: Loss) => boolean): Limit {
  return {
    of: ["format", "schema", "toolChoice", "schemaDescription"],
    when: (loss) => has(loss.before, "schema") && isSuch(loss),
    note: null,
    because: "a tool takes the answer",
  };
}

/** Thoughts go back to the vendor that sealed them. */
const noThoughts: Limit = {
  of: ["thought"],
  note: "reasoning|signature of another vendor",
  because: "vendors take back no thoughts that are not sealed by them",
};

const noCacheMarks: Limit = { of: ["cache"], note: "cache_control", because: "the vendor caches unasked" };
const noErrorMarks: Limit = { of: ["isError"], note: "is_error", because: "results are texts and no more" };
const noTopK: Limit = { of: ["topK"], note: "top_k", because: "there is no such parameter" };
const noSeeds: Limit = { of: ["seed"], note: "seed", because: "there is no such parameter" };
const noNames: Limit = { of: ["speaker"], note: "name", because: "speakers have no names" };
const noCitations: Limit = { of: ["citations"], note: "citations", because: "the vendor alone makes them" };
const noUsers: Limit = { of: ["userId"], note: "user", because: "there is no such parameter" };
const noLogprobs: Limit = { of: ["logprobs"], note: "logprobs", because: "there is no such parameter" };
const noDetail: Limit = { of: ["detail"], note: "detail", because: "images are looked at in one way" };

const oneAnswer: readonly Limit[] = [
  { of: ["answers"], when: ({ value }) => value === "1", note: null, because: "one is what all vendors give" },
  { of: ["answers"], note: "n", because: "there is one answer alone" },
];

const noPenalties: readonly Limit[] = [
  {
    of: ["frequencyPenalty", "presencePenalty"],
    when: ({ value }) => value === "0",
    note: null,
    because: "a penalty of 0 is none",
  },
  { of: ["frequencyPenalty"], note: "frequency_penalty", because: "there is no such parameter" },
  { of: ["presencePenalty"], note: "presence_penalty", because: "there is no such parameter" },
];

const effortsAlone: Limit = {
  of: ["reasoning"],
  when: isNumber,
  note: "reasoning budget",
  because: "how much to think is said by a word",
};

const nearReasoning: readonly Limit[] = [
  {
    of: ["reasoning"],
    when: ({ now, value }) => now !== undefined || value === '"none"',
    note: "reasoning",
    isNear: true,
    because: "each model has words or budgets of its own, of which the next is taken; not to think is the usual state",
  },
  { of: ["reasoning"], note: "reasoning", because: "not every model thinks, and not everywhere" },
];

const schemaLabels: readonly Limit[] = [
  { of: ["schemaName"], note: null, because: "schemas have no names, and nothing refers to them" },
  { of: ["schemaStrict"], note: null, because: "the vendor keeps to every schema" },
  { of: ["schemaDescription"], note: "description of the schema", because: "schemas have no descriptions" },
];
const noFreeJson: Limit = {
  of: ["format"],
  when: ({ value }) => value === '"json"',
  note: "JSON without",
  because: "JSON needs a schema",
};

const parallelAsUsual: Limit = {
  of: ["parallel"],
  when: ({ value, before }) => value === "true" || !has(before, "tool"),
  note: null,
  because: "calls are parallel by themselves",
};
const noParallel: Limit = { of: ["parallel"], note: "parallel_tool_calls", because: "there is no such parameter" };

const isForbidden = ({ before }: Loss): boolean =>
  before.traits.some(({ name, value }) => name === "toolChoice" && value === '"none"');
const forbidsByTellingNone: Limit = {
  of: ["tool", "strict", "toolChoice"],
  when: isForbidden,
  note: null,
  because: "that no tool may be called is said by telling of none",
};
const isCalling = ({ before }: Loss): boolean => before.items.some(({ kind }) => kind === "call" || kind === "result");
const cooler: Limit = { of: ["temperature"], note: "temperature", because: "the vendor takes only some temperatures" };

const pathTellsStream: Limit = { of: ["stream"], note: null, because: "the path tells it" };

const choiceOfNothing: Limit = {
  of: ["toolChoice"],
  when: ({ before }) => !has(before, "tool"),
  note: null,
  because: "no vendor takes a choice where there is nothing to choose from",
};

const sameTier: Limit = {
  of: ["serviceTier"],
  when: ({ value, now }) => /standard|auto|default/.test(value) && (now === undefined || /default|standard/.test(now)),
  note: null,
  because: "the usual tier has a name in each dialect",
};
const noTiers: Limit = { of: ["serviceTier"], note: "service_tier", because: "the vendor has no such tier" };

const media = (note: string): Limit => ({
  of: ["image", "document", "audio"],
  note,
  because: "vendors read some types of media, from some places",
});

const limitsOfTargets: Readonly<Record<DialectName, readonly Limit[]>> = {
  "openai-chat": [
    noThoughts,
    noCacheMarks,
    noErrorMarks,
    noTopK,
    noCitations,
    effortsAlone,
    ...nearReasoning,
    cooler,
    choiceOfNothing,
    sameTier,
    noTiers,
    { of: ["detail"], note: "image by", because: "it goes with its image" },
    media("(?:image|document|audio) by"),
  ],
  "openai-responses": [
    noThoughts,
    noCacheMarks,
    noErrorMarks,
    noTopK,
    noSeeds,
    noCitations,
    noNames,
    ...oneAnswer,
    ...noPenalties,
    effortsAlone,
    ...nearReasoning,
    cooler,
    { of: ["stop"], note: "stop", because: "there is no such parameter" },
    {
      of: ["maxOutputTokens"],
      when: ({ now }) => now === "16",
      note: "a limit below 16",
      because: "the vendor answers with no fewer",
    },
    choiceOfNothing,
    sameTier,
    noTiers,
    media("(?:image|document|audio) (?:by|of)"),
  ],
  "anthropic-messages": [
    ...narrowSchemas,
    noThoughts,
    {
      of: ["serviceTier"],
      when: ({ value, now }) => value === '"priority"' && now === '"auto"',
      note: null,
      because: "who has bought capacity gets it with this word, and nobody else",
    },
    noSeeds,
    noCitations,
    noNames,
    noLogprobs,
    noDetail,
    ...nearReasoning,
    ...schemaLabels,
    noFreeJson,
    cooler,
    noTopK,
    { of: ["topP"], note: "top_p", because: "there is a least one next to thoughts" },
    parallelAsUsual,
    ...oneAnswer,
    ...noPenalties,
    choiceOfNothing,
    sameTier,
    noTiers,
    media("(?:image|document|audio|media) (?:by|of|in)"),
  ],
  gemini: [
    {
      of: ["format"],
      when: ({ value, before, model }) => value === '"json"' && has(before, "tool") && /gemini-2/.test(model),
      note: "JSON next to functions",
      because: "older models answer in a form or call functions",
    },
    answersByTool(({ before, model }) => has(before, "tool") && /gemini-2/.test(model)),
    noThoughts,
    noCacheMarks,
    noCitations,
    noNames,
    noDetail,
    noUsers,
    { of: ["strict"], note: "strict", because: "functions have no such mark" },
    parallelAsUsual,
    noParallel,
    ...nearReasoning,
    ...schemaLabels,
    pathTellsStream,
    choiceOfNothing,
    sameTier,
    noTiers,
    media("(?:image|document|audio|media) (?:by|of|in)"),
  ],
  ollama: [
    noThoughts,
    noCacheMarks,
    noErrorMarks,
    noCitations,
    noNames,
    noDetail,
    noUsers,
    ...nearReasoning,
    ...schemaLabels,
    parallelAsUsual,
    noParallel,
    forbidsByTellingNone,
    { of: ["toolChoice"], when: ({ value }) => value === '"auto"', note: null, because: "the choice is always free" },
    { of: ["toolChoice"], note: "tool_choice", because: "the choice is always free" },
    ...oneAnswer,
    noTiers,
    media("(?:image|document|audio|media) (?:by|of|in)"),
  ],
  "bedrock-converse": [
    answersByTool(({ model }) => /nova|claude-3/.test(model)),
    ...narrowSchemas,
    noThoughts,
    { of: ["cache"], note: "cache_control", because: "what has no place has no mark" },
    noSeeds,
    noCitations,
    noNames,
    noLogprobs,
    noDetail,
    noUsers,
    ...nearReasoning,
    ...schemaLabels,
    noFreeJson,
    cooler,
    noTopK,
    { of: ["topP"], note: "top_p", because: "there is a least one next to thoughts" },
    parallelAsUsual,
    noParallel,
    {
      of: ["toolChoice"],
      when: (loss) => isForbidden(loss) && isCalling(loss),
      note: "tool_choice none",
      because: "calls of old must keep their tools",
    },
    forbidsByTellingNone,
    ...oneAnswer,
    ...noPenalties,
    pathTellsStream,
    choiceOfNothing,
    sameTier,
    noTiers,
    media("(?:image|document|audio|media) (?:by|of|in)"),
  ],
};

export const limitsOf = (target: DialectName): readonly Limit[] => [...everywhere, ...limitsOfTargets[target]];
