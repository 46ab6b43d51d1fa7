// A stored request once more: as a command to copy, or sent from here by a key of one's own. It is a request as any other: it counts and costs.

import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import type { RequestContent, RequestDetail } from "#api/request-queries.ts";
import { askedAgain, curlAgain } from "#connect/asked-again.ts";
import type { AskedAgain } from "#connect/asked-again.ts";
import { keyPlaceholder } from "#connect/client.ts";
import { sendAgain } from "#connect/gateway.ts";
import type { Repeated } from "#connect/gateway.ts";
import { KeyField } from "#connect/key-field.tsx";
import { MakeKey } from "#connect/make-key.tsx";
import { formatDuration } from "#format/time.ts";
import { Button } from "#parts/button.tsx";
import { CopyTextButton } from "#parts/copy.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { useKept } from "#parts/kept.tsx";
import { CodeBlock } from "#parts/panel.tsx";
import { Status } from "#parts/status.tsx";
import { wordsOf } from "#parts/states.tsx";
import { indented } from "./messages.ts";

interface ReplayProps {
  readonly record: RequestDetail["record"];
  readonly stored: RequestContent["request"];
}

/** Nothing where the request is not there as a whole: it would be another one. */
export function Replay({ record, stored }: ReplayProps) {
  const { serverUrl: url } = useApi();
  const [isOpen, setOpen] = useState(false);
  const body = stored === null || stored.is_cut || stored.left_out > 0 ? null : stored.body;
  const again = body === null ? null : askedAgain(record, body);
  if (again === null) return null;
  return (
    <div className="flex flex-wrap items-center gap-2.5 px-4 py-3">
      <CopyTextButton text={curlAgain({ url, key: keyPlaceholder }, again)}>Copy as curl</CopyTextButton>
      <Button onClick={() => setOpen(true)}>Replay</Button>
      {isOpen && <ReplayDialog again={again} onClose={() => setOpen(false)} />}
    </div>
  );
}

function ReplayDialog({ again, onClose }: { readonly again: AskedAgain; readonly onClose: () => void }) {
  const { serverUrl: url } = useApi();
  const [key, setKey] = useKept("playground.key", "");
  const refresh = useRefresh();
  const leaving = useLeaving();
  const replay = useMutation({
    mutationFn: () => sendAgain({ url, key, again, signal: leaving }),
    onSuccess: () => refresh("requests", "usage"),
  });
  return (
    <Dialog
      isOpen
      title="Replay"
      description="The same request again, by your key: it is a new one, which counts and costs."
      onClose={onClose}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <KeyField
          value={key}
          onChange={(typed) => setKey(() => typed)}
          create={<MakeKey onMade={(made) => setKey(() => made)} />}
        />
        <div className="flex flex-wrap items-center gap-3">
          <Button look="primary" disabled={key === ""} isBusy={replay.isPending} onClick={() => replay.mutate()}>
            Send again
          </Button>
          <span className="font-mono text-xs wrap-anywhere text-muted">{again.path}</span>
        </div>
        <div aria-live="polite" className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
          {replay.data !== undefined && !replay.isPending && <Came repeated={replay.data} />}
          {replay.error !== null && <p className="wrap-anywhere text-bad">{wordsOf(replay.error)}</p>}
        </div>
      </div>
    </Dialog>
  );
}

/** Whoever closes the dialog leaves the request as well. */
function useLeaving(): AbortSignal {
  const controller = useRef(new AbortController());
  useEffect(() => {
    const { current } = controller;
    return () => current.abort();
  }, []);
  return controller.current.signal;
}

function Came({ repeated: { status, requestId, tookMs, body } }: { readonly repeated: Repeated }) {
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3">
        <Status tone={status < 400 ? "good" : "bad"}>{`${status} · ${formatDuration(tookMs)}`}</Status>
        {requestId !== null && (
          <Link to="/requests/$id" params={{ id: requestId }} className="text-accent hover:underline">
            Its request
          </Link>
        )}
      </p>
      <CodeBlock label="What came back" code={indented(body)} />
    </>
  );
}
