/** Something that takes any bytes and must know what to do with them. */
export interface FuzzTarget {
  name: string
  /** Pieces that mean something here, to be written into inputs. */
  dictionary: readonly (Uint8Array | string)[]
  /** Inputs to begin with, beside the corpus. */
  seeds(): Promise<readonly Uint8Array[]> | readonly Uint8Array[]
  /** Makes ready for any number of inputs. */
  open(): Promise<OpenedTarget> | OpenedTarget
}

export interface OpenedTarget extends AsyncDisposable {
  /** Takes one input. @throws when what it does with it is wrong */
  run(input: Uint8Array): Promise<void> | void
}

/** A target without anything to be closed. */
export function pureTarget(
  target: Omit<FuzzTarget, 'open'> & { run: OpenedTarget['run'] },
): FuzzTarget {
  const { run, ...rest } = target
  return { ...rest, open: () => ({ run, async [Symbol.asyncDispose]() {} }) }
}

/** A class of errors, whatever its constructor takes. */
type ErrorType = abstract new (...args: never[]) => Error

/** The result of `work`, or the name of the error that it may throw. */
export function outcomeOf<T>(
  work: () => T,
  ...allowed: readonly ErrorType[]
): { value: T } | { error: string } {
  try {
    return { value: work() }
  } catch (error) {
    if (!allowed.some((type) => error instanceof type)) throw error
    return { error: String((error as { code?: unknown }).code ?? (error as Error).name) }
  }
}

/** Cuts bytes where the first bytes of the input say, so that a mutation moves the cuts. */
export function cutsOf(input: Uint8Array): { pieces: Uint8Array[]; bytes: Uint8Array } {
  const [first = 0, second = 0] = input
  const bytes = input.subarray(2)
  const lengths = [1 + (first % 40), 1 + (second % 97)]
  const pieces: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % 2] ?? 1
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return { pieces, bytes }
}

/** An input that `cutsOf` reads: two bytes for the cuts, then these. */
export function withCuts(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.of(3, 20), bytes]))
}
