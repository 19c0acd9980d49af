import type { TokenChange } from '../../cases/request.ts'
import { type CaseDraft, clause, defineGroup } from '../define-group.ts'
import { status } from '../expectations.ts'

const EXACT = clause(
  'Standard WOPI request headers',
  'A token is exactly the text that was issued: another text, however similar, is answered 401.',
)

/** Decoders of Base64 that are lenient drop what they do not know. */
export const CLIENT_TOKENS = defineGroup('ClientTokens', [], {
  Padding: refused('with padding at its end', { append: '==' }),
  UnknownSign: refused('with a character at its end that is not Base64', { append: '!' }),
  Letter: refused('with a letter at its end', { append: 'A' }),
  Dot: refused('with a dot and a letter at its end', { append: '.A' }),
  LastBit: refused('with its last bit changed', 'lastBit'),
})

function refused(words: string, alterToken: TokenChange): CaseDraft {
  return {
    description: `Sends the token ${words}.`,
    clause: EXACT,
    requests: [
      { operation: 'CheckFileInfo' },
      { operation: 'CheckFileInfo', alterToken, validators: [status(401, 403, 404)] },
    ],
    cleanup: [],
  }
}
