import type { Case, Group, Step, Suite } from '../cases/case.ts'
import { CasesError } from '../cases/cases-error.ts'
import type { Validator } from '../cases/validator.ts'
import { parseLaxJson } from '../json/lax-json.ts'
import { readStep } from './parse-requests.ts'
import { type ReadResource, readResources } from './read-resources.ts'
import { parseXml, type XmlElement } from './xml.ts'
import { allowOnly, booleanOf, childOf, requiredOf } from './xml-reader.ts'

export type { ReadResource } from './read-resources.ts'

/** Attributes that Microsoft's web page shows; nothing is checked by them. */
const SHOWN_ONLY = ['Document', 'DocumentationLink', 'UiScreenshot', 'FailMessage']

/**
 * Reads a file of cases in Microsoft's format, such as the TestCases.xml of its WOPI validator, with
 * the schemas and documents beside it.
 *
 * @param options.read reads a file beside it
 * @throws CasesError that names the line; when the file is too large, is not what the format allows,
 *   or a schema that it names is missing
 */
export async function parseCases(options: {
  name: string
  xml: Uint8Array
  read: ReadResource
}): Promise<Suite> {
  const root = parseXml(options.xml)
  if (root.name !== 'WopiValidation') {
    throw new CasesError(`Expected <WopiValidation>, found <${root.name}>`, root.line)
  }
  const settings = Object.keys(root.attributes).filter((name) => name.startsWith('xs'))
  allowOnly(root, {
    attributes: [...settings, 'xmlns:xsi'],
    children: ['Resources', 'PrereqCases', 'TestGroup'],
  })
  const prerequisites = casesOf(childOf(root, 'PrereqCases'), false)
  const groups = root.children.filter(({ name }) => name === 'TestGroup').map(readGroup)
  checkNames(groups, prerequisites, root)
  return {
    name: options.name,
    groups,
    prerequisites,
    resources: await readResources(childOf(root, 'Resources'), options.read),
    schemas: await readSchemas(
      [...prerequisites, ...groups.flatMap(({ cases }) => cases)],
      options,
    ),
  }
}

function readGroup(element: XmlElement): Group {
  allowOnly(element, { attributes: ['Name', 'HasDelay'], children: ['PrereqTests', 'TestCases'] })
  const prerequisites = childOf(element, 'PrereqTests')?.children ?? []
  return {
    name: requiredOf(element, 'Name'),
    prerequisites: prerequisites.map(({ text }) => text.trim()),
    cases: casesOf(childOf(element, 'TestCases'), booleanOf(element, 'HasDelay') ?? false),
  }
}

function casesOf(element: XmlElement | undefined, hasDelay: boolean): Case[] {
  if (!element) return []
  allowOnly(element, { children: ['TestCase'] })
  return element.children.map((child) => readCase(child, hasDelay))
}

function readCase(element: XmlElement, hasDelay: boolean): Case {
  allowOnly(element, {
    attributes: ['Name', 'Category', ...SHOWN_ONLY],
    children: ['Description', 'Requests', 'CleanupRequests'],
  })
  const requests = childOf(element, 'Requests')
  if (!requests) throw new CasesError('<TestCase> needs <Requests>', element.line)
  const description = childOf(element, 'Description')?.text ?? ''
  return {
    name: requiredOf(element, 'Name'),
    category: element.attributes.Category ?? 'WopiCore',
    description: description.trim().replaceAll(/\s+/g, ' '),
    hasDelay,
    requests: requests.children.map(readStep),
    cleanup: childOf(element, 'CleanupRequests')?.children.map(readStep) ?? [],
  }
}

function checkNames(groups: Group[], prerequisites: Case[], root: XmlElement): void {
  const known = new Set(prerequisites.map(({ name }) => name))
  for (const group of groups) {
    const missing = group.prerequisites.find((name) => !known.has(name))
    if (missing === undefined) continue
    throw new CasesError(`The group ${group.name} needs ${missing}, which is not there`, root.line)
  }
}

async function readSchemas(
  cases: readonly Case[],
  { read }: { read: ReadResource },
): Promise<Map<string, unknown>> {
  const schemas = new Map<string, unknown>()
  for (const name of new Set(cases.flatMap(({ requests }) => requests.flatMap(schemasOf)))) {
    const path = `schemas/${name}.json`
    const bytes = await read(path)
    if (!bytes) throw new CasesError(`${path} is missing`)
    schemas.set(name, parseSchema(path, bytes))
  }
  return schemas
}

function parseSchema(path: string, bytes: Uint8Array): unknown {
  try {
    return parseLaxJson(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new CasesError(`${path} is not JSON: ${(error as Error).message}`)
  }
}

function schemasOf(step: Step): string[] {
  return 'validators' in step ? (step.validators ?? []).flatMap(schemasIn) : []
}

function schemasIn(validator: Validator): string[] {
  if (validator.check === 'schema') return [validator.schema]
  if (validator.check === 'or' || validator.check === 'and') return validator.of.flatMap(schemasIn)
  return validator.check === 'frames' && validator.messageSchema ? [validator.messageSchema] : []
}
