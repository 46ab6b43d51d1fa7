import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import type { ApiKey, CreatedApiKey } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";
import { inputClass } from "#parts/field.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";
import { NewKey } from "./new-key.tsx";

const overlaps: readonly (readonly [seconds: number, words: string])[] = [
  [0, "not at all"],
  [3_600, "for an hour"],
  [86_400, "for a day"],
  [7 * 86_400, "for a week"],
  [30 * 86_400, "for 30 days"],
];

export function RotateKey({ apiKey }: { readonly apiKey: ApiKey }) {
  const [isOpen, setOpen] = useState(false);
  const [rotated, setRotated] = useState<CreatedApiKey | null>(null);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Rotate key</Button>
      {isOpen && <RotateDialog apiKey={apiKey} onClose={() => setOpen(false)} onRotated={setRotated} />}
      {rotated !== null && <NewKey created={rotated} onClose={() => setRotated(null)} />}
    </>
  );
}

interface DialogProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
  readonly onRotated: (key: CreatedApiKey) => void;
}

function RotateDialog({ apiKey: { id, name }, onClose, onRotated }: DialogProps) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const [overlap, setOverlap] = useState(86_400);
  const rotate = useMutation({
    mutationFn: () => client.apiKeys.rotate({ params: { id }, body: { overlap_seconds: overlap } }),
    onSuccess: async (key) => {
      onClose();
      onRotated(key);
      await refresh("keys");
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <Dialog
      isOpen
      title={`Rotate “${name}”`}
      description="It gets a new secret, which is shown once. It stays the same key, with its limits, its budget and its usage."
      onClose={onClose}
    >
      <label className="block">
        <span className="text-muted">The present secret goes on working</span>
        <select
          className={`${inputClass} mt-1.5`}
          value={overlap}
          onChange={(event) => setOverlap(Number(event.target.value))}
        >
          {overlaps.map(([seconds, words]) => (
            <option key={seconds} value={seconds}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" onClick={() => rotate.mutate()} isBusy={rotate.isPending}>
          Rotate key
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
