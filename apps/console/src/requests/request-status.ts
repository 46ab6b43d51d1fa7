import type { RequestRow } from "#api/queries.ts";
import type { Tone } from "#parts/status.tsx";

interface Outcome {
  readonly tone: Tone;
  readonly words: string;
}

/** How a request ended, in a few words: the status, and what was out of the ordinary. */
export function outcomeOf({ status, http_status, error_code, fell_back, cache }: RequestRow): Outcome {
  if (status === "ok" && cache === "hit") return { tone: "good", words: `${http_status} · cache` };
  if (status === "ok") return fell_back ? { tone: "warn", words: `${http_status} · fallback` } : good(http_status);
  if (status === "client_abort") return { tone: "off", words: "client left" };
  const why = error_code ?? status;
  return { tone: "bad", words: `${http_status} · ${why.replaceAll("_", " ")}` };
}

function good(httpStatus: number): Outcome {
  return { tone: "good", words: String(httpStatus) };
}
