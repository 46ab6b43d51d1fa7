import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";

/** How many requests wait for the caller's consent; nothing where none does, or he decides on none. */
export function WaitingCount({ isNarrow }: { readonly isNarrow: boolean }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const { data } = useQuery({ ...queries.consentsToDecide, enabled: may("consents.decide") });
  if (data === undefined || data.count === 0) return null;
  const words = `${data.count}${data.isAll ? "" : "+"}`;
  if (isNarrow)
    return (
      <>
        <span aria-hidden className="absolute top-1 right-1.5 size-1.5 rounded-full bg-accent" />
        <span className="sr-only">, {words} to decide</span>
      </>
    );
  return (
    <span className="ml-auto rounded-[4px] bg-accent-soft px-1.5 text-xs font-medium text-accent">
      {words}
      <span className="sr-only"> to decide</span>
    </span>
  );
}
