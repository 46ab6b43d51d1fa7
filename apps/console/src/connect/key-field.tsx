import type { ReactNode } from "react";
import { useCaller } from "#api/me.ts";
import { Field, inputClass } from "#parts/field.tsx";
import { useTyped } from "#parts/use-typed.ts";
import { keyPlaceholder } from "./client.ts";

interface KeyFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string | undefined;
  /** How one comes by a key: for who may create some and has given none. */
  readonly create: ReactNode;
}

/** A key of the caller's own, which the page cannot know before it is typed. */
export function KeyField({ value, onChange, error, create }: KeyFieldProps) {
  const { may } = useCaller();
  const [typed, setTyped] = useTyped(value, (given) => onChange(given.trim()));
  return (
    <>
      <Field
        label="Your key"
        help="It stays in this tab and is stored nowhere. GhostLLM knows only its hash, so it cannot fill it in."
        error={error}
      >
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="off"
            placeholder={keyPlaceholder}
            className={`${inputClass} font-mono text-xs`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      {may("keys.create") && value === "" && <div>{create}</div>}
    </>
  );
}
