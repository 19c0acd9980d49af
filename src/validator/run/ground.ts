import type { HttpResponse } from '../http-message.ts'
import { jsonOf } from '../json/json-body.ts'
import type { GroundLost } from '../report.ts'
import type { Run } from './case-run.ts'
import { exchange } from './exchange.ts'

/** What CheckFileInfo says when it is asked again, after a case that went wrong. */
export type Ground =
  | { lost: Omit<GroundLost, 'case'> }
  /** Properties of the document; none when the answer was no JSON object. */
  | { info: Readonly<Record<string, unknown>> }

/**
 * Looks whether the document is still there: without it every other case would fail for the same
 * reason.
 *
 * @param run the case that went wrong, whose suite and options are used
 * @param stood whether the document was there before
 */
export async function lookAtGround(run: Run, stood: boolean): Promise<Ground> {
  const { answer } = await exchange({ operation: 'CheckFileInfo' }, run)
  if ('error' in answer) return { lost: lost('unreachable', answer.error, stood) }
  const { response } = answer
  const kind = kindOf(response, stood)
  if (kind !== undefined) return { lost: lost(kind, String(response.status), stood) }
  const json = jsonOf(response.body)
  const isObject = json.ok && typeof json.value === 'object' && json.value !== null
  return { info: isObject ? (json.value as Record<string, unknown>) : {} }
}

function kindOf({ status }: HttpResponse, stood: boolean): GroundLost['kind'] | undefined {
  if (status === 401 || status === 403) return 'token-refused'
  if (status === 404 || status === 410) return 'document-gone'
  // A host that has answered before may have a bad moment.
  return status === 200 || stood ? undefined : 'no-file-info'
}

const WORDS: Record<
  GroundLost['kind'],
  (found: string, stood: boolean) => Pick<GroundLost, 'message' | 'advice'>
> = {
  unreachable: (error) => ({
    message: `The host gives no answer: ${error}`,
    advice: 'Check that the host is running, and that --wopisrc is the address it listens on.',
  }),
  'token-refused': (status, stood) =>
    stood
      ? {
          message: `CheckFileInfo now refuses the token with ${status}; it accepted it before.`,
          advice:
            'Check whether the token has expired, and whether the host revokes it when the file is locked or renamed.',
        }
      : {
          message: `CheckFileInfo refuses the token with ${status}.`,
          advice:
            'Make a new token for this document, and check whether the host demands proofs (--proof-key).',
        },
  'document-gone': (status, stood) =>
    stood
      ? {
          message: `CheckFileInfo answers ${status}: the document that was there is gone.`,
          advice:
            'A WOPISrc must stay valid when the file is renamed, locked or saved: look at the last requests of this case.',
        }
      : {
          message: `CheckFileInfo answers ${status}: the host knows no such document.`,
          advice: 'Check the file id in --wopisrc, and that the token belongs to this document.',
        },
  'no-file-info': (status) => ({
    message: `CheckFileInfo answers ${status} instead of 200.`,
    advice:
      'Nothing can be tested until CheckFileInfo works: try it with curl, and read the log of the host.',
  }),
}

function lost(kind: GroundLost['kind'], found: string, stood: boolean): Omit<GroundLost, 'case'> {
  return { kind, ...WORDS[kind](found, stood) }
}
