import type { ProviderTest } from "#api/queries.ts";
import { plural } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Status } from "#parts/status.tsx";

/** What came of asking the vendor. */
export function TestResult({ test }: { readonly test: ProviderTest }) {
  const facts = [
    test.http_status === null ? null : `status ${test.http_status}`,
    test.latency_ms === null ? null : formatDuration(test.latency_ms),
    test.models === null ? null : plural(test.models, "model"),
  ].filter((fact) => fact !== null);
  return (
    <div role="status" className="animate-appear rounded-sm border border-line bg-sunken px-3 py-2">
      <Status tone={test.ok ? "good" : "bad"}>{test.message}</Status>
      {facts.length > 0 && <p className="mt-0.5 pl-3 text-xs text-muted">{facts.join(" · ")}</p>}
    </div>
  );
}
