import type { ReactNode } from "react";

/** The few numbers that a page is about. */
export function Figures({ children }: { readonly children: ReactNode }) {
  return (
    <section
      aria-label="Figures"
      className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line md:grid-cols-3 xl:grid-cols-[repeat(auto-fit,minmax(160px,1fr))]"
    >
      {children}
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: ReactNode;
  readonly note: ReactNode;
  /** The exact value. */
  readonly title?: string;
}

export function Figure({ name, value, note, title }: FigureProps) {
  return (
    <div className="min-w-0 bg-surface px-4 py-3.5">
      <h2 className="text-muted">{name}</h2>
      <p className="mt-0.5 truncate text-xl leading-[29px] font-semibold tracking-tight" title={title}>
        {value}
      </p>
      <p className="min-h-[17px] truncate text-xs text-muted">{note}</p>
    </div>
  );
}
