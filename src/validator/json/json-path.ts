/**
 * The value at a path such as `Name`, `ChildFiles[0].Url` or `AncestorsWithRootFirst[-1:].Url`,
 * where `[-1:]` is the last entry; `''` is the whole. `undefined` when there is none.
 */
export function valueAt(root: unknown, path: string): unknown {
  let value = root
  for (const step of stepsOf(path)) {
    if (typeof value !== 'object' || value === null) return undefined
    if (typeof step === 'string')
      value = Object.hasOwn(value, step) ? memberOf(value, step) : undefined
    else value = Array.isArray(value) ? value.at(step) : undefined
  }
  return value
}

function memberOf(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name]
}

function stepsOf(path: string): (string | number)[] {
  return [...path.replaceAll('.', ' ').matchAll(/[^ [\]]+|\[(-?\d+):?\]/g)].map(([text, index]) =>
    index === undefined ? text : Number(index),
  )
}
