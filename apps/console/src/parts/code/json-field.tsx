import { lazy, Suspense, useId } from "react";
import type { ReactNode } from "react";

/** Loaded where JSON is edited, and nowhere sooner. */
const JsonEditor = lazy(async () => ({ default: (await import("./json-editor.tsx")).JsonEditor }));

interface JsonFieldProps {
  readonly label: string;
  readonly help: ReactNode;
  readonly error?: string | undefined;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

export function JsonField({ label, help, error, value, onChange }: JsonFieldProps) {
  const noteId = useId();
  return (
    <div className="min-w-0">
      <p className="mb-1 font-medium">{label}</p>
      <Suspense fallback={<div role="status" aria-label="Loading" className="h-[122px] rounded-sm bg-sunken" />}>
        <JsonEditor label={label} noteId={noteId} isInvalid={error !== undefined} value={value} onChange={onChange} />
      </Suspense>
      <p id={noteId} className={`mt-1 text-xs wrap-anywhere ${error === undefined ? "text-muted" : "text-bad"}`}>
        {error ?? help}
      </p>
    </div>
  );
}
