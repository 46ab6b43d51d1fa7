import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { Time } from "#parts/values.tsx";

/** Which settings another text of the file has changed, the latest first. */
export function HistoryPanel() {
  const { queries } = useApi();
  const reloads = useQuery(queries.reloads);
  return (
    <Panel title="Changed by the file" note="as the audit log has it">
      <Loaded query={reloads}>
        {(entries) =>
          entries.length === 0 ? (
            <p className="px-4 py-3 text-muted">No setting was changed by it yet.</p>
          ) : (
            <ul aria-label="Changed by the file">
              {entries.map(({ id, happened_at: at, changes }) => (
                <li key={id} className="flex flex-wrap gap-x-3 border-b border-line px-4 py-2 last:border-0">
                  <Link to="/audit/$id" params={{ id }} className="hover:underline">
                    <Time at={at} />
                  </Link>
                  <span className="min-w-0 font-mono text-xs wrap-break-word text-muted">
                    {changes.map(({ field }) => field).join(", ")}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
