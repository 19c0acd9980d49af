import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTION_URL_MAX_BYTES, type ActionUrlOptions, actionUrl } from './action-url.ts'

const OFFICE =
  'https://office.example/edit?<ui=UI_LLCC&><rs=DC_LLCC&><dchat=DISABLE_CHAT&><hid=HOST_SESSION_ID&><sc=SESSION_CONTEXT&><thm=THEME_ID&><na=DISABLE_ASYNC&><future=NOT_KNOWN&><wopisrc=WOPI_SOURCE&>'
const WOPI_SRC = 'https://docs.example/wopi/files/f1'
const ESCAPED = 'https%3A%2F%2Fdocs.example%2Fwopi%2Ffiles%2Ff1'

function build(urlsrc: string, options: Partial<ActionUrlOptions> = {}): string {
  return actionUrl({ urlsrc }, { wopiSrc: WOPI_SRC, ...options })
}

test('actionUrl takes placeholders out that are unknown or not wanted', () => {
  assert.equal(build(OFFICE), `https://office.example/edit?wopisrc=${ESCAPED}&`)
})

test('actionUrl fills in what is wanted, URL-encoded', () => {
  const url = build(OFFICE, { uiLanguage: 'de-DE', sessionContext: 'a&b <c>', themeId: 2 })

  assert.equal(
    url,
    `https://office.example/edit?ui=de-DE&sc=a%26b%20%3Cc%3E&thm=2&wopisrc=${ESCAPED}&`,
  )
})

test('actionUrl says what is true in the word of each placeholder, and not what is false', () => {
  assert.equal(
    build(OFFICE, { disableChat: true, disableAsync: true }),
    `https://office.example/edit?dchat=1&na=true&wopisrc=${ESCAPED}&`,
  )
  assert.equal(build(OFFICE, { disableChat: false, disableAsync: false }), build(OFFICE))
})

test('actionUrl does not take a value for a pattern', () => {
  const urlsrc = 'https://office.example/?<sc=SESSION_CONTEXT&>'

  assert.match(build(urlsrc, { sessionContext: "$&$1$'" }), /\?sc=%24%26%241%24'&WOPISrc=/)
})

for (const [urlsrc, url] of [
  ['https://cool.example/cool.html?', `https://cool.example/cool.html?WOPISrc=${ESCAPED}`],
  ['https://cool.example/cool.html', `https://cool.example/cool.html?WOPISrc=${ESCAPED}`],
  ['https://office.example/?a=1', `https://office.example/?a=1&WOPISrc=${ESCAPED}`],
  ['https://office.example/?<ui=UI_LLCC&>', `https://office.example/?WOPISrc=${ESCAPED}`],
  ['https://office.example/?<ui=UI_LLCC>', `https://office.example/?WOPISrc=${ESCAPED}`],
]) {
  test(`actionUrl appends WOPISrc to ${urlsrc}`, () => {
    assert.equal(build(urlsrc ?? ''), url)
  })
}

test('actionUrl tells Collabora the language in the parameter that it reads', () => {
  const collabora = 'https://cool.example/browser/1/cool.html?'

  assert.equal(
    build(collabora, { uiLanguage: 'de-DE' }),
    `${collabora}lang=de-DE&WOPISrc=${ESCAPED}`,
  )
  assert.equal(
    build(collabora, { uiLanguage: 'de-DE', parameters: { lang: 'fr' } }),
    `${collabora}lang=fr&WOPISrc=${ESCAPED}`,
  )
  assert.equal(
    build('https://office.example/view?', { uiLanguage: 'de-DE' }),
    `https://office.example/view?WOPISrc=${ESCAPED}`,
  )
})

test('actionUrl adds further parameters', () => {
  const url = build(OFFICE, { parameters: { sftc: '1', wdOrigin: 'a b' } })

  assert.equal(url, `https://office.example/edit?wopisrc=${ESCAPED}&sftc=1&wdOrigin=a%20b`)
})

const ONLYOFFICE =
  'https://docs.example/hosting/wopi/word/view?<rs=DC_LLCC&><embed=EMBEDDED&><ui=UI_LLCC&><wopisrc=WOPI_SOURCE&>&'
const ONLYOFFICE_EMBED = ONLYOFFICE.replace('view?', 'view?embed=1&')

test('actionUrl says EMBEDDED in the word that each editor looks for', () => {
  assert.equal(
    build('https://office.example/?<embed=EMBEDDED&><wopisrc=WOPI_SOURCE&>', { embedded: true }),
    `https://office.example/?embed=true&wopisrc=${ESCAPED}&`,
  )
  assert.equal(
    build(ONLYOFFICE, { embedded: true }),
    `https://docs.example/hosting/wopi/word/view?embed=1&wopisrc=${ESCAPED}&&`,
  )
})

test('actionUrl says nothing twice that the address of an action has already', () => {
  assert.equal(
    build(ONLYOFFICE_EMBED, { embedded: true, uiLanguage: 'de-DE' }),
    `https://docs.example/hosting/wopi/word/view?embed=1&ui=de-DE&wopisrc=${ESCAPED}&&`,
  )
  assert.equal(
    build(ONLYOFFICE_EMBED, {
      parameters: { embed: '1', Ui: 'de', wdOrigin: 'a' },
      uiLanguage: 'fr',
    }),
    `https://docs.example/hosting/wopi/word/view?embed=1&ui=fr&wopisrc=${ESCAPED}&&wdOrigin=a`,
  )
})

test('actionUrl refuses an address of 2048 bytes, and none that is shorter', () => {
  const room = ACTION_URL_MAX_BYTES - build(OFFICE, { sessionContext: '' }).length

  const url = build(OFFICE, { sessionContext: 'x'.repeat(room - 1) })

  assert.equal(url.length, ACTION_URL_MAX_BYTES - 1)
  assert.throws(() => build(OFFICE, { sessionContext: 'x'.repeat(room) }), {
    code: 'ACTION_URL_TOO_LONG',
  })
})
