import type { Step } from '../../cases/case.ts'
import type { Request } from '../../cases/request.ts'
import type { JsonProperty } from '../../cases/validator.ts'
import { clause, defineGroup } from '../define-group.ts'
import { status } from '../expectations.ts'

const OTHER = { state: 'OtherFile' }
const RENAMED = 'wopikit-validator-renamed'

/** A file beside the document, which the case renames and deletes again. */
const CREATE_OTHER: Request = putRelative([
  { name: 'Url', type: 'absoluteUrl', required: true, mustIncludeAccessToken: true },
])
const DELETE_OTHER: readonly Step[] = [{ operation: 'DeleteFile', url: OTHER }]

const RENAME_REPLY = clause(
  'Collabora Online, RenameFile',
  'The reply has Name, Url and LastModifiedTime: without Url the page is not told of the new name, without the time the next save is not checked for conflicts.',
)

/** Members of replies that editors read. */
export const CLIENT_REPLIES = defineGroup('ClientReplies', [], {
  UserCanNotWriteRelative: {
    description: 'Checks that CheckFileInfo says whether the user may save copies.',
    clause: clause(
      'Collabora Online, CheckFileInfo',
      'Collabora takes a missing UserCanNotWriteRelative for true, and hides Save As: false is sent, too.',
    ),
    requests: [
      {
        operation: 'CheckFileInfo',
        validators: [
          status(200),
          {
            check: 'json',
            properties: [{ name: 'UserCanNotWriteRelative', type: 'boolean', required: true }],
          },
        ],
      },
    ],
    cleanup: [],
  },
})

export const CLIENT_NEW_FILES = defineGroup('ClientNewFiles', ['OtherFiles'], {
  PutRelativeFileReply: {
    description: 'Saves a copy and reads its name and address.',
    clause: clause(
      'PutRelativeFile',
      'The reply has Name and Url, which the client opens: an address with a token.',
    ),
    requests: [
      putRelative([
        { name: 'Name', type: 'string', required: true },
        { name: 'Url', type: 'absoluteUrl', required: true, mustIncludeAccessToken: true },
      ]),
      { operation: 'CheckFileInfo', url: OTHER },
    ],
    cleanup: DELETE_OTHER,
  },
})

export const CLIENT_RENAMES = defineGroup('ClientRenames', ['OtherFiles', 'Rename'], {
  Name: {
    description: 'Renames a copy and reads its new name.',
    clause: clause(
      'RenameFile',
      'The reply has the Name that the file has now, without extension.',
    ),
    requests: [
      CREATE_OTHER,
      rename([{ name: 'Name', type: 'string', required: true, expected: RENAMED }]),
    ],
    cleanup: DELETE_OTHER,
  },
  Url: {
    description: 'Renames a copy and reads its address, as Collabora does.',
    clause: RENAME_REPLY,
    requests: [CREATE_OTHER, rename([{ name: 'Url', type: 'absoluteUrl', required: true }])],
    cleanup: DELETE_OTHER,
  },
  LastModifiedTime: {
    description: 'Renames a copy and reads its time, as Collabora does.',
    clause: RENAME_REPLY,
    requests: [
      CREATE_OTHER,
      rename([{ name: 'LastModifiedTime', type: 'string', required: true }]),
    ],
    cleanup: DELETE_OTHER,
  },
})

function putRelative(properties: readonly JsonProperty[]): Request {
  return {
    operation: 'PutRelativeFile',
    name: 'wopikit-validator.wopitest',
    mode: 'Suggested',
    content: { text: 'A copy' },
    validators: [status(200), { check: 'json', properties }],
    save: [{ name: 'OtherFile', from: { json: 'Url' } }],
  }
}

function rename(properties: readonly JsonProperty[]): Request {
  return {
    operation: 'RenameFile',
    url: OTHER,
    name: RENAMED,
    validators: [status(200), { check: 'json', properties }],
  }
}
