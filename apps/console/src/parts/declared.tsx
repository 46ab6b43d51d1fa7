// What the configuration file declares is read-only: said where it would be changed.

import { Panel } from "./panel.tsx";
import { Tag } from "./status.tsx";

function DeclaredTag() {
  return <Tag tone="info">declared in the configuration file</Tag>;
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
