// What cannot be brought back: asked with the name typed, done, told, and left.

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useRefresh } from "#api/api.tsx";
import { Button } from "./button.tsx";
import { ConfirmDialog } from "./dialog.tsx";
import { wordsOf } from "./states.tsx";
import { useToast } from "./toast.tsx";
import { useGo } from "./use-search.ts";

interface RemovalProps {
  /** What the button says: "Delete provider". */
  readonly action: string;
  /** What becomes of it, in a sentence. */
  readonly description: string;
  readonly name: string;
  readonly remove: () => Promise<unknown>;
  /** The groups of what is read that change with it. */
  readonly touches: readonly string[];
  /** Where one is afterwards. */
  readonly leadsTo: string;
}

export function Removal({ action, description, name, remove, touches, leadsTo }: RemovalProps) {
  const [isAsking, setAsking] = useState(false);
  const refresh = useRefresh();
  const go = useGo();
  const toast = useToast();
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: async () => {
      toast.tell(`“${name}” is deleted`);
      await go(leadsTo);
      await refresh(...touches);
    },
    onError: (error) => {
      setAsking(false);
      toast.fail(wordsOf(error));
    },
  });
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {action}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={action}
          isBusy={removal.isPending}
          onConfirm={() => removal.mutate()}
          onClose={() => setAsking(false)}
          {...{ description, name, action }}
        />
      )}
    </>
  );
}
