// The columns of usage_logs and the sums of usage_hourly, as they follow from the fields of the usage record.

import { summedUsageFields, usageColumn } from "@ghostllm/contract";
import type { UsageColumn, UsageField, UsageFieldName, UsageFields } from "@ghostllm/contract";

type Stored<Field extends UsageField> =
  | (Field["kind"] extends "id" | "text" | "status" | "attempts" | "privacy" | "why" ? string : number)
  | (Field extends { readonly isEmptyForNull: true }
      ? never
      : Field extends { readonly isNullable: true }
        ? null
        : never);

export type UsageRow = { [Name in UsageFieldName as UsageColumn<Name>]: Stored<UsageFields[Name]> };

/** Counted from how the request ended, beside the fields that are added up. */
const counts = ["requests", "errors", "unpriced_requests", "failed_attempts"] as const;

export const hourlySums = [...counts, ...summedUsageFields.map((name) => usageColumn(name))];

export type HourlySums = Record<(typeof hourlySums)[number], number>;
