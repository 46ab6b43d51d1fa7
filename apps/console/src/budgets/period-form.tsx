import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { NumberField, SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { ZoneField } from "#parts/zone-field.tsx";
import { hasRest, periods } from "./period-values.ts";
import type { Period, PeriodValues } from "./period-values.ts";

const words: Readonly<Record<Period, string>> = {
  month: "Each month",
  week: "Each week, from Monday",
  day: "Each day",
  rolling: "The last days, today among them",
  total: "In all, from now on",
};

interface PeriodFormProps {
  readonly defaultValues: PeriodValues;
  readonly action: string;
  readonly send: (values: PeriodValues) => Promise<void>;
  readonly onCancel: () => void;
}

export function PeriodForm({ defaultValues, action, send, onCancel }: PeriodFormProps) {
  const server = useServerForm<PeriodValues>({
    ...{ defaultValues, send },
    knows: (param) => param.startsWith("thresholds"),
  });
  const { form, errorOf, failure, isBusy, submit } = server;
  const period = form.watch("period");
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <SelectField label="Period" autoFocus error={errorOf("period")} field={form.register("period")}>
        {periods.map((one) => (
          <option key={one} value={one}>
            {words[one]}
          </option>
        ))}
      </SelectField>
      {period === "rolling" && (
        <NumberField label="Days" help="31 at most." error={errorOf("days")} field={form.register("days")} />
      )}
      {period !== "total" && (
        <ZoneField
          help="Where its days begin, by IANA's name."
          error={errorOf("time_zone")}
          field={form.register("time_zone")}
        />
      )}
      <TextField
        label="Amount in USD"
        inputMode="decimal"
        className="text-right"
        error={errorOf("amount_usd")}
        field={form.register("amount_usd")}
      />
      {hasRest(period) && <RolloverField server={server} />}
      <ThresholdsField server={server} />
      <CapField server={server} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} onCancel={onCancel} />
    </form>
  );
}

function RolloverField({ server: { form, errorOf } }: PartProps) {
  return (
    <TextField
      label="Rollover in USD"
      isOptional
      inputMode="decimal"
      className="text-right"
      help="So much of what is left goes on into the next period, at most. Empty: nothing does."
      error={errorOf("rollover_usd")}
      field={form.register("rollover_usd")}
    />
  );
}

function ThresholdsField({ server: { form, errorIn } }: PartProps) {
  return (
    <TextField
      label="Tell at"
      isOptional
      help="Percentages of the budget at which the event budget.threshold is told, with commas between them."
      error={errorIn("thresholds")}
      field={form.register("thresholds")}
    />
  );
}

interface PartProps {
  readonly server: ServerForm<PeriodValues>;
}

function CapField({ server: { form, errorOf } }: PartProps) {
  const { may } = useCaller();
  const { queries } = useApi();
  const aliases = useQuery({ ...queries.aliases, enabled: may("aliases.read") });
  const present = form.getValues("downgrade_to");
  const names = [
    ...new Set([...(present === "" ? [] : [present]), ...(aliases.data?.items ?? []).map(({ name }) => name)]),
  ];
  return (
    // Its choices are there later than it is: it is made anew with them.
    <SelectField
      key={names.length}
      label="At the cap"
      help="An alias that answers there is charged to this budget as well: a larger one that refuses is the wall behind it."
      error={errorOf("downgrade_to")}
      field={form.register("downgrade_to")}
    >
      <option value="">Refuse requests</option>
      {names.map((name) => (
        <option key={name} value={name}>
          Let {name} answer
        </option>
      ))}
    </SelectField>
  );
}
