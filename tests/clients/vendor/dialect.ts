export type Json = Readonly<Record<string, unknown>>;

/** What the model says: a text, or a call of the one tool that is offered. */
export type Speech = { readonly text: string } | { readonly call: { readonly name: string; readonly args: Json } };

/** An answer in frames. A stream that breaks off gets as far as `begin` and two frames of the `body`. */
export interface Frames {
  readonly begin: readonly string[];
  readonly body: readonly string[];
  readonly end: readonly string[];
}

export type Asked = "answer" | "stream" | "embeddings" | "models" | "else";

/** A vendor's format, as far as this story needs it. */
export interface VendorDialect {
  readonly name: string;
  readonly providerType: string;
  /** Behind the vendor's address, as its provider type takes it. */
  readonly basePath: string;
  readonly streamType: string;
  asked(path: string, body: Json): Asked;
  whole(speech: Speech): Json;
  frames(speech: Speech): Frames;
  /** In the middle of a stream, or as all of it. */
  errorFrame(message: string): string;
  errorBody(status: number, message: string): Json;
  embeddings(count: number): Json;
  models(path: string): Json;
}

export const chatModel = "model-a";
export const embeddingModel = "embed-a";
export const vector: readonly number[] = [0.1, 0.2, 0.3];

/** Word by word. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

export function vectors<Made>(count: number, make: (index: number) => Made): readonly Made[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function namedEvent(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export function dataEvent(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}
