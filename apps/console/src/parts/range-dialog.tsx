import { useState } from "react";
import type { SyntheticEvent } from "react";
import { Button } from "./button.tsx";
import { Dialog, DialogButtons } from "./dialog.tsx";
import { Field, inputClass } from "./field.tsx";
import type { TimeRange } from "./time-range.ts";

interface RangeDialogProps {
  readonly range: TimeRange;
  readonly onClose: () => void;
}

export function RangeDialog({ range, onClose }: RangeDialogProps) {
  const span = range.span();
  const [from, setFrom] = useState(() => toLocal(span.from));
  const [to, setTo] = useState(() => toLocal(span.to));
  const error = Date.parse(from) < Date.parse(to) ? undefined : "The end comes after the beginning.";
  const show = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (error !== undefined) return;
    range.zoom(Date.parse(from), Date.parse(to));
    onClose();
  };
  return (
    <Dialog isOpen title="Choose a time" description="In the time zone of this browser." onClose={onClose}>
      <form className="grid gap-3.5" onSubmit={show} noValidate>
        <Moment label="From" value={from} onChange={setFrom} />
        <Moment label="To" value={to} onChange={setTo} error={error} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={error !== undefined}>
            Show this time
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

interface MomentProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string | undefined;
}

function Moment({ label, value, onChange, error }: MomentProps) {
  return (
    <Field label={label} error={error}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          className={inputClass}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** As such a field has it: without a zone, which is the browser's. */
function toLocal(time: string): string {
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
