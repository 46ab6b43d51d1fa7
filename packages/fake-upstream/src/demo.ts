// The built-in demo: an ordinary upstream over loopback HTTP whose script answers from the request alone.

import { renderEmbeddings } from "#openai/embeddings.ts";
import { demandedText } from "#openai/reply.ts";
import { asText, contentText, countWords, lastUserText, readBody } from "#openai/request.ts";
import type { ReceivedRequest } from "./received.ts";
import type { JsonObject, Script } from "./script.ts";
import { startFakeUpstream } from "./server.ts";

export interface DemoUpstreamOptions {
  readonly port?: number;
  readonly host?: string;
  readonly wordsPerSecond?: number;
}

export interface DemoUpstream {
  /** Without a path; the API is under `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

export const demoModels = { chat: "demo", embedding: "demo-embedding" } as const;
const embeddingDimensions = 256;
const pleasantWordsPerSecond = 30;

export async function startDemoUpstream(options: DemoUpstreamOptions = {}): Promise<DemoUpstream> {
  const { wordsPerSecond = pleasantWordsPerSecond, ...place } = options;
  const script = (received: ReceivedRequest): Script => answerDemo(received, wordsPerSecond);
  return startFakeUpstream({ ...place, script, remember: 0, models: Object.values(demoModels) });
}

function answerDemo(received: ReceivedRequest, wordsPerSecond: number): Script {
  const path = received.path.split("?", 1)[0] ?? "";
  const body = readBody(received.text);
  if (received.method === "GET" || body === undefined) return { kind: "default" };
  const isEmbedding = path.endsWith("/embeddings");
  const served = isEmbedding ? demoModels.embedding : demoModels.chat;
  if (body["model"] !== served) return unknownModel(body, served);
  if (isEmbedding) return { kind: "answer", body: renderEmbeddings(body, embeddingDimensions) };
  const asked = path.endsWith("/chat/completions") ? lastUserText(body) : contentText(body["prompt"]);
  return { kind: "chat", text: demandedText(body, compose(asked)), obeyLimits: true, tokensPerSecond: wordsPerSecond };
}

function unknownModel(body: JsonObject, served: string): Script {
  const asked = asText(body["model"]) ?? "";
  const message = `The model \`${asked}\` does not exist: GhostLLM's built-in demo has only \`${served}\` here.`;
  return { kind: "error", status: 404, code: "model_not_found", message };
}

function compose(asked: string): string {
  return `This is GhostLLM's built-in demo; no vendor was called. ${remark(asked)} To reach a real model, set a vendor's key, such as OPENAI_API_KEY, and start again.`;
}

/** Something that shows the message came through. */
function remark(asked: string): string {
  if (asked.trim() === "") return "Your message had no text.";
  const sum = addUp(asked);
  if (sum !== undefined) return `You asked for ${sum.term}, which is ${sum.result}.`;
  return `Your message has ${countWords(asked)} words and reads: "${shorten(asked)}".`;
}

const arithmetic = /(-?\d+(?:\.\d+)?)\s*([-+*x×/])\s*(-?\d+(?:\.\d+)?)/;

const operations: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  x: (left, right) => left * right,
  "×": (left, right) => left * right,
  "/": (left, right) => left / right,
};

function addUp(asked: string): { term: string; result: number } | undefined {
  const [, left = "", sign = "", right = ""] = arithmetic.exec(asked) ?? [];
  const result = operations[sign]?.(Number(left), Number(right));
  if (result === undefined || !Number.isFinite(result)) return undefined;
  return { term: `${left} ${sign} ${right}`, result: Number(result.toPrecision(12)) };
}

const longestQuote = 160;

function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= longestQuote ? line : `${line.slice(0, longestQuote)}...`;
}
