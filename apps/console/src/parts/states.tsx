// What a view shows while it has nothing to show: it loads, it is empty, it failed, it is not for this caller, it is old.

import { ClientError } from "#api/api.tsx";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { formatMoment } from "#format/time.ts";
import { Button } from "./button.tsx";
import { IdCell } from "./copy.tsx";

const patienceMs = 150;

/** What is there sooner than that needs no word that it is coming. */
function useHasWaited(): boolean {
  const [hasWaited, setWaited] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWaited(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return hasWaited;
}

/** Rows of the height that the real ones will have. */
function Skeleton({ rows = 6 }: { readonly rows?: number }) {
  const hasWaited = useHasWaited();
  return (
    <div role="status" aria-label="Loading" className="min-h-[120px]">
      {hasWaited &&
        Array.from({ length: rows }, (_, row) => (
          <div key={row} className="flex h-(--row) items-center gap-4 border-b border-line px-4 last:border-0">
            <span className="h-2.5 w-1/4 animate-pulse rounded-sm bg-sunken" />
            <span className="h-2.5 w-1/6 animate-pulse rounded-sm bg-sunken" />
            <span className="h-2.5 flex-1 animate-pulse rounded-sm bg-sunken" />
          </div>
        ))}
    </div>
  );
}

export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-3 px-4 py-12 text-center text-muted">
      <p>{children}</p>
      {action}
    </div>
  );
}

export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  if (error instanceof ClientError && error.status === 403) return <NotAllowed words={error.message} />;
  const requestId = error instanceof ClientError ? error.requestId : undefined;
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-4 py-12 text-center">
      <p className="max-w-prose">{wordsOf(error)}</p>
      {requestId !== undefined && (
        <p className="text-muted">
          Request <IdCell id={requestId} />
        </p>
      )}
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

export const noAnswer = "The server does not answer.";

/** The server's own; what is no answer of it is said in ours. */
export function wordsOf(error: unknown): string {
  if (error instanceof ClientError) {
    return error.code === "connection_failed" ? noAnswer : error.message;
  }
  return error instanceof Error ? error.message : String(error);
}

/** With the server's words, where it was asked. */
export function NotAllowed({ words }: { readonly words?: string }) {
  return (
    <Empty>
      {words !== undefined && `${words}. `}Your role does not allow this page: an admin can give you one that does.
    </Empty>
  );
}

/** What is read, as a query has it, or several together. */
interface Reading<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isRefetchError: boolean;
  readonly dataUpdatedAt: number;
  refetch(): Promise<unknown>;
}

interface LoadedProps<Data> {
  readonly query: Reading<Data>;
  readonly skeleton?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** Shows what a query has, or in which of these states it is. */
export function Loaded<Data>({ query, skeleton = <Skeleton />, children }: LoadedProps<Data>) {
  const { data, error, refetch, dataUpdatedAt, isRefetchError } = query;
  if (data === undefined) return error === null ? skeleton : <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <>
      {isRefetchError && (
        <p role="status" className="border-b border-line bg-warn-soft px-4 py-1 text-xs text-warn">
          {wordsOf(error)} What is shown is from {formatMoment(dataUpdatedAt)}.
        </p>
      )}
      {children(data)}
    </>
  );
}
