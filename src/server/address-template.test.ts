import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fillTemplate, templateProblem } from './address-template.ts'

const RULES = { needs: ['fileId'], takes: ['name'] } as const

test('templateProblem accepts addresses with the required placeholders', () => {
  const sound = [
    'https://docs.example.com/edit/{fileId}',
    'http://localhost:3000/{fileId}/{name}?again={fileId}#{name}',
    'https://docs.example.com?file={fileId}',
  ]

  for (const template of sound) assert.equal(templateProblem(template, RULES), undefined, template)
})

test('templateProblem says what is wrong with a template', () => {
  const wrong: [string, RegExp][] = [
    ['https://docs.example.com/', /must have \{fileId\} in it/],
    ['https://docs.example.com/{fileId}/{type}', /no \{type\}; \{fileId\}, \{name\} can be in it/],
    ['https://docs.example.com/{fileId}{}', /no \{\}/],
    ['https://docs.example.com/{fileId}{', /must be an address such as/],
    ['https://{fileId}.example.com/', /must be an address such as/],
    ['https://docs.example.com:{fileId}/', /must be an address such as/],
    ['https://docs.example.com:99999/{fileId}', /must be an address such as/],
    ['docs.example.com/{fileId}', /must be an address such as/],
    ['javascript:alert({fileId})', /must be an address such as/],
    ['https://docs.example.com/a b/{fileId}', /must be an address such as/],
  ]

  for (const [template, problem] of wrong)
    assert.match(templateProblem(template, RULES) ?? '', problem, template)
})

test('fillTemplate keeps every value in its own place', () => {
  const template = 'https://docs.example.com/{type}/x?file={fileId}&name={name}'

  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (type, name) => {
      const url = new URL(fillTemplate(template, { type: `t${type}`, fileId: 'f1', name }))

      assert.equal(url.origin, 'https://docs.example.com')
      assert.deepEqual(
        [...url.searchParams],
        [
          ['file', 'f1'],
          ['name', name],
        ],
      )
      assert.equal(decodeURIComponent(url.pathname), `/t${type}/x`)
    }),
  )
})

test('fillTemplate replaces half a surrogate pair in a name', () => {
  const filled = fillTemplate('https://docs.example.com/{name}', { name: 'a\ud83d' })

  assert.equal(filled, 'https://docs.example.com/a%EF%BF%BD')
})

test('fillTemplate leaves a placeholder without a value empty', () => {
  const filled = fillTemplate('https://docs.example.com/?f={fileId}&c={containerId}', {
    containerId: 'c1',
  })

  assert.equal(filled, 'https://docs.example.com/?f=&c=c1')
})
