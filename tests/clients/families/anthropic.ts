// What Anthropic's own SDKs have in common.

import type { Persistence, Trouble } from "../sdk.ts";

export const anthropicPersistence: Persistence = {
  requests: 3,
  obeys: true,
  retries: "408, 409, 429 and >= 500: 2 more, after 0.5 and 1 s",
  retryAfter: "as long as it says (no limit up to 130 s)",
};

export const anthropicRaises: Readonly<Record<Trouble, string>> = {
  unauthorized: "AuthenticationError",
  forbidden: "PermissionDeniedError",
  unknownModel: "NotFoundError",
  limited: "RateLimitError",
  badGateway: "InternalServerError",
  unavailable: "ServiceUnavailableError",
  broken: "APIError",
};
