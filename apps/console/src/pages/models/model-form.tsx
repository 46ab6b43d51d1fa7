import { useApi } from "#api/api.tsx";
import type { Model } from "#api/queries.ts";
import { formatPrice } from "#format/money.ts";
import { NumberField, SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { toNumber } from "#parts/number-text.ts";
import { useChanged } from "#parts/use-changed.ts";

const priceFields = [
  ["input_price_usd", "Input", "input_usd"],
  ["output_price_usd", "Output", "output_usd"],
  ["cached_input_price_usd", "Cached input", "cached_input_usd"],
  ["cache_write_price_usd", "Cache write", "cache_write_usd"],
  ["cache_write_hour_price_usd", "Cache write, one hour", "cache_write_hour_usd"],
  ["reasoning_price_usd", "Reasoning", "reasoning_usd"],
] as const;

const capabilityFields = [
  ["supports_vision", "Images"],
  ["supports_functions", "Tools"],
  ["supports_streaming", "Streams"],
] as const;

type PriceField = (typeof priceFields)[number][0];
type CapabilityField = (typeof capabilityFields)[number][0];
type Values = Record<PriceField | CapabilityField | "context_length" | "quality" | "auto", string>;

function valuesOf(model: Model): Values {
  const prices = priceFields.map(([name]) => [name, model[name] ?? ""]);
  const capabilities = capabilityFields.map(([name]) => [name, model[name] === null ? "" : String(model[name])]);
  const entries = [
    ...prices,
    ...capabilities,
    ["context_length", model.context_length?.toString() ?? ""],
    ["quality", model.quality?.toString() ?? ""],
    ["auto", model.auto === null ? "" : String(model.auto)],
  ];
  return Object.fromEntries(entries) as Values;
}

/** Empty: as in the list, or unknown. */
function toBody(values: Values) {
  const prices = priceFields.map(([name]) => [name, values[name].trim() === "" ? null : values[name].trim()]);
  const capabilities = capabilityFields.map(([name]) => [name, values[name] === "" ? null : values[name] === "true"]);
  return {
    ...(Object.fromEntries(prices) as Record<PriceField, string | null>),
    ...(Object.fromEntries(capabilities) as Record<CapabilityField, boolean | null>),
    context_length: toNumber(values.context_length),
    quality: toNumber(values.quality),
    auto: values.auto === "" ? null : values.auto === "true",
  };
}

export function ModelForm({ model }: { readonly model: Model }) {
  const { client } = useApi();
  const changed = useChanged();
  const server = useServerForm<Values>({
    ...{ present: model, defaultValues: valuesOf(model) },
    send: async (values, call) => {
      await client.models.update({ params: { id: model.id }, body: toBody(values) }, call);
      await changed(model.name, "models");
    },
  });
  const { form, errorOf, failure, isBusy, submit } = server;
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <fieldset className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        <legend className="mb-2 text-muted">Prices in USD per million tokens; empty is the price list's.</legend>
        {priceFields.map(([name, label, price]) => (
          <TextField
            key={name}
            label={label}
            inputMode="decimal"
            className="text-right"
            placeholder={formatPrice(model.prices?.[price] ?? null)}
            error={errorOf(name)}
            field={form.register(name)}
          />
        ))}
      </fieldset>
      <Facts server={server} />
      <FormFailure failure={failure} />
      <FormButtons action="Save changes" isBusy={isBusy} />
    </form>
  );
}

function Facts({ server: { form, errorOf } }: { readonly server: ServerForm<Values> }) {
  return (
    <fieldset className="grid grid-cols-2 gap-3 sm:grid-cols-4">
      <legend className="sr-only">Facts</legend>
      <NumberField
        label="Context"
        placeholder="unknown"
        error={errorOf("context_length")}
        field={form.register("context_length")}
      />
      {capabilityFields.map(([name, label]) => (
        <SelectField key={name} label={label} error={errorOf(name)} field={form.register(name)}>
          <option value="">unknown</option>
          <option value="true">yes</option>
          <option value="false">no</option>
        </SelectField>
      ))}
      <NumberField label="Quality" placeholder="0 to 100" error={errorOf("quality")} field={form.register("quality")} />
      <SelectField label="Chosen by auto" error={errorOf("auto")} field={form.register("auto")}>
        <option value="">by its name</option>
        <option value="true">yes</option>
        <option value="false">never</option>
      </SelectField>
    </fieldset>
  );
}
