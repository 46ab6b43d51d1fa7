interface TabsProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

/** A few of a kind, of which one is shown. */
export function Tabs({ label, names, chosen, onChoose }: TabsProps) {
  return (
    <div
      role="group"
      aria-label={label}
      className="inline-flex max-w-full overflow-x-auto rounded-sm border border-line-strong bg-surface"
    >
      {names.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
          className="h-7 border-r border-line px-2.5 whitespace-nowrap text-muted transition last:border-0 hover:text-text focus-visible:-outline-offset-2 aria-pressed:bg-sunken aria-pressed:font-medium aria-pressed:text-text"
        >
          {name}
        </button>
      ))}
    </div>
  );
}
