// What undici says of a connection that failed, in our terms.

import { forbiddenCode } from "./guarded-lookup.ts";
import { UpstreamFailure } from "./upstream.ts";

/** By their codes, so that who goes without undici need not load it. */
const late = {
  connection: "UND_ERR_CONNECT_TIMEOUT",
  head: "UND_ERR_HEADERS_TIMEOUT",
  body: "UND_ERR_BODY_TIMEOUT",
} as const;

interface Circumstances {
  /** Address of the proxy through which the request went. */
  readonly proxy: string | null;
  readonly isSent: boolean;
}

export function toFailure(error: Error, { proxy, isSent }: Circumstances): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  if (codeOf(error) === forbiddenCode) return forbidden(error);
  const failure = proxy === null ? null : (refusalOf(error, proxy) ?? (isSent ? null : failureOfProxy(error, proxy)));
  if (failure !== null) return failure;
  const { kind, message } = describe(error);
  return new UpstreamFailure(kind, proxy === null ? message : `${message}, through the proxy ${proxy}`, {
    cause: error,
  });
}

/** Of a connection that could not be made. */
export function unconnected(error: Error): Error {
  const code = codeOf(error);
  if (error instanceof UpstreamFailure || code === forbiddenCode) return error;
  return new UpstreamFailure("connect", describeCode(code), { cause: error });
}

/** Which address it was is the operator's business. */
export function forbidden(cause?: Error): UpstreamFailure {
  return new UpstreamFailure("forbidden", "its address is none that this server may ask", { cause });
}

function describe(error: Error): Pick<UpstreamFailure, "kind" | "message"> {
  const code = codeOf(error);
  if (code === late.connection) return { kind: "connect", message: "connecting timed out" };
  if (code === late.head) return { kind: "timeout", message: "no answer in time" };
  if (code === late.body) return { kind: "timeout", message: "the answer stalled" };
  return { kind: unsent.test(code) ? "connect" : "broken", message: describeCode(code) };
}

const unreached = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_PRX_CONN/;
const unsent = new RegExp(`${unreached.source}|CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO`);

function refusalOf({ message }: Error, proxy: string): UpstreamFailure | null {
  const refusal = /Proxy response \((\d+)\)|Proxy Authentication Required \((407)\)/.exec(message);
  const status = refusal?.[1] ?? refusal?.[2];
  if (status === undefined) return null;
  const reason = status === "407" ? "wants a user and a password, or other ones" : "does not lead there";
  return new UpstreamFailure("connect", `the proxy ${proxy} ${reason} (${status})`);
}

/** Behind a proxy this process is connected to nobody else. */
function failureOfProxy(error: Error, proxy: string): UpstreamFailure | null {
  const fail = (message: string) => new UpstreamFailure("connect", `the proxy ${proxy} ${message}`, { cause: error });
  const code = codeOf(error);
  if (unreached.test(code)) return fail(`cannot be reached (${code})`);
  return code === late.connection || code === late.head ? fail("did not connect in time") : null;
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : error.name;
}

/** Codes, not messages: a message may hold addresses, which are the operator's business. */
function describeCode(code: string): string {
  if (code === "UND_ERR_SOCKET") return "the connection was closed";
  return `the connection failed (${code})`;
}
