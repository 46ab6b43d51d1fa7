// Limits and a budget, as keys and users have them: in forms they are text, and empty is unlimited.

import type { UseFormRegisterReturn } from "react-hook-form";
import { TextField } from "./field.tsx";
import { toNumber } from "./number-text.ts";

interface Limits {
  readonly requests_per_minute: number | null;
  readonly tokens_per_minute: number | null;
  readonly concurrent_requests: number | null;
}

export type LimitTexts = { [Name in keyof Limits]: string };

export interface LimitedValues {
  limits: LimitTexts;
  budget_usd: string;
}

interface Limited {
  readonly limits: Limits;
  readonly budget_usd: string | null;
}

export function limitsToTexts({ limits, budget_usd }: Limited): LimitedValues {
  return {
    limits: {
      requests_per_minute: limits.requests_per_minute?.toString() ?? "",
      tokens_per_minute: limits.tokens_per_minute?.toString() ?? "",
      concurrent_requests: limits.concurrent_requests?.toString() ?? "",
    },
    budget_usd: budget_usd ?? "",
  };
}

export const noLimits: LimitedValues = {
  limits: { requests_per_minute: "", tokens_per_minute: "", concurrent_requests: "" },
  budget_usd: "",
};

export function textsToLimits({ limits, budget_usd }: LimitedValues): Limited {
  return {
    limits: {
      requests_per_minute: toNumber(limits.requests_per_minute),
      tokens_per_minute: toNumber(limits.tokens_per_minute),
      concurrent_requests: toNumber(limits.concurrent_requests),
    },
    budget_usd: budget_usd.trim() === "" ? null : budget_usd.trim(),
  };
}

type LimitedName = "budget_usd" | `limits.${keyof Limits}`;

interface LimitsFieldsProps {
  readonly register: (name: LimitedName) => UseFormRegisterReturn;
  readonly errorOf: (name: LimitedName) => string | undefined;
  /** Of what the budget is: "the key". */
  readonly holder: string;
  readonly autoFocus?: true;
}

const unlimited = { placeholder: "unlimited", inputMode: "numeric", className: "text-right" } as const;

export function LimitsFields({ register, errorOf, holder, autoFocus }: LimitsFieldsProps) {
  return (
    <>
      <TextField
        label="Budget in USD"
        isOptional
        help={`All that ${holder} may ever spend. Requests that could go beyond it are refused.`}
        error={errorOf("budget_usd")}
        field={register("budget_usd")}
        {...unlimited}
        inputMode="decimal"
        autoFocus={autoFocus === true}
      />
      <fieldset className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        <legend className="sr-only">Limits</legend>
        <TextField
          label="Requests / min"
          error={errorOf("limits.requests_per_minute")}
          field={register("limits.requests_per_minute")}
          {...unlimited}
        />
        <TextField
          label="Tokens / min"
          error={errorOf("limits.tokens_per_minute")}
          field={register("limits.tokens_per_minute")}
          {...unlimited}
        />
        <TextField
          label="At once"
          error={errorOf("limits.concurrent_requests")}
          field={register("limits.concurrent_requests")}
          {...unlimited}
        />
      </fieldset>
    </>
  );
}
