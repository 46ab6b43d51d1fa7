import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { shortenId } from "#format/id.ts";

interface ReportNames {
  webhookOf(id: string): string;
  ownerOf(id: string): string;
}

/** Whom reports belong to and which webhooks they go to, as far as the caller may know. */
export function useReportNames(): ReportNames {
  const { queries } = useApi();
  const { me, may } = useCaller();
  const webhooks = useQuery({ ...queries.webhooks, enabled: may("webhooks.read") }).data?.items ?? [];
  const users = useQuery({ ...queries.users, enabled: may("users.read") }).data?.items ?? [];
  return {
    webhookOf: (id) => `webhook ${webhooks.find((one) => one.id === id)?.name ?? shortenId(id)}`,
    ownerOf: (id) =>
      id === me.user?.id ? me.user.email : (users.find((one) => one.id === id)?.email ?? shortenId(id)),
  };
}
