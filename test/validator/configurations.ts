/** How a host is set up for a run of Microsoft's cases. */
export interface Configuration {
  name: 'A' | 'B' | 'C' | 'P'
  /** What it is for, in a few words. */
  purpose: string
  /** Settings of `wopikit serve`, by name. */
  settings: Readonly<Record<string, string>>
  /** What the token allows: as for `wopikit token --permission`. */
  permission: string
  /** Whether requests are signed, and the host demands that. */
  proven: boolean
}

/** What the document is called: Microsoft's cases take no other extension. */
export const DOCUMENT_NAME = 'test.wopitest'

/** Coauthoring is where discovery says. */
const DISCOVERED = {
  coauth: '*',
  viewUrl: 'https://docs.example.com/view/{fileId}',
  editUrl: 'https://docs.example.com/edit/{fileId}',
  shareUrl: 'https://docs.example.com/share/{type}?file={fileId}&folder={containerId}',
}
const EVERYTHING = {
  ...DISCOVERED,
  ocsUrl: 'https://ocs.example.com/collab',
  rtcUrl: 'https://rtc.example.com/rtc',
}

/** Every case of Microsoft's runs in one of them; no host can be all of them at once. */
export const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: 'A',
    purpose: 'all that the host can do',
    settings: EVERYTHING,
    permission: 'all',
    proven: false,
  },
  {
    name: 'B',
    // Cases about containers expect of every user that they may add files.
    purpose: 'a user who may not add files, without containers',
    settings: { ...EVERYTHING, containers: 'off' },
    permission: 'read,write,rename,delete,browse',
    proven: false,
  },
  {
    name: 'C',
    purpose: 'a host without containers',
    settings: { ...EVERYTHING, containers: 'off' },
    permission: 'all',
    proven: false,
  },
  {
    name: 'P',
    purpose: 'as A, with a client that signs its requests and a host that demands it',
    settings: DISCOVERED,
    permission: 'all',
    proven: true,
  },
]
