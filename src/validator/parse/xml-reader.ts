import { CasesError } from '../cases/cases-error.ts'
import type { Text } from '../cases/values.ts'
import type { XmlElement } from './xml.ts'

const STATE = '$State:'

/**
 * Refuses what is not listed.
 *
 * @throws CasesError that names the attribute or element and its line
 */
export function allowOnly(
  element: XmlElement,
  { attributes = [], children = [] }: { attributes?: string[]; children?: string[] },
): void {
  for (const name of Object.keys(element.attributes)) {
    if (!attributes.includes(name)) {
      throw new CasesError(`<${element.name}> has no attribute ${name}`, element.line)
    }
  }
  for (const child of element.children) {
    if (!children.includes(child.name)) {
      throw new CasesError(`<${child.name}> is not allowed in <${element.name}>`, child.line)
    }
  }
}

/** An attribute that must be there, even if it is empty. @throws CasesError */
export function requiredOf(element: XmlElement, name: string): string {
  const value = element.attributes[name]
  if (value === undefined) throw new CasesError(`<${element.name}> needs ${name}`, element.line)
  return value
}

/** @throws CasesError when it is neither of `true`, `false`, `1`, `0` */
export function booleanOf(element: XmlElement, name: string): boolean | undefined {
  const value = element.attributes[name]
  if (value === undefined) return undefined
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw new CasesError(`${name}="${value}" is neither true nor false`, element.line)
}

/** @throws CasesError when it is not a whole number */
export function integerOf(element: XmlElement, name: string): number | undefined {
  const value = element.attributes[name]
  if (value === undefined) return undefined
  if (/^[+-]?\d{1,15}$/.test(value)) return Number(value)
  throw new CasesError(`${name}="${value}" is not a whole number`, element.line)
}

/** @throws CasesError when it is none of `values` */
export function oneOf<const Value extends string>(
  element: XmlElement,
  name: string,
  values: readonly Value[],
): Value {
  const value = requiredOf(element, name)
  const found = values.find((known) => known === value)
  if (found !== undefined) return found
  throw new CasesError(`${name}="${value}" is not one of ${values.join(', ')}`, element.line)
}

/** A text, or a saved value when it is written `$State:Name`. */
export function textOf(value: string): Text {
  return value.startsWith(STATE) ? { state: value.slice(STATE.length) } : value
}

/** The attribute as member of that name, or no member when it is not there. */
export function optional<Name extends string>(
  element: XmlElement,
  attribute: string,
  name: Name,
): { [Key in Name]?: Text } {
  const value = element.attributes[attribute]
  return (value === undefined ? {} : { [name]: textOf(value) }) as { [Key in Name]?: Text }
}

export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name)
}

/** An attribute that may also name a saved value in `…StateKey`, which goes before. */
export function withStateKey<Name extends string>(
  element: XmlElement,
  attribute: string,
  name: Name,
) {
  const state = element.attributes[`${attribute}StateKey`]
  return state ? { [name]: { state } } : optional(element, attribute, name)
}
