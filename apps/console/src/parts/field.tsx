// Fields of forms: the label above, help below, and an error in the server's words in place of the help.

import { useId } from "react";
import type { ComponentProps, ReactNode } from "react";
import type { UseFormRegisterReturn } from "react-hook-form";

export const inputClass =
  "h-(--control) w-full rounded-sm border border-line-strong bg-surface px-2.5 text-sm transition placeholder:text-faint aria-invalid:border-bad disabled:bg-sunken disabled:text-muted";

interface FieldParts {
  readonly label: string;
  readonly help?: ReactNode;
  readonly error?: string | undefined;
  readonly isOptional?: boolean;
}

interface FieldProps extends FieldParts {
  readonly children: (control: FieldControl) => ReactNode;
}

interface FieldControl {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

export function Field({ label, help, error, isOptional = false, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const hasNote = help !== undefined || error !== undefined;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 flex items-baseline gap-1.5 font-medium">
        {label}
        {isOptional && <span className="text-xs font-normal text-faint">optional</span>}
      </label>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": hasNote ? noteId : undefined })}
      {hasNote && (
        <p id={noteId} className={`mt-1 text-xs ${error === undefined ? "text-muted" : "text-bad"}`}>
          {error ?? help}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends FieldParts, Omit<ComponentProps<"input">, "form"> {
  readonly field: UseFormRegisterReturn;
}

export function TextField({ label, help, error, isOptional, field, className = "", ...rest }: TextFieldProps) {
  return (
    <Field label={label} help={help} error={error} isOptional={isOptional === true}>
      {(control) => <input {...control} {...field} className={`${inputClass} ${className}`} {...rest} />}
    </Field>
  );
}

interface TextAreaFieldProps extends FieldParts, ComponentProps<"textarea"> {
  readonly field: UseFormRegisterReturn;
}

export function TextAreaField({ label, help, error, isOptional, field, ...rest }: TextAreaFieldProps) {
  return (
    <Field label={label} help={help} error={error} isOptional={isOptional === true}>
      {(control) => <textarea {...control} {...field} className={`${inputClass} h-auto py-1.5 font-mono`} {...rest} />}
    </Field>
  );
}

interface SelectFieldProps extends FieldParts, ComponentProps<"select"> {
  readonly field: UseFormRegisterReturn;
}

export function SelectField({ label, help, error, isOptional, field, children, ...rest }: SelectFieldProps) {
  return (
    <Field label={label} help={help} error={error} isOptional={isOptional === true}>
      {(control) => (
        <select {...control} {...field} className={`${inputClass} pr-7`} {...rest}>
          {children}
        </select>
      )}
    </Field>
  );
}
