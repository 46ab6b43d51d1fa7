// Forms whose faults are the server's to find: it says which field is wrong, and how, in its own words.

import { ClientError } from "#api/api.tsx";
import { useController, useForm } from "react-hook-form";
import type { DefaultValues, FieldValues, Path, PathValue, UseFormReturn } from "react-hook-form";
import { Button } from "./button.tsx";
import { IdCell } from "./copy.tsx";
import { VersionNotice } from "./version-notice.tsx";
import { Clash, NewerVersion, useVersions } from "./versions.ts";
import type { Call } from "./versions.ts";
import { wordsOf } from "./states.tsx";

export interface ServerForm<Values extends FieldValues> {
  readonly form: UseFormReturn<Values>;
  readonly submit: (event: React.SyntheticEvent) => void;
  readonly isBusy: boolean;
  /** What is wrong with a field, in the server's words. */
  errorOf(name: string): string | undefined;
  /** The same of a list that is written as one text: of the first of it that is wrong. */
  errorIn(name: string): string | undefined;
  /** What is wrong as a whole, or that somebody else has changed the same. */
  readonly failure: unknown;
}

interface ServerFormOptions<Values extends FieldValues> {
  readonly defaultValues: DefaultValues<Values>;
  /** What is edited, as a query has it: `defaultValues` are of it, and it is sent with its version. Null for something new. */
  readonly present?: object | null;
  /** Fields have the names that the server knows them by: `limits.requests_per_minute`. What is edited is changed with `call`. */
  readonly send: (values: Values, call: Call) => Promise<void>;
  /** Whether the form shows the faults of what has this name, beside those of its fields. */
  readonly knows?: (param: string) => boolean;
}

export function useServerForm<Values extends FieldValues>(options: ServerFormOptions<Values>): ServerForm<Values> {
  const form = useForm<Values>({ defaultValues: options.defaultValues });
  const { errors, isSubmitting } = form.formState;
  const versions = useVersions(form, options);
  const send = async (values: Values): Promise<void> => {
    try {
      await options.send(values, versions.call);
      versions.onSaved();
    } catch (error) {
      if (!versions.takes(error)) report(form, error, options.knows);
    }
  };
  return {
    form,
    isBusy: isSubmitting,
    submit: (event) => {
      // Faults of what is no field of the form would hold it back for good.
      form.clearErrors();
      void form.handleSubmit(send)(event);
    },
    errorOf: (name) => messageAt(errors, name),
    errorIn: (name) => messageAt(errors, name) ?? firstMessageIn(valueAt(errors, name)),
    failure: versions.newer ?? errors.root?.["failure"] ?? versions.clash,
  };
}

/** Of a form, what is no single field of the page, such as a list: what it is, and how it is changed. */
export function useFormPart<Values extends FieldValues, Name extends Path<Values>>(
  { control }: UseFormReturn<Values>,
  name: Name,
): readonly [PathValue<Values, Name>, (value: PathValue<Values, Name>) => void] {
  const { field } = useController({ control, name });
  return [field.value, field.onChange];
}

function report<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  error: unknown,
  knows: (param: string) => boolean = () => false,
): void {
  const param = error instanceof ClientError ? error.param : undefined;
  const words = wordsOf(error);
  if (param !== undefined && (isField(form, param) || knows(param))) {
    const message = words.startsWith(`${param}: `) ? words.slice(param.length + 2) : words;
    form.setError(param as Path<Values>, { message }, { shouldFocus: true });
    return;
  }
  const requestId = error instanceof ClientError ? error.requestId : undefined;
  form.setError("root.failure", { message: words, ...(requestId !== undefined && { type: requestId }) });
}

function isField<Values extends FieldValues>(form: UseFormReturn<Values>, name: string): boolean {
  return name.split(/[.[\]]+/).reduce<unknown>(childOf, form.control._fields) !== undefined;
}

function messageAt(errors: object, name: string): string | undefined {
  const message = childOf(valueAt(errors, name), "message");
  return typeof message === "string" ? message : undefined;
}

function valueAt(whole: object, name: string): unknown {
  return name.split(/[.[\]]+/).reduce<unknown>(childOf, whole);
}

function firstMessageIn(list: unknown): string | undefined {
  if (typeof list !== "object" || list === null) return undefined;
  return Object.values(list)
    .map((one) => childOf(one, "message"))
    .find((message) => typeof message === "string");
}

function childOf(parent: unknown, name: string): unknown {
  if (name === "") return parent;
  return typeof parent === "object" && parent !== null ? Reflect.get(parent, name) : undefined;
}

/** Above the buttons: a fault that is of no one field. */
export function FormFailure({ failure }: { readonly failure: unknown }) {
  if (failure instanceof NewerVersion || failure instanceof Clash) return <VersionNotice of={failure} />;
  const message = childOf(failure, "message");
  const requestId = childOf(failure, "type");
  if (typeof message !== "string") return null;
  return (
    <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 text-bad">
      {message}
      {typeof requestId === "string" && (
        <span className="mt-0.5 block text-xs">
          Request <IdCell id={requestId} />
        </span>
      )}
    </p>
  );
}

interface FormButtonsProps {
  /** What will happen, such as "Create key". */
  readonly action: string;
  readonly isBusy: boolean;
  readonly onCancel?: () => void;
}

export function FormButtons({ action, isBusy, onCancel }: FormButtonsProps) {
  return (
    <div className="mt-1 flex justify-end gap-2">
      {onCancel !== undefined && <Button onClick={onCancel}>Cancel</Button>}
      <Button type="submit" look="primary" isBusy={isBusy}>
        {action}
      </Button>
    </div>
  );
}
