/** Long work in pieces: whoever runs it may do something else at each `yield`. */
export type Steps<Result> = Generator<void, Result>

/** How many items of a list are handled between two `yield`s: some 50 µs of work. */
export const ITEMS_PER_STEP = 256

/** Runs all pieces one after the other. */
export function runAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
