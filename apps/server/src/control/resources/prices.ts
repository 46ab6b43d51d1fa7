import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { PriceState } from "#control/prices/price-source.ts";
import { toTimeOrNull } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiPriceList = RouteAnswer<AdminRoutes["prices"]["get"]>;

export function createPricesResource({ prices }: ResourceDependencies): Resource<"prices"> {
  return {
    get: () => Promise.resolve(toApi(prices.state())),
    refresh: async () => toApi(await prices.refresh()),
  };
}

function toApi({ version, source, isBuiltIn, modelCount, loadedAt, checkedAt, problem }: PriceState): ApiPriceList {
  return {
    version,
    source,
    built_in: isBuiltIn,
    models: modelCount,
    loaded_at: toTimeOrNull(loadedAt),
    checked_at: toTimeOrNull(checkedAt),
    problem,
  };
}
