// What is asked, and how much of each: everyday traffic, of which every kind has a model of its own, so that what was recorded can be
// held against what the vendor counted.

export const kindNames = [
  "small",
  "large",
  "stream",
  "from-anthropic",
  "to-anthropic",
  "vectors",
  "kept",
  "left",
] as const;
export type KindName = (typeof kindNames)[number];

export interface Kind {
  readonly name: KindName;
  /** Of a hundred requests. */
  readonly share: number;
  readonly path: string;
  readonly body: (turn: number) => object;
  /** Whether the text of an answer is all of it. */
  readonly isWhole: (text: string) => boolean;
  /** The client leaves when the first bytes are there. */
  readonly isLeft?: true;
}

/** So many turns later a question is asked again, by the same key: two of three answers are kept still. */
const keptQuestions = 400;
export const keptSeconds = 10;
const sentence = "The quick brown fox jumps over the lazy dog while the band plays on and nobody minds the rain. ";
const large = sentence.repeat(1_050);

const chatPath = "/v1/chat/completions";
const said = (content: string): object => ({ messages: [{ role: "user", content }] });
const endsAsStream = (text: string): boolean => text.endsWith("data: [DONE]\n\n");
const endsAsJson = (text: string): boolean => text.trimEnd().endsWith("}");

export const kinds: readonly Kind[] = [
  {
    ...{ name: "small", share: 40, path: chatPath, isWhole: endsAsJson },
    body: (turn) => ({ model: "v/small", max_tokens: 200, ...said(`What happens at ${turn}?`) }),
  },
  {
    ...{ name: "large", share: 5, path: chatPath, isWhole: endsAsJson },
    body: (turn) => ({ model: "v/large", max_tokens: 200, ...said(`${turn}: ${large}`) }),
  },
  {
    ...{ name: "stream", share: 15, path: chatPath, isWhole: endsAsStream },
    body: (turn) => ({ model: "v/stream", max_tokens: 200, stream: true, ...said(`Tell of ${turn}`) }),
  },
  {
    ...{ name: "from-anthropic", share: 10, path: "/v1/messages" },
    body: (turn) => ({ model: "v/from-anthropic", max_tokens: 200, stream: true, ...said(`Tell of ${turn}`) }),
    isWhole: (text) => text.trimEnd().endsWith('data: {"type":"message_stop"}'),
  },
  {
    ...{ name: "to-anthropic", share: 10, path: chatPath, isWhole: endsAsStream },
    body: (turn) => ({ model: "a/to-anthropic", max_tokens: 200, stream: true, ...said(`Tell of ${turn}`) }),
  },
  {
    ...{ name: "vectors", share: 8, path: "/v1/embeddings", isWhole: endsAsJson },
    body: (turn) => ({ model: "v/vectors", input: [`one of ${turn}`, sentence] }),
  },
  {
    ...{ name: "kept", share: 8, path: chatPath, isWhole: endsAsJson },
    body: (turn) => ({ model: "kept-answers", max_tokens: 200, ...said(`Question ${turn % keptQuestions}`) }),
  },
  {
    ...{ name: "left", share: 4, path: chatPath, isWhole: () => false, isLeft: true },
    body: (turn) => ({ model: "v/left", max_tokens: 200, stream: true, ...said(`Tell of ${turn}`) }),
  },
];

const byHundredth: readonly Kind[] = kinds.flatMap((kind) => Array.from({ length: kind.share }, () => kind));
/** Has no divisor in common with a hundred: kinds follow each other in turn, and a hundred requests have each of them as often as it says. */
const stride = 37;

export function kindOf(turn: number): Kind {
  const kind = byHundredth[(turn * stride) % byHundredth.length];
  if (kind === undefined) throw new Error(`no kind of traffic has turn ${turn}`);
  return kind;
}
