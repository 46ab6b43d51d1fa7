// What OpenAI's models that reason refuse, there and at Azure.
// https://platform.openai.com/docs/guides/latest-model

import type { FamilyNeeds, Needs } from "#fitting/vendor-needs.ts";

/** Of all of them. */
export const openaiNeeds: Needs = {
  wholePairs: true,
  stops: { most: 4 },
  choiceNeedsTools: true,
  strictToolNames: true,
  // "Expected a string with maximum length 40"
  refusesCallIds: { ids: /^.{41}/ },
  pairs: true,
};

const penalties = ["frequency_penalty", "presence_penalty", "logit_bias"];
const always = [...penalties, "stop"];
const sampling = ["temperature", "top_p", "logprobs", "top_logprobs"];
const outputLimit = "max_completion_tokens";

/** Whose usual effort is none rest unless they are asked; the others reason unless they are told not to. */
export const openaiModels: FamilyNeeds = [
  [/(?:^|[/:._-])o[1-9](?:$|[-@])/, { outputLimit, refuses: [...penalties, ...sampling, "parallel_tool_calls"] }],
  [/(?:^|[/:._-])o(?:3(?!-mini)|[4-9])(?:$|[-@])/, { refuses: ["stop"] }],
  [/gpt-?5(?:$|-(?!chat))/, { outputLimit, refuses: [...always, ...sampling] }],
  [
    /gpt-?5[.-]?[1-4](?!\d)(?!-(?:pro|codex))/,
    { outputLimit, refuses: always, refusesReasoning: { fields: sampling, untold: "rests" } },
  ],
  [
    /gpt-?5[.-]?[5-9](?!\d)|gpt-?5\.[1-4]-(?:pro|codex)/,
    { outputLimit, refuses: always, refusesReasoning: { fields: sampling, untold: "reasons" } },
  ],
  [/gpt-?[6-9](?!\d)|codex-mini|computer-use/, { outputLimit, refuses: [...always, ...sampling] }],
  [/gpt-4o(?:-mini)?-search/, { refuses: ["temperature"] }],
];
