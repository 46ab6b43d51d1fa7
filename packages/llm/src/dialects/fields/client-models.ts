// Lists of models as clients of a dialect ask for them.

export interface ListedCapabilities {
  readonly vision: boolean | null;
  readonly functions: boolean | null;
  readonly streaming: boolean | null;
  readonly thinking: boolean | null;
}

/** A model that a client may use, as all dialects' lists together tell it. */
export interface ListedModel {
  readonly name: string;
  /** Epoch ms; 0 where nobody knows. */
  readonly createdAt: number;
  /** The name of the provider that is asked first. */
  readonly provider: string;
  /** `provider/model` of all that stand behind the name. */
  readonly targets: readonly string[];
  readonly contextLength: number | null;
  /** Null where nobody knows. */
  readonly capabilities: ListedCapabilities | null;
  /** What its vendor calls it for people; null where it does not say. */
  readonly displayName: string | null;
  /** In USD per million tokens, as decimal text; null where the price is unknown. */
  readonly price: {
    readonly input: string;
    readonly output: string;
    readonly cachedInput: string;
    readonly version: string;
  } | null;
}

/** Where a dialect has its models: on GET, but for one model where it is asked for in another way. */
export interface ModelPlace {
  readonly listPath: string;
  /** `{model}` stands for the name of the model; without it the body of a POST names it. */
  readonly modelPath: string;
  /** Of which clients of the dialect always send one, where another dialect has the same paths. In lower case. */
  readonly headers?: readonly string[];
}

/** How the dialect lists models. */
export interface ClientModels {
  readonly places: readonly ModelPlace[];
  /** `query` is of the client's URL, without the question mark: it may ask for a page of the list. */
  encodeList(models: readonly ListedModel[], query: string): string;
  encodeModel(model: ListedModel): string;
  /** Of the body of a POST to `modelPath`; null where there is none. */
  readonly readModelName?: (body: string) => string | null;
}
