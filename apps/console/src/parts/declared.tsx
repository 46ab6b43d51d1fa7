// What the configuration file declares is read-only: said where it would be changed.

import { Panel } from "./panel.tsx";
import { Tag } from "./status.tsx";

function DeclaredTag() {
  return <Tag tone="info">declared in the configuration file</Tag>;
}

/** Of a row, behind its name. `place`: null where an operator has made it. */
export function DeclaredMark({ place }: { readonly place: string | null }) {
  return place === null ? null : (
    <span title={`Declared in ${place}`}>
      <Tag tone="info">declared</Tag>
    </span>
  );
}

/** In place of its settings. `place`: `ghostllm.yaml:12`. */
export function DeclaredPanel({ place, className }: { readonly place: string; readonly className?: string }) {
  return (
    <Panel title="Settings" {...(className !== undefined && { className })}>
      <div className="grid justify-items-start gap-2 px-4 py-3">
        <DeclaredTag />
        <p className="text-muted">
          It stands in <span className="font-mono text-xs">{place}</span>, and is changed and deleted there.
        </p>
      </div>
    </Panel>
  );
}
