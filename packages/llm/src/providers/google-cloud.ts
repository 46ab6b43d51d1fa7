// What the models of all vendors on Google's Vertex AI have in common, and Gemini there and elsewhere.

import type { Authentication } from "./definition.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

/** The hosts of regions, of groups of regions, and of all: https://cloud.google.com/vertex-ai/docs/reference/rest#service-endpoint */
export function vertexHost(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  if (location === "us" || location === "eu") return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}

export const vertexAuthentication: Authentication = {
  kind: "service-account",
  scope: "https://www.googleapis.com/auth/cloud-platform",
  apiKey: { pattern: /^(?:AIza|AQ\.)/, header: "x-goog-api-key" },
};

/** https://ai.google.dev/gemini-api/docs/function-calling */
export const geminiNeeds: Needs = {
  stops: { most: 5 },
  strictToolNames: true,
  filledTexts: true,
  pairs: true,
  turns: { first: "user, for others", last: "user" },
};
