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
  e3fbd2703248b4db: {
    reason:
      "The last event lacks the empty line behind it. Google's SDK refuses that; the others are told all of the answer.",
    clients: ["openai-chat", "openai-responses", "anthropic-messages", "ollama"],
  },
  "22b65bad38b30dcf": {
    reason: "The recorded proxy changes the response's id within the stream, which this version of the SDK refuses.",
    clients: ["openai-responses"],
  },
  ...all(
    "The deltas tell a text that the final response lacks: the oracle's SDK believed the latter, newer ones the former.",
    ["0468579320a96503"],
  ),
  ...all("A call's arguments come in pieces, which Google's SDK tells as so many calls without a name.", [
    "ac385f26ec6353d1",
  ]),
  ...all("The answer to the making of a cache, filed as one of generateContent.", [
    "01ed3c6380ed5c87",
    "6ea923bd2e3c1675",
    "a0a7dd78e3938ddd",
  ]),
  ...all(
    "A stream in the form of a JSON array, which no SDK and no gateway asks for; Google's SDK reads nothing of it.",
    [
      "249b0ceb3c799359",
      "4b711915bac2657a",
      "6996166e1b3e1e34",
      "74809d901f597bf0",
      "7cf712432b1f55ff",
      "a737fff6af62f802",
      "b8197e1298b95eb3",
      "c47b1af467ebec6f",
    ],
  ),
  ...all("The answer of another API, filed as one of Ollama's own.", ["c7942a1b4002804b"]),
  ...all("The answer is the text of a test server's echo, in no vendor's format.", ["ddcab846c5ed99a9"]),
};

function all(reason: string, ids: readonly string[]): Readonly<Record<string, Excuse>> {
  return Object.fromEntries(ids.map((id) => [id, { reason }]));
}
