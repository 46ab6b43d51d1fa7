import { Field, inputClass } from "#parts/field.tsx";

interface ModelFieldProps {
  readonly label?: string;
  readonly models: readonly string[];
  readonly model: string;
  readonly onChange: (model: string) => void;
}

export function ModelField({ label = "Model", models, model, onChange }: ModelFieldProps) {
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          className={`${inputClass} pr-7 font-mono text-xs`}
          value={model}
          disabled={models.length === 0}
          onChange={(event) => onChange(event.target.value)}
        >
          {models.length === 0 && <option value="">no model yet</option>}
          {models.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
