/** A value at a time, hours. */
export type Sample = { hours: number; value: number }

/** The straight line nearest to the samples (least squares): its slope per hour in percent of where it begins, and the slope's standard error. */
export function growth(samples: readonly Sample[]): { percentPerHour: number; error: number } {
  const [first] = samples
  if (!first || samples.length < 3) return { percentPerHour: Number.NaN, error: Number.NaN }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [t, v] = [mean(samples.map(({ hours }) => hours)), mean(samples.map(({ value }) => value))]
  const spread = samples.reduce((sum, { hours }) => sum + (hours - t) ** 2, 0)
  const slope = samples.reduce((sum, { hours, value }) => sum + (hours - t) * (value - v), 0) / spread
  const start = v + slope * (first.hours - t)
  const rest = samples.reduce((sum, { hours, value }) => sum + (value - (v + slope * (hours - t))) ** 2, 0)
  const error = Math.sqrt(rest / (samples.length - 2) / spread)
  return { percentPerHour: (100 * slope) / start, error: (100 * error) / start }
}
