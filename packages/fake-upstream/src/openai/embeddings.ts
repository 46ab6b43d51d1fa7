import { asCount, asText, countWords } from "./request.ts";
import type { JsonObject } from "#script.ts";

const defaultDimensions = 1536;

/** Vectors of length one that depend on nothing but the input. Texts that share words lie closer to each other than others, as a vendor's do. */
export function renderEmbeddings(body: JsonObject, dimensionsWithoutWish = defaultDimensions): JsonObject {
  const inputs = readInputs(body["input"]);
  const dimensions = asCount(body["dimensions"]) ?? dimensionsWithoutWish;
  const tokens = inputs.reduce((sum, input) => sum + (Array.isArray(input) ? input.length : countWords(input)), 0);
  return {
    object: "list",
    data: inputs.map((input, index) => ({
      object: "embedding",
      index,
      embedding: encodeVector(vectorOf(input, dimensions), body["encoding_format"]),
    })),
    model: asText(body["model"]) ?? "fake-embedding",
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

type EmbeddingInput = string | number[];

function readInputs(input: unknown): EmbeddingInput[] {
  if (!Array.isArray(input)) return [readInput(input)];
  const isTokens = input.length > 0 && input.every((item) => typeof item === "number");
  return isTokens ? [readInput(input)] : input.map(readInput);
}

function readInput(input: unknown): EmbeddingInput {
  return Array.isArray(input) ? input.filter((item) => typeof item === "number") : (asText(input) ?? "");
}

function encodeVector(vector: Float32Array, format: unknown): number[] | string {
  return format === "base64" ? Buffer.from(vector.buffer).toString("base64") : Array.from(vector);
}

function vectorOf(input: EmbeddingInput, dimensions: number): Float32Array {
  if (typeof input !== "string") return unitVector(JSON.stringify(input), dimensions);
  const words = input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [input];
  const sum = new Float32Array(dimensions);
  for (const word of words) {
    const vector = unitVector(word, dimensions);
    for (let at = 0; at < dimensions; at += 1) sum[at] = (sum[at] ?? 0) + (vector[at] ?? 0);
  }
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}

function unitVector(text: string, dimensions: number): Float32Array {
  const random = seededNumbers(text);
  const values = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...values) || 1;
  return values.map((value) => value / length);
}

/** FNV-1a of the text seeds a mulberry32. */
function seededNumbers(text: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(text)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const folded = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((folded ^ (folded >>> 14)) >>> 0) / 4294967296;
  };
}
