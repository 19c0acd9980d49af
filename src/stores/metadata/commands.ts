import type { Commit, MetadataStore } from '../../ports/metadata-store.ts'

/** Every command of a MetadataStore, and whether it may change something. */
export const COMMANDS = {
  createDocument: 'write',
  readDocument: 'read',
  readStates: 'read',
  listDocuments: 'read',
  readManifest: 'read',
  listManifests: 'read',
  replaceLocks: 'write',
  placeDocument: 'write',
  deleteDocument: 'write',
  commit: 'write',
  createSession: 'write',
  readSession: 'read',
  appendFragment: 'write',
  extendSession: 'write',
  listFragments: 'read',
  listSessions: 'read',
  cancelSession: 'write',
  removeDeadSessions: 'write',
  listDue: 'read',
  requestSweep: 'write',
  finishSweep: 'write',
  pruneManifests: 'write',
  readReferences: 'read',
  judgePacks: 'write',
  forgetPacks: 'write',
  ensureRootContainer: 'write',
  createContainer: 'write',
  readContainer: 'read',
  listAncestors: 'read',
  listChildren: 'read',
  findChild: 'read',
  placeContainer: 'write',
  deleteContainer: 'write',
  readUserInfo: 'read',
  writeUserInfo: 'write',
  appendActivities: 'write',
  listActivities: 'read',
  listDeliveries: 'read',
  settleDelivery: 'write',
  takeDelivery: 'write',
  deferDelivery: 'write',
  ensureSecret: 'write',
} as const satisfies { [Name in Exclude<keyof MetadataStore, 'check' | 'close'>]: 'read' | 'write' }

export type CommandName = keyof typeof COMMANDS
export type CommandInput<Name extends CommandName> = Parameters<MetadataStore[Name]>
export type CommandOutput<Name extends CommandName> = Awaited<ReturnType<MetadataStore[Name]>>

/** The commands as plain functions that run to their end at once, at the time `now`. */
export type Commands<Names extends CommandName = CommandName> = {
  [Name in Names]: (now: number, ...input: CommandInput<Name>) => CommandOutput<Name>
}

/** The methods of a MetadataStore, each of which hands its name and arguments to `call`. */
export function storeOf(
  call: (name: CommandName, input: unknown[]) => Promise<unknown>,
): Pick<MetadataStore, CommandName> {
  const names = Object.keys(COMMANDS) as CommandName[]
  const methods = names.map((name) => [name, (...input: unknown[]) => call(name, input)])
  return Object.fromEntries(methods) as Pick<MetadataStore, CommandName>
}

/** Fragments advance a session: one without bytes could be appended twice at the same place. */
export function checkFragmentLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`A fragment has at least 1 byte: received ${length}`)
}

/** Whether a document is still in the state that a commit has read, and its lock still runs. */
export function isAsExpected(
  current: { manifestId: string; lockVersion: number },
  { manifestId, lockVersion, validBefore }: Commit['expected'],
  now: number,
): boolean {
  if (current.manifestId !== manifestId) return false
  if (lockVersion !== undefined && current.lockVersion !== lockVersion) return false
  return validBefore === undefined || now < validBefore
}
