import type { ReactNode } from "react";
import type { Alert } from "#api/alert-queries.ts";
import { formatDuration } from "#format/time.ts";
import { Dialog } from "#parts/dialog.tsx";
import { CodeBlock } from "#parts/panel.tsx";
import { Status } from "#parts/status.tsx";
import { stateTones, stateWords } from "./alert-words.ts";
import { Reasons } from "./reason-list.tsx";

interface AlertDialogProps {
  readonly alert: Alert | undefined;
  readonly onClose: () => void;
}

/** What it means, and what to do. */
export function AlertDialog({ alert, onClose }: AlertDialogProps) {
  if (alert === undefined) return null;
  const { name, severity, state, meaning, remedy, condition, for_seconds: seconds, reasons } = alert;
  return (
    <Dialog isOpen title={name} description={<Words text={meaning} />} onClose={onClose}>
      <p className="flex flex-wrap gap-x-4">
        <Status tone={stateTones[state] ?? "off"}>{stateWords[state] ?? state}</Status>
        <span className="text-muted">{severity}</span>
        {seconds > 0 && <span className="text-muted">after {formatDuration(seconds * 1_000)}</span>}
      </p>
      {reasons.length > 0 && <Reasons reasons={reasons} />}
      <h3 className="mt-4 mb-1 font-medium">What to do</h3>
      <p>
        <Words text={remedy} />
      </p>
      {condition !== null && (
        <>
          <h3 className="mt-4 mb-1 font-medium">For Prometheus</h3>
          <CodeBlock label="Condition" code={condition} />
        </>
      )}
    </Dialog>
  );
}

/** Text with `code` and *emphasis* in it. */
function Words({ text }: { readonly text: string }): ReactNode {
  return text.split(/(`[^`]+`|\*[^*]+\*)/).map((part, place) => {
    const inner = part.slice(1, -1);
    // Parts stay where they are.
    if (part.startsWith("`")) return <Code key={`${place} ${part}`}>{inner}</Code>;
    return part.startsWith("*") ? <em key={`${place} ${part}`}>{inner}</em> : part;
  });
}

function Code({ children }: { readonly children: string }) {
  return <code className="rounded-[4px] bg-sunken px-1 font-mono text-xs wrap-break-word">{children}</code>;
}
