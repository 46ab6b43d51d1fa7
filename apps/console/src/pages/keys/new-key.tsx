import type { CreatedApiKey } from "#api/queries.ts";
import { KeyInUse } from "#connect/key-in-use.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";

interface NewKeyProps {
  readonly created: CreatedApiKey;
  readonly onClose: () => void;
}

/** The one time that the key is shown. */
export function NewKey({ created, onClose }: NewKeyProps) {
  return (
    <Dialog
      isOpen
      isSticky
      title={`Key “${created.name}”`}
      description="Copy it now: it is shown this once, and GhostLLM keeps only its hash."
      onClose={onClose}
    >
      <KeyInUse apiKey={created.key} />
      <DialogButtons>
        <Button onClick={onClose}>Done</Button>
      </DialogButtons>
    </Dialog>
  );
}
