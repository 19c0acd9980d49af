/**
 * Documents of Microsoft's cases that are often not beside them. A host must take any bytes, so
 * others do as well.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  'resources/WordBlankDocument.docx': 'A blank document',
  'resources/WordSimpleDocument.docx': 'A simple document',
  'resources/WordComplexDocument.docx': 'A complex document'.repeat(4096),
  'resources/WordZeroBytesDocument.docx': '',
  'resources/ExcelBlankWorkbook.xlsx': 'A blank workbook',
  'resources/ZeroByteFile.wopitest': '',
}

/** Bytes for a document that is not there; `undefined` when there are none for its path. */
export function standInFor(path: string): Uint8Array | undefined {
  const text = Object.hasOwn(STAND_INS, path) ? STAND_INS[path] : undefined
  return text === undefined ? undefined : new TextEncoder().encode(text)
}
