// What a vendor's own list tells of a model. Null: it does not say, which is never a no.

import { z } from "zod";

export const modelFacts = z.object({
  displayName: z.string().nullable(),
  contextLength: z.number().int().positive().nullable(),
  vision: z.boolean().nullable(),
  functions: z.boolean().nullable(),
  thinking: z.boolean().nullable(),
});

export type ModelFacts = Readonly<z.infer<typeof modelFacts>>;

export const noFacts: ModelFacts = {
  displayName: null,
  contextLength: null,
  vision: null,
  functions: null,
  thinking: null,
};

/** What the first knows, and of the rest what the second knows. */
export function mergeFacts(first: ModelFacts, second: ModelFacts): ModelFacts {
  return {
    displayName: first.displayName ?? second.displayName,
    contextLength: first.contextLength ?? second.contextLength,
    vision: first.vision ?? second.vision,
    functions: first.functions ?? second.functions,
    thinking: first.thinking ?? second.thinking,
  };
}
