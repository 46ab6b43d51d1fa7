// Errors of vendors on their way to a client: what they mean, and, where they are not passed as they are, in its dialect.

import { errorCatalogue, GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import type { Quirks } from "#providers/definition.ts";
import { isObject, parseJson } from "#wire/json.ts";
import { agreesWith } from "./agreeing-status.ts";
import type { ClientDialect, UpstreamDialect } from "#dialects/dialect.ts";
import type { VendorError } from "./vendor-error.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { meaningOf, readErrorType } from "./vendor-error.ts";

export interface ErrorReading {
  /** For the client. */
  readonly body: Buffer;
  readonly code: ErrorCode;
  /** With which the client is answered. */
  readonly status: number;
  /** The request may well be taken by another target. */
  readonly isElsewhere: boolean;
  /** The vendor's own; empty where it said nothing. */
  readonly message: string;
  readonly retryAfterSeconds?: number;
  /** Where it is not the vendor's own. */
  readonly contentType?: string;
}

/** What of a vendor's error is not in its body. */
export interface ErrorContext {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly quirks?: Quirks;
}

interface Failed {
  readonly body: Buffer;
  readonly usage: null;
  readonly isBroken: false;
  readonly failure: ErrorReading;
}

interface Broken {
  readonly body: Buffer;
  readonly usage: null;
  readonly isBroken: true;
}

type ToldError = Omit<ErrorReading, "body">;

interface VendorsError {
  readonly status: number;
  readonly body: Buffer;
  readonly context: ErrorContext;
}

/** What a vendor's error says and means. */
export function readVendorError(
  upstream: UpstreamDialect,
  { status, body, context: { headers = {}, quirks = {} } }: VendorsError,
): ToldError {
  const read = upstream.readError(body.toString("utf8"));
  const type = readErrorType(headers[quirks.errorTypeHeader ?? ""]);
  return tell(type === null ? read : { ...read, words: [type, ...read.words] }, status);
}

function tell(error: VendorError, status: number): ToldError {
  const { retryAfterSeconds: known, ...meaning } = meaningOf(error, status);
  const retryAfterSeconds = error.retryAfterSeconds ?? known;
  return {
    ...meaning,
    status,
    message: error.message ?? "",
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** An error that came with status 200 has the one that it tells, or that of what it means. */
export function failed(client: ClientDialect, error: VendorError): Failed {
  const told = tell(error, 200);
  const status = error.status ?? errorCatalogue[told.code].status;
  const failure = translateError(client, { ...told, status });
  return { body: failure.body, usage: null, isBroken: false, failure };
}

/** Of a body that could not be read as an answer. */
export function unread(
  client: ClientDialect,
  upstream: UpstreamDialect,
  body: Buffer,
  request: ParsedRequest,
): Failed | Broken {
  const document = parseJson(body.toString("utf8"));
  const answer: unknown = Array.isArray(document) ? document[0] : document;
  const failure = isObject(answer) ? upstream.failureOf(answer, request) : null;
  return failure === null ? { body, usage: null, isBroken: true } : failed(client, failure);
}

/** A fault of the request that is told as one of the server: its client's SDK would send it again and again. */
export function isMistaken({ code, status }: Pick<ErrorReading, "code" | "status">): boolean {
  return status >= 500 && errorCatalogue[code].status < 500 && !agreesWith(code, status);
}

/** In the client's dialect, with a status that agrees with what is told. */
export function translateError(client: ClientDialect, error: ToldError): ErrorReading {
  const message = error.message || "The provider answered with an error.";
  const { code, retryAfterSeconds } = error;
  const status = agreesWith(code, error.status) ? error.status : errorCatalogue[code].status;
  const told = new GhostError(code, message, { status, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
  return { ...error, status, body: Buffer.from(client.encodeError(told)), contentType: "application/json" };
}
