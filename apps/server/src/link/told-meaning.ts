// A vector on its way to other processes, as text.

import type { Meaning } from "./meanings.ts";

export interface ToldMeaning extends Omit<Meaning, "vector"> {
  /** Its bytes in Base64, of numbers whose lowest byte comes first. */
  readonly vector: string;
}

export function tellMeaning({ vector, ...meaning }: Meaning): ToldMeaning {
  const { buffer, byteOffset, byteLength } = vector;
  return { ...meaning, vector: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}

export function hearMeaning({ vector, ...meaning }: ToldMeaning): Meaning {
  const bytes = Buffer.from(vector, "base64");
  const numbers = new Float32Array(Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT));
  bytes.copy(Buffer.from(numbers.buffer));
  return { ...meaning, vector: numbers };
}
