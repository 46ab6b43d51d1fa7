// What a vendor's error means in our catalogue: its own word for it where that is known, else a phrase of its message,
// else the status. Vendors agree on statuses less than on words, such as Google's 400 for a wrong key.

import type { ErrorCode } from "@ghostllm/contract";

import { isLoading, phrases } from "./vendor-phrases.ts";
import type { Phrase } from "./vendor-phrases.ts";
import { codesOfStatuses, codesOfWords } from "./vendor-words.ts";

/** What a vendor's error body says, in no dialect's terms. */
export interface VendorError {
  /** Null where it says nothing. */
  readonly message: string | null;
  /** The vendor's own types, codes and statuses, such as `overloaded_error`, `RESOURCE_EXHAUSTED`. */
  readonly words: readonly string[];
  /** Where the body tells it. */
  readonly retryAfterSeconds?: number;
  /** The HTTP status that the body tells, whatever that of the answer is. */
  readonly status?: number;
}

/** What a vendor told within a stream about its failing. */
export interface StreamFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly error: VendorError;
}

export interface Meaning {
  readonly code: ErrorCode;
  /** The request may well be taken by another target. */
  readonly isElsewhere: boolean;
  /** How long to stay away, where the vendor does not say it and it is known all the same. */
  readonly retryAfterSeconds?: number;
}

/** `ThrottlingException:http://internal.amazon.com/...` and `com.amazon.coral#ThrottlingException` are the same type. */
export function readErrorType(value: unknown): string | null {
  if (typeof value !== "string") return null;
  return value.replace(/:.*$/s, "").replace(/^.*#/s, "").trim() || null;
}

/** With these one vendor is stricter than others. */
const strictStatuses: ReadonlySet<number> = new Set([405, 422, 451, 501]);

/** Of a model that is being loaded, which takes some seconds at least. */
const loadingSeconds = 5;

/** `status` is that of the answer; for an error within a stream or a good answer, which has none, 200. */
export function meaningOf(error: VendorError, status: number): Meaning {
  const meaning = wordsMeaning(error, status);
  // Whatever the words are, it is the operator's credential that was refused.
  return status === 401 && meaning.code === "permission_denied" ? { ...meaning, code: "invalid_api_key" } : meaning;
}

function wordsMeaning(error: VendorError, status: number): Meaning {
  const words = error.words.map((word) => word.toLowerCase());
  const meant = status === 200 ? (error.status ?? statusIn(words)) : status;
  const phrase = phrases.find((one) => one.statuses.has(meant) && isSaid(one, error));
  if (phrase !== undefined) return meaningOfPhrase(phrase, error);
  const isElsewhere = strictStatuses.has(meant);
  const known = words.find((word) => Object.hasOwn(codesOfWords, word));
  if (known !== undefined) return withWait({ code: codesOfWords[known] ?? "provider_error", isElsewhere }, error);
  const said = meant === 200 ? phrases.find((one) => isSaid(one, error)) : undefined;
  if (said !== undefined) return meaningOfPhrase(said, error);
  return withWait({ code: codeOfStatus(meant), isElsewhere }, error);
}

export function classify(error: VendorError, status: number): ErrorCode {
  return meaningOf(error, status).code;
}

/** What an error within a stream means. */
export function failureOf(error: VendorError): StreamFailure {
  return { code: classify(error, 200), message: error.message ?? "error within the stream", error };
}

function meaningOfPhrase({ code, isElsewhere }: Phrase, error: VendorError): Meaning {
  return withWait({ code, isElsewhere: isElsewhere === true }, error);
}

function withWait(meaning: Meaning, { message }: VendorError): Meaning {
  const isWaitedFor = meaning.code === "provider_overloaded" && isLoading(message ?? "");
  return isWaitedFor ? { ...meaning, retryAfterSeconds: loadingSeconds } : meaning;
}

function codeOfStatus(status: number): ErrorCode {
  return codesOfStatuses[status] ?? (status >= 400 && status < 500 ? "invalid_request_error" : "provider_error");
}

/** They say nothing beside a status. */
const vagueWords: ReadonlySet<string> = new Set([
  ...["invalid_request_error", "invalid_argument", "invalid_request"],
  "base_resp 2013",
]);

/** Some vendors tell the status in words where it is too late for one. */
function statusIn(words: readonly string[]): number {
  const told = words.find((word) => /^[45]\d\d$/.test(word));
  if (told !== undefined) return Number(told);
  return words.some((word) => vagueWords.has(word)) ? 400 : 200;
}

/** Google has one message for a rate that was passed and for a quota that is used up: waiting helps with the one alone. */
function isSaid({ isMeant, code }: Phrase, { message, retryAfterSeconds }: VendorError): boolean {
  if (message === null || !isMeant(message)) return false;
  return code !== "insufficient_quota" || retryAfterSeconds === undefined;
}
