import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  checkName,
  extensionOf,
  legalName,
  nameKey,
  splitName,
  suggestedName,
  withNumber,
} from './file-name.ts'

/** Text with much of what names must not have. */
const hostileText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'./\\:*?"<>|#{}^[]`% \t\0\u007f\u0085aé'.split('')),
    fc.constantFrom('\u{1f600}', '\ud83d', '\ude00', 'e\u0301', 'con', 'NUL', '.docx'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 600,
})

describe('splitName', () => {
  const names: [name: string, stem: string, extension: string][] = [
    ['report.docx', 'report', '.docx'],
    ['archive.tar.gz', 'archive.tar', '.gz'],
    ['README', 'README', ''],
    ['.profile', '.profile', ''],
    ['.profile.bak', '.profile', '.bak'],
    ['ends.', 'ends', '.'],
    ['', '', ''],
    [`v1.${'x'.repeat(40)}`, `v1.${'x'.repeat(40)}`, ''],
  ]
  for (const [name, stem, extension] of names) {
    test(`splitName splits ${JSON.stringify(name)} into "${stem}" and "${extension}"`, () => {
      assert.deepEqual(splitName(name), { stem, extension })
    })
  }
})

test('extensionOf gives the extension in lower case', () => {
  assert.equal(extensionOf('Report.DOCX'), '.docx')
})

describe('checkName', () => {
  for (const name of [
    'report.docx',
    'Zoë & co (2).docx',
    'a',
    '日本語.xlsx',
    'console.log',
    'x'.repeat(250),
  ]) {
    test(`checkName allows ${name.slice(0, 20)}`, () => {
      assert.equal(checkName(name), undefined)
    })
  }

  const refused: [name: string, reason: string][] = [
    ['', 'The name is empty'],
    ...[...'\\/:*?"<>|#{}^[]`%\n\u0000\u007f\u2028\u202e\u2066'].map(
      (character): [string, string] => [
        `a${character}b`,
        'The name has a character that is not allowed',
      ],
    ),
    ['half \ud83d', 'The name has half of a surrogate pair'],
    ['.docx', 'The name starts with a dot'],
    ['..', 'The name starts with a dot'],
    [' a', 'The name starts with a space, or ends in a space or a dot'],
    ['a ', 'The name starts with a space, or ends in a space or a dot'],
    ['a.', 'The name starts with a space, or ends in a space or a dot'],
    ['CON', 'The name is reserved for a device on Windows'],
    ['lpt1.docx', 'The name is reserved for a device on Windows'],
    ['x'.repeat(251), 'The name is longer than 250 characters'],
    [`${'x'.repeat(250)}.docxx`, 'The name is longer than 250 characters'],
  ]
  for (const [name, reason] of refused) {
    test(`checkName refuses ${JSON.stringify(name).slice(0, 20)}: ${reason}`, () => {
      assert.equal(checkName(name), reason)
    })
  }
})

describe('legalName', () => {
  const names: [suggested: string, legal: string][] = [
    ['report.docx', 'report.docx'],
    ['a/b\\c:d.docx', 'a-b-c-d.docx'],
    ['..\\..\\etc\\passwd', '-.-etc-passwd'],
    [' .report .docx', 'report.docx'],
    ['report.docx. . ', 'report.docx'],
    ['nul.docx', '_nul.docx'],
    ['aux', '_aux'],
    ['', 'New file'],
    [' . .', 'New file'],
    ['Zoe\u0308.docx', 'Zoë.docx'],
    ['to\u202excod.exe', 'to-xcod.exe'],
    ['half \ud83d.docx', 'half \ufffd.docx'],
  ]
  for (const [suggested, legal] of names) {
    test(`legalName makes ${JSON.stringify(suggested)} ${legal}`, () => {
      assert.equal(legalName(suggested, 'New file'), legal)
    })
  }

  test('legalName shortens a name before its extension, and not in the middle of a character', () => {
    const name = legalName(`${'x'.repeat(248)}\u{1f600}\u{1f600}.docx`, 'New file')

    assert.equal(name, `${'x'.repeat(248)}\u{1f600}.docx`)
    assert.equal(legalName(`${'x'.repeat(249)}\u{1f600}.a`, 'New file'), `${'x'.repeat(249)}.a`)
  })

  test('legalName gives a name that checkName allows, for any suggestion', () => {
    fc.assert(
      fc.property(hostileText, (suggested) => {
        assert.equal(checkName(legalName(suggested, 'New file')), undefined)
      }),
    )
  })

  test('legalName leaves a name as it is that is allowed and composed', () => {
    fc.assert(
      fc.property(hostileText, (suggested) => {
        const name = legalName(suggested, 'New file')
        assert.equal(legalName(name, 'Other'), name)
      }),
    )
  })

  test('legalName is done with a header full of dots in time that grows with its length', () => {
    assert.equal(legalName(`a${'.'.repeat(1_000_000)}b`, 'New file'), 'a.b')
  })
})

test('legalName makes a legal name of the fallback, too', () => {
  assert.equal(legalName('', '../x<b>'), '-x-b-')
  assert.equal(legalName('.', '..'), 'Document')
})

describe('suggestedName', () => {
  test('suggestedName puts a mere extension behind the name of the file', () => {
    assert.equal(suggestedName('.pdf', 'report'), 'report.pdf')
    assert.equal(suggestedName(' .pdf', 'report'), 'report.pdf')
  })

  test('suggestedName leaves a whole name as it is', () => {
    assert.equal(suggestedName('copy.docx', 'report'), 'copy.docx')
  })
})

describe('withNumber', () => {
  test('withNumber puts the number before the extension', () => {
    assert.equal(withNumber('report.docx', 2), 'report (2).docx')
    assert.equal(withNumber('README', 10), 'README (10)')
  })

  test('withNumber gives a name that is still allowed, for any that was', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(), (suggested, number) => {
        const name = withNumber(legalName(suggested, 'New file'), number)
        assert.equal(checkName(name), undefined)
        assert.ok(name.includes(`(${number})`))
      }),
    )
  })
})

describe('nameKey', () => {
  test('nameKey is the same for names that differ in case or composition', () => {
    assert.equal(nameKey('ZOE\u0308.docx'), nameKey('zoë.DOCX'))
  })

  test('nameKey tells other names apart', () => {
    assert.notEqual(nameKey('report.docx'), nameKey('report.doc'))
  })

  test('nameKey is its own key, for any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        assert.equal(nameKey(nameKey(name)), nameKey(name))
      }),
    )
  })
})
