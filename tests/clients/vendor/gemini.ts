import { chatModel, dataEvent, embeddingModel, vector, vectors, wordsOf } from "./dialect.ts";
import type { Frames, Json, Speech, VendorDialect } from "./dialect.ts";

const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 4, totalTokenCount: 14 };

function responseOf(parts: readonly Json[], isLast: boolean): Json {
  const finish = isLast && { finishReason: "STOP" };
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...finish }],
    ...(isLast && { usageMetadata }),
    modelVersion: chatModel,
    responseId: "response-1",
  };
}

function partOf(speech: Speech): Json {
  return "text" in speech ? { text: speech.text } : { functionCall: speech.call };
}

function frames(speech: Speech): Frames {
  const parts = "text" in speech ? wordsOf(speech.text).map((text) => ({ text })) : [partOf(speech)];
  return {
    begin: [],
    body: parts.slice(0, -1).map((part) => dataEvent(responseOf([part], false))),
    end: parts.slice(-1).map((part) => dataEvent(responseOf([part], true))),
  };
}

const statuses: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

const errorBody = (code: number, message: string): Json => ({
  error: { code, message, status: statuses[code] ?? "INVALID_ARGUMENT" },
});

function methodOf(path: string): string {
  return /:(\w+)$/.exec(path)?.[1] ?? "";
}

export const gemini: VendorDialect = {
  name: "gemini",
  providerType: "google",
  basePath: "",
  streamType: "text/event-stream",
  asked: (path) => {
    if (path.endsWith("/models")) return "models";
    const method = methodOf(path);
    if (/embed/i.test(method)) return "embeddings";
    return method === "streamGenerateContent" ? "stream" : method === "generateContent" ? "answer" : "else";
  },
  whole: (speech) => responseOf([partOf(speech)], true),
  frames,
  errorFrame: (message) => dataEvent(errorBody(503, message)),
  errorBody,
  embeddings: (count) => ({ embeddings: vectors(count, () => ({ values: vector })) }),
  models: () => ({
    models: [
      { name: `models/${chatModel}`, supportedGenerationMethods: ["generateContent", "countTokens"] },
      { name: `models/${embeddingModel}`, supportedGenerationMethods: ["embedContent", "batchEmbedContents"] },
    ],
  }),
};
