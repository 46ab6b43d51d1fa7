import type { Alias } from "#api/queries.ts";
import { Panel } from "#parts/panel.tsx";
import { TargetState, targetWords, useTargetsNow } from "#providers/target-state.tsx";

/** Nothing for who may not see how providers are. */
export function TargetsPanel({ alias: { targets, strategy } }: { readonly alias: Alias }) {
  const now = useTargetsNow();
  if (now === null) return null;
  return (
    <Panel title="Targets now">
      <ol>
        {targets.map(({ provider, model, weight }, at) => {
          const name = `${provider}/${model}`;
          const target = now.get(name);
          return (
            // The same may stand there twice.
            <li key={at} className="grid gap-0.5 border-b border-line px-4 py-2 last:border-0">
              <span className="flex justify-between gap-3">
                <span className="min-w-0 truncate font-mono text-xs leading-5">{name}</span>
                {strategy === "weighted" && <span className="text-muted">× {weight}</span>}
              </span>
              {target === undefined ? (
                <span className="text-muted">not known: it is in no list of models of a provider in use</span>
              ) : (
                <span className="flex flex-wrap justify-between gap-x-3">
                  <TargetState target={target} />
                  <span className="text-muted">{targetWords(target)}</span>
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
