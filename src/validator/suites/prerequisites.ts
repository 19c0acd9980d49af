import type { Case } from '../cases/case.ts'
import type { JsonProperty, Validator } from '../cases/validator.ts'

/** What a host has to promise in CheckFileInfo before cases ask for it. */
export const PREREQUISITES: readonly Case[] = [
  promise('UpdateAndLocks', ['SupportsUpdate', 'SupportsLocks', 'UserCanWrite']),
  promise('GetLock', ['SupportsGetLock']),
  promise('ExtendedLockLength', ['SupportsExtendedLockLength']),
  promise('Rename', ['SupportsRename', 'UserCanRename']),
  promise('Coauth', ['SupportsCoauth']),
  promise('ResumableFileTransfer', ['SupportsResumableFileTransfer']),
  promise('OtherFiles', ['SupportsDeleteFile'], ['UserCanNotWriteRelative']),
  promise('Ecosystem', ['SupportsEcosystem']),
  promise('Containers', ['SupportsContainers']),
  promise('GetFileWopiSrc', ['SupportsGetFileWopiSrc']),
  promised('HostViewUrl', [{ name: 'HostViewUrl', type: 'absoluteUrl', required: true }]),
]

/** `names` must be true, `not` must not. */
function promise(name: string, names: readonly string[], not: readonly string[] = []): Case {
  const properties = [
    ...names.map((property) => ({ name: property, required: true, expected: true })),
    ...not.map((property) => ({ name: property, expected: false })),
  ].map((property) => ({ type: 'boolean' as const, ...property }))
  return promised(name, properties)
}

function promised(name: string, properties: readonly JsonProperty[]): Case {
  const validators: Validator[] = [
    { check: 'status', expected: 200 },
    { check: 'json', properties },
  ]
  return {
    name,
    category: 'BuiltIn',
    description: 'CheckFileInfo promises what the cases need',
    hasDelay: false,
    requests: [{ operation: 'CheckFileInfo', validators }],
    cleanup: [],
  }
}
