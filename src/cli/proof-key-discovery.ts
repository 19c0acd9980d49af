/** The numbers of a public RSA key, big-endian. */
export interface PublicKey {
  modulus: Uint8Array
  exponent: Uint8Array
}

/** The extensions of Office, and of Microsoft's validator. */
const APPS = [
  { name: 'Word', extensions: ['docx'] },
  { name: 'Excel', extensions: ['xlsx'] },
  { name: 'PowerPoint', extensions: ['pptx'] },
  { name: 'WopiTest', extensions: ['wopitest', 'wopitestx'] },
]
/** Nothing answers at these addresses; the hosts under test only have to pass them on. */
const ADDRESSES = {
  view: 'https://office.example.com/view?&lt;ui=UI_LLCC&amp;&gt;&lt;wopisrc=WOPI_SOURCE&amp;&gt;',
  edit: 'https://office.example.com/edit?&lt;ui=UI_LLCC&amp;&gt;&lt;wopisrc=WOPI_SOURCE&amp;&gt;',
  rtc: 'https://rtc.example.com/rtc',
  collab: 'https://ocs.example.com/collab',
}

/** A discovery document like Office's, with these proof keys. */
export function discoveryXml(current: PublicKey, old: PublicKey): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<wopi-discovery>
  <net-zone name="external-https">
${APPS.map(appElement).join('\n')}
  </net-zone>
  <proof-key ${keyAttributes(current, '')} ${keyAttributes(old, 'old')}/>
</wopi-discovery>
`
}

function appElement({ name, extensions }: (typeof APPS)[number]): string {
  const actions = extensions.flatMap((ext) =>
    Object.entries(ADDRESSES).map(
      ([action, url]) => `      <action name="${action}" ext="${ext}" urlsrc="${url}"/>`,
    ),
  )
  return `    <app name="${name}">\n${actions.join('\n')}\n    </app>`
}

function keyAttributes(key: PublicKey, prefix: '' | 'old'): string {
  const values = { value: cspBlob(key), modulus: key.modulus, exponent: key.exponent }
  return Object.entries(values)
    .map(([name, bytes]) => `${prefix}${name}="${Buffer.from(bytes).toString('base64')}"`)
    .join(' ')
}

/**
 * The key as .NET's `ExportCspBlob(false)` writes it, little-endian:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 1 | type: 6, public key |
 * | 1 | 1 | version: 2 |
 * | 2 | 2 | reserved |
 * | 4 | 4 | algorithm: 0xa400, RSA key exchange |
 * | 8 | 4 | `RSA1` |
 * | 12 | 4 | length of the modulus in bits |
 * | 16 | 4 | exponent |
 * | 20 | – | modulus |
 */
function cspBlob({ modulus, exponent }: PublicKey): Uint8Array {
  const blob = new Uint8Array(20 + modulus.length)
  const view = new DataView(blob.buffer)
  blob.set([6, 2])
  view.setUint32(4, 0xa400, true)
  blob.set(new TextEncoder().encode('RSA1'), 8)
  view.setUint32(12, modulus.length * 8, true)
  blob.set(exponent.toReversed(), 16)
  blob.set(modulus.toReversed(), 20)
  return blob
}
