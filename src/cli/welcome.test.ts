import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Welcome, welcomeText } from './welcome.ts'

const WELCOME: Welcome = {
  url: 'http://localhost:8080',
  wopiSrc: 'http://localhost:8080/wopi/files/welcome',
  fileId: 'welcome',
  accessToken: 'token',
  command: 'wopikit',
  dataOption: '',
  addressProblem: undefined,
}

test('welcomeText prints no command that fails when the server demands proofs', () => {
  const signing = welcomeText({ ...WELCOME, proofOption: ' --proof-key k.pem' })
  const keyless = welcomeText({ ...WELCOME, proofOption: '' })

  assert.match(signing, /get http:\S+ -o welcome\.docx --token token --proof-key k\.pem\n/)
  assert.match(signing, /put welcome\.docx http:\S+ --token token --proof-key k\.pem\n/)
  assert.match(keyless, /validate --new-proof-key FILE/)
  assert.doesNotMatch(keyless, /wopikit (get|put)/)
  for (const text of [signing, keyless]) {
    assert.match(text, /must be signed/)
    assert.doesNotMatch(text, /curl '/)
  }
})

test('welcomeText says how to make a token when it must not show one', () => {
  const text = welcomeText({ ...WELCOME, accessToken: undefined, dataOption: ' --data d' })

  assert.match(text, /WOPIKIT_TOKEN=\$\(wopikit token welcome --user demo .*--data d\)\n/)
  assert.match(text, /curl "http:\S+\?access_token=\$WOPIKIT_TOKEN"\n/)
  assert.doesNotMatch(text, /--token|Access token/)
})

test('welcomeText warns about an address that other machines cannot reach', () => {
  const addressProblem = 'Set publicUrl.'

  assert.match(welcomeText({ ...WELCOME, addressProblem }), /8080\n\nWarning: Set publicUrl\.\n\n/)
  assert.doesNotMatch(welcomeText(WELCOME), /Warning/)
})
