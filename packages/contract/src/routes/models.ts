import { z } from "zod";
import { id, idParams, listOf, pageQuery, pricePerMillion, removed, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const override = pricePerMillion.nullable();
const contextLength = z.int().positive().nullable();
const capability = z.boolean().nullable().describe("Null: unknown.");

const prices = z.object({
  input_usd: pricePerMillion,
  output_usd: pricePerMillion,
  cached_input_usd: pricePerMillion.nullable(),
  version: z.string().describe("Where the price is from; kept with every usage record."),
});

const model = z
  .object({
    id,
    provider_id: id,
    provider: z.string(),
    name: z.string(),
    context_length: contextLength,
    input_price_usd: override.describe("Override per million tokens; null: as in the catalogue."),
    output_price_usd: override,
    cached_input_price_usd: override,
    prices: prices.nullable().describe("The price in force now, before tiers; null where it is unknown."),
    supports_vision: capability,
    supports_functions: capability,
    supports_streaming: capability,
    supports_thinking: capability,
    origin: z
      .enum(["catalog", "vendor", "operator"])
      .nullable()
      .describe(
        "Who named the model: the built-in catalogue, the vendor's list, an operator. Null: it is older than that.",
      ),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Model" });

const changeable = {
  context_length: contextLength.optional(),
  input_price_usd: override.optional(),
  output_price_usd: override.optional(),
  cached_input_price_usd: override.optional(),
  supports_vision: capability.optional(),
  supports_functions: capability.optional(),
  supports_streaming: capability.optional(),
};

const modelCreate = z
  .strictObject({ provider_id: id, name: z.string().trim().min(1).max(200), ...changeable })
  .meta({ id: "ModelCreate" });

const modelUpdate = z.strictObject(changeable).meta({ id: "ModelUpdate" });

const shared = { tag: "Models", access: "admin" } as const;

export const modelRoutes = defineRoutes({
  list: {
    ...shared,
    id: "models.list",
    method: "GET",
    path: "/admin/models",
    query: pageQuery.extend({ provider_id: id.optional() }),
    response: listOf(model),
    status: 200,
    summary: "List models",
    description: "Oldest first, those of disabled providers included.",
  },
  create: {
    ...shared,
    id: "models.create",
    method: "POST",
    path: "/admin/models",
    body: modelCreate,
    response: model,
    status: 201,
    summary: "Add a model",
    description:
      "For a model that neither the catalogue nor the vendor's list names, or to set its price before its first use.",
  },
  get: {
    ...shared,
    id: "models.get",
    method: "GET",
    path: "/admin/models/{id}",
    params: idParams,
    response: model,
    status: 200,
    summary: "Read a model",
    description: "With its price overrides and the price in force.",
  },
  update: {
    ...shared,
    id: "models.update",
    method: "PATCH",
    path: "/admin/models/{id}",
    params: idParams,
    body: modelUpdate,
    response: model,
    status: 200,
    summary: "Change a model",
    description:
      "Fields left out stay as they are; null takes a price override away. A model outside of the catalogue needs both an input and an output price to have a known cost.",
  },
  remove: {
    ...shared,
    id: "models.remove",
    method: "DELETE",
    path: "/admin/models/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Remove a model",
    description: "It can still be reached as `provider/model`. Usage records stay.",
  },
});
