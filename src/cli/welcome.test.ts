import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Welcome, welcomeText } from './welcome.ts'

const WELCOME: Welcome = {
  url: 'http://localhost:8080',
  wopiSrc: 'http://localhost:8080/wopi/files/welcome',
  accessToken: 'token',
  command: 'wopikit',
  dataOption: '',
  addressProblem: undefined,
}

test('welcomeText warns of an address that other machines do not find', () => {
  const addressProblem = 'Set publicUrl.'

  assert.match(welcomeText({ ...WELCOME, addressProblem }), /8080\n\nWarning: Set publicUrl\.\n\n/)
  assert.doesNotMatch(welcomeText(WELCOME), /Warning/)
})
