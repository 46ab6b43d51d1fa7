import { Dialog as Radix } from "radix-ui";
import { Sidebar } from "./sidebar.tsx";

/** The sidebar of phones. */
export function Drawer({ onClose }: { readonly onClose: () => void }) {
  return (
    <Radix.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-40 w-[min(280px,82vw)] animate-appear border-r border-line bg-canvas shadow-float"
        >
          <Radix.Title className="sr-only">Menu</Radix.Title>
          <Sidebar isNarrow={false} onNarrow={null} onLeave={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
