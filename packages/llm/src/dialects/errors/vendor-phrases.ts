// What vendors without a word for an error write into its message: phrases, and what they mean. The first that fits counts.

import type { ErrorCode } from "@ghostllm/contract";

export interface Phrase {
  readonly isMeant: (message: string) => boolean;
  readonly code: ErrorCode;
  /** Statuses with which the phrase means that. */
  readonly statuses: ReadonlySet<number>;
  /** What one target cannot do another one may. */
  readonly isElsewhere?: true;
}

const written = (pattern: RegExp) => (message: string) => pattern.test(message);

const badRequest: ReadonlySet<number> = new Set([400, 413, 422, 500]);
const notDone: ReadonlySet<number> = new Set([400, 404, 405, 415, 422, 500, 501]);

export const phrases: readonly Phrase[] = [
  {
    // OpenAI and Groq, for one request that is larger than what the account may use in a minute; GitHub Models.
    isMeant: (message) => isLargerThanLimit(message) || /request (?:body )?too large for .{0,100}model/i.test(message),
    code: "request_too_large",
    statuses: new Set([413, 429]),
    isElsewhere: true,
  },
  {
    isMeant: written(
      /context (?:length|window|size)|maximum (?:context|input|prompt)|(?:prompt|input) is too long|too many (?:input )?tokens|input token count|exceeds? the (?:maximum|available) (?:number of tokens|context)|reduce the length|input token length too long|exceeded model token limit|too large to process|prompt exceeds max length/i,
    ),
    code: "context_length_exceeded",
    statuses: badRequest,
  },
  {
    isMeant: written(
      /content (?:filter|policy|management policy|moderation)|safety (?:filter|system|setting)|considered high risk|inappropriate content|violates? usage guidelines|contains? sensitive/i,
    ),
    code: "content_filter",
    statuses: new Set([400, 403, 413, 422, 451, 500]),
  },
  {
    isMeant: written(
      /api key not valid|(?:invalid|incorrect|wrong) (?:api[ _-]?key|x-api-key|token|authentication|credentials)|api[ _-]?key (?:is |has )?(?:invalid|expired)|unable to authenticate|authentication fails|security token included in the request is|request signature we calculated does not match/i,
    ),
    code: "invalid_api_key",
    statuses: new Set([400, 401, 403]),
  },
  {
    isMeant: written(
      /credit balance|insufficient (?:account )?(?:balance|credits?|funds|quota)|exceeded your current quota, please check your plan|(?:not enough|out of) (?:balance|credits?)|balance (?:is )?(?:insufficient|not enough)|no resource package|can only afford|in arrears|spending limit|account is in good standing|余额不足|欠费/i,
    ),
    code: "insufficient_quota",
    statuses: new Set([400, 402, 403, 429]),
  },
  {
    isMeant: written(
      /not supported model|not found the model|no access to model|(?:does|do) not have access to (?:the )?model|unable to access model|not (?:allowed|authorized|permitted) to (?:access|use) (?:the |this )?model|supported api model names are|model [`'"]?[\w./:@-]+[`'"]? is not supported|(?:requested|specified) model is not supported|not a valid model id|invocation of model id .{0,200} with on-demand throughput|models?[ /].{0,200}(?:not found|does not exist|not exist)|model .{0,100}(?:is not (?:allowed|accessible|available)|not allowed|was removed|has been (?:deprecated|removed|retired|decommissioned))|(?:unknown|no such) model|^invalid model\b|model identifier is invalid|模型不存在|无权访问模型/i,
    ),
    code: "model_not_found",
    statuses: new Set([400, 403, 404, 410, 422]),
  },
  {
    // llama.cpp and Ollama answer wrong fields with 500.
    isMeant: written(
      /failed to process inputs|option "[^"]*" must be of type|invalid format: |invalid json schema in format|json\.exception\.|parse error at line|illegal base64 data/i,
    ),
    code: "invalid_request_error",
    statuses: notDone,
  },
  {
    // A model's own template, grammar or limits do not take what others take; llama.cpp tells all of it with 500.
    isMeant: written(
      /jinja exception|at row \d+, column \d+|roles must alternate|failed to parse grammar|failed to initialize samplers|requires --jinja|missing data required for image|at most \d+ (?:image|audio|video)/i,
    ),
    code: "invalid_request_error",
    statuses: notDone,
    isElsewhere: true,
  },
  {
    // What the model of that name cannot do is no fault of the name, and with llama.cpp and Ollama none of the server's.
    isMeant: written(
      /no endpoints found that support|(?:is|are|was|were) not (?:supported|enabled|permitted)|(?:does not|doesn't|do not|don't) support|unsupported|\bnot support(?:ed)?\b|is not a multimodal model|extra_forbidden|extra inputs are not permitted|unrecognized (?:request argument|field|key)|unknown (?:parameter|variant|field|name)|unexpected (?:keyword|field|property)/i,
    ),
    code: "invalid_request_error",
    statuses: notDone,
    isElsewhere: true,
  },
  {
    isMeant: isLoading,
    code: "provider_overloaded",
    statuses: new Set([409, 425, 429, 500, 503]),
  },
];

/** Said by llama.cpp, LM Studio and servers of Hugging Face while they start. */
export function isLoading(message: string): boolean {
  return /\bmodel\b.{0,200}\b(?:loading|not ready)\b|\bloading model\b/i.test(message);
}

/** `Limit 30000, Requested 35000`: no wait makes room for it. */
function isLargerThanLimit(message: string): boolean {
  const told = /limit:? ([\d,]+)(?:, used:? [\d,]+)?, requested:? ([\d,]+)/i.exec(message);
  if (told === null) return false;
  const [, limit = "", requested = ""] = told;
  return numberOf(requested) > numberOf(limit);
}

function numberOf(text: string): number {
  return Number(text.replaceAll(",", ""));
}
