import type { ProofKeyAttributes } from '../../src/protocol/proof-key.ts'

/** Discovery in the manner of Office. */
export function officeDiscovery(proofKey: ProofKeyAttributes = {}): string {
  const key = Object.entries(proofKey).map(([name, value]) => ` ${name}="${value}"`)
  return `<?xml version="1.0" encoding="utf-8"?>
<wopi-discovery>
  <net-zone name="internal-http">
    <app name="Word"><action name="view" ext="docx" urlsrc="http://intranet.example/view?"/></app>
  </net-zone>
  <net-zone name="external-https">
    <app name="Word" favIconUrl="https://office.example/word.ico" checkLicense="true">
      <action name="view" ext="docx" default="true" urlsrc="https://office.example/view?&lt;ui=UI_LLCC&amp;&gt;&lt;rs=DC_LLCC&amp;&gt;&lt;dchat=DISABLE_CHAT&amp;&gt;&lt;new=SOMETHING_NEW&amp;&gt;&lt;wopisrc=WOPI_SOURCE&amp;&gt;"/>
      <action name="edit" ext="docx" requires="locks,update" urlsrc="https://office.example/edit?&lt;ui=UI_LLCC&amp;&gt;"/>
      <action name="convert" ext="doc" newext="docx" requires="update" urlsrc="https://office.example/convert?"/>
      <action name="collab" ext="docx" urlsrc="https://ocs.example/collab"/>
      <action name="syndicate" ext="docx" urlsrc="javascript:alert(1)"/>
      <surprise/>
    </app>
  </net-zone>
  ${key.length > 0 ? `<proof-key${key.join('')}/>` : ''}
</wopi-discovery>`
}
