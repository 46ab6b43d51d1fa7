import { isObject, memberOf } from "#wire/json.ts";

export interface Failure {
  readonly message: string;
  /** The vendor's own word for it. */
  readonly code?: string;
}

/** Of an event or an answer: `{error:{message,code,type}}`, or its fields without an object around them. */
export function readFailure(value: unknown): Failure {
  const error = memberOf(value, "error");
  const told = isObject(error) ? error : value;
  const messages = [memberOf(told, "message"), error];
  const codes = [memberOf(told, "code"), isObject(error) ? error["type"] : undefined];
  const code = codes.find(isTold);
  return { message: messages.find(isTold) ?? "error within the stream", ...(code !== undefined && { code }) };
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
