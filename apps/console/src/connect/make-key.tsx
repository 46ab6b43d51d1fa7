import { useMutation } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Button } from "#parts/button.tsx";
import { wordsOf } from "#parts/states.tsx";

const livesMs = 24 * 60 * 60 * 1000;

/** One of the caller's own, which ends by itself: it is in this page only, and nobody could use it later. */
export function MakeKey({ onMade }: { readonly onMade: (key: string) => void }) {
  const { client } = useApi();
  const { me } = useCaller();
  const refresh = useRefresh();
  const making = useMutation({
    mutationFn: () => {
      const owner = me.user === null ? {} : { user_id: me.user.id };
      const expires = new Date(Date.now() + livesMs).toISOString();
      return client.apiKeys.create({ body: { name: "playground", expires_at: expires, ...owner } });
    },
    onSuccess: async ({ key }) => {
      onMade(key);
      await refresh("keys");
    },
  });
  return (
    <>
      <Button isBusy={making.isPending} onClick={() => making.mutate()}>
        Make a key for today
      </Button>
      {making.error !== null && (
        <p role="alert" className="mt-1 text-xs text-bad">
          {wordsOf(making.error)}
        </p>
      )}
    </>
  );
}
