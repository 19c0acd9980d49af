import { type ZipEntry, zipOf } from './zip-writer.ts'

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN = 'application/vnd.openxmlformats-officedocument'

type Parts = Record<string, string | Uint8Array>

/** A Word document with these paragraphs and, if given, an incompressible picture-like part. */
export function docxOf(paragraphs: readonly string[], media?: Uint8Array): Uint8Array {
  const body = paragraphs
    .map((text) => `<w:p><w:r><w:t>${escapeXml(text)}</w:t></w:r></w:p>`)
    .join('')
  const w = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
  return officePackage({
    '[Content_Types].xml': contentTypes([
      ['/word/document.xml', `${MAIN}.wordprocessingml.document.main+xml`],
    ]),
    '_rels/.rels': relationships([['officeDocument', 'word/document.xml']]),
    'word/document.xml': `${XML}<w:document xmlns:w="${w}"><w:body>${body}</w:body></w:document>`,
    ...(media ? { 'word/media/image1.png': media } : {}),
  })
}

/** A workbook of one sheet with these rows of text. */
export function xlsxOf(rows: readonly (readonly string[])[]): Uint8Array {
  const ns = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const cell = (text: string) => `<c t="inlineStr"><is><t>${escapeXml(text)}</t></is></c>`
  const sheet = rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('')
  const sheets = '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'
  return officePackage({
    '[Content_Types].xml': contentTypes([
      ['/xl/workbook.xml', `${MAIN}.spreadsheetml.sheet.main+xml`],
      ['/xl/worksheets/sheet1.xml', `${MAIN}.spreadsheetml.worksheet+xml`],
    ]),
    '_rels/.rels': relationships([['officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `${XML}<workbook xmlns="${ns}" xmlns:r="${OFFICE}">${sheets}</workbook>`,
    'xl/_rels/workbook.xml.rels': relationships([['worksheet', 'worksheets/sheet1.xml']]),
    'xl/worksheets/sheet1.xml': `${XML}<worksheet xmlns="${ns}"><sheetData>${sheet}</sheetData></worksheet>`,
  })
}

/** A presentation with one slide for each title. */
export function pptxOf(titles: readonly string[]): Uint8Array {
  const slides = titles.map((title, index) => ({ title, number: index + 1 }))
  const ids = slides.map(({ number }) => `<p:sldId id="${255 + number}" r:id="rId${number + 1}"/>`)
  const presentation =
    '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>' +
    `<p:sldIdLst>${ids.join('')}</p:sldIdLst>` +
    '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
  const parts: Parts = {
    '[Content_Types].xml': contentTypes([
      ['/ppt/presentation.xml', `${MAIN}.presentationml.presentation.main+xml`],
      ['/ppt/slideMasters/slideMaster1.xml', `${MAIN}.presentationml.slideMaster+xml`],
      ['/ppt/slideLayouts/slideLayout1.xml', `${MAIN}.presentationml.slideLayout+xml`],
      ['/ppt/theme/theme1.xml', `${MAIN}.theme+xml`],
      ...slides.map(({ number }): [string, string] => [
        `/ppt/slides/slide${number}.xml`,
        `${MAIN}.presentationml.slide+xml`,
      ]),
    ]),
    '_rels/.rels': relationships([['officeDocument', 'ppt/presentation.xml']]),
    'ppt/presentation.xml': slidePart('presentation', presentation),
    'ppt/_rels/presentation.xml.rels': relationships([
      ['slideMaster', 'slideMasters/slideMaster1.xml'],
      ...slides.map(({ number }): [string, string] => ['slide', `slides/slide${number}.xml`]),
    ]),
    'ppt/slideMasters/slideMaster1.xml': slidePart('sldMaster', MASTER),
    'ppt/slideMasters/_rels/slideMaster1.xml.rels': relationships([
      ['slideLayout', '../slideLayouts/slideLayout1.xml'],
      ['theme', '../theme/theme1.xml'],
    ]),
    'ppt/slideLayouts/slideLayout1.xml': slidePart('sldLayout', shapes('')),
    'ppt/slideLayouts/_rels/slideLayout1.xml.rels': relationships([
      ['slideMaster', '../slideMasters/slideMaster1.xml'],
    ]),
    'ppt/theme/theme1.xml': THEME,
  }
  for (const { title, number } of slides) {
    parts[`ppt/slides/slide${number}.xml`] = slidePart('sld', shapes(titleShape(title)))
    parts[`ppt/slides/_rels/slide${number}.xml.rels`] = relationships([
      ['slideLayout', '../slideLayouts/slideLayout1.xml'],
    ])
  }
  return officePackage(parts)
}

function officePackage(parts: Parts): Uint8Array {
  const entries = Object.entries(parts).map(
    ([name, content]): ZipEntry => ({ name, content, deflate: typeof content === 'string' }),
  )
  return zipOf({ entries })
}

function contentTypes(overrides: readonly [part: string, type: string][]): string {
  const parts = overrides.map(
    ([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`,
  )
  return (
    `${XML}<Types xmlns="${PACKAGE}/content-types">` +
    `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
    `<Default Extension="xml" ContentType="application/xml"/>` +
    `<Default Extension="png" ContentType="image/png"/>${parts.join('')}</Types>`
  )
}

function relationships(targets: readonly [type: string, target: string][]): string {
  const items = targets.map(
    ([type, target], index) =>
      `<Relationship Id="rId${index + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  )
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${items.join('')}</Relationships>`
}

const DRAWING = 'http://schemas.openxmlformats.org/drawingml/2006/main'
const PRESENTATION = 'http://schemas.openxmlformats.org/presentationml/2006/main'

function slidePart(element: string, content: string): string {
  const namespaces = `xmlns:a="${DRAWING}" xmlns:r="${OFFICE}" xmlns:p="${PRESENTATION}"`
  return `${XML}<p:${element} ${namespaces}>${content}</p:${element}>`
}

function shapes(content: string): string {
  const group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
  return `<p:cSld><p:spTree>${group}<p:grpSpPr/>${content}</p:spTree></p:cSld>`
}

function titleShape(title: string): string {
  const names = '<p:nvSpPr><p:cNvPr id="2" name="Title"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
  const box =
    '<p:spPr><a:xfrm><a:off x="457200" y="274638"/><a:ext cx="8229600" cy="1143000"/></a:xfrm>' +
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
  const text = `<a:p><a:r><a:rPr lang="en"/><a:t>${escapeXml(title)}</a:t></a:r></a:p>`
  return `<p:sp>${names}${box}<p:txBody><a:bodyPr/>${text}</p:txBody></p:sp>`
}

const COLOUR_MAP =
  '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" ' +
  'accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" ' +
  'folHlink="folHlink"/>'
const MASTER =
  `${shapes('')}${COLOUR_MAP}` +
  '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'

const COLOURS = [
  ['dk1', '000000'],
  ['lt1', 'FFFFFF'],
  ['dk2', '1F497D'],
  ['lt2', 'EEECE1'],
  ['accent1', '4F81BD'],
  ['accent2', 'C0504D'],
  ['accent3', '9BBB59'],
  ['accent4', '8064A2'],
  ['accent5', '4BACC6'],
  ['accent6', 'F79646'],
  ['hlink', '0000FF'],
  ['folHlink', '800080'],
].map(([name, value]) => `<a:${name}><a:srgbClr val="${value}"/></a:${name}>`)
const FONT = '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
const FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
const EFFECT = '<a:effectStyle><a:effectLst/></a:effectStyle>'
const THEME =
  `${XML}<a:theme xmlns:a="${DRAWING}" name="Plain"><a:themeElements>` +
  `<a:clrScheme name="Plain">${COLOURS.join('')}</a:clrScheme>` +
  `<a:fontScheme name="Plain"><a:majorFont>${FONT}</a:majorFont>` +
  `<a:minorFont>${FONT}</a:minorFont></a:fontScheme>` +
  `<a:fmtScheme name="Plain"><a:fillStyleLst>${FILL.repeat(3)}</a:fillStyleLst>` +
  `<a:lnStyleLst>${`<a:ln>${FILL}</a:ln>`.repeat(3)}</a:lnStyleLst>` +
  `<a:effectStyleLst>${EFFECT.repeat(3)}</a:effectStyleLst>` +
  `<a:bgFillStyleLst>${FILL.repeat(3)}</a:bgFillStyleLst></a:fmtScheme>` +
  '</a:themeElements></a:theme>'

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
