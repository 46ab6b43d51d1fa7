import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";

interface Holder {
  readonly kind: string;
  /** Null for everybody. */
  readonly id: string | null;
}

/** Whose requests something holds for, by name where the caller may know that. */
export function useHolderName({ kind, id }: Holder): string {
  const { client, queries } = useApi();
  const { may } = useCaller();
  const params = { id: id ?? "" };
  const key = useQuery({
    queryKey: ["keys", id],
    queryFn: ({ signal }) => client.apiKeys.get({ params }, { signal }),
    enabled: kind === "key" && may("keys.read"),
  });
  const user = useQuery({
    queryKey: ["users", id],
    queryFn: ({ signal }) => client.users.get({ params }, { signal }),
    enabled: kind === "user" && may("users.read"),
  });
  const team = useQuery({ ...queries.team(params.id), enabled: kind === "team" && may("teams.read") });
  if (kind === "everyone" || id === null) return "everybody";
  return `${kind} ${key.data?.name ?? user.data?.email ?? team.data?.name ?? id}`;
}
