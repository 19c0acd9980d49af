import type { Request } from '../../cases/request.ts'
import type { Validator } from '../../cases/validator.ts'
import { clause, defineGroup } from '../define-group.ts'
import { status } from '../expectations.ts'
import { lock, RELEASE_WOPI_LOCK, unlock } from '../locks.ts'
import { putFile, unlockedWith } from '../saves.ts'

const TEXT = 'Read over plain HTTP'
const FILE_URL = { state: 'FileUrl' }
const READ_FILE_URL: Request = {
  operation: 'CheckFileInfo',
  save: [{ name: 'FileUrl', from: { json: 'FileUrl' } }],
}

const ABSOLUTE_FORM = clause(
  'RFC 9112, section 3.2.2',
  'A server accepts the whole address in the request line, which proxies and libraries send.',
)
const HEAD = clause(
  'RFC 9110, sections 9.1 and 9.3.2',
  'HEAD is answered wherever GET is: the same status and headers, and no body.',
)
const CONDITIONAL = clause(
  'RFC 9110, section 13.1.2',
  'A client whose entity tag is the current one is answered 304; any other is answered 200.',
)

/** The length, where it is told, is that of the content. */
const NO_BODY: readonly Validator[] = [
  status(200),
  { check: 'json', exists: false, properties: [] },
]
const LENGTH: Validator = { check: 'header', name: 'Content-Length', expected: `${TEXT.length}` }
const KEEP_TAG = [{ name: 'ETag', from: { header: 'ETag' } }]
const IS_TEXT: Validator = { check: 'body', expected: { text: TEXT } }

export const CLIENT_HTTP = defineGroup('ClientHttp', ['UpdateAndLocks'], {
  AbsoluteForm: {
    description: 'Names the whole address in the request line.',
    clause: ABSOLUTE_FORM,
    requests: [
      ...unlockedWith(TEXT),
      { operation: 'CheckFileInfo', absoluteForm: true },
      { operation: 'GetFile', absoluteForm: true, validators: [status(200), IS_TEXT] },
      { ...lock(), absoluteForm: true },
      { ...unlock(), absoluteForm: true },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  HeadOfCheckFileInfo: {
    description: 'Asks for the headers of CheckFileInfo.',
    clause: HEAD,
    requests: [{ operation: 'CheckFileInfo', head: true, validators: NO_BODY }],
    cleanup: [],
  },
  HeadOfContent: {
    description: 'Asks for the headers of the content.',
    clause: HEAD,
    requests: [
      ...unlockedWith(TEXT),
      { operation: 'GetFile', head: true, validators: [...NO_BODY, LENGTH] },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  HeadWithAnInvalidToken: {
    description: 'Asks for the headers of the content with a token that is not valid.',
    clause: HEAD,
    requests: [
      { operation: 'GetFile', head: true, invalidToken: true, validators: [status(401, 403, 404)] },
    ],
    cleanup: [],
  },
})

export const CLIENT_FILE_URL = defineGroup('ClientFileUrl', ['UpdateAndLocks', 'FileUrl'], {
  HeadOfFileUrl: {
    description: 'Asks for the headers of the content at FileUrl.',
    clause: HEAD,
    requests: [
      ...unlockedWith(TEXT),
      READ_FILE_URL,
      { operation: 'GetFromFileUrl', url: FILE_URL, head: true, validators: [...NO_BODY, LENGTH] },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
})

export const CLIENT_CACHE = defineGroup('ClientCache', ['UpdateAndLocks', 'ETagOfGetFile'], {
  SameContent: sameContent([], { operation: 'GetFile' }),
  ChangedContent: changedContent([], { operation: 'GetFile' }),
})

export const CLIENT_FILE_URL_CACHE = defineGroup(
  'ClientFileUrlCache',
  ['UpdateAndLocks', 'FileUrl', 'ETagOfFileUrl'],
  {
    SameContent: sameContent([READ_FILE_URL], { operation: 'GetFromFileUrl', url: FILE_URL }),
    ChangedContent: changedContent([READ_FILE_URL], { operation: 'GetFromFileUrl', url: FILE_URL }),
  },
)

function sameContent(before: readonly Request[], read: Request) {
  return {
    description: 'Reads the content again with the entity tag of the first time.',
    clause: CONDITIONAL,
    requests: [
      ...unlockedWith(TEXT),
      ...before,
      { ...read, save: KEEP_TAG },
      { ...read, ifNoneMatch: { state: 'ETag' }, validators: [status(304)] },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  }
}

function changedContent(before: readonly Request[], read: Request) {
  return {
    description: 'Reads the content with the entity tag from before a save.',
    clause: CONDITIONAL,
    requests: [
      ...unlockedWith('Before'),
      ...before,
      { ...read, save: KEEP_TAG },
      lock(),
      putFile(TEXT),
      { ...read, ifNoneMatch: { state: 'ETag' }, validators: [status(200), IS_TEXT] },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  }
}
