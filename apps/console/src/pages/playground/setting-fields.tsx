// Fields of the settings: what is empty is left to the model.

import { Field, inputClass } from "#parts/field.tsx";

interface NumberFieldProps {
  readonly label: string;
  readonly min: number;
  readonly step: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function NumberField({ label, value, onChange, ...range }: NumberFieldProps) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          {...range}
          type="number"
          inputMode="decimal"
          placeholder="default"
          className={inputClass}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceFieldProps {
  readonly label: string;
  readonly choices: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function ChoiceField({ label, choices, value, onChange }: ChoiceFieldProps) {
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          className={`${inputClass} pr-7`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">default</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
