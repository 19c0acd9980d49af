import { CasesError } from '../cases/cases-error.ts'
import type { ProofMutator, RequestBase, SavedState } from '../cases/request.ts'
import { readValidator } from './parse-validators.ts'
import type { XmlElement } from './xml.ts'
import { allowOnly, booleanOf, childOf, oneOf, optional, requiredOf } from './xml-reader.ts'

/** Elements that every request may have. */
export const BASE_CHILDREN = ['Validators', 'SaveState', 'Mutators']

/** What every request may have. @throws CasesError */
export function readBase(element: XmlElement): RequestBase {
  const validators = childOf(element, 'Validators')
  const states = childOf(element, 'SaveState')
  return {
    ...(element.attributes.OverrideUrl && optional(element, 'OverrideUrl', 'url')),
    ...(validators && { validators: validators.children.map(readValidator) }),
    ...(states && { save: states.children.map(readState) }),
    ...readMutators(childOf(element, 'Mutators')),
  }
}

function readState(element: XmlElement): SavedState {
  allowOnly(element, { attributes: ['Name', 'Source', 'SourceType'] })
  if (element.name !== 'State') {
    throw new CasesError(`<${element.name}> is not allowed in <SaveState>`, element.line)
  }
  const source = requiredOf(element, 'Source')
  const inHeader =
    'SourceType' in element.attributes &&
    oneOf(element, 'SourceType', ['Header', 'JsonBody']) === 'Header'
  const from = inHeader ? { header: source } : { json: source }
  return { name: requiredOf(element, 'Name'), from }
}

function readMutators(element: XmlElement | undefined): RequestBase {
  if (!element) return {}
  allowOnly(element, { children: ['AccessToken', 'ProofKey'] })
  const token = childOf(element, 'AccessToken')
  const proof = childOf(element, 'ProofKey')
  if (token) {
    allowOnly(token, { attributes: ['Mutation'] })
    oneOf(token, 'Mutation', ['INVALID'])
  }
  return { ...(token && { invalidToken: true }), ...(proof && { proof: readProofMutator(proof) }) }
}

function readProofMutator(element: XmlElement): ProofMutator {
  allowOnly(element, { attributes: ['MutateCurrent', 'MutateOld', 'KeyRelation', 'Timestamp'] })
  const timestamp = element.attributes.Timestamp
  if (timestamp !== undefined && Number.isNaN(Date.parse(timestamp))) {
    throw new CasesError(`Timestamp="${timestamp}" is not a time`, element.line)
  }
  return {
    mutateCurrent: booleanOf(element, 'MutateCurrent') ?? false,
    mutateOld: booleanOf(element, 'MutateOld') ?? false,
    keyRelation:
      'KeyRelation' in element.attributes
        ? oneOf(element, 'KeyRelation', ['Synced', 'Ahead', 'Behind'])
        : 'Synced',
    ...(timestamp !== undefined && { timestamp }),
  }
}
