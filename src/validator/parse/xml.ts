import { SaxesParser } from 'saxes'
import { CasesError } from '../cases/cases-error.ts'
import { CASES_MAX_BYTES, XML_MAX_DEPTH } from '../limits.ts'

/** An element with all that is in it. */
export interface XmlElement {
  name: string
  attributes: Readonly<Record<string, string>>
  children: XmlElement[]
  /** The character data directly inside, as it stands. */
  text: string
  /** Where it begins, from 1 on. */
  line: number
}

/**
 * Parses a file of cases. Document types and with them entities are refused.
 *
 * @throws CasesError when it is too large, nested too deep, or no well-formed XML
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  if (bytes.length > CASES_MAX_BYTES) {
    throw new CasesError(`The file of cases has more than ${CASES_MAX_BYTES} bytes`)
  }
  const parser = new SaxesParser({ position: true, xmlns: false as const })
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  let line = 1
  parser.on('error', (error) => {
    throw new CasesError(error.message.replace(/^\S+ /, ''), parser.line)
  })
  parser.on('doctype', () => {
    throw new CasesError('A document type is not allowed', parser.line)
  })
  parser.on('opentagstart', () => {
    line = parser.line
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= XML_MAX_DEPTH)
      throw new CasesError('Elements are nested too deeply', parser.line)
    const element: XmlElement = { name, attributes, children: [], text: '', line }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  parser.on('closetag', () => {
    open.pop()
  })
  const addText = (text: string) => {
    const element = open.at(-1)
    if (element) element.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(decode(bytes)).close()
  if (!root) throw new CasesError('The file of cases is empty')
  return root
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CasesError('The file of cases is not UTF-8')
  }
}
