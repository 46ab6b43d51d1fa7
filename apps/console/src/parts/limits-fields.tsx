// Limits and a budget, as whatever can hold them has them: in forms they are text, and empty is unlimited.

import { useId } from "react";
import type { UseFormRegisterReturn } from "react-hook-form";
import { inputClass, TextField } from "./field.tsx";
import { limitedThings, limitNameOf, limitNames, limitWindows } from "./limit-names.ts";
import type { LimitName, Limits } from "./limit-names.ts";
import { toNumber } from "./number-text.ts";

export type LimitTexts = { [Name in LimitName]: string };

export interface LimitedValues {
  limits: LimitTexts;
  budget_usd: string;
}

interface Limited {
  readonly limits: Limits;
  readonly budget_usd: string | null;
}

function textsOf(textOf: (name: LimitName) => string): LimitTexts {
  return Object.fromEntries(limitNames.map((name) => [name, textOf(name)])) as LimitTexts;
}

export function limitsToTexts({ limits, budget_usd }: Limited): LimitedValues {
  return { limits: textsOf((name) => limits[name]?.toString() ?? ""), budget_usd: budget_usd ?? "" };
}

export const noLimits: LimitedValues = { limits: textsOf(() => ""), budget_usd: "" };

/** Amounts are decimal text, and all else numbers. */
export function textsToLimits({ limits, budget_usd }: LimitedValues): Limited {
  const valueOf = (name: LimitName) => (name.startsWith("cost_") ? amountOf(limits[name]) : toNumber(limits[name]));
  return {
    limits: Object.fromEntries(limitNames.map((name) => [name, valueOf(name)])) as unknown as Limits,
    budget_usd: amountOf(budget_usd),
  };
}

function amountOf(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

type LimitedName = "budget_usd" | `limits.${LimitName}`;

interface LimitsFieldsProps {
  readonly register: (name: LimitedName) => UseFormRegisterReturn;
  readonly errorOf: (name: LimitedName) => string | undefined;
  /** Of what the budget is: "the key". Null where there is none over a whole life. */
  readonly holder: string | null;
  readonly autoFocus?: true;
}

export function LimitsFields(props: LimitsFieldsProps) {
  const { register, errorOf, holder, autoFocus } = props;
  return (
    <>
      {holder !== null && (
        <TextField
          label="Budget in USD"
          isOptional
          help={`All that ${holder} may ever spend. Requests that could go beyond it are refused.`}
          error={errorOf("budget_usd")}
          field={register("budget_usd")}
          placeholder="unlimited"
          inputMode="decimal"
          className="text-right"
          autoFocus={autoFocus === true}
        />
      )}
      <fieldset>
        <legend className="mb-1 flex items-baseline gap-1.5 font-medium">
          Limits <span className="text-xs font-normal text-faint">optional</span>
        </legend>
        <div className="grid grid-cols-[4.5rem_repeat(3,minmax(0,1fr))] items-center gap-x-2 gap-y-1.5">
          <span />
          {limitWindows.map(({ short }) => (
            <span key={short} aria-hidden className="text-right text-xs text-muted">
              / {short}
            </span>
          ))}
          {limitedThings.map((one) => (
            <ThingFields key={one.thing} {...props} {...one} />
          ))}
          <AtOnceField {...props} />
        </div>
      </fieldset>
    </>
  );
}

interface ThingFieldsProps extends LimitsFieldsProps {
  readonly thing: (typeof limitedThings)[number]["thing"];
  readonly name: string;
}

/** A line of three, of which one may be wrong, or more. */
function ThingFields({ register, errorOf, thing, name }: ThingFieldsProps) {
  const id = useId();
  const fields = limitWindows.map(({ window, short }) => {
    const limit = `limits.${limitNameOf(thing, window)}` as const;
    return { limit, label: `${name} / ${short}`, error: errorOf(limit) };
  });
  const wrong = fields.filter(({ error }) => error !== undefined);
  return (
    <>
      <span aria-hidden>
        {name}
        {thing === "cost_usd" && <span className="text-xs text-faint"> USD</span>}
      </span>
      {fields.map(({ limit, label, error }) => (
        <input
          key={limit}
          aria-label={label}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : id}
          inputMode={thing === "cost_usd" ? "decimal" : "numeric"}
          placeholder="unlimited"
          className={`${inputClass} text-right`}
          {...register(limit)}
        />
      ))}
      {wrong.length > 0 && (
        <p id={id} className="col-span-full text-xs text-bad">
          {wrong.map(({ label, error }) => `${label}: ${error}`).join(". ")}
        </p>
      )}
    </>
  );
}

function AtOnceField({ register, errorOf }: LimitsFieldsProps) {
  const id = useId();
  const error = errorOf("limits.concurrent_requests");
  return (
    <>
      <span aria-hidden>At once</span>
      <input
        aria-label="At once"
        aria-invalid={error !== undefined}
        aria-describedby={id}
        inputMode="numeric"
        placeholder="unlimited"
        className={`${inputClass} text-right`}
        {...register("limits.concurrent_requests")}
      />
      <p id={id} className={`col-span-2 text-xs ${error === undefined ? "text-muted" : "text-bad"}`}>
        {error ?? "requests that run at the same time"}
      </p>
    </>
  );
}
