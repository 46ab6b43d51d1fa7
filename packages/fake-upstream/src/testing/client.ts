// A plain client for the tests of the fake vendor: it shows what came over the wire, write by write.

import { request, type IncomingHttpHeaders } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As Node hands them out: one per chunk of the chunked encoding, unless they came in one go. */
  readonly parts: readonly Buffer[];
  readonly text: string;
  /** Undefined for an answer that came whole. */
  readonly brokenBy: string | undefined;
  /** From sending the request to the headers, and to the end. */
  readonly headersMs: number;
  readonly totalMs: number;
}

export interface Question {
  readonly path?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { path = "/v1/chat/completions", method = "POST", body, signal } = question;
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    let answered = false;
    const sent = request(new URL(path, url), { method, agent: false, ...(signal ? { signal } : {}) }, (response) => {
      answered = true;
      const headersMs = performance.now() - startedMs;
      const parts: Buffer[] = [];
      let brokenBy: string | undefined;
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", (error: NodeJS.ErrnoException) => (brokenBy = error.code ?? error.message));
      response.on("close", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, parts, text, brokenBy, headersMs, totalMs: performance.now() - startedMs });
      });
    });
    // Once there is an answer, its own error event tells of the same thing.
    sent.on("error", (error) => (answered ? undefined : reject(error)));
    sent.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  });
}

export const hello = { model: "fake-model", messages: [{ role: "user", content: "hello there" }] };

/** The data of each server-sent event, parsed but for `[DONE]`. */
export function eventsOf(text: string): unknown[] {
  const data = text.split("\n\n").filter((event) => event.startsWith("data: "));
  return data.map((event) => event.slice(6)).map((event) => (event === "[DONE]" ? event : JSON.parse(event)));
}
