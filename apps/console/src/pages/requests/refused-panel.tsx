import type { RefusedRequest } from "#api/queries.ts";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Status } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";

/** One that no vendor was asked for: it cost nothing, and the server knows of it only until it has seen some hundred more. */
export function RefusedPanel({ refusal }: { readonly refusal: RefusedRequest }) {
  const key = refusal.key_name ?? refusal.key_public_id;
  return (
    <Panel title="Refused" note="before any vendor was asked; it cost nothing">
      <Facts
        facts={[
          ["Request", <IdCell id={refusal.id} shown={refusal.id} />],
          ["When", <Time at={refusal.created_at} />],
          ["Answered", <Status tone="bad">{String(refusal.http_status)}</Status>],
          ["Because", <span className="font-mono text-xs">{refusal.code}</span>],
          ["Path", <span className="font-mono text-xs">{refusal.path}</span>],
          ["Key", key ?? "—"],
          ["User", refusal.user_name ?? "—"],
          ["Address", refusal.ip_address ?? "—"],
        ]}
      />
    </Panel>
  );
}
