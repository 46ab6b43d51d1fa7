import { z } from "zod";
import { time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const priceList = z
  .object({
    version: z.string().describe("As usage records have it behind `catalog:`."),
    source: z.string().nullable().describe("The file or URL that `prices.source` names; null where it names none."),
    built_in: z.boolean().describe("The list that comes with GhostLLM is in force."),
    models: z.int().describe("How many models the list has."),
    loaded_at: time.nullable().describe("When the list in force was read from its source."),
    checked_at: time.nullable().describe("When the source was last asked."),
    problem: z.string().nullable().describe("Why the source's present list is not in force."),
  })
  .meta({ id: "PriceList" });

const tag = "Prices";

export const priceRoutes = defineRoutes({
  get: {
    id: "prices.get",
    tag,
    permission: "prices.read",
    method: "GET",
    path: "/admin/prices",
    response: priceList,
    status: 200,
    summary: "Read the state of the list of prices",
    description: "Which list is in force, and what became of the last attempt to read another one.",
  },
  refresh: {
    id: "prices.refresh",
    tag,
    permission: "prices.refresh",
    method: "POST",
    path: "/admin/prices/refresh",
    response: priceList,
    status: 200,
    summary: "Read the list of prices again",
    description:
      "From `prices.source`. A list of which a part is wrong is refused with a sentence, and the one before stays in force.",
  },
});
