// When an answer was made. Ollama has no ids of answers: the time, told to the nanosecond, stands for one in those of calls.

/** Epoch seconds; 0 where there is none. */
export function decodeCreatedAt(createdAt: unknown): number {
  const ms = typeof createdAt === "string" ? Date.parse(createdAt) : 0;
  return ms > 0 ? Math.floor(ms / 1000) : 0;
}

/** The last second that RFC 3339 can write. */
const lastSecond = 253_402_300_799;

export function encodeCreatedAt(seconds: number): string {
  return new Date(seconds > lastSecond ? 0 : seconds * 1000).toISOString();
}

/** Of a call to which the server gave none. With OpenAI ids have 40 characters at most. */
export function makeCallId(createdAt: unknown, call: number, fallbackId: string): string {
  return `call_${fallbackId.slice(-24) || digitsOf(createdAt)}_${call}`;
}

function digitsOf(createdAt: unknown): string {
  return typeof createdAt === "string" ? createdAt.replaceAll(/\D/g, "").slice(0, 24) : "";
}
