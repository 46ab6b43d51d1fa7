// What a request of the demo asks its vendor for: real prompts of that size would only cost time, so their size is written in them.

export interface Wish {
  readonly model: string;
  readonly stream: boolean;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly answerTokens: number;
}

type Sizes = Pick<Wish, "promptTokens" | "cachedTokens" | "answerTokens">;

export function promptFor({ promptTokens, cachedTokens, answerTokens }: Sizes): string {
  return `A prompt of ${promptTokens} tokens, ${cachedTokens} of them cached, for an answer of ${answerTokens}.`;
}

const form = /A prompt of (\d+) tokens, (\d+) of them cached, for an answer of (\d+)\./;

/** Of whatever else is asked, such as by the playground, the size is a guess. */
export function readWish(body: unknown): Wish {
  const text = JSON.stringify(body);
  const [, promptTokens, cachedTokens, answerTokens] = form.exec(text) ?? [];
  const { model, stream } = body as { readonly model?: unknown; readonly stream?: unknown };
  return {
    model: String(model),
    stream: stream === true,
    promptTokens: Number(promptTokens ?? Math.ceil(text.length / 4)),
    cachedTokens: Number(cachedTokens ?? 0),
    answerTokens: Number(answerTokens ?? 120),
  };
}
