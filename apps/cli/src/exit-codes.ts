// The documented exit codes (docs/cli.md), and how a failure becomes one of them.

import { ClientError } from "@ghostllm/contract/client";

export const exitCodes = {
  ok: 0,
  failure: 1,
  /** Wrong arguments, or a configuration that is not valid. */
  usage: 2,
  unreachable: 3,
  unauthorized: 4,
  notFound: 5,
  conflict: 6,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure of the command line itself, with the exit code that it ends with. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  readonly code: string;
  /** One by one, for programs; undefined where the message says all. */
  readonly problems: readonly object[] | undefined;

  constructor(code: string, message: string, exitCode: ExitCode, problems?: readonly object[]) {
    super(message);
    this.problems = problems;
    this.code = code;
    this.exitCode = exitCode;
  }
}

export function notFound(what: string, name: string): CliError {
  return new CliError("not_found", `There is no ${what} '${name}'`, exitCodes.notFound);
}

const byStatus: Readonly<Record<number, ExitCode>> = {
  0: exitCodes.unreachable,
  400: exitCodes.usage,
  401: exitCodes.unauthorized,
  403: exitCodes.unauthorized,
  404: exitCodes.notFound,
  409: exitCodes.conflict,
  412: exitCodes.conflict,
  422: exitCodes.usage,
};

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof ClientError)) return exitCodes.failure;
  // Something else listens there.
  if (error.code === "unexpected_answer") return exitCodes.unreachable;
  return byStatus[error.status] ?? exitCodes.failure;
}
