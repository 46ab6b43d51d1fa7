// What a key may be limited to, by what is asked for, whichever dialect it is asked in.

export const keyEndpoints = {
  "chat.completions":
    "Chat: `/v1/chat/completions`, `/v1/responses`, `/v1/messages`, `generateContent`, `/api/chat`, `/api/generate`",
  completions: "Texts that are completed: `/v1/completions`",
  embeddings: "Embeddings: `/v1/embeddings`, `embedContent`, `batchEmbedContents`, `/api/embed`, `/api/embeddings`",
  count_tokens: "Counting tokens: `/v1/messages/count_tokens`, `/v1/responses/input_tokens`, `countTokens`",
  moderations: "`/v1/moderations`",
  "images.generations": "`/v1/images/generations`",
  "images.edits": "`/v1/images/edits`",
  "images.variations": "`/v1/images/variations`",
  "audio.speech": "`/v1/audio/speech`",
  "audio.transcriptions": "`/v1/audio/transcriptions`",
  "audio.translations": "`/v1/audio/translations`",
  rerank: "`/v1/rerank`",
  realtime: "Sessions in real time: `/v1/realtime`",
  "responses.compact": "`/v1/responses/compact`",
  responses: "Answers that a vendor keeps: `/v1/responses/{id}`",
  files: "`/v1/files`",
  batches: "`/v1/batches`, `/v1/messages/batches`",
  models: "The list of models: `/v1/models`, `/v1beta/models`, `/api/tags`, `/api/show`",
  admin: "What the key's user may do beside models: the admin API, `/metrics` and `/status`",
} as const;

export type KeyEndpoint = keyof typeof keyEndpoints;

export const keyEndpointNames = Object.keys(keyEndpoints).filter(isKeyEndpoint);

export function isKeyEndpoint(text: string): text is KeyEndpoint {
  return Object.hasOwn(keyEndpoints, text);
}
