// The closed catalogue of errors: every failure a client or an operator can be answered with has its code here.
// Called by both planes and by the typed client. Invariant: no answer carries a code that is not in this table.

export type ErrorType =
  | "authentication_error"
  | "permission_error"
  | "invalid_request_error"
  | "not_found_error"
  | "conflict_error"
  | "rate_limit_error"
  | "insufficient_quota"
  | "api_error"
  | "timeout_error";

interface CatalogueEntry {
  readonly status: number;
  readonly type: ErrorType;
  /** May the same request succeed when it is sent again, unchanged? */
  readonly retryable: boolean;
  /** What the caller can do about it; printed in docs/errors.md. */
  readonly help: string;
}

export const errorCatalogue = {
  invalid_request_error: {
    status: 400,
    type: "invalid_request_error",
    retryable: false,
    help: "Correct the field named in `param` and send the request again.",
  },
  context_length_exceeded: {
    status: 400,
    type: "invalid_request_error",
    retryable: false,
    help: "The prompt and the asked-for answer are longer than the model can hold. Shorten them, or ask a model with more room.",
  },
  content_filter: {
    status: 400,
    type: "invalid_request_error",
    retryable: false,
    help: "The vendor refuses the content of the request by its own policy.",
  },
  personal_data_refused: {
    status: 400,
    type: "invalid_request_error",
    retryable: false,
    help: "The privacy policy of the key or its user refuses what the message names by its class, or what nobody can look into. Take it out and send the request again.",
  },
  content_blocked: {
    status: 400,
    type: "invalid_request_error",
    retryable: false,
    help: "A guardrail of this installation, which the message names, refuses the request, or withholds the answer to it. Sending it again changes nothing.",
  },
  invalid_api_key: {
    status: 401,
    type: "authentication_error",
    retryable: false,
    help: "Send a GhostLLM key (gk-...) as `Authorization: Bearer`, `x-api-key`, `x-goog-api-key` or `api-key`. The key may be unknown, revoked or expired.",
  },
  second_factor_required: {
    status: 401,
    type: "authentication_error",
    retryable: false,
    help: "The password is right, and the user has a second factor: send a code of the authenticator app, or a recovery code, as `code` beside it.",
  },
  passkey_required: {
    status: 401,
    type: "authentication_error",
    retryable: false,
    help: "The password is right, and a second factor is asked of the user, who has set up no authenticator app: sign in with the passkey, in the console.",
  },
  second_factor_setup_required: {
    status: 403,
    type: "permission_error",
    retryable: false,
    help: "A second factor is asked of the user (`sign_in.require_second_factor`), and the session has shown none. Set one up, or sign in with the one there is; nothing else is answered before.",
  },
  permission_denied: {
    status: 403,
    type: "permission_error",
    retryable: false,
    help: "The key is known but may not do this. Ask an operator for a key with the permission, or for another model.",
  },
  consent_required: {
    status: 403,
    type: "permission_error",
    retryable: false,
    help: "A consent policy holds the request until somebody has approved it; `x-ghostllm-consent-id` names what waits. Then the same request passes once.",
  },
  consent_refused: {
    status: 403,
    type: "permission_error",
    retryable: false,
    help: "Somebody has refused the request; the message tells what he wrote, and until when it is not asked for again.",
  },
  model_not_found: {
    status: 404,
    type: "not_found_error",
    retryable: false,
    help: "No provider offers this model. `GET /v1/models` lists the names; `provider/model` reaches a provider directly.",
  },
  not_found: { status: 404, type: "not_found_error", retryable: false, help: "There is no such path or object." },
  method_not_allowed: {
    status: 405,
    type: "invalid_request_error",
    retryable: false,
    help: "The path exists, but not with this HTTP method; see the `Allow` header.",
  },
  request_timeout: {
    status: 408,
    type: "timeout_error",
    retryable: true,
    help: "The request body arrived too slowly. Send it again.",
  },
  conflict: {
    status: 409,
    type: "conflict_error",
    retryable: false,
    help: "An object with this unique name exists already.",
  },
  idempotency_key_in_use: {
    status: 409,
    type: "conflict_error",
    retryable: true,
    help: "The first request with this `Idempotency-Key` is still being carried out. Send it again after `Retry-After`: it is then answered as that one was.",
  },
  stream_not_kept: {
    status: 410,
    type: "not_found_error",
    retryable: false,
    help: "The stream was longer than what is kept of one (`streams.stream_bytes`), or there was no room for it. Send the request again.",
  },
  precondition_failed: {
    status: 412,
    type: "conflict_error",
    retryable: false,
    help: "The object was changed since it was read. Read it again, and send the change with the new `ETag` as `If-Match`.",
  },
  request_too_large: {
    status: 413,
    type: "invalid_request_error",
    retryable: false,
    help: "The body is larger than `limits.body_bytes` after decompression.",
  },
  unsupported_encoding: {
    status: 415,
    type: "invalid_request_error",
    retryable: false,
    help: "Request bodies may be plain, gzip or zstd.",
  },
  unsupported_media_type: {
    status: 415,
    type: "invalid_request_error",
    retryable: false,
    help: "Send the body as JSON, with `Content-Type: application/json`.",
  },
  idempotency_key_reused: {
    status: 422,
    type: "invalid_request_error",
    retryable: false,
    help: "This `Idempotency-Key` was sent with another request. Make up a new one for each request, and send the same one only with the same request.",
  },
  rate_limit_exceeded: {
    status: 429,
    type: "rate_limit_error",
    retryable: true,
    help: "Wait for the seconds in `Retry-After`; the `x-ratelimit-*` headers tell what is left. Without `Retry-After`, and with `x-should-retry: false`, the request alone is larger than the limit.",
  },
  insufficient_quota: {
    status: 429,
    type: "insufficient_quota",
    retryable: false,
    help: "The budget of the key or its user does not cover what the request may cost; the message has the figures. Name a smaller maximum of output tokens, wait where running requests hold the rest, or ask an operator to raise the budget.",
  },
  internal_error: {
    status: 500,
    type: "api_error",
    retryable: true,
    help: "A fault in GhostLLM itself. Please report it with the request id.",
  },
  provider_error: {
    status: 502,
    type: "api_error",
    retryable: true,
    help: "The vendor could not be reached, broke off, answered nonsense, or refused the operator's credentials.",
  },
  provider_overloaded: {
    status: 503,
    type: "api_error",
    retryable: true,
    help: "The vendor has more work than it can do. Wait for `Retry-After`, or let an alias fall back to another provider.",
  },
  service_unavailable: {
    status: 503,
    type: "api_error",
    retryable: true,
    help: "GhostLLM is starting, stopping, or lacks something it needs. Wait for `Retry-After`.",
  },
  timeout_error: {
    status: 504,
    type: "timeout_error",
    retryable: true,
    help: "The vendor did not answer within the configured time.",
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

export interface GhostErrorDetails {
  /** JSON path of the fault in the request, such as `messages[2].role`. */
  readonly param?: string;
  /** Of HTTP, where a vendor's says more than the catalogue's. */
  readonly status?: number;
  /** Told in whole seconds, at least one: clients that are told 0 come back at once. */
  readonly retryAfterSeconds?: number;
  /** Whether it is of no use to send it again, where that is not as with other errors of the code. */
  readonly isFinal?: boolean;
  /** The id of what has to be decided before it is of use. */
  readonly reference?: string;
  readonly cause?: unknown;
}

/** A failure from the catalogue. Its message is shown to callers, so it must never hold a secret. */
export class GhostError extends Error {
  override readonly name = "GhostError";
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly status: number;
  readonly reference: string | undefined;
  /** May the same request succeed when it is sent again, unchanged? */
  readonly isRetryable: boolean;

  constructor(code: ErrorCode, message: string, details: GhostErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.param = details.param;
    this.reference = details.reference;
    this.status = details.status ?? errorCatalogue[code].status;
    const { retryAfterSeconds: seconds } = details;
    this.retryAfterSeconds = seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds));
    this.isRetryable = details.isFinal === undefined ? errorCatalogue[code].retryable : !details.isFinal;
  }
}
