// What Gemini's models cost, at Google's own API and on its cloud. https://ai.google.dev/gemini-api/docs/pricing

import type { PricedName, Pricing } from "#catalog/pricing.ts";

const gemini = /^gemini-(?:2\.5|[3-9]|\w+(?:-lite)?-latest)/;

export const geminiPricing: Pricing = {
  nameOf: nameOfGemini,
  classes: [
    { name: "priority", models: gemini, times: 9, per: 5 },
    { name: "flex", models: gemini, times: 1, per: 2 },
    { name: "batch", models: gemini, times: 1, per: 2 },
  ],
  // Until Gemini 3 an answer is charged once, however often was searched for it.
  searchesOnce: /^gemini-[12]/,
  soundAsText: /^gemini-/,
  pictureTokens: [{ models: /^gemini-/, most: 4_200 }],
};

/** Tuned models, endpoints and those of others have prices of their own, which no list has. */
function nameOfGemini(model: string): PricedName | null {
  const name = model.replace(/^(?:publishers\/google\/)?models\//, "");
  return name.includes("/") || /^\d+$/.test(name) || name.startsWith("claude") ? null : { model: name };
}
