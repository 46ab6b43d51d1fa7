// Errors as vendors document them, and what they mean.

import type { ErrorCode } from "@ghostllm/contract";
import type { DialectName } from "#providers/definition.ts";

export type ErrorCase = readonly [
  code: ErrorCode,
  dialect: DialectName,
  status: number,
  body: object,
  /** In which some vendors tell the type. */
  header?: string,
];

const anthropic = (type: string, message: string): object => ({ type: "error", error: { type, message } });
const openai = (code: string | null, type: string, message: string): object => ({
  error: { message, type, param: null, code },
});
export const google = (code: number, status: string, message: string, details: readonly object[] = []): object => ({
  error: { code, message, status, details },
});
export const retryInfo = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" };
export const quotaOf = (quotaId: string): object => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaId }],
});
export const overQuota = "You exceeded your current quota, please check your plan and billing details.";
const unknownKey = {
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  reason: "API_KEY_INVALID",
  domain: "googleapis.com",
};
const filtered = {
  error: {
    message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    type: null,
    param: "prompt",
    code: "content_filter",
    status: 400,
    innererror: { code: "ResponsibleAIPolicyViolation" },
  },
};

export const documentedErrors: readonly ErrorCase[] = [
  ["provider_overloaded", "anthropic-messages", 529, anthropic("overloaded_error", "Overloaded")],
  [
    "rate_limit_exceeded",
    "anthropic-messages",
    429,
    anthropic("rate_limit_error", "This request would exceed your rate limit"),
  ],
  [
    "insufficient_quota",
    "anthropic-messages",
    400,
    anthropic("invalid_request_error", "Your credit balance is too low to access the API."),
  ],
  [
    "permission_denied",
    "anthropic-messages",
    403,
    anthropic("permission_error", "Your API key does not have permission."),
  ],
  ["request_too_large", "anthropic-messages", 413, anthropic("request_too_large", "Request exceeds the maximum size")],
  ["timeout_error", "anthropic-messages", 504, anthropic("timeout_error", "Request timed out")],
  ["provider_error", "anthropic-messages", 500, anthropic("api_error", "Internal server error")],
  [
    "rate_limit_exceeded",
    "openai-chat",
    429,
    openai(
      "rate_limit_exceeded",
      "requests",
      "Rate limit reached for gpt-5 in organization org-x on requests per min (RPM): Limit 3",
    ),
  ],
  ["insufficient_quota", "openai-chat", 429, openai("insufficient_quota", "insufficient_quota", overQuota)],
  ["insufficient_quota", "openai-responses", 429, openai("insufficient_quota", "insufficient_quota", overQuota)],
  [
    "provider_error",
    "openai-chat",
    500,
    openai(null, "server_error", "The server had an error while processing your request."),
  ],
  [
    "provider_overloaded",
    "openai-chat",
    503,
    openai(null, "server_error", "The engine is currently overloaded, please try again later"),
  ],
  [
    "context_length_exceeded",
    "openai-chat",
    400,
    openai("context_length_exceeded", "invalid_request_error", "This model's maximum context length is 128000 tokens."),
  ],
  [
    "context_length_exceeded",
    "openai-responses",
    400,
    openai("context_length_exceeded", "invalid_request_error", "Your input exceeds the context window of this model."),
  ],
  ["content_filter", "openai-chat", 400, filtered],
  [
    "rate_limit_exceeded",
    "openai-chat",
    429,
    {
      error: {
        code: "429",
        message: "Requests to the ChatCompletions_Create Operation have exceeded call rate limit.",
      },
    },
  ],
  [
    "rate_limit_exceeded",
    "gemini",
    429,
    google(429, "RESOURCE_EXHAUSTED", overQuota, [quotaOf("GenerateRequestsPerMinutePerProjectPerModel"), retryInfo]),
  ],
  [
    "insufficient_quota",
    "gemini",
    429,
    google(429, "RESOURCE_EXHAUSTED", overQuota, [
      quotaOf("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
      retryInfo,
    ]),
  ],
  [
    "rate_limit_exceeded",
    "gemini",
    429,
    google(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later."),
  ],
  [
    "invalid_api_key",
    "gemini",
    400,
    google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [unknownKey]),
  ],
  ["permission_denied", "gemini", 403, google(403, "PERMISSION_DENIED", "Permission denied on resource project x.")],
  [
    "provider_overloaded",
    "gemini",
    503,
    google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
  ],
  [
    "timeout_error",
    "gemini",
    504,
    google(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
  ],
  [
    "rate_limit_exceeded",
    "bedrock-converse",
    429,
    { message: "Too many requests, please wait before trying again." },
    "ThrottlingException",
  ],
  [
    "context_length_exceeded",
    "bedrock-converse",
    400,
    { message: "Input is too long for requested model." },
    "ValidationException:http://internal.amazon.com/coral/",
  ],
  [
    "invalid_request_error",
    "bedrock-converse",
    400,
    { message: "The maximum tokens you requested exceeds the model limit of 4096." },
    "ValidationException",
  ],
  [
    "permission_denied",
    "bedrock-converse",
    403,
    { message: "You don't have access to the model with the specified model ID." },
    "AccessDeniedException",
  ],
  [
    "invalid_api_key",
    "bedrock-converse",
    403,
    { message: "The security token included in the request is invalid." },
    "UnrecognizedClientException",
  ],
  [
    "provider_overloaded",
    "bedrock-converse",
    503,
    { message: "Bedrock is unable to process your request." },
    "ServiceUnavailableException",
  ],
  ["model_not_found", "ollama", 404, { error: "model 'nobody' not found" }],
  ["invalid_request_error", "ollama", 400, { error: "registry.ollama.ai/library/gemma:latest does not support tools" }],
  ["provider_overloaded", "ollama", 503, { error: "server busy, please try again. maximum pending requests exceeded" }],
  ["provider_error", "ollama", 500, { error: "llama runner process has terminated: exit status 2" }],
  ["context_length_exceeded", "ollama", 400, { error: "the input length exceeds the context length" }],
  [
    "invalid_request_error",
    "openai-chat",
    422,
    {
      object: "error",
      message: "Input should be a valid string",
      type: "invalid_request_error",
      param: null,
      code: null,
    },
  ],
  [
    "rate_limit_exceeded",
    "openai-chat",
    429,
    {
      object: "error",
      message: "Service tier capacity exceeded for this model.",
      type: "service_tier_capacity_exceeded",
      code: "3505",
    },
  ],
  ["insufficient_quota", "openai-chat", 402, openai("invalid_request_error", "unknown_error", "Insufficient Balance")],
  ["model_not_found", "openai-chat", 404, { error: { message: "No endpoints found for nobody/nothing.", code: 404 } }],
  // Models that nobody has, and keys that nobody takes, as each vendor words them.
  ["model_not_found", "openai-chat", 400, openai("invalid_request_error", "invalid_request_error", "Model Not Exist")],
  ["model_not_found", "openai-chat", 400, { detail: "Model x is not supported. Supported models are ['voyage-3.5']." }],
  [
    "model_not_found",
    "openai-chat",
    400,
    { error: { code: "400", message: "Param Incorrect", param: "Not supported model x", type: "" } },
  ],
  [
    "model_not_found",
    "openai-chat",
    404,
    openai(null, "resource_not_found_error", "Not found the model x or Permission denied"),
  ],
  [
    "model_not_found",
    "openai-chat",
    400,
    { error: { code: "1211", message: "Unknown Model, please check the code." } },
  ],
  ["model_not_found", "openai-chat", 403, openai(null, "x", "Project `p` does not have access to model `x`")],
  ["model_not_found", "openai-chat", 403, openai(null, "x", "This key is not allowed to access model x")],
  ["model_not_found", "openai-chat", 400, { code: 20012, message: "Model does not exist. Please check it carefully." }],
  ["invalid_api_key", "openai-chat", 401, { detail: "Provided API key is invalid." }],
  ["invalid_api_key", "openai-chat", 403, { code: 403, reason: "INVALID_API_KEY", message: "invalid api key" }],
  ["insufficient_quota", "openai-chat", 429, { error: { code: "1113", message: "Please recharge." } }],
  ["insufficient_quota", "openai-chat", 403, { code: 30001, message: "Sorry, your account balance is insufficient" }],
  ["insufficient_quota", "openai-chat", 403, openai(null, "exceeded_current_quota_error", "Your account is suspended")],
  ["rate_limit_exceeded", "openai-chat", 429, { error: { code: "1302", message: "Too many at a time" } }],
  ["provider_overloaded", "openai-chat", 429, openai(null, "engine_overloaded_error", "The engine is overloaded")],
  ["provider_overloaded", "openai-chat", 498, openai("capacity_exceeded", "x", "Flex tier capacity exceeded")],
  [
    "provider_overloaded",
    "openai-chat",
    503,
    { error: { code: 503, message: "Loading model", type: "unavailable_error" } },
  ],
  ["content_filter", "openai-chat", 451, openai("censorship_blocked", "x", "The request was blocked")],
  ["provider_error", "bedrock-converse", 424, { message: "The model failed." }, "ModelErrorException"],
  [
    "request_too_large",
    "openai-chat",
    429,
    openai(
      "rate_limit_exceeded",
      "tokens",
      "Request too large for m in organization o on tokens per min (TPM): Limit 30000, Requested 35000.",
    ),
  ],
  [
    "request_too_large",
    "openai-chat",
    413,
    openai(
      "rate_limit_exceeded",
      "tokens",
      "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9000",
    ),
  ],
  ["model_not_found", "openai-chat", 400, { error: { message: "x/y is not a valid model ID", code: 400 } }],
  [
    "model_not_found",
    "openai-chat",
    400,
    openai("model_not_supported", "invalid_request_error", "The requested model is not supported."),
  ],
  [
    "model_not_found",
    "openai-chat",
    200,
    { choices: null, base_resp: { status_code: 2013, status_msg: "invalid params, unknown model 'x'" } },
  ],
  [
    "model_not_found",
    "gemini",
    404,
    google(404, "NOT_FOUND", "models/x is not found for API version v1beta, or is not supported for generateContent."),
  ],
  [
    "model_not_found",
    "bedrock-converse",
    400,
    { message: "Invocation of model ID anthropic.claude-x with on-demand throughput isn\u2019t supported." },
    "ValidationException",
  ],
  [
    "invalid_api_key",
    "bedrock-converse",
    403,
    { message: "The request signature we calculated does not match the signature you provided." },
  ],
  ...[
    "While executing CallExpression at line 19\nError: Jinja Exception: Conversation roles must alternate",
    "Conversation roles must alternate user/assistant/user/assistant/... at row 19, column 27:",
    "Failed to parse grammar",
    "tools param requires --jinja flag",
  ].map((message): ErrorCase => ["invalid_request_error", "openai-chat", 500, openai(null, "server_error", message)]),
  ["invalid_request_error", "ollama", 500, { error: "this model is missing data required for image input" }],
  ["invalid_request_error", "ollama", 500, { error: "illegal base64 data at input byte 4" }],
];
