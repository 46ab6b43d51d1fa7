import { Button } from "./button.tsx";
import { NewerVersion } from "./versions.ts";
import type { Clash } from "./versions.ts";

/** In a form: that others have changed what it is about, and what can be done. */
export function VersionNotice({ of }: { readonly of: NewerVersion | Clash }) {
  if (of instanceof NewerVersion) return <NewerNotice newer={of} />;
  return (
    <p role="status" className="rounded-sm bg-warn-soft px-3 py-2 text-warn">
      The newer values are loaded. Both of you have changed {wordsOf(of.fields)}: what you have typed stands here, and
      is not saved yet.
    </p>
  );
}

function NewerNotice({ newer: { isRefused, isBusy, fields, load, discard } }: { readonly newer: NewerVersion }) {
  const what = fields === null || fields.length === 0 ? "this" : wordsOf(fields);
  return (
    <div role={isRefused ? "alert" : "status"} className="grid gap-2 rounded-sm bg-warn-soft px-3 py-2 text-warn">
      <p>
        Somebody has changed {what} since you began.{isRefused && " Nothing of yours is saved."}
        {fields === null && " What it is now is being read."}
      </p>
      {fields !== null && (
        <div className="flex flex-wrap gap-2">
          <Button onClick={load} isBusy={isBusy}>
            Load it, and keep what I typed
          </Button>
          <Button look="danger" onClick={discard} isBusy={isBusy}>
            Discard what I typed
          </Button>
        </div>
      )}
    </div>
  );
}

/** `budget_usd` and `limits.requests_per_minute`, as people say it. */
function wordsOf(fields: readonly string[]): string {
  const words = fields.map((name) => `“${name.replaceAll(/[._]/g, " ").replace(/ usd$/, " in USD")}”`);
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
