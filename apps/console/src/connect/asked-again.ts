// A request whose body is stored, as whoever makes it again sends it: as a client of its dialect, by a key of his own.

import { curl } from "./curl.ts";
import type { Address } from "./curl.ts";

/** What the record of a request knows of it. */
interface Recorded {
  readonly dialect: string | null;
  readonly operation: string;
  readonly requested_model: string;
  readonly streamed: boolean;
}

export interface AskedAgain {
  readonly path: string;
  readonly headers: (key: string) => Readonly<Record<string, string>>;
  /** As it was sent. */
  readonly body: string;
}

/** By dialect and operation. `{model}` is in paths of a dialect that names it there. */
const paths: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "openai-chat": {
    "chat.completions": "/v1/chat/completions",
    completions: "/v1/completions",
    embeddings: "/v1/embeddings",
    moderations: "/v1/moderations",
  },
  "openai-responses": { "chat.completions": "/v1/responses", count_tokens: "/v1/responses/input_tokens" },
  "anthropic-messages": { "chat.completions": "/v1/messages", count_tokens: "/v1/messages/count_tokens" },
  gemini: {
    "chat.completions": "/v1beta/models/{model}:generateContent",
    "chat.completions, streamed": "/v1beta/models/{model}:streamGenerateContent?alt=sse",
    count_tokens: "/v1beta/models/{model}:countTokens",
    embed_content: "/v1beta/models/{model}:embedContent",
    embeddings: "/v1beta/models/{model}:batchEmbedContents",
  },
  ollama: {
    "chat.completions": "/api/chat",
    generate: "/api/generate",
    embeddings: "/api/embed",
    embed_content: "/api/embeddings",
  },
};

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

const keyHeaders: Readonly<Record<string, AskedAgain["headers"]>> = {
  "anthropic-messages": (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
  gemini: (key) => ({ "x-goog-api-key": key }),
};

/** Null where the page knows no path for it. */
export function askedAgain(recorded: Recorded, body: string): AskedAgain | null {
  const { dialect, operation, requested_model: model, streamed } = recorded;
  if (dialect === null) return null;
  const known = paths[dialect];
  const path = (streamed ? known?.[`${operation}, streamed`] : undefined) ?? known?.[operation];
  if (path === undefined) return null;
  return {
    path: path.replace("{model}", () => encodeURIComponent(model)),
    headers: keyHeaders[dialect] ?? bearer,
    body,
  };
}

export function curlAgain({ url, key }: Address, { path, headers, body }: AskedAgain): string {
  return curl(url + path, headers(key), body);
}
