// What a provider file says of prices, beside the name of the vendor in the price list.

import type { Factor } from "./price.ts";

/** Where a model is asked for: its price may depend on all of it. */
export interface Place {
  readonly baseUrl: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** What a name is in the price list. */
export interface PricedName {
  readonly model: string;
  /** Another vendor's part of the list: who made the model, and sets its price. */
  readonly catalogId?: string;
  /** By how much its tokens are dearer there. */
  readonly factor?: Factor;
  /** It costs nothing, whatever the list says. */
  readonly isFree?: true;
}

/** A class of service at a multiple of the usual rates, for the models of a pattern. */
export interface ServiceClass extends Factor {
  readonly name: string;
  readonly models?: RegExp;
}

export interface Pricing {
  /** Null: the name has no price here, such as that of a deployment. */
  readonly nameOf?: (model: string, place: Place) => PricedName | null;
  /** Other parts of the list, for models that the vendor sells at their makers' prices. */
  readonly alsoIn?: readonly string[];
  /** Names that are in those parts, and not sold here at these prices. */
  readonly notIn?: RegExp;
  readonly classes?: readonly ServiceClass[];
  readonly geographies?: Readonly<Record<string, Factor>>;
  /** Nano-USD for each use, where the list has none; null: none is known, whatever the list says of another vendor. */
  readonly fees?: {
    readonly webSearch?: number | null;
    readonly fileSearch?: number;
    readonly container?: number;
  };
  /** Models whose searches are charged once an answer. */
  readonly searchesOnce?: RegExp;
  /** Sound costs as much as text with those of its models that have one price alone. */
  readonly soundAsText?: RegExp;
  /** Days of the week on which dearer hours count, 0 for Sunday. */
  readonly peakDays?: readonly number[];
  /** The most that a picture takes, where the vendor tells it; the first that fits. */
  readonly pictureTokens?: readonly { readonly models: RegExp; readonly most: number }[];
  /** What the vendor itself puts into each prompt at most, where that is more than a little. */
  readonly hiddenTokens?: number;
  /** Thoughts that the limit of output does not hold for, at most. */
  readonly thoughtsBeyondLimit?: number;
  /** Models of whose answers nobody can tell what they may cost, since they search as long as they like. */
  readonly boundless?: RegExp;
  /** Each answer tells what it costs. */
  readonly tellsCost?: true;
}
