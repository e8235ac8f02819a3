// Axes: where ticks stand, and how numbers are written.

/** Ticks from 0 to at least `most`, in steps of 1, 2 or 5 times a power of ten. */
export function ticksTo(most, wanted = 5) {
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, place) =>
    Number((place * step).toPrecision(6)),
  );
}

/** 1500000 → 1.5 M, 20000 → 20 k, 0.25 → 0.25 */
export function brief(value) {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))} k`;
  return String(Number(value.toPrecision(3)));
}
