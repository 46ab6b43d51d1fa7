// Failures as the admin plane answers them: always in the catalogue's form, never with the inside of a fault.

import { errorCatalogue, GhostError } from "@ghostllm/contract";
import type { FastifyError } from "fastify";
import type { z } from "zod";

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

export function toErrorBody({ code, message, param }: GhostError): ErrorBody {
  return { error: { message, type: errorCatalogue[code].type, param: param ?? null, code } };
}

/** The first fault, with its JSON path; the others are counted. */
/** `known`: what a query may have. */
export function toValidationError(error: z.ZodError, known: readonly string[] | null = null): GhostError {
  const [first, ...others] = error.issues;
  if (first === undefined) return new GhostError("invalid_request_error", "The request is invalid");
  const unknown = first.code === "unrecognized_keys" ? first.keys[0] : undefined;
  const param = toJsonPath(unknown === undefined ? first.path : [...first.path, unknown]);
  const fault = unknown === undefined ? first.message : unknownWord(known);
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return new GhostError("invalid_request_error", `${param === "" ? "The body" : param}: ${fault}${more}`, {
    ...(param !== "" && { param }),
  });
}

function unknownWord(known: readonly string[] | null): string {
  if (known === null) return "There is no such field";
  return known.length === 0
    ? "There are no parameters here"
    : `There is no such parameter; there are ${known.join(", ")}`;
}

/** `["targets", 0, "model"]` -> `targets[0].model` */
function toJsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

const fastifyErrors: Readonly<Record<string, (error: FastifyError) => GhostError>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new GhostError("unsupported_media_type", "Send the body as JSON, with Content-Type: application/json"),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new GhostError("request_too_large", "The body is larger than 1 MiB"),
  FST_ERR_CTP_INVALID_JSON_BODY: ({ message }) =>
    new GhostError("invalid_request_error", `The body is no JSON: ${message}`),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new GhostError("invalid_request_error", "The body is not as long as Content-Length says"),
  FST_ERR_BAD_URL: () => new GhostError("invalid_request_error", "The path is not a valid URL"),
};

/** A failure of Fastify itself; undefined for one that is not known to be the caller's. */
export function fromFastify(error: unknown): GhostError | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  const known = fastifyErrors[error.code];
  if (known !== undefined) return known(error as FastifyError);
  const isCallers = "statusCode" in error && typeof error.statusCode === "number" && error.statusCode < 500;
  return isCallers ? new GhostError("invalid_request_error", error.message) : undefined;
}
