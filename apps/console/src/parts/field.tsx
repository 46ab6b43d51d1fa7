// Fields of forms: the label above, help below, and an error in the server's words in place of the help.

import { useId } from "react";
import type { ComponentProps, ReactNode } from "react";
import type { UseFormRegisterReturn } from "react-hook-form";

const look =
  "rounded-sm border border-line-strong bg-surface text-sm transition placeholder:text-faint aria-invalid:border-bad disabled:bg-sunken disabled:text-muted";

export const inputClass = `h-(--control) w-full px-2.5 ${look}`;

/** Of one that stands in a row, or beside others, and is as wide as what is in it. */
export const choiceClass = `max-w-full pr-7 pl-2 ${look}`;

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

/** A number as it is typed: the server says what it may be. */
export function NumberField(props: TextFieldProps) {
  return <TextField inputMode="numeric" className="text-right" {...props} />;
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

interface CheckFieldProps extends Pick<FieldParts, "label" | "help" | "error"> {
  readonly field: UseFormRegisterReturn;
}

export function CheckField({ label, help, error, field }: CheckFieldProps) {
  const id = useId();
  const note = error ?? help;
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-2">
      <input
        {...field}
        id={id}
        type="checkbox"
        aria-invalid={error !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        className="size-3.5 translate-y-0.5 accent-accent"
      />
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {note !== undefined && (
        <p
          id={`${id}-note`}
          className={`col-start-2 mt-0.5 text-xs ${error === undefined ? "text-muted" : "text-bad"}`}
        >
          {note}
        </p>
      )}
    </div>
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
