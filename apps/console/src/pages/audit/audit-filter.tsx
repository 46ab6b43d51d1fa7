import { Button } from "#parts/button.tsx";
import { useTyped } from "#parts/use-typed.ts";
import type { AuditView, FilterName } from "./audit-view.ts";

type Choice = readonly [value: string, label: string];

const kinds: readonly Choice[] = [
  ["user", "users"],
  ["key", "keys"],
  ["provider", "providers"],
  ["model", "models"],
  ["alias", "aliases"],
  ["webhook", "webhooks"],
  ["consent", "consent requests"],
  ["consent_policy", "consent policies"],
  ["guardrail", "guardrails"],
  ["view", "saved views"],
  ["session", "signing in and out"],
  ["permission", "refusals"],
  ["credential", "unknown keys and sessions"],
  ["audit", "the audit log itself"],
];

const outcomes: readonly Choice[] = [
  ["done", "done"],
  ["refused", "refused"],
  ["failed", "failed"],
];

export function AuditFilter({ view }: { readonly view: AuditView }) {
  return (
    <>
      <Select name="kind" all="All actions" choices={kinds} view={view} />
      <Select name="outcome" all="Any outcome" choices={outcomes} view={view} />
      <ActorField view={view} />
      {Object.keys(view.filter).length > 0 && (
        <Button look="quiet" onClick={view.clear}>
          Clear
        </Button>
      )}
    </>
  );
}

interface SelectProps {
  readonly name: FilterName;
  readonly all: string;
  readonly choices: readonly Choice[];
  readonly view: AuditView;
}

function Select({ name, all, choices, view }: SelectProps) {
  const chosen = view.filter[name] ?? "";
  const isKnown = chosen === "" || choices.some(([value]) => value === chosen);
  return (
    <select
      aria-label={all}
      value={chosen}
      onChange={(event) => view.setFilter(name, event.target.value)}
      className={`h-(--control) max-w-44 rounded-sm border bg-surface px-2 ${chosen === "" ? "border-line-strong text-muted" : "border-accent text-text"}`}
    >
      <option value="">{all}</option>
      {!isKnown && <option value={chosen}>{chosen}</option>}
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

function ActorField({ view }: { readonly view: AuditView }) {
  const [typed, setTyped] = useTyped(view.filter.actor ?? "", (actor) => view.setFilter("actor", actor.trim()));
  return (
    <input
      type="search"
      aria-label="Who: an id, or the beginning of a name"
      placeholder="Who"
      value={typed}
      spellCheck={false}
      className="h-(--control) w-36 rounded-sm border border-line-strong bg-surface px-2.5"
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
