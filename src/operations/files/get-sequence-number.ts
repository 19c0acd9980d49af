import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** GetSequenceNumber: the number of the file's latest state. */
export const getSequenceNumber = defineOperation({
  name: 'GetSequenceNumber',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getSequenceNumber },
  permission: 'read',

  read: () => ({}),

  run: async (_, { file }) => file.sequenceNumber,

  reply: (sequenceNumber) => ({
    status: 200,
    headers: { [HEADERS.sequenceNumber]: String(sequenceNumber) },
  }),
})
