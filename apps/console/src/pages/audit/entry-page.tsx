import { Link, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import type { AuditChange, AuditEntry } from "#api/queries.ts";
import { formatMoment } from "#format/time.ts";
import { Page } from "#frame/page.tsx";
import { IdCell } from "#parts/copy.tsx";
import { CodeBlock, Facts, Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { actorOf, comingOf, objectOf, outcomeTones, pageOf, textOf } from "./audit-words.ts";

export function AuditEntryPage() {
  const { id = "" } = useParams({ strict: false });
  const { queries } = useApi();
  const entry = useQuery(queries.auditEntry(id));
  return (
    <Page title={entry.data?.action ?? "Entry"} parent={{ title: "Audit", path: "/audit" }}>
      <Loaded query={entry}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.6fr)]">
            <EntryFacts entry={one} />
            <Changes entry={one} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

type Fact = readonly [name: string, value: ReactNode];

function EntryFacts({ entry }: { readonly entry: AuditEntry }) {
  const { actor, object, request_id: request, user_agent: agent } = entry;
  const path = pageOf(entry);
  const about: readonly Fact[] =
    object === null
      ? []
      : [
          [
            "Of",
            path === null ? (
              objectOf(entry)
            ) : (
              <Link to={path} className="text-accent hover:underline">
                {objectOf(entry)}
              </Link>
            ),
          ],
          ...(object.id === null ? [] : [["Its id", <IdCell id={object.id} />] as const]),
        ];
  return (
    <Panel title="Entry" note={`at place ${entry.place}`}>
      <Facts
        facts={[
          ["Time", formatMoment(entry.happened_at)],
          ["Outcome", <Status tone={outcomeTones[entry.outcome] ?? "off"}>{entry.outcome}</Status>],
          ["Who", actorOf(entry)],
          ["How", comingOf(entry)],
          ...(actor.id === null ? [] : [["Id", <IdCell id={actor.id} />] as const]),
          ...about,
          ...(entry.address === "" ? [] : [["Address", <IdCell id={entry.address} shown={entry.address} />] as const]),
          ...(agent === "" ? [] : [["Program", agent] as const]),
          ...(entry.route === null
            ? []
            : [["Route", <span className="font-mono text-xs">{entry.route}</span>] as const]),
          ...(request === null ? [] : [["Request", <IdCell id={request} />] as const]),
          ["Hash", <IdCell id={entry.hash} />],
          ...Object.entries(entry.details).map(([name, value]): Fact => [name, textOf(value)]),
        ]}
      />
    </Panel>
  );
}

function Changes({ entry: { changes } }: { readonly entry: AuditEntry }) {
  return (
    <Panel title="What was changed">
      {changes.length === 0 ? (
        <Empty>No field was changed by it.</Empty>
      ) : (
        <div className="grid gap-3 px-4 py-3">
          {changes.map((change) => (
            <Change key={change.field} change={change} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function Change({ change: { field, before, after } }: { readonly change: AuditChange }) {
  return (
    <section aria-label={field}>
      <h3 className="mb-1 font-mono text-xs text-muted">{field}</h3>
      <div className="grid grid-cols-1 gap-2 sm:grid-cols-2">
        <Side word="before" value={before} of={field} />
        <Side word="after" value={after} of={field} />
      </div>
    </section>
  );
}

interface SideProps {
  readonly word: "before" | "after";
  readonly value: AuditChange["before"];
  readonly of: string;
}

function Side({ word, value, of }: SideProps) {
  if (value === null)
    return <p className="rounded-sm border border-dashed border-line px-3 py-2.5 text-xs text-faint">nothing {word}</p>;
  return <CodeBlock label={`${of}, ${word}`} code={textOf(value)} />;
}
