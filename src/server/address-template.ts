/** A placeholder in an address, for a part that differs from file to file. */
export type Placeholder = 'fileId' | 'containerId' | 'name' | 'type'

export type PlaceholderValues = Readonly<Partial<Record<Placeholder, string>>>

const PLACEHOLDER = /\{([^{}]*)\}/g
/** Placeholders count only after the host name, which no value may change. */
const ADDRESS = /^https?:\/\/[^/?#{}\s]+([/?#]\S*)?$/

/**
 * Returns why a template cannot be used, or `undefined` when it can.
 *
 * @param rules.needs required placeholders
 * @param rules.takes other allowed placeholders
 */
export function templateProblem(
  template: string,
  { needs, takes = [] }: { needs: readonly Placeholder[]; takes?: readonly Placeholder[] },
): string | undefined {
  const named = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
  const known: readonly string[] = [...needs, ...takes]
  const unknown = named.find((name) => !known.includes(name))
  if (unknown !== undefined) return `must have no {${unknown}}; ${list(known)} can be in it`
  const missing = needs.find((name) => !named.includes(name))
  if (missing !== undefined) return `must have {${missing}} in it`
  const example = fillTemplate(template, {})
  if (!ADDRESS.test(template) || /[{}]/.test(example) || !URL.canParse(example))
    return `must be an address such as https://docs.example.com/{${needs[0]}}`
  return undefined
}

/** The address that a template gives; a placeholder without a value becomes empty. */
export function fillTemplate(template: string, values: PlaceholderValues): string {
  return template.replace(PLACEHOLDER, (_, name: Placeholder) =>
    encodeURIComponent((values[name] ?? '').toWellFormed()),
  )
}

function list(names: readonly string[]): string {
  return names.map((name) => `{${name}}`).join(', ')
}
