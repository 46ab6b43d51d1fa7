// A consent policy as its form has it: texts, and lists of what is chosen.

import type { FoundClass } from "@ghostllm/contract";
import type { ConsentPolicy, ConsentPolicyInput } from "#api/queries.ts";
import type { ServerForm } from "#parts/form.tsx";
import { linesOf } from "#parts/line-texts.ts";
import { toNumber } from "#parts/number-text.ts";

type HolderKind = NonNullable<ConsentPolicyInput["applies_to"]>["kind"];

export interface PolicyValues {
  name: string;
  /** The id is empty for everybody. */
  applies_to: { kind: string; id: string };
  models: string;
  above_usd: string;
  privacy_classes: string[];
  has_hours: boolean;
  hours: { time_zone: string; weekdays: string[]; from: string; to: string; outside: string };
  valid_minutes: string;
}

/** Of the parts of the form. */
export interface PolicyPartProps {
  readonly server: ServerForm<PolicyValues>;
}

const everyDay = ["1", "2", "3", "4", "5", "6", "7"];

/** `zone`: in which a new one counts its hours. */
export function valuesOf(policy: ConsentPolicy | null, zone: string): PolicyValues {
  const { hours = null } = policy ?? {};
  return {
    name: policy?.name ?? "",
    applies_to: { kind: policy?.applies_to.kind ?? "everyone", id: policy?.applies_to.id ?? "" },
    models: policy?.models?.join("\n") ?? "",
    above_usd: policy?.above_usd ?? "",
    privacy_classes: [...(policy?.privacy_classes ?? [])],
    has_hours: hours !== null,
    hours: {
      time_zone: hours?.time_zone ?? zone,
      weekdays: hours?.weekdays.map(String) ?? everyDay,
      ...{ from: hours?.from ?? "22:00", to: hours?.to ?? "06:00" },
      outside: hours?.outside === true ? "yes" : "no",
    },
    valid_minutes: String(policy?.valid_minutes ?? 60),
  };
}

/** As the admin API takes it: what is wrong with it, the server says. */
export function toBody(values: PolicyValues) {
  const { applies_to: of, privacy_classes: classes, above_usd: above, has_hours: hasHours, hours } = values;
  return {
    name: values.name,
    applies_to: { kind: of.kind as HolderKind, id: of.kind === "everyone" ? null : of.id },
    models: linesOf(values.models),
    above_usd: above.trim() === "" ? null : above.trim(),
    privacy_classes: classes.length === 0 ? null : (classes as FoundClass[]),
    hours: hasHours ? { ...hours, weekdays: hours.weekdays.map(Number), outside: hours.outside === "yes" } : null,
    // Empty is no number: the server says so.
    valid_minutes: toNumber(values.valid_minutes) ?? 0,
  };
}
