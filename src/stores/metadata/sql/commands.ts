import type { MetadataStore } from '../../../ports/metadata-store.ts'

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
  abandonPacks: 'write',
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
  listWaitingDeliveries: 'read',
  settleDelivery: 'write',
  takeDelivery: 'write',
  deferDelivery: 'write',
  ensureSecret: 'write',
  revokeTokens: 'write',
  readRevokedUntil: 'read',
  readEpoch: 'read',
  raiseEpoch: 'write',
} as const satisfies { [Name in Exclude<keyof MetadataStore, 'check' | 'close'>]: 'read' | 'write' }

export type CommandName = keyof typeof COMMANDS
export type CommandInput<Name extends CommandName> = Parameters<MetadataStore[Name]>
export type CommandOutput<Name extends CommandName> = Awaited<ReturnType<MetadataStore[Name]>>

/** The commands as functions that run in a transaction of their caller, at the time `now`. */
export type Commands<Names extends CommandName = CommandName> = {
  [Name in Names]: (now: number, ...input: CommandInput<Name>) => Promise<CommandOutput<Name>>
}

/** The methods of a MetadataStore, each of which hands its name and arguments to `call`. */
export function storeOf(
  call: (name: CommandName, input: unknown[]) => Promise<unknown>,
): Pick<MetadataStore, CommandName> {
  const names = Object.keys(COMMANDS) as CommandName[]
  const methods = names.map((name) => [name, (...input: unknown[]) => call(name, input)])
  return Object.fromEntries(methods) as Pick<MetadataStore, CommandName>
}
