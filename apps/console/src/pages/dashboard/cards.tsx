import { Sparkline } from "#parts/chart/sparkline.tsx";
import type { Figure } from "./figures.ts";

const tones = { good: "text-good", bad: "text-bad", none: "text-muted" } as const;

export function Cards({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <section
      aria-label="Figures"
      className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line md:grid-cols-3 xl:grid-cols-6"
    >
      {figures.map(({ name, value: [large, small], change, changeTone, course, colour }) => (
        <div key={name} className="min-w-0 bg-surface px-4 pt-3.5 pb-2.5">
          <h2 className="text-muted">{name}</h2>
          <p className="mt-0.5 truncate text-xl font-semibold tracking-tight">
            {large}
            <small className="text-md font-medium tracking-normal text-muted">{small}</small>
          </p>
          <p className={`text-xs ${tones[changeTone]}`}>{change}</p>
          <Sparkline values={course} colour={colour} />
        </div>
      ))}
    </section>
  );
}

/** Of the shape that the cards will have. */
export function CardsSkeleton() {
  return <div aria-hidden className="h-[126px] rounded-md border border-line bg-surface" />;
}
