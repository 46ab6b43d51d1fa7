import { useMutation, useQuery } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { formatCount } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { Time } from "#parts/values.tsx";

export function PricesPanel() {
  const { client, queries } = useApi();
  const { may } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const prices = useQuery(queries.prices);
  const reading = useMutation({
    mutationFn: () => client.prices.refresh(),
    onSuccess: () => refresh("prices", "models"),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  const read = may("prices.refresh") && typeof prices.data?.source === "string" && (
    <Button isBusy={reading.isPending} onClick={() => reading.mutate()}>
      Read anew
    </Button>
  );
  return (
    <Panel title="Price list" actions={read}>
      <Loaded query={prices}>
        {({ version, source, built_in, models, loaded_at, checked_at, problem }) => (
          <Facts
            facts={[
              [
                "In force",
                <Status tone={problem === null ? "good" : "warn"}>
                  {built_in ? "the built-in list" : "your list"}
                </Status>,
              ],
              ["Version", version],
              ["Models", formatCount(models)],
              ["Source", source ?? "none is configured"],
              ["Read", <Time at={loaded_at} />],
              ["Last asked", <Time at={checked_at} />],
              ...(problem === null ? [] : [["Problem", problem] as const]),
            ]}
          />
        )}
      </Loaded>
    </Panel>
  );
}
