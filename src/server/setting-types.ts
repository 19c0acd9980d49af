import { z } from 'zod'
import { type Placeholder, templateProblem } from './address-template.ts'

const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const SIZE_UNITS = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const

/** How a setting is written, for help texts and documentation. */
export const SETTING_KINDS = z.registry<{ kind: string; example?: string }>()

/**
 * Reads a duration such as `90s`, `30m`, `10h` or `30d`, in ms.
 *
 * @returns `undefined` for any other text
 */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,15})(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const ms = Number(digits) * DURATION_UNITS[unit as keyof typeof DURATION_UNITS]
  return Number.isSafeInteger(ms) ? ms : undefined
}

/**
 * Reads a size such as `512K`, `64M` or `16GiB`, in bytes; units are powers of 1024.
 *
 * @returns `undefined` for any other text
 */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15})([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const bytes = Number(digits) * SIZE_UNITS[unit.toUpperCase() as keyof typeof SIZE_UNITS]
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A setting that is a duration; its value is in ms. */
export function duration() {
  return z
    .string()
    .transform((text, context) => parsed(parseDuration(text), context, 'a duration such as 30m'))
    .register(SETTING_KINDS, { kind: 'duration', example: '30m' })
}

/** A setting that is a number of bytes. */
export function size() {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) =>
      parsed(parseSize(String(value)), context, 'a size such as 512M or 16G'),
    )
    .register(SETTING_KINDS, { kind: 'size', example: '16G' })
}

/** A setting that is a whole number. */
export function whole(min: number, max: number) {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const number = /^\d{1,15}$/.test(String(value).trim()) ? Number(value) : Number.NaN
      const valid = number >= min && number <= max ? number : undefined
      return parsed(valid, context, `a whole number from ${min} to ${max}`)
    })
    .register(SETTING_KINDS, { kind: 'number' })
}

/** A setting that is on or off. */
export function onOff() {
  return z
    .union([z.string(), z.boolean()])
    .transform((value, context) => {
      const answers: Record<string, boolean> = { true: true, on: true, false: false, off: false }
      return parsed(answers[String(value).toLowerCase()], context, 'on or off')
    })
    .register(SETTING_KINDS, { kind: 'on/off' })
}

/** A setting that is a list, separated by commas. */
export function list() {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((value) => {
      const parts = typeof value === 'string' ? value.split(',') : value
      return parts.map((part) => part.trim()).filter((part) => part !== '')
    })
    .register(SETTING_KINDS, { kind: 'list' })
}

/** A setting that is an address with placeholders; empty for none. */
export function addressTemplate(rules: {
  needs: readonly Placeholder[]
  takes: readonly Placeholder[]
}) {
  return z
    .string()
    .superRefine((text, context) => {
      const message = text === '' ? undefined : templateProblem(text, rules)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .register(SETTING_KINDS, { kind: 'address' })
    .prefault('')
}

function parsed<T>(value: T | undefined, context: z.RefinementCtx, expected: string): T {
  if (value !== undefined) return value
  context.addIssue({ code: 'custom', message: `must be ${expected}` })
  return z.NEVER
}
