// Error answers as OpenAI really words them; 502 and 504 as its edge does, in HTML; 529 as Anthropic does.

import type { ErrorScript, HeaderMap, JsonObject } from "#script.ts";

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: string;
}

interface Wording {
  readonly message: string;
  readonly type: string;
  readonly param?: string;
  readonly code: string | null;
}

const rateLimit: Wording = {
  message:
    "Rate limit reached for fake-model in organization org-fake on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.",
  type: "requests",
  code: "rate_limit_exceeded",
};

/** By status, or by code where one status has several. */
const wordings: Readonly<Record<string, Wording>> = {
  400: {
    message: "Unsupported parameter: 'stop' is not supported with this model.",
    type: "invalid_request_error",
    param: "stop",
    code: "unsupported_parameter",
  },
  context_length_exceeded: {
    message:
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.",
    type: "invalid_request_error",
    param: "messages",
    code: "context_length_exceeded",
  },
  401: {
    message:
      "Incorrect API key provided: sk-fake. You can find your API key at https://platform.openai.com/account/api-keys.",
    type: "invalid_request_error",
    code: "invalid_api_key",
  },
  403: {
    message: "Country, region, or territory not supported",
    type: "request_forbidden",
    code: "unsupported_country_region_territory",
  },
  404: {
    message: "The model `fake-model` does not exist or you do not have access to it.",
    type: "invalid_request_error",
    code: "model_not_found",
  },
  408: { message: "Request timed out.", type: "server_error", code: "request_timeout" },
  409: { message: "The resource was modified by another request. Please retry.", type: "conflict_error", code: null },
  422: {
    message: "Unprocessable entity: the request was well-formed but could not be followed.",
    type: "invalid_request_error",
    code: null,
  },
  429: rateLimit,
  insufficient_quota: {
    message:
      "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
    type: "insufficient_quota",
    code: "insufficient_quota",
  },
  500: {
    message:
      "The server had an error while processing your request. Sorry about that! You can retry your request, or contact us through our help center at help.openai.com if the error persists.",
    type: "server_error",
    code: null,
  },
  503: {
    message: "That model is currently overloaded with other requests. You can retry your request.",
    type: "server_error",
    code: "service_unavailable",
  },
};

export function renderError(script: ErrorScript): ErrorAnswer {
  const special = specialAnswers[script.status]?.(script);
  const answer = special ?? { headers: { "content-type": "application/json" }, body: openaiBody(script) };
  const retry: HeaderMap =
    script.retryAfterSeconds === undefined ? {} : { "retry-after": String(script.retryAfterSeconds) };
  return { status: script.status, headers: { ...answer.headers, ...retry, ...script.headers }, body: answer.body };
}

function openaiBody(script: ErrorScript): string {
  return JSON.stringify({ error: errorObject(script) }, null, 2);
}

export function errorObject(script: Pick<ErrorScript, "status" | "code" | "message">): JsonObject {
  const wording = wordings[script.code ?? ""] ?? wordings[script.status];
  return {
    message: script.message ?? wording?.message ?? `Status ${script.status}`,
    type: wording?.type ?? (script.status >= 500 ? "server_error" : "invalid_request_error"),
    param: wording?.param ?? null,
    code: script.code ?? wording?.code ?? null,
  };
}

const specialAnswers: Readonly<Record<number, (script: ErrorScript) => Omit<ErrorAnswer, "status">>> = {
  502: (script) => edgePage("502 Bad Gateway", script),
  504: (script) => edgePage("504 Gateway Time-out", script),
  529: (script) => ({
    headers: { "content-type": "application/json", "x-should-retry": "true" },
    body: JSON.stringify({
      type: "error",
      error: { type: script.code ?? "overloaded_error", message: script.message ?? "Overloaded" },
    }),
  }),
};

/** With a code or message of its own the script wants the JSON that the vendor's own servers would send. */
function edgePage(title: string, script: ErrorScript): Omit<ErrorAnswer, "status"> {
  if (script.code !== undefined || script.message !== undefined) {
    return { headers: { "content-type": "application/json" }, body: openaiBody(script) };
  }
  const heading = `<center><h1>${title}</h1></center>`;
  return {
    headers: { "content-type": "text/html" },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n${heading}\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`,
  };
}
