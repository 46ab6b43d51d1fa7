// A request to every kind of route that the server has, for what all of them must do alike.

import type { SecureContextOptions } from "node:tls";
import { askExactly } from "./exact-answer.ts";
import type { ExactAnswer } from "./exact-answer.ts";
import type { WholeServer } from "./whole-server.ts";
import { wholeAdminKey } from "./whole-server.ts";

export interface RouteCase {
  readonly name: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly key: "api" | "admin" | "none";
  readonly body?: string;
  readonly status: number;
  /** For operators alone. */
  readonly isOperators?: true;
  readonly isStream?: true;
}

const model = "gpt-4o-mini";
const messages = [{ role: "user", content: "Hello" }];

function post(name: string, path: string, body: object, more: Partial<RouteCase> = {}): RouteCase {
  return { name, method: "POST", path, key: "api", status: 200, body: JSON.stringify(body), ...more };
}

function get(name: string, path: string, more: Partial<RouteCase> = {}): RouteCase {
  return { name, method: "GET", path, key: "none", status: 200, ...more };
}

const operators = { key: "admin", isOperators: true } as const;

export const everyRoute: readonly RouteCase[] = [
  post("a chat", "/v1/chat/completions", { model, messages }),
  post("a streamed chat", "/v1/chat/completions", { model, messages, stream: true }, { isStream: true }),
  post("embeddings", "/v1/embeddings", { model: "text-embedding-3-small", input: "Hello" }),
  post("a response", "/v1/responses", { model, input: "Hello" }, { status: 404 }),
  post("a message", "/v1/messages", { model, messages, max_tokens: 9 }),
  post("a streamed message", "/v1/messages", { model, messages, max_tokens: 9, stream: true }, { isStream: true }),
  post("a count of tokens", "/v1/messages/count_tokens", { model, messages }),
  post("content of Gemini", `/v1beta/models/${model}:generateContent`, { contents: [{ parts: [{ text: "Hello" }] }] }),
  post("a chat of Ollama, as lines", "/api/chat", { model, messages }, { isStream: true }),
  get("the list of models", "/v1/models", { key: "api" }),
  get("a model", `/v1/models/${model}`, { key: "api" }),
  get("the models of Gemini", "/v1beta/models", { key: "api" }),
  get("the models of Ollama", "/api/tags", { key: "api" }),
  get("the version of Ollama", "/api/version"),
  get("a file that nobody keeps", "/v1/files/file-1", { key: "api", status: 404 }),
  post("a chat without a key", "/v1/chat/completions", { model, messages }, { key: "none", status: 401 }),
  post("a chat that is too large", "/v1/chat/completions", { text: "x".repeat(70_000) }, { status: 413 }),
  post("a message that is no request", "/v1/messages", [], { status: 400 }),
  post("a model that is unknown", "/v1/chat/completions", { model: "nobody", messages }, { status: 404 }),
  get("a method that is not taken", "/v1/chat/completions", { status: 405 }),
  get("a path that is not there", "/v1/nothing", { status: 404 }),
  get("a path that Ollama has and we do not", "/api/blobs/x", { status: 404 }),
  get("a path that cannot be read", "/%", { status: 400, isOperators: true }),
  get("health", "/health"),
  get("liveness", "/health/live"),
  get("readiness", "/health/ready"),
  get("status", "/status", operators),
  get("metrics", "/metrics", operators),
  get("the landing page", "/"),
  get("the documentation", "/docs/"),
  get("a file of the documentation", "/docs/static/swagger-ui.css"),
  get("the document of the API", "/docs/json"),
  get("a list for operators", "/admin/providers", operators),
  get("who is asking", "/admin/me", operators),
  post("a change that is wrong", "/admin/users", { name: 1 }, { ...operators, status: 400 }),
  post("a sign-in that is wrong", "/admin/sessions", { email: "a@b.c", password: "x" }, { ...operators, status: 401 }),
  get("a list for operators without a key", "/admin/users", { ...operators, key: "none", status: 401 }),
];

function headersOf(server: WholeServer, route: RouteCase): Record<string, string> {
  const keys = { api: server.apiKey, admin: wholeAdminKey, none: null };
  const key = keys[route.key];
  return {
    ...(key !== null && { authorization: `Bearer ${key}` }),
    ...(route.body !== undefined && { "content-type": "application/json" }),
  };
}

/** The answer with its bytes as they came. */
export function askRouteExactly(
  server: WholeServer,
  route: RouteCase,
  more: Readonly<Record<string, string>> = {},
  tls?: SecureContextOptions,
): Promise<ExactAnswer> {
  const headers = { ...headersOf(server, route), ...more };
  const { method, body } = route;
  return askExactly(server.url + route.path, {
    method,
    headers,
    ...(body !== undefined && { body }),
    ...(tls !== undefined && { tls }),
  });
}

/** Asks for the case, with what is added to or taken in the place of its own. */
export function askRoute(server: WholeServer, route: RouteCase, init: RequestInit = {}): Promise<Response> {
  return fetch(server.url + route.path, {
    method: route.method,
    ...(route.body !== undefined && { body: route.body }),
    ...init,
    headers: {
      ...headersOf(server, route),
      ...Object.fromEntries(new Headers(init.headers)),
    },
  });
}
