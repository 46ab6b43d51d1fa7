// What an operator says of a model's prices, in place of the list. Null and absent: as in the list.

/** Nano-USD per million tokens of a class, or for each use. */
export interface FurtherPrices {
  readonly cacheWrite?: number | undefined;
  readonly cacheWriteHour?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly audioInput?: number | undefined;
  readonly cachedAudio?: number | undefined;
  readonly audioOutput?: number | undefined;
  readonly imageInput?: number | undefined;
  readonly cachedImage?: number | undefined;
  readonly imageOutput?: number | undefined;
  readonly perRequest?: number | undefined;
  readonly perWebSearch?: number | undefined;
  readonly perFileSearch?: number | undefined;
  readonly perContainer?: number | undefined;
  /** Prices of requests whose prompt has more tokens than `above`, the smallest first. */
  readonly longPrompts?: readonly LongPromptPrices[] | undefined;
  /** Classes of service by name, in millionths of the usual prices. */
  readonly serviceClasses?: Readonly<Record<string, number>> | undefined;
}

export interface LongPromptPrices {
  readonly above: number;
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cachedInput?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWriteHour?: number | undefined;
}

export interface PriceOverrides {
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  readonly cachedInputPrice: number | null;
  readonly furtherPrices: FurtherPrices;
}
