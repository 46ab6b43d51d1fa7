import type { ReactNode } from "react";

interface PanelProps {
  readonly title?: string;
  /** Behind the title, small. */
  readonly note?: ReactNode;
  /** At the end of the title's line. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Panel({ title, note, actions, children, className = "" }: PanelProps) {
  return (
    <section aria-label={title} className={`min-w-0 rounded-md border border-line bg-surface ${className}`}>
      {title !== undefined && (
        <header className="flex min-h-[41px] flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line px-4 py-1.5">
          <h2 className="font-semibold">{title}</h2>
          {note !== undefined && <span className="text-faint">{note}</span>}
          <span className="flex-1" />
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}

export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[fit-content(50%)_minmax(0,1fr)] gap-x-5 gap-y-1.5 px-4 py-3">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="wrap-break-word text-muted">{name}</dt>
          <dd className="min-w-0 wrap-break-word">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  return (
    <pre
      aria-label={label}
      // Scrolled by the keyboard as well.
      tabIndex={0}
      className="overflow-x-auto rounded-sm border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-relaxed"
    >
      <code>{code}</code>
    </pre>
  );
}
