import { z } from "zod";
import {
  declaredIn,
  id,
  idParams,
  listOf,
  namedQuery,
  openEnum,
  pricePerMillion,
  removed,
  time,
  usdNotNegative,
} from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { targetLimits, targetLimitsInput } from "./target-limits-fields.ts";

const fee = usdNotNegative.describe("USD for each use, as decimal text.");
const override = pricePerMillion.nullable();
const contextLength = z.int().positive().nullable();
const perUse = fee.nullable();

const longPrompt = z.strictObject({
  above_tokens: z.int().positive(),
  input_price_usd: pricePerMillion.optional(),
  output_price_usd: pricePerMillion.optional(),
  cached_input_price_usd: pricePerMillion.optional(),
  cache_write_price_usd: pricePerMillion.optional(),
  cache_write_hour_price_usd: pricePerMillion.optional(),
});

const factor = z
  .string()
  .regex(/^\d{1,4}(?:\.\d{1,6})?$/, 'Write a factor as decimal text, such as "1.75"')
  .describe("How many times the usual price.");

/** Overrides of further classes; null: as in the list, as far as that still holds beside what is overridden. */
const furtherOverrides = {
  cache_write_price_usd: override,
  cache_write_hour_price_usd: override,
  reasoning_price_usd: override,
  audio_input_price_usd: override,
  cached_audio_price_usd: override,
  audio_output_price_usd: override,
  image_input_price_usd: override,
  cached_image_price_usd: override,
  image_output_price_usd: override,
  request_price_usd: perUse,
  web_search_price_usd: perUse,
  file_search_price_usd: perUse,
  container_price_usd: perUse,
  long_prompt_prices: z
    .array(longPrompt)
    .max(8)
    .nullable()
    .describe(
      "Prices of requests whose prompt has more tokens than `above_tokens`, beside overrides of the same classes.",
    ),
  service_class_factors: z
    .record(z.string().min(1).max(40), factor)
    .nullable()
    .describe("Classes of service by the vendor's name, such as `priority`, as factors of the usual prices."),
};

const aboutLimits =
  "What all requests that are sent to it are held to together, whoever asks and by whatever name, beside the limits of its provider. Null is unlimited.";

const limits = targetLimits.describe(aboutLimits);

const limitsInput = targetLimitsInput.describe(`${aboutLimits} Replaced as a whole.`);

const quality = z
  .int()
  .min(0)
  .max(100)
  .nullable()
  .describe(
    "How good its answers are held to be, for the model `auto` and aliases of that strategy. Null: as its price makes suppose.",
  );
const auto = z
  .boolean()
  .nullable()
  .describe("May the model `auto` lead to it? Null: where its name tells that it is for chats or embeddings.");

const capability = z.boolean().nullable().describe("Null: unknown.");

const prices = z.object({
  input_usd: pricePerMillion,
  output_usd: pricePerMillion,
  cached_input_usd: pricePerMillion.nullable(),
  cache_write_usd: pricePerMillion.nullable(),
  cache_write_hour_usd: pricePerMillion.nullable(),
  reasoning_usd: pricePerMillion.nullable(),
  audio_input_usd: pricePerMillion.nullable(),
  cached_audio_usd: pricePerMillion.nullable(),
  audio_output_usd: pricePerMillion.nullable(),
  image_input_usd: pricePerMillion.nullable(),
  cached_image_usd: pricePerMillion.nullable(),
  image_output_usd: pricePerMillion.nullable(),
  request_usd: fee.nullable(),
  web_search_usd: fee.nullable(),
  file_search_usd: fee.nullable(),
  container_usd: fee.nullable(),
  long_prompts: z
    .array(z.object({ above_tokens: z.int(), input_usd: pricePerMillion, output_usd: pricePerMillion }))
    .describe("Prices of requests whose prompt has more tokens than this."),
  service_classes: z
    .record(z.string(), z.object({ input_usd: pricePerMillion, output_usd: pricePerMillion }))
    .describe("Prices in classes of service that are not the usual one."),
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
    ...furtherOverrides,
    prices: prices.nullable().describe("The price in force now, before tiers; null where it is unknown."),
    price_note: z.string().nullable().describe("Where the price is unknown: why, and what can be done about it."),
    supports_vision: capability,
    supports_functions: capability,
    supports_streaming: capability,
    supports_thinking: capability,
    limits,
    quality,
    auto,
    origin: openEnum(["catalog", "vendor", "operator"])
      .nullable()
      .describe(
        "Who named the model: the built-in catalogue, the vendor's list, an operator. Null: it is older than that.",
      ),
    declared: declaredIn,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Model" });

const changeable = {
  context_length: contextLength.optional(),
  input_price_usd: override.optional(),
  output_price_usd: override.optional(),
  cached_input_price_usd: override.optional(),
  ...z.object(furtherOverrides).partial().shape,
  supports_vision: capability.optional(),
  supports_functions: capability.optional(),
  supports_streaming: capability.optional(),
  limits: limitsInput.optional(),
  quality: quality.optional(),
  auto: auto.optional(),
};

const modelCreate = z
  .strictObject({ provider_id: id, name: z.string().trim().min(1).max(200), ...changeable })
  .meta({ id: "ModelCreate" });

const modelUpdate = z.strictObject(changeable).meta({ id: "ModelUpdate" });

const tag = "Models";

export const modelRoutes = defineRoutes({
  list: {
    id: "models.list",
    tag,
    permission: "models.read",
    method: "GET",
    path: "/admin/models",
    query: namedQuery("the name").extend({ provider_id: id.optional() }),
    response: listOf(model),
    status: 200,
    summary: "List models",
    description: "Oldest first, those of disabled providers included.",
  },
  create: {
    id: "models.create",
    tag,
    permission: "models.create",
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
    id: "models.get",
    tag,
    permission: "models.read",
    method: "GET",
    path: "/admin/models/{id}",
    params: idParams,
    response: model,
    status: 200,
    summary: "Read a model",
    description: "With its price overrides and the price in force.",
  },
  update: {
    id: "models.update",
    tag,
    permission: "models.update",
    method: "PATCH",
    path: "/admin/models/{id}",
    params: idParams,
    body: modelUpdate,
    response: model,
    status: 200,
    summary: "Change a model",
    description:
      "Fields left out stay as they are; null takes a price override away. An override of a base price takes with it what the list has of the classes that follow from it: of input its cached, written, audio and image classes, of output its reasoning, audio and image ones. A model outside of the catalogue needs both an input and an output price to have a known cost.",
  },
  remove: {
    id: "models.remove",
    tag,
    permission: "models.remove",
    method: "DELETE",
    path: "/admin/models/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Remove a model",
    description: "It can still be reached as `provider/model`. Usage records stay.",
  },
});
