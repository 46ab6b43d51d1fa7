// Recordings that say something else than their vendor did, each with what is wrong with it. Nothing may be listed because
// the gateway reads it wrongly: what is listed here no gateway could read as the oracle says.

export interface Excuse {
  readonly reason: string;
  /** Absent: for every client. */
  readonly clients?: readonly string[];
}

export const brokenRecordings: Readonly<Record<string, Excuse>> = {
  ...all("Several streams of one session were joined into one, which the vendor's own SDK refuses as well.", [
    "63eee6061c1a4ca0",
    "ca9e896aa6653335",
    "d78e50f241b6d5cc",
  ]),
  "2180b792c04d040e": {
    reason: "There is a space behind the end mark, which this version of the SDK refuses; the gateway passes bytes.",
    clients: ["openai-chat"],
  },
  ...all("The answer is the text of a test server's echo, in no vendor's format.", ["ddcab846c5ed99a9"]),
};

function all(reason: string, ids: readonly string[]): Readonly<Record<string, Excuse>> {
  return Object.fromEntries(ids.map((id) => [id, { reason }]));
}
