import type { Failure } from "../reading.ts";
import { fieldsOf } from "../reading.ts";

/** The errors of all official SDKs have a message, and a status where HTTP had one. */
export function failureOf(error: unknown): Failure {
  const { status, status_code: other } = fieldsOf(error);
  const told = status ?? other;
  return {
    status: typeof told === "number" ? told : undefined,
    message: error instanceof Error ? error.message : String(error),
  };
}
