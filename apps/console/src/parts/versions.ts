// A form over something that others may change as well. It is sent with the version that it began with (`If-Match`), so that nobody's change
// is undone without a word. What nobody has typed into follows what is there; what somebody has typed stays, and he is told.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { DefaultValues, FieldValues, UseFormReturn } from "react-hook-form";
import { ClientError, etagOf } from "#api/api.tsx";
import { changedFields, mergeThreeWay } from "./three-way.ts";

/** What a change is sent with. */
export interface Call {
  readonly ifMatch: string | null;
}

/** There is a newer one than the form began with. */
export class NewerVersion {
  /** It was sent already, and refused. */
  readonly isRefused: boolean;
  /** It is being sent. */
  readonly isBusy: boolean;
  /** What others have changed; null while it is read. */
  readonly fields: readonly string[] | null;
  /** Takes it as what is edited now: all that was typed stays. */
  readonly load: () => void;
  /** The same, and nothing that was typed stays. */
  readonly discard: () => void;

  constructor({ isRefused, isBusy, fields, load, discard }: NewerVersion) {
    this.isRefused = isRefused;
    this.isBusy = isBusy;
    this.fields = fields;
    this.load = load;
    this.discard = discard;
  }
}

/** The newer one was loaded, and both have changed these: what was typed stands. */
export class Clash {
  readonly fields: readonly string[];

  constructor(fields: readonly string[]) {
    this.fields = fields;
  }
}

interface Edited<Values extends FieldValues> {
  /** As it is known now; null or absent for what is only made. */
  readonly present?: object | null | undefined;
  /** Of that. */
  readonly defaultValues: DefaultValues<Values>;
}

export interface Versions {
  readonly call: Call;
  /** To be shown by the form, as long as they are there. */
  readonly newer: NewerVersion | null;
  readonly clash: Clash | null;
  /** It was sent, and taken. */
  onSaved(): void;
  /** True where the failure is that there is a newer one: the form then says so. */
  takes(error: unknown): boolean;
}

export function useVersions<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  { present = null, defaultValues }: Edited<Values>,
): Versions {
  const readAgain = useReadAgain();
  const { isDirty, isSubmitting } = form.formState;
  const etag = present === null ? null : etagOf(present);
  const [base, setBase] = useState({ etag, values: defaultValues });
  const [isRefused, setRefused] = useState(false);
  const [clash, setClash] = useState<Clash | null>(null);
  const isOther = etag !== null && etag !== base.etag;
  const begin = (): void => {
    setBase({ etag, values: defaultValues });
    setRefused(false);
  };
  const discard = (): void => {
    form.reset(values(defaultValues));
    setClash(null);
    begin();
  };
  useEffect(() => {
    if (isOther && !isDirty && !isSubmitting && !isRefused) discard();
  });
  const load = (): void => {
    const both = takeIn(form, base.values, defaultValues);
    setClash(both.length === 0 ? null : new Clash(both));
    begin();
  };
  const fields = isOther ? changedFields(base.values, defaultValues) : null;
  const isNewer = isRefused || (isOther && isDirty);
  return {
    call: { ifMatch: base.etag },
    newer: isNewer ? new NewerVersion({ isRefused, isBusy: isSubmitting, fields, load, discard }) : null,
    clash,
    onSaved: () => {
      if (present === null) return;
      setClash(null);
      // What is there now is read already, and comes into a form that nobody has typed into.
      form.reset(form.getValues());
    },
    takes: (error) => {
      const isTooOld = error instanceof ClientError && error.code === "precondition_failed";
      if (!isTooOld || present === null) return false;
      setRefused(true);
      readAgain(present);
      return true;
    },
  };
}

/** What was typed stays, on top of what is there now. Answers the fields that both have changed. */
function takeIn<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  begun: DefaultValues<Values>,
  now: DefaultValues<Values>,
): readonly string[] {
  const mine = form.getValues();
  const theirs = changedFields(begun, now);
  const made = mergeThreeWay(begun, mine, now);
  form.reset(values(now));
  form.reset(values(made), { keepDefaultValues: true });
  return changedFields(begun, mine).filter((name) => theirs.includes(name));
}

/** `form.reset` takes whole values, and these are. */
function values<Values extends FieldValues>(given: unknown): Values {
  return given as Values;
}

/** Whatever query has shown this. */
function useReadAgain(): (shown: object) => void {
  const queryClient = useQueryClient();
  return (shown) => void queryClient.invalidateQueries({ predicate: ({ state }) => state.data === shown });
}
