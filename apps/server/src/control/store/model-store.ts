// Models as the store has them: one at one provider.

import type { ModelFacts } from "#domain/model-facts.ts";
import type { FurtherPrices } from "#domain/price-overrides.ts";
import type { TargetLimits } from "#domain/principal.ts";

export type ModelOrigin = "catalog" | "vendor" | "operator";

export interface ModelRow {
  readonly id: string;
  readonly providerId: string;
  readonly name: string;
  readonly contextLength: number | null;
  /** Overrides of the catalogue's prices, nano-USD per million tokens; null: as in the catalogue. */
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  readonly cachedInputPrice: number | null;
  readonly furtherPrices: FurtherPrices;
  readonly supportsVision: boolean | null;
  readonly supportsFunctions: boolean | null;
  readonly supportsStreaming: boolean | null;
  /** Who named it; null for rows that are older than the question. */
  readonly origin: ModelOrigin | null;
  /** What the vendor's list tells, behind what the operator says. */
  readonly listed: ModelFacts | null;
  /** From 0 to 100; null where no operator has said it. */
  readonly quality: number | null;
  /** May the name `auto` lead there? Null: as its name tells what it is for. */
  readonly inAuto: boolean | null;
  /** Of all requests that are sent there; null: it is held to nothing. */
  readonly limits: TargetLimits | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

type OptionalOfModel = "limits" | "quality" | "inAuto";
export type NewModel = Omit<ModelRow, OptionalOfModel | "id" | "createdAt" | "updatedAt"> &
  Partial<Pick<ModelRow, OptionalOfModel>>;
export type ModelChange = Partial<Omit<NewModel, "providerId" | "name">>;
