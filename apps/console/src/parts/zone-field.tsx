import { useId } from "react";
import type { UseFormRegisterReturn } from "react-hook-form";
import { TextField } from "./field.tsx";

interface ZoneFieldProps {
  readonly help: string;
  readonly error: string | undefined;
  readonly field: UseFormRegisterReturn;
}

/** A time zone by IANA's name, with those that the browser knows to choose from. */
export function ZoneField(props: ZoneFieldProps) {
  const zones = useId();
  return (
    <>
      <TextField label="Time zone" list={zones} autoComplete="off" spellCheck={false} {...props} />
      <datalist id={zones}>
        {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
