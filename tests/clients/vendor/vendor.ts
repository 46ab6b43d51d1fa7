// A vendor for all clients at once: /<client>/<fault>/<dialect>/... says whose request it is, what goes wrong with it and in
// whose format it is answered. It remembers how often each client asked.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { anthropicMessages } from "./anthropic-messages.ts";
import type { Json, Speech, VendorDialect } from "./dialect.ts";
import { gemini } from "./gemini.ts";
import { ollama } from "./ollama.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";

export const vendorDialects = [openaiChat, openaiResponses, anthropicMessages, gemini, ollama] as const;

export const faults = [
  "none",
  "cut",
  "early",
  "error-mid",
  "error-first",
  "silence",
  "refused",
  "busy",
  "down",
] as const;
export type Fault = (typeof faults)[number];

export const story = {
  text: "one two three four",
  toolName: "get_weather",
  toolArguments: { city: "Paris" },
  toolResult: "18 degrees",
  textAfterTool: "It is 18 degrees.",
  /** What the vendor says is wrong, in whatever form the fault takes. */
  complaint: "the machines are too warm",
} as const;

/** Longer than the interval of keep-alives that the gateway under test is set to. */
const silenceMs = 1200;

/** Statuses of faults that are told before anything else. */
const refusals: Partial<Record<Fault, number>> = { refused: 401, busy: 429, down: 503 };

interface Question {
  readonly fault: Fault;
  readonly dialect: VendorDialect;
  readonly body: Json;
  readonly response: ServerResponse;
}

export class Vendor {
  readonly #server: Server;
  readonly #asked = new Map<string, number>();

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  baseUrlFor(client: string, fault: Fault, { name, basePath }: VendorDialect): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${client}/${fault}/${name}${basePath}`;
  }

  /** Questions to the model only: lists of models do not count. */
  askedBy(client: string): number {
    return this.#asked.get(client) ?? 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, client = "", faultName, dialectName, ...rest] = (request.url ?? "").split("?", 1)[0]?.split("/") ?? [];
    const fault = faults.find((name) => name === faultName);
    const dialect = vendorDialects.find(({ name }) => name === dialectName);
    const written = await text(request);
    if (fault === undefined || dialect === undefined) return void response.writeHead(404).end();
    const body: Json = written === "" ? {} : (JSON.parse(written) as Json);
    const path = `/${rest.join("/")}`;
    const asked = dialect.asked(path, body);
    if (asked === "models") return send(response, 200, dialect.models(path));
    if (asked === "else") return send(response, 404, dialect.errorBody(404, `there is no ${path}`));
    this.#asked.set(client, this.askedBy(client) + 1);
    if (asked === "embeddings") return send(response, 200, dialect.embeddings(countInputs(body)));
    await perform(asked, { fault, dialect, body, response });
  }
}

function countInputs(body: Json): number {
  const inputs = body["input"] ?? body["requests"];
  return Array.isArray(inputs) ? inputs.length : 1;
}

function send(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A call when a tool is offered whose result is not there yet. */
function speechFor(body: Json): Speech {
  const asked = JSON.stringify(body);
  if (asked.includes(story.toolResult)) return { text: story.textAfterTool };
  if (!asked.includes(story.toolName)) return { text: story.text };
  return { call: { name: story.toolName, args: story.toolArguments } };
}

async function perform(asked: "answer" | "stream", question: Question): Promise<void> {
  const { fault, dialect, body, response } = question;
  const refusal = refusals[fault];
  if (refusal !== undefined) {
    const headers: Record<string, string> = fault === "busy" ? { "retry-after": "1" } : {};
    return send(response, refusal, dialect.errorBody(refusal, story.complaint), headers);
  }
  if (fault === "silence") await sleep(silenceMs);
  if (asked === "answer") return send(response, 200, dialect.whole(speechFor(body)));
  response.writeHead(200, { "content-type": dialect.streamType });
  await stream(question);
}

async function stream({ fault, dialect, body, response }: Question): Promise<void> {
  const { begin, body: said, end } = dialect.frames(speechFor(body));
  const isWhole = fault === "none" || fault === "silence";
  const told = fault === "error-first" ? [] : isWhole ? [...begin, ...said] : [...begin, ...said.slice(0, 2)];
  for (const frame of told) {
    response.write(frame);
    await sleep(5);
  }
  if (fault === "silence") await sleep(silenceMs);
  if (fault === "cut") {
    await sleep(50);
    return void response.destroy();
  }
  const last = fault.startsWith("error-") ? [dialect.errorFrame(story.complaint)] : isWhole ? end : [];
  response.end(last.join(""));
}
