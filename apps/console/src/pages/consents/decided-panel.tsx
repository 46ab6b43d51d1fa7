import { Link } from "@tanstack/react-router";
import { useCaller } from "#api/me.ts";
import type { Consent } from "#api/queries.ts";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Time } from "#parts/values.tsx";
import { deciderOf } from "./consent-words.ts";

/** What became of it. */
export function DecidedPanel({ consent }: { readonly consent: Consent }) {
  const { decided_at: decidedAt, note, used_at: usedAt, used_by_request: usedBy } = consent;
  if (decidedAt === null)
    return (
      <Panel title="Decision">
        <p className="px-4 py-3 text-muted">Nobody has decided in time. The same request can be asked for again.</p>
      </Panel>
    );
  return (
    <Panel title="Decision">
      <Facts
        facts={[
          ["Decided by", deciderOf(consent)],
          ["Decided", <Time at={decidedAt} />],
          ["Note", note === "" ? <span className="text-faint">none</span> : note],
          ...(usedAt === null ? [] : [["Has passed", <Time at={usedAt} />] as const]),
          ...(usedBy === null ? [] : [["As request", <PassedRequest id={usedBy} />] as const]),
        ]}
      />
    </Panel>
  );
}

function PassedRequest({ id }: { readonly id: string }) {
  const { may } = useCaller();
  if (!may("usage.read")) return <IdCell id={id} />;
  return (
    <Link to="/requests/$id" params={{ id }} className="text-accent hover:underline">
      its record
    </Link>
  );
}
