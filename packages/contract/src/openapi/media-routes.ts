// What goes to vendors of OpenAI's formats as it is: pictures, sound, moderation, ranking.

import { forwarded, jsonContent, modelProperty } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";

interface Media {
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly required: readonly string[];
  readonly isForm?: boolean;
  readonly answersBytes?: boolean;
}

const bytes = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };

function media({ path, name, summary, required, isForm = false, answersBytes = false }: Media): DocumentedRoute {
  return {
    method: "post",
    path,
    operation: forwarded({
      operationId: `gateway.${name}`,
      summary,
      description: "Passed on as it is to a vendor that offers it.",
      required,
      properties: { ...Object.fromEntries(required.map((field) => [field, {}])), model: modelProperty },
      content: answersBytes ? bytes : jsonContent({ type: "object", additionalProperties: true }),
      isForm,
    }),
  };
}

const table: readonly Media[] = [
  { path: "/v1/moderations", name: "moderations", summary: "Classify what is harmful", required: ["input"] },
  { path: "/v1/images/generations", name: "makeImages", summary: "Make pictures", required: ["prompt"] },
  {
    ...{ path: "/v1/images/edits", name: "editImages", summary: "Change pictures" },
    ...{ required: ["image", "prompt"], isForm: true },
  },
  {
    ...{ path: "/v1/images/variations", name: "varyImages", summary: "Make variations of a picture" },
    ...{ required: ["image"], isForm: true },
  },
  {
    ...{ path: "/v1/audio/speech", name: "speak", summary: "Speak a text" },
    ...{ required: ["model", "input", "voice"], answersBytes: true },
  },
  {
    ...{ path: "/v1/audio/transcriptions", name: "transcribe", summary: "Write down what is said" },
    ...{ required: ["file", "model"], isForm: true },
  },
  {
    ...{ path: "/v1/audio/translations", name: "translate", summary: "Write down in English what is said" },
    ...{ required: ["file", "model"], isForm: true },
  },
  {
    ...{ path: "/v1/rerank", name: "rerank", summary: "Order documents by how well they answer" },
    ...{ required: ["model", "query", "documents"] },
  },
];

export const mediaRoutes: readonly DocumentedRoute[] = table.map(media);
