// What OpenAI's own SDKs have in common.

import type { Persistence, Trouble } from "../sdk.ts";

export const openaiPersistence: Persistence = {
  requests: 3,
  obeys: true,
  retries: "408, 409, 429 and >= 500: 2 more, after 0.5 and 1 s",
  retryAfter: "",
};

export const openaiRaises: Readonly<Record<Trouble, string>> = {
  unauthorized: "AuthenticationError",
  forbidden: "PermissionDeniedError",
  unknownModel: "NotFoundError",
  limited: "RateLimitError",
  badGateway: "InternalServerError",
  unavailable: "InternalServerError",
  broken: "APIError",
};
