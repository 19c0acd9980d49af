import { defineAttack, repeat } from '../attack.ts'

/** New documents, all of one name, so that each needs a number of its own. */
export const newFiles = defineAttack({
  name: 'new-files',
  title: '16 clients that add documents of one suggested name with PutRelativeFile',
  prepare: (stage) => stage.document('mallory', new Uint8Array(1000)),

  async run(assault, ticket) {
    const headers = { SuggestedTarget: 'same name.docx' }
    await repeat(assault, { workers: 16 }, () =>
      assault.send(ticket, 'PUT_RELATIVE', { headers, body: Buffer.alloc(100, 'n') }),
    )
  },
})
