// What xAI's models refuse. https://docs.x.ai/docs/guides/reasoning

import type { FamilyNeeds } from "#fitting/vendor-needs.ts";

export const grokModels: FamilyNeeds = [
  [/grok-(?:[4-9]|code|build|3-mini)/, { refuses: ["frequency_penalty", "presence_penalty", "stop"] }],
  // "Model ... does not support parameter reasoningEffort."
  [/grok-(?:2|3(?!-mini)|4(?:$|-)|4\.1|4\.20(?!-multi)|code)/, { refuses: ["reasoning_effort"] }],
];
