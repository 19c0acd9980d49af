import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { officeDiscovery } from '../../test/helpers/discovery.ts'
import { capabilitiesUrl, findAction } from './discovery.ts'
import { DISCOVERY_MAX_CHARS, parseDiscovery } from './parse-discovery.ts'

const COLLABORA = `<wopi-discovery><net-zone name="external-http">
  <app name="writer"><action default="true" ext="odt" name="edit" urlsrc="https://cool.example/browser/1/cool.html?"/></app>
  <app name="application/vnd.oasis.opendocument.text"><action default="true" ext="" name="edit" urlsrc="https://cool.example/browser/1/cool.html?"/></app>
  <app name="image/svg+xml"><action ext="" name="view" urlsrc="https://cool.example/browser/1/cool.html?"/></app>
  <app name="Capabilities"><action ext="" name="getinfo" requires="" urlsrc="https://cool.example/hosting/capabilities"/></app>
</net-zone></wopi-discovery>`

describe('parseDiscovery', () => {
  test('parseDiscovery reads zones, applications and actions', () => {
    const { zones } = parseDiscovery(officeDiscovery())

    const [, external] = zones
    const [word] = external?.apps ?? []
    assert.deepEqual(
      zones.map(({ name }) => name),
      ['internal-http', 'external-https'],
    )
    assert.deepEqual(
      { ...word, actions: word?.actions.map(({ name }) => name) },
      {
        name: 'Word',
        favIconUrl: 'https://office.example/word.ico',
        checkLicense: true,
        actions: ['view', 'edit', 'convert', 'collab'],
      },
    )
    assert.deepEqual(word?.actions[2], {
      name: 'convert',
      extension: '.doc',
      requires: ['update'],
      urlsrc: 'https://office.example/convert?',
      isDefault: false,
      newExtension: '.docx',
    })
  })

  /** A discovery with one action. */
  function actionXml(attributes: string, zone = 'external-https'): string {
    const action = `<action name="convert" urlsrc="https://office.example/c?" ${attributes}/>`
    return `<wopi-discovery><net-zone name="${zone}"><app name="Word">${action}</app></net-zone></wopi-discovery>`
  }

  for (const attributes of ['newext="docx"', 'targetext="docx"', 'targetext=".DOCX" newext=""']) {
    test(`parseDiscovery reads what a converted file becomes from ${attributes}`, () => {
      const found = findAction(parseDiscovery(actionXml(`ext="doc" ${attributes}`)), {})

      assert.equal(found?.action.newExtension, '.docx')
    })
  }

  test('parseDiscovery reads extensions with and without a dot, for findAction likewise', () => {
    for (const ext of ['doc', '.doc', ' .DOC '])
      for (const extension of ['doc', '.doc', 'Doc'])
        assert.ok(findAction(parseDiscovery(actionXml(`ext="${ext}"`)), { extension }), ext)
  })

  test('parseDiscovery takes 1 for true, as XML does', () => {
    const [zone] = parseDiscovery(actionXml('ext="doc" default="1"')).zones

    assert.equal(zone?.apps[0]?.actions[0]?.isDefault, true)
  })

  for (const zone of ['internet', '', 'External-HTTPS']) {
    test(`findAction finds actions in a zone called ${JSON.stringify(zone)}`, () => {
      const discovery = parseDiscovery(actionXml('ext="doc"', zone))

      assert.ok(findAction(discovery, { extension: '.doc' }))
      assert.ok(findAction(discovery, { extension: '.doc', zones: [zone] }))
    })
  }

  test('findAction takes zones that it knows before others', () => {
    const zoneOf = (zone: string) => actionXml('ext="doc"', zone).replace('office', zone)
    const xml = `${zoneOf('internet')}${zoneOf('internal-http')}`
    const discovery = parseDiscovery(xml.replace('</wopi-discovery><wopi-discovery>', ''))

    assert.match(
      findAction(discovery, { extension: 'doc' })?.action.urlsrc ?? '',
      /internal-http\.example/,
    )
  })

  test('findAction finds an action by its name in any case', () => {
    const xml = officeDiscovery().replace('name="edit"', 'name="mobileEdit"')

    assert.ok(findAction(parseDiscovery(xml), { action: 'mobileedit' }))
  })

  test('parseDiscovery reads XML after white space and a byte order mark', () => {
    for (const before of ['\n  ', '\ufeff', '\ufeff\r\n'])
      assert.equal(parseDiscovery(before + officeDiscovery()).zones.length, 2)
  })

  test('parseDiscovery leaves out an icon whose address is a script', () => {
    const xml = officeDiscovery().replace('https://office.example/word.ico', 'javascript:alert(1)')

    assert.equal(parseDiscovery(xml).zones[1]?.apps[0]?.favIconUrl, undefined)
  })

  test('parseDiscovery leaves out an action whose address is a script', () => {
    const found = findAction(parseDiscovery(officeDiscovery()), { action: 'syndicate' })

    assert.equal(found, undefined)
  })

  test('parseDiscovery reads the proof key, without what is empty', () => {
    const xml = officeDiscovery({ modulus: 'AAAA', exponent: 'AQAB', oldvalue: '' })

    assert.deepEqual(parseDiscovery(xml).proofKey, { modulus: 'AAAA', exponent: 'AQAB' })
    assert.equal(parseDiscovery(officeDiscovery()).proofKey, undefined)
  })

  const refused: [problem: string, xml: string, code: string][] = [
    ['nothing', '', 'DISCOVERY_INVALID'],
    ['HTML', '<html><body>Sign in</body></html>', 'DISCOVERY_INVALID'],
    ['what is no XML', '{"error": 404}', 'DISCOVERY_INVALID'],
    ['what is cut off', officeDiscovery().slice(0, 900), 'DISCOVERY_INVALID'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${COLLABORA}`, 'DISCOVERY_INVALID'],
    ['unknown entities', '<wopi-discovery>&lol;</wopi-discovery>', 'DISCOVERY_INVALID'],
    ['what is too long', COLLABORA.padEnd(DISCOVERY_MAX_CHARS + 1), 'DISCOVERY_TOO_LARGE'],
  ]
  test('parseDiscovery takes no time over elements that are nested without end', () => {
    const xml = `<wopi-discovery>${'<a>'.repeat(1_000_000)}`

    assert.throws(() => parseDiscovery(xml), { message: 'Discovery is nested too deeply' })
  })

  for (const [problem, xml, code] of refused) {
    test(`parseDiscovery refuses ${problem}`, () => {
      assert.throws(() => parseDiscovery(xml), { name: 'DiscoveryError', code })
    })
  }
})

describe('findAction', () => {
  const office = parseDiscovery(officeDiscovery())
  const collabora = parseDiscovery(COLLABORA)

  test('findAction finds the action of an extension, in any case', () => {
    const found = findAction(office, { extension: '.DOCX', action: 'edit' })

    assert.equal(found?.app.name, 'Word')
    assert.deepEqual(found?.action.requires, ['locks', 'update'])
  })

  test('findAction takes the external zone with https before others', () => {
    const found = findAction(office, { extension: '.docx', action: 'view' })

    assert.match(found?.action.urlsrc ?? '', /^https:\/\/office\.example\/view/)
  })

  test('findAction looks only in the zones that it is told', () => {
    const zones = ['internal-http']

    const view = findAction(office, { extension: '.docx', action: 'view', zones })
    const edit = findAction(office, { extension: '.docx', action: 'edit', zones })

    assert.equal(view?.action.urlsrc, 'http://intranet.example/view?')
    assert.equal(edit, undefined)
  })

  test('findAction takes the default action when none is asked for, else one to open with', () => {
    const zones = ['internal-http']

    assert.equal(findAction(office, { extension: '.docx' })?.action.name, 'view')
    assert.equal(findAction(office, { extension: '.docx', zones })?.action.name, 'view')
    assert.equal(findAction(office, { extension: '.doc' })?.action.name, 'convert')
    assert.equal(findAction(collabora, { mimeType: 'image/svg+xml' })?.action.name, 'view')
  })

  test('findAction finds services that are looked up by their action alone', () => {
    assert.equal(
      findAction(office, { action: 'collab' })?.action.urlsrc,
      'https://ocs.example/collab',
    )
  })

  test('findAction finds applications that are named by MIME type', () => {
    const mimeType = 'application/vnd.oasis.opendocument.text'

    const found = findAction(collabora, { mimeType, action: 'edit' })

    assert.equal(found?.app.name, mimeType)
  })

  test('findAction gives nothing for what the client cannot do', () => {
    assert.equal(findAction(office, { extension: '.xyz' }), undefined)
    assert.equal(findAction(office, { extension: '.docx', action: 'present' }), undefined)
    assert.equal(findAction(office, { mimeType: 'image/png' }), undefined)
  })
})

test('capabilitiesUrl is where Collabora tells what it can do', () => {
  assert.equal(
    capabilitiesUrl(parseDiscovery(COLLABORA)),
    'https://cool.example/hosting/capabilities',
  )
  assert.equal(capabilitiesUrl(parseDiscovery(officeDiscovery())), undefined)
})
