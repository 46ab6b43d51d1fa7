interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** Name of a variable of the theme. */
  readonly colour: string;
}

/** The course of a card's figure: no more than its shape, so that nothing is said of it that the figure does not say. */
export function Sparkline({ values, colour }: SparklineProps) {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, 0);
  const points = values.map((value, at) => {
    const x = values.length < 2 ? 0 : (at / (values.length - 1)) * 100;
    const y = most === 0 ? 26 : 26 - ((value ?? 0) / most) * 23;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const line = `M${points.join(" L")}`;
  return (
    <svg aria-hidden viewBox="0 0 100 28" preserveAspectRatio="none" className="mt-1.5 block h-7 w-full">
      {points.length > 1 && (
        <>
          <path d={`${line} L100,28 L0,28Z`} fill={`var(${colour})`} opacity=".12" />
          <path d={line} fill="none" stroke={`var(${colour})`} strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
        </>
      )}
    </svg>
  );
}
