// What a vendor's error means in our catalogue: its own word for it where that is known, else a phrase of its message,
// else the status. Vendors agree on statuses less than on words, such as Google's 400 for a wrong key.

import type { ErrorCode } from "@ghostllm/contract";
import type { VendorError } from "./dialect.ts";

/** Types, codes and statuses of errors, in lower case, as the vendors document them. */
const codesOfWords: Readonly<Record<string, ErrorCode>> = {
  // OpenAI and its compatibles: https://platform.openai.com/docs/guides/error-codes
  insufficient_quota: "insufficient_quota",
  billing_hard_limit_reached: "insufficient_quota",
  rate_limit_exceeded: "rate_limit_exceeded",
  context_length_exceeded: "context_length_exceeded",
  string_above_max_length: "context_length_exceeded",
  content_filter: "content_filter",
  content_policy_violation: "content_filter",
  invalid_prompt: "content_filter",
  invalid_api_key: "invalid_api_key",
  model_not_found: "model_not_found",
  server_is_overloaded: "provider_overloaded",
  invalid_parameter_error: "invalid_request_error",
  // Mistral, Perplexity and Azure
  invalid_model: "model_not_found",
  deploymentnotfound: "model_not_found",
  // Groq, for what the model itself wrote: https://console.groq.com/docs/errors
  tool_use_failed: "invalid_request_error",
  json_validate_failed: "invalid_request_error",
  slow_down: "provider_overloaded",
  // Anthropic: https://docs.anthropic.com/en/api/errors
  rate_limit_error: "rate_limit_exceeded",
  overloaded_error: "provider_overloaded",
  authentication_error: "invalid_api_key",
  permission_error: "permission_denied",
  billing_error: "insufficient_quota",
  not_found_error: "model_not_found",
  request_too_large: "request_too_large",
  timeout_error: "timeout_error",
  // Google: https://cloud.google.com/apis/design/errors
  resource_exhausted: "rate_limit_exceeded",
  unauthenticated: "invalid_api_key",
  api_key_invalid: "invalid_api_key",
  permission_denied: "permission_denied",
  unavailable: "provider_overloaded",
  deadline_exceeded: "timeout_error",
  // Amazon: https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
  throttlingexception: "rate_limit_exceeded",
  servicequotaexceededexception: "rate_limit_exceeded",
  modelnotreadyexception: "provider_overloaded",
  modeltimeoutexception: "timeout_error",
  serviceunavailableexception: "provider_overloaded",
  accessdeniedexception: "permission_denied",
  unrecognizedclientexception: "invalid_api_key",
  invalidsignatureexception: "invalid_api_key",
  expiredtokenexception: "invalid_api_key",
  missingauthenticationtokenexception: "invalid_api_key",
  incompletesignatureexception: "invalid_api_key",
  resourcenotfoundexception: "model_not_found",
  validationexception: "invalid_request_error",
  internalserverexception: "provider_error",
  modelerrorexception: "provider_error",
  modelstreamerrorexception: "provider_error",
};

/** `ThrottlingException:http://internal.amazon.com/...` and `com.amazon.coral#ThrottlingException` are the same type. */
export function readErrorType(value: unknown): string | null {
  if (typeof value !== "string") return null;
  return value.replace(/:.*$/s, "").replace(/^.*#/s, "").trim() || null;
}

interface Phrase {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** Statuses with which the phrase means that. */
  readonly statuses: ReadonlySet<number>;
}

const badRequest: ReadonlySet<number> = new Set([400, 413, 422, 500]);

/** What vendors without a word for it write into the message. */
const phrases: readonly Phrase[] = [
  {
    pattern:
      /context (?:length|window|size)|maximum (?:context|input|prompt)|(?:prompt|input) is too long|too many (?:input )?tokens|input token count|exceeds? the (?:maximum|available) (?:number of tokens|context)|reduce the length/i,
    code: "context_length_exceeded",
    statuses: badRequest,
  },
  {
    pattern: /content (?:filter|policy|management policy|moderation)|safety (?:filter|system|setting)/i,
    code: "content_filter",
    statuses: badRequest,
  },
  {
    pattern:
      /api key not valid|(?:invalid|incorrect|wrong) (?:api[ _-]?key|x-api-key|token)|api key expired|unable to authenticate/i,
    code: "invalid_api_key",
    statuses: new Set([400, 401, 403]),
  },
  {
    pattern:
      /credit balance|insufficient (?:balance|credits?|funds|quota)|exceeded your current quota, please check your plan/i,
    code: "insufficient_quota",
    statuses: new Set([400, 402, 403, 429]),
  },
  {
    // What the model of that name cannot do is no fault of the name.
    pattern: /no endpoints found that support|(?:image|audio|video) input is not supported|failed to process inputs/i,
    code: "invalid_request_error",
    statuses: new Set([400, 404, 500]),
  },
  {
    pattern:
      /model .{0,200}(?:not found|does not exist|not exist)|(?:unknown|no such) model|^invalid model\b|model identifier is invalid/i,
    code: "model_not_found",
    statuses: new Set([400, 404]),
  },
];

const codesOfStatuses: Readonly<Record<number, ErrorCode>> = {
  401: "invalid_api_key",
  402: "insufficient_quota",
  403: "permission_denied",
  404: "model_not_found",
  407: "invalid_api_key",
  408: "timeout_error",
  413: "request_too_large",
  429: "rate_limit_exceeded",
  503: "provider_overloaded",
  504: "timeout_error",
  529: "provider_overloaded",
};

/** They say nothing beside a status. */
const vagueWords: ReadonlySet<string> = new Set(["invalid_request_error", "invalid_argument", "invalid_request"]);

/** `status` is that of the answer; for an error within a stream, which has none, 200. */
export function classify(error: VendorError, status: number): ErrorCode {
  const words = error.words.map((word) => word.toLowerCase());
  const meant = status === 200 ? statusIn(words) : status;
  const phrase = phrases.find(({ statuses, pattern }) => statuses.has(meant) && pattern.test(error.message ?? ""));
  if (phrase !== undefined && !mayComeBack(error, phrase)) return phrase.code;
  const known = words.find((word) => Object.hasOwn(codesOfWords, word));
  if (known !== undefined) return codesOfWords[known] ?? "provider_error";
  return codesOfStatuses[meant] ?? (meant >= 400 && meant < 500 ? "invalid_request_error" : "provider_error");
}

/** Some vendors tell the status in words where it is too late for one. */
function statusIn(words: readonly string[]): number {
  const told = words.find((word) => /^[45]\d\d$/.test(word));
  if (told !== undefined) return Number(told);
  return words.some((word) => vagueWords.has(word)) ? 400 : 200;
}

/** Google has one message for a rate that was passed and for a quota that is used up: waiting helps with the one alone. */
function mayComeBack({ retryAfterSeconds }: VendorError, { code }: Phrase): boolean {
  return code === "insufficient_quota" && retryAfterSeconds !== undefined;
}
