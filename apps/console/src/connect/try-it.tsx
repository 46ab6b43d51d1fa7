import { useMutation } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { formatDuration } from "#format/time.ts";
import { plural } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { Status } from "#parts/status.tsx";
import { wordsOf } from "#parts/states.tsx";
import type { Asking } from "./trial.ts";
import { prompt } from "./client.ts";
import { tryModel } from "./gateway.ts";
import type { Trial } from "./gateway.ts";

interface TryItProps {
  readonly apiKey: string;
  readonly model: string;
  /** As the client that is shown asks. */
  readonly asking?: Asking | undefined;
}

/** Made anew for a client that asks otherwise. */
export function TryIt({ apiKey, model, asking = "chat" }: TryItProps) {
  const { serverUrl: url } = useApi();
  const refresh = useRefresh();
  const trial = useMutation({
    mutationFn: () => tryModel({ url, key: apiKey, model, prompt, asking }),
    onSuccess: () => refresh("keys", "requests", "usage"),
  });
  return (
    <div className="grid gap-2">
      <div>
        <Button
          look="primary"
          disabled={apiKey === "" || model === ""}
          isBusy={trial.isPending}
          onClick={() => trial.mutate()}
        >
          {trial.isPending ? "Asking" : "Try it"}
        </Button>
      </div>
      <div aria-live="polite">
        {trial.data !== undefined && !trial.isPending && <Answer trial={trial.data} />}
        {trial.error !== null && (
          <p className="rounded-sm bg-bad-soft px-3 py-2 wrap-anywhere text-bad">{wordsOf(trial.error)}</p>
        )}
      </div>
    </div>
  );
}

function Answer({ trial }: { readonly trial: Trial }) {
  const facts = [
    trial.provider,
    trial.model,
    formatDuration(trial.tookMs),
    trial.tokens === null ? null : plural(trial.tokens, "token"),
  ].filter((fact) => fact !== null);
  return (
    <div className="animate-appear rounded-sm border border-line bg-sunken px-3 py-2">
      <p className="max-h-40 overflow-y-auto wrap-anywhere whitespace-pre-wrap">{trial.text}</p>
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-3 text-xs text-muted">
        <Status tone="good">{facts.join(" · ")}</Status>
        <span className="font-mono wrap-anywhere">{trial.path}</span>
      </p>
    </div>
  );
}
