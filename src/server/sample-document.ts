import { crc32 } from 'node:zlib'

const NAME = 'Welcome to wopikit.docx'
const PARAGRAPHS = [
  'Welcome to wopikit',
  'This document is served by your own WOPI host. Every save keeps what was there before, and ' +
    'only the parts that changed travel between the editor and the host.',
  'Add a document of your own with "wopikit add FILE", and get a token for it with ' +
    '"wopikit token FILE_ID --user ID".',
  'You may change or delete this text: nothing depends on it.',
]

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006'
const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const PACKAGE_TYPE = 'application/vnd.openxmlformats-package'
const WORD_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml'
/** The date is part of the bytes, which must be the same on every start. */
const CREATED = '2025-01-01T00:00:00Z'

/** The document that the first start adds: a small Word file, always with the same bytes. */
export function sampleDocument(): { name: string; content: Uint8Array } {
  const content = storedZip([
    ['[Content_Types].xml', contentTypes()],
    ['_rels/.rels', relationships()],
    ['word/document.xml', wordDocument()],
    ['docProps/core.xml', coreProperties()],
  ])
  return { name: NAME, content }
}

function contentTypes(): string {
  return (
    `${XML}<Types xmlns="${PACKAGE}/content-types">` +
    `<Default Extension="rels" ContentType="${PACKAGE_TYPE}.relationships+xml"/>` +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    `<Override PartName="/word/document.xml" ContentType="${WORD_TYPE}.document.main+xml"/>` +
    `<Override PartName="/docProps/core.xml" ContentType="${PACKAGE_TYPE}.core-properties+xml"/>` +
    '</Types>'
  )
}

function relationships(): string {
  return (
    `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
    `<Relationship Id="rId1" Type="${OFFICE}/relationships/officeDocument"` +
    ' Target="word/document.xml"/>' +
    `<Relationship Id="rId2" Type="${PACKAGE}/relationships/metadata/core-properties"` +
    ' Target="docProps/core.xml"/>' +
    '</Relationships>'
  )
}

function wordDocument(): string {
  const paragraphs = PARAGRAPHS.map((text, index) => paragraph(text, index === 0))
  return (
    `${XML}<w:document xmlns:w="${WORD}"><w:body>${paragraphs.join('')}` +
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>' +
    '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"' +
    ' w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>' +
    '</w:body></w:document>'
  )
}

function paragraph(text: string, isTitle: boolean): string {
  const style = isTitle ? '<w:rPr><w:b/><w:sz w:val="40"/></w:rPr>' : ''
  return `<w:p><w:r>${style}<w:t>${text}</w:t></w:r></w:p>`
}

function coreProperties(): string {
  const date = (name: string) =>
    `<dcterms:${name} xsi:type="dcterms:W3CDTF">${CREATED}</dcterms:${name}>`
  return (
    `${XML}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties"` +
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<dc:title>${PARAGRAPHS[0]}</dc:title><dc:creator>wopikit</dc:creator>` +
    `${date('created')}${date('modified')}</cp:coreProperties>`
  )
}

const LOCAL_HEADER = 0x04034b50
const DIRECTORY_ENTRY = 0x02014b50
const END_RECORD = 0x06054b50
const VERSION_NEEDED = 20
/** 1 January 1980, the first day of zip, and midnight. */
const DOS_DATE = 0x0021_0000

/** A zip archive of uncompressed entries (APPNOTE 4.3). */
function storedZip(files: readonly [name: string, text: string][]): Uint8Array {
  const local: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const [name, text] of files) {
    const content = Buffer.from(text)
    const common = commonFields(name, content)
    const entry = [fields([4, LOCAL_HEADER]), common, Buffer.from(name), content]
    directory.push(
      fields([4, DIRECTORY_ENTRY], [2, VERSION_NEEDED]),
      common,
      // comment, disk, attributes inside and outside
      fields([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      Buffer.from(name),
    )
    local.push(...entry)
    offset += Buffer.concat(entry).length
  }
  const size = Buffer.concat(directory).length
  const count = files.length
  const end = fields(
    [4, END_RECORD],
    [4, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  )
  return new Uint8Array(Buffer.concat([...local, ...directory, end]))
}

/** From the version needed to the length of the extra field: the same in both kinds of header. */
function commonFields(name: string, content: Uint8Array): Uint8Array {
  return fields(
    [2, VERSION_NEEDED],
    // flags and method: none, stored
    [2, 0],
    [2, 0],
    [4, DOS_DATE],
    [4, crc32(content)],
    [4, content.length],
    [4, content.length],
    [2, Buffer.byteLength(name)],
    [2, 0],
  )
}

/** Numbers as [width in bytes, value], little-endian. */
function fields(...values: readonly [width: number, value: number][]): Uint8Array {
  return Buffer.concat(
    values.map(([width, value]) => {
      const bytes = Buffer.alloc(width)
      bytes.writeUIntLE(value, 0, width)
      return bytes
    }),
  )
}
