// One call of the admin API: what is sent, and what comes back, by the address of a route. The clients are made of it.
// Runs wherever there is a `fetch`, and needs no schemas.

import { errorCatalogue } from "./errors.ts";
import type { ErrorCode } from "./errors.ts";
import { newId } from "./ids.ts";
import { idempotencyKeyHeader, takesIdempotencyKey } from "./routes/habits.ts";
import type { AdminRoutes } from "./routes/admin-routes.ts";
import { isStreamType } from "./routes/route.ts";
import type { AdminRoute, RouteAnswer, RouteGroups, RouteInput, StreamType } from "./routes/route.ts";

/** From the catalogue where GhostLLM answered; else no answer came, or one that is not GhostLLM's. */
export type ClientErrorCode = ErrorCode | "connection_failed" | "unexpected_answer" | "aborted";

export interface ClientErrorDetails {
  /** 0 where no answer came. */
  readonly status: number;
  readonly code: ClientErrorCode;
  readonly param?: string | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly status: number;
  readonly code: ClientErrorCode;
  readonly param: string | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, { status, code, param, requestId, cause }: ClientErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
    this.param = param;
    this.requestId = requestId;
  }
}

export interface ClientOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Admin key, an admin's `gk-` key, or the token of a session. Null for routes that are public. */
  readonly apiKey: string | null;
  readonly fetch?: typeof globalThis.fetch;
  /**
   * How often a request is sent again that nobody has answered, or that a server could not answer now. Each change has an Idempotency-Key
   * of its own then, so that it is carried out once. None where left out.
   */
  readonly repeats?: number;
}

export interface CallOptions {
  /** Aborts the call: it then rejects with ClientError `aborted`. */
  readonly signal?: AbortSignal;
  /** The same one for the same change, however often it is sent. */
  readonly idempotencyKey?: string | undefined;
  /** `etagOf` what was read: the change is refused with `precondition_failed` where it is another one by now. */
  readonly ifMatch?: string | null;
}

const etags = new WeakMap<object, string>();

/** In which version this answer of a client shows an object; null where it has none. */
export function etagOf(answer: object): string | null {
  return etags.get(answer) ?? null;
}

type Method<Route extends AdminRoute> =
  Record<never, never> extends RouteInput<Route>
    ? (input?: RouteInput<Route>, options?: CallOptions) => Promise<RouteAnswer<Route>>
    : (input: RouteInput<Route>, options?: CallOptions) => Promise<RouteAnswer<Route>>;

/** A stream has no answer that could be awaited: `followEvents` and `readStream` read it. */
type AnsweredOnce<Routes, Name extends keyof Routes> = Routes[Name] extends { readonly mediaType: StreamType }
  ? never
  : Name;

type MethodsOf<Groups extends RouteGroups> = {
  readonly [Group in keyof Groups]: {
    readonly [Name in keyof Groups[Group] as AnsweredOnce<Groups[Group], Name>]: Method<Groups[Group][Name]>;
  };
};

export type Client = MethodsOf<AdminRoutes>;

/** Where a route is: all that a call needs of it. */
export type RouteAddress = Pick<AdminRoute, "method" | "path" | "mediaType"> & Partial<Pick<AdminRoute, "permission">>;

/** The parts of an input, as the generic caller below sees them. */
interface Parts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

type TableOf<Route> = Readonly<Record<string, Readonly<Record<string, Route>>>>;

/** What an answer is worth to who has called, or throws ClientError. */
type Read<Route> = (route: Route, answer: Answer) => unknown;

export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly etag: string | null;
  /** As JSON, where the route says nothing else; undefined where it is none. */
  readonly body: unknown;
}

export function bindRoutes<Route extends RouteAddress>(
  table: TableOf<Route>,
  options: ClientOptions,
  read: Read<Route>,
): Client {
  const groups = Object.entries(table).map(([group, routes]) => [group, bindGroup(routes, options, read)]);
  // The table is walked by name, which the compiler cannot follow; its keys are those of the type.
  return Object.fromEntries(groups) as Client;
}

function bindGroup<Route extends RouteAddress>(
  routes: Readonly<Record<string, Route>>,
  options: ClientOptions,
  read: Read<Route>,
) {
  const answered = Object.entries(routes).filter(([, { mediaType }]) => !isStreamType(mediaType));
  const methods = answered.map(([name, route]) => [
    name,
    async (parts: Parts = {}, call: CallOptions = {}) => {
      const answer = await callRoute(route, parts, { ...options, ...call });
      return withEtag(read(route, answer), answer.etag);
    },
  ]);
  return Object.fromEntries(methods);
}

async function callRoute(route: RouteAddress, parts: Parts, options: ClientOptions & CallOptions): Promise<Answer> {
  const url = joinUrl(options.baseUrl, fillPath(route.path, parts.params ?? {}) + toQueryString(parts.query ?? {}));
  const response = await sendAgain(url, route, parts.body, options);
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const isText = response.ok && route.mediaType !== undefined;
  const body = await (isText ? response.text() : readJson(response)).catch((cause: unknown) => {
    throw lost(options, cause);
  });
  if (!response.ok) throw toClientError(response.status, body, requestId);
  return { url, status: response.status, requestId, etag: response.headers.get("etag"), body };
}

/** Something else answers there. */
export function notOurs({ url, status, requestId }: Answer, why: string): ClientError {
  const message = `${url} answered something that is not GhostLLM's admin API: ${why}`;
  return new ClientError(message, { status, code: "unexpected_answer", requestId });
}

function withEtag(answer: unknown, etag: string | null): unknown {
  if (etag !== null && typeof answer === "object" && answer !== null) etags.set(answer, etag);
  return answer;
}

/** What stands between, or a server that is starting, may answer so. */
const passing = new Set([502, 503, 504]);
const firstPauseMs = 200;

/** Reads are sent again as they are. A change without a key is sent once: nobody knows what came of it. */
async function sendAgain(url: string, route: RouteAddress, body: unknown, options: ClientOptions & CallOptions) {
  const { method, permission = "public" } = route;
  const { repeats = 0, signal, ...others } = options;
  const own = repeats > 0 && takesIdempotencyKey({ method, permission }) ? newId() : undefined;
  const keyed = { ...options, idempotencyKey: others.idempotencyKey ?? own };
  let left = method === "GET" || keyed.idempotencyKey !== undefined ? repeats : 0;
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const response = await send(url, route, body, keyed).catch((error: unknown) => {
      if (left === 0 || signal?.aborted === true) throw error;
      return null;
    });
    const isBusy = response !== null && response.status === 409 && response.headers.has("retry-after");
    if (response !== null && (left === 0 || !(isBusy || passing.has(response.status)))) return response;
    await response?.body?.cancel();
    left -= 1;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function send(
  url: string,
  route: RouteAddress,
  body: unknown,
  options: ClientOptions & CallOptions,
): Promise<Response> {
  const headers: Record<string, string> = { accept: route.mediaType ?? "application/json" };
  if (options.apiKey !== null) headers["authorization"] = `Bearer ${options.apiKey}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  if (options.idempotencyKey !== undefined) headers[idempotencyKeyHeader] = options.idempotencyKey;
  if (typeof options.ifMatch === "string") headers["if-match"] = options.ifMatch;
  const fetchNow = options.fetch ?? globalThis.fetch;
  try {
    return await fetchNow(url, {
      method: route.method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
  } catch (cause) {
    throw lost(options, cause);
  }
}

/** No answer came, or not the whole of it. */
export function lost({ baseUrl, signal }: ClientOptions & CallOptions, cause: unknown): ClientError {
  if (signal?.aborted === true) return new ClientError("The call was aborted", { status: 0, code: "aborted", cause });
  const message = `No GhostLLM answers at ${baseUrl}: ${reasonOf(cause)}`;
  return new ClientError(message, { status: 0, code: "connection_failed", cause });
}

/** `fetch` hides the reason, such as a refused connection, in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

function joinUrl(baseUrl: string, path: string): string {
  return baseUrl.replace(/\/+$/, "") + path;
}

function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function toQueryString(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an answer that is none says went wrong. */
export async function failureOf(response: Response): Promise<ClientError> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  return toClientError(response.status, await readJson(response), requestId);
}

function toClientError(status: number, body: unknown, requestId: string | undefined): ClientError {
  const { message, code, param } = fieldsOf(fieldsOf(body)["error"]);
  if (typeof message === "string" && typeof code === "string" && isErrorCode(code))
    return new ClientError(message, { status, code, requestId, ...(typeof param === "string" && { param }) });
  const words = `HTTP ${status}, without an error in GhostLLM's form`;
  return new ClientError(words, { status, code: "unexpected_answer", requestId });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}
