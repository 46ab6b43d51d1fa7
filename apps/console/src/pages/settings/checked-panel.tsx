import type { CheckedConfiguration } from "#api/configuration-queries.ts";
import { Status, Tag } from "#parts/status.tsx";
import { goTo } from "./file-editor.tsx";

interface CheckedProps {
  readonly checked: CheckedConfiguration;
  /** That was checked. */
  readonly text: string;
}

/** What is wrong with a text, or what it would change. */
export function CheckedPanel({ checked, text }: CheckedProps) {
  if (checked.problems.length > 0) return <Faults checked={checked} text={text} />;
  const { changes, warnings, declares_otherwise: declaresOtherwise } = checked;
  const isSame = changes.length === 0 && !declaresOtherwise;
  return (
    <div role="status" className="grid gap-2">
      <Status tone="good">{isSame ? "No fault, and nothing that differs" : "No fault. It would change:"}</Status>
      {changes.length > 0 && <Changes changes={changes} />}
      {declaresOtherwise && (
        <p className="text-muted">What it declares of providers, aliases, teams and keys is applied when it is read.</p>
      )}
      {warnings.map((warning) => (
        <Status key={warning} tone="warn">
          {warning}
        </Status>
      ))}
    </div>
  );
}

function Faults({ checked: { problems }, text }: CheckedProps) {
  return (
    <div role="status">
      <Status tone="bad">{problems.length === 1 ? "1 fault" : `${problems.length} faults`}</Status>
      <ul aria-label="Faults" className="mt-1">
        {problems.map(({ source, line, column, setting, message, hint }) => (
          <li key={`${line} ${column} ${setting} ${message}`} className="flex flex-wrap gap-x-2 py-1">
            {line === null ? (
              <span className="font-mono text-xs">{source}</span>
            ) : (
              <button
                type="button"
                className="font-mono text-xs underline"
                onClick={() => goTo(text, line, column ?? 1)}
              >
                {`line ${line}${column === null ? "" : `, column ${column}`}`}
              </button>
            )}
            {setting !== null && <span className="font-mono text-xs">{setting}</span>}
            <span className="min-w-0 wrap-break-word text-muted">
              {message}. {hint}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Changes({ changes }: Pick<CheckedConfiguration, "changes">) {
  return (
    <ul aria-label="Changes" className="grid gap-1">
      {changes.map(({ path, before, after, is_live: isLive }) => (
        <li key={path} className="flex flex-wrap items-center gap-x-2">
          <span className="font-mono text-xs">{path}</span>
          <del className="min-w-0 wrap-break-word text-muted">{before}</del>
          <span aria-hidden className="text-faint">
            →
          </span>
          <ins className="min-w-0 wrap-break-word no-underline">{after}</ins>
          {!isLive && <Tag tone="warn">needs a restart</Tag>}
        </li>
      ))}
    </ul>
  );
}
