/**
 * What must never be. `resurrection`: something that was ordered gone lives. `orphan`: something is left that belongs to nothing.
 * `lost_order`: an order without a receipt, or with a wrong one. `untrue`: a row says what is not so. `text`: a text went astray.
 * `transition`: a change of state that no table knows. `purge`: a purge took too much. `died`: nobody caught an error.
 */
export type ViolationKind = 'resurrection' | 'orphan' | 'lost_order' | 'untrue' | 'text' | 'transition' | 'purge' | 'died'
/** `rules`: of docs/reference/lifecycle.md. */
export type Violation = { kind: ViolationKind; rules: string; what: string }

/** Collects each violation once. */
export function createViolations() {
  const found = new Map<string, Violation>()
  return {
    add(kind: ViolationKind, rules: string, what: string): void {
      const key = `${kind} ${what}`
      if (!found.has(key)) found.set(key, { kind, rules, what })
    },
    all: (): Violation[] => [...found.values()],
  }
}
export type Violations = ReturnType<typeof createViolations>
