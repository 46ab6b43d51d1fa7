import { useMutation } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ApiKey } from "#api/queries.ts";
import { plural } from "#format/number.ts";
import { ConfirmDialog } from "#parts/dialog.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";

interface RevokeKeysProps {
  /** At least one. */
  readonly keys: readonly ApiKey[];
  readonly onClose: () => void;
}

export function RevokeKeys({ keys, onClose }: RevokeKeysProps) {
  const { client } = useApi();
  const { mayWith } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const [first] = keys;
  const isOne = keys.length === 1;
  const revoke = useMutation({
    // One after the other, so that a failure says how far it came.
    mutationFn: async () => {
      for (const key of keys) {
        const params = { id: key.id };
        await (mayWith("keys.revoke", key) ? client.apiKeys : client.ownKeys).revoke({ params });
      }
    },
    onSuccess: () => toast.tell(`${isOne ? `“${first?.name}” is` : `${plural(keys.length, "key")} are`} revoked`),
    onError: (error) => toast.fail(wordsOf(error)),
    onSettled: async () => {
      await refresh("keys", "teams");
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={isOne ? "Revoke the key" : `Revoke ${plural(keys.length, "key")}`}
      description="It stops working at once, and requests that run by it end within a second. This cannot be undone; what it has used stays in the accounts."
      name={isOne ? (first?.name ?? "") : String(keys.length)}
      action={isOne ? "Revoke key" : "Revoke keys"}
      isBusy={revoke.isPending}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    />
  );
}
