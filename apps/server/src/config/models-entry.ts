// `models:` of a provider in ghostllm.yaml: what is set of its models, in the fields of the admin API.

import { adminRoutes } from "@ghostllm/contract/routes";
import type { ModelSettings } from "./config.ts";
import { isRecord } from "./yaml-file.ts";

type Report = (message: string, hint: string) => void;

const fieldsHint =
  "The fields are those of PATCH /admin/models/{id}, such as `input_price_usd`; amounts stand in quotes.";

export function readModels(given: unknown, report: Report): Readonly<Record<string, ModelSettings>> {
  if (given === undefined || given === null) return {};
  if (!isRecord(given)) {
    report("this is no mapping of names of models", "Write a name, and what is set of the model below it.");
    return {};
  }
  const models: [string, ModelSettings][] = [];
  for (const [name, fields] of Object.entries(given)) {
    const read = adminRoutes.models.update.body.safeParse(fields);
    if (read.success) models.push([name, read.data]);
    else
      for (const { path, message } of read.error.issues) report(`${[name, ...path].join(".")}: ${message}`, fieldsHint);
  }
  return Object.fromEntries(models);
}
