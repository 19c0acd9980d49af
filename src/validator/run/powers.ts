import type { Case, Step } from '../cases/case.ts'
import type { SelectedCase } from '../cases/select-cases.ts'
import type { World } from './case-run.ts'

/** Why a case cannot run: what it needs, and neither transport nor options give. */
export function missingPower(
  { group, case: entry }: SelectedCase,
  { proof, sendPipelined, sendsAbsoluteForm }: World,
): string | undefined {
  // A group about proofs says nothing when requests cannot be signed.
  if (!proof && group.cases.some(spoilsProof)) return 'needs --proof-key'
  const steps = [...entry.requests, ...entry.cleanup]
  if (!sendPipelined && steps.some(({ operation }) => operation === 'Pipelined'))
    return 'this transport cannot send several requests ahead of their answers'
  if (!sendsAbsoluteForm && steps.some(namesWholeAddress))
    return 'this transport cannot name a whole address in the request line'
  return undefined
}

function spoilsProof({ requests }: Case): boolean {
  return requests.some((step) => 'proof' in step && step.proof !== undefined)
}

function namesWholeAddress(step: Step): boolean {
  return 'absoluteForm' in step && step.absoluteForm === true
}
