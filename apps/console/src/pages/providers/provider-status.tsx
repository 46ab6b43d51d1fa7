import type { Notification, Provider } from "#api/queries.ts";
import { Status } from "#parts/status.tsx";

interface ProviderStatusProps {
  readonly provider: Provider;
  readonly trouble: Notification | undefined;
}

export function ProviderStatus({ provider: { enabled }, trouble }: ProviderStatusProps) {
  if (!enabled) return <Status tone="off">disabled</Status>;
  return trouble === undefined ? <Status tone="good">enabled</Status> : <Status tone="warn">resting</Status>;
}
