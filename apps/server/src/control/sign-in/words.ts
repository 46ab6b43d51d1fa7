// What goes wrong at an issuer, in words for whoever wanted to sign in. Words of issuers and of exceptions may quote tokens: of those
// the codes alone are told, here and in the log.

import { GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import * as openid from "openid-client";

type Words = readonly [code: ErrorCode, words: (label: string) => string];

const anew = "Begin anew.";

const otherwise: Words = [
  "permission_denied",
  (label) => `${label} answered something that proves nothing. An administrator finds more in the log.`,
];
const away: Words = [
  "service_unavailable",
  (label) => `${label} does not answer, or may not be asked. Try again, or sign in with a password.`,
];

/** By the code of the failure. */
const byCode: Readonly<Record<string, Words>> = {
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: [
    "permission_denied",
    (label) => `${label} answered with a token that is for another application or another sign-in. ${anew}`,
  ],
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: [
    "permission_denied",
    (label) => `${label} and this server do not agree on what time it is. An administrator has to set the clocks.`,
  ],
  OAUTH_KEY_SELECTION_FAILED: [
    "permission_denied",
    (label) => `${label} signs with a key that it has not published. ${anew}`,
  ],
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: [
    "permission_denied",
    (label) => `What answers at the address of ${label} names itself otherwise. An administrator has to correct it.`,
  ],
  OAUTH_TIMEOUT: away,
  OAUTH_ABORT: away,
};

/** By what the issuer calls it, at its page or where codes become tokens. */
const byError: Readonly<Record<string, Words>> = {
  access_denied: ["permission_denied", (label) => `${label} did not let you in, or you have declined.`],
  login_required: ["permission_denied", (label) => `${label} wants you to sign in there first. ${anew}`],
  invalid_grant: ["invalid_request_error", () => `This sign-in is used up, or too old. ${anew}`],
  invalid_client: [
    "permission_denied",
    (label) => `${label} does not accept the id or the secret of this application. An administrator has to correct it.`,
  ],
  temporarily_unavailable: away,
  server_error: away,
};

export function wordsFor(error: unknown, label: string): GhostError {
  if (error instanceof GhostError) return error;
  const { code, isAnswered } = codeOf(error);
  const [ghostCode, words] = byError[code] ?? byCode[code] ?? (isAnswered ? otherwise : away);
  return new GhostError(ghostCode, words(label));
}

interface FailureCode {
  readonly code: string;
  /** The issuer has said something. */
  readonly isAnswered: boolean;
}

export function codeOf(error: unknown): FailureCode {
  if (error instanceof openid.AuthorizationResponseError || error instanceof openid.ResponseBodyError)
    return { code: error.error, isAnswered: true };
  if (error instanceof openid.ClientError && error.code !== undefined) return { code: error.code, isAnswered: true };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return { code: cause instanceof Error ? cause.name : "unknown", isAnswered: false };
}

/** The issuer has taken the right away, and does not only fail to answer. */
export function isWithdrawn(error: unknown): boolean {
  return error instanceof openid.ResponseBodyError && error.error === "invalid_grant";
}

export function noAnswerTo(label: string): GhostError {
  const words = `This answer is none to a sign-in at ${label} that was begun in this browser. ${anew}`;
  return new GhostError("invalid_request_error", words);
}

export const notBegunHere = new GhostError(
  "invalid_request_error",
  "This sign-in was not begun in this browser, or more than ten minutes ago, or it is done already. Begin anew.",
);
