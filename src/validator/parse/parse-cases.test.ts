import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CasesError } from '../cases/cases-error.ts'
import { CASES_MAX_BYTES, XML_MAX_DEPTH } from '../limits.ts'
import { parseCases } from './parse-cases.ts'

const FILES: Record<string, string> = {
  'schemas/TableSchema.json': "{ type: 'object', } // lax",
  'resources/Zips/Book/FileStream': 'PK chunks',
  'resources/Zips/Book/ChunkIds.txt': '0\n3\n',
}

function parse(xml: string | Uint8Array) {
  const bytes = typeof xml === 'string' ? new TextEncoder().encode(xml) : xml
  return parseCases({
    name: 'own.xml',
    xml: bytes,
    async read(path) {
      const text = FILES[path]
      return text === undefined ? undefined : new TextEncoder().encode(text)
    },
  })
}

function withRequests(requests: string): string {
  return `<WopiValidation><TestGroup Name="G"><TestCases>
<TestCase Name="C" Category="WopiCore"><Description>d</Description><Requests>
${requests}
</Requests></TestCase></TestCases></TestGroup></WopiValidation>`
}

async function parseStep(request: string) {
  return (await parse(withRequests(request))).groups[0]?.cases[0]?.requests[0]
}

function refused(line: number | undefined, words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof CasesError, String(error))
    assert.equal(error.line, line)
    assert.match(error.message, words)
    return true
  }
}

describe('parseCases', () => {
  test('reads groups, prerequisites, delays and cleanup', async () => {
    const suite = await parse(`<WopiValidation>
      <PrereqCases><TestCase Name="P" Category="WopiCore"><Description/>
        <Requests><CheckFileInfo/></Requests></TestCase></PrereqCases>
      <TestGroup Name="G" HasDelay="true"><PrereqTests><PrereqTest>P</PrereqTest></PrereqTests>
        <TestCases><TestCase Name="C" Category="WopiCoauth">
          <Description>  Two
            lines </Description>
          <Requests><Delay DelayTimeInSeconds="60"/></Requests>
          <CleanupRequests><Unlock Lock="L"/></CleanupRequests>
        </TestCase></TestCases></TestGroup></WopiValidation>`)

    assert.deepEqual(
      suite.prerequisites.map(({ name }) => name),
      ['P'],
    )
    assert.deepEqual(suite.groups, [
      {
        name: 'G',
        prerequisites: ['P'],
        cases: [
          {
            name: 'C',
            category: 'WopiCoauth',
            description: 'Two lines',
            hasDelay: true,
            requests: [{ operation: 'Delay', seconds: 60 }],
            cleanup: [{ operation: 'Unlock', lock: 'L' }],
          },
        ],
      },
    ])
  })

  test('reads a request with its address, state, mutators and validators', async () => {
    const step = await parseStep(`<Unlock Lock="L" OverrideUrl="$State:NewUrl">
      <SaveState><State Name="V" Source="X-WOPI-ItemVersion" SourceType="Header"/>
        <State Name="U" Source="Url"/></SaveState>
      <Mutators><AccessToken Mutation="INVALID"/></Mutators>
      <Validators><Or><ResponseCodeValidator ExpectedCode="401"/>
        <LockMismatchValidator ExpectedLock=""/></Or></Validators></Unlock>`)

    assert.deepEqual(step, {
      operation: 'Unlock',
      lock: 'L',
      url: { state: 'NewUrl' },
      validators: [
        {
          check: 'or',
          of: [
            { check: 'status', expected: 401 },
            { check: 'lockMismatch', expectedLock: '' },
          ],
        },
      ],
      save: [
        { name: 'V', from: { header: 'X-WOPI-ItemVersion' } },
        { name: 'U', from: { json: 'Url' } },
      ],
      invalidToken: true,
    })
  })

  test('leaves validators out where there are none, which is not the same as an empty list', async () => {
    assert.deepEqual(await parseStep('<CheckFileInfo/>'), { operation: 'CheckFileInfo' })
    assert.deepEqual(await parseStep('<CheckFileInfo><Validators/></CheckFileInfo>'), {
      operation: 'CheckFileInfo',
      validators: [],
    })
  })

  test('demands a header unless it is told not to', async () => {
    const step = await parseStep(`<GetLock><Validators>
      <ResponseHeaderValidator Header="X-WOPI-Lock" ExpectedValue="L"/>
      <ResponseHeaderValidator Header="X-WOPI-Lock" IsRequired="false"/></Validators></GetLock>`)

    assert.deepEqual(step && 'validators' in step && step.validators, [
      { check: 'header', name: 'X-WOPI-Lock', expected: 'L', required: true, shouldMatch: true },
      { check: 'header', name: 'X-WOPI-Lock', required: false, shouldMatch: true },
    ])
  })

  test('does not send an empty type of a coauthoring lock', async () => {
    const step = await parseStep('<GetCoauthLock CoauthLockType="" CoauthLockId=""/>')

    assert.deepEqual(step, { operation: 'GetCoauthLock', coauthLockId: '' })
  })

  test('reads schemas that cases use, and documents with where their chunks begin', async () => {
    const xml = withRequests(
      '<CheckFileInfo><Validators><JsonSchemaValidator Schema="TableSchema"/></Validators></CheckFileInfo>',
    ).replace(
      '<TestGroup',
      `<Resources><File Id="Book" Name="ChunkIds.txt" FilePath="A.ZipChunking.Zips.Book."/>
      <File Id="Gone" Name="g" FilePath="Resources\\Gone.docx"/>
      <File Id="Zero" Name="" FilePath=""/></Resources><TestGroup`,
    )

    const { schemas, resources } = await parse(xml)

    assert.deepEqual(schemas.get('TableSchema'), { type: 'object' })
    assert.deepEqual(resources.get('Book')?.chunkOffsets, [0, 3])
    assert.equal(resources.get('Gone')?.bytes, undefined)
    assert.equal(resources.get('Zero')?.bytes?.length, 0)
  })

  test('names the line of what it does not know', async () => {
    const faulty: [xml: string, words: RegExp][] = [
      ['<Explode/>', /no request <Explode>/],
      ['<Lock Lock="L" Colour="red"/>', /<Lock> has no attribute Colour/],
      ['<Lock/>', /<Lock> needs Lock/],
      ['<Lock Lock="L"><Surprise/></Lock>', /<Surprise> is not allowed in <Lock>/],
      ['<GetFile><Validators><Maybe/></Validators></GetFile>', /no validator <Maybe>/],
      ['<toString/>', /no request <toString>/],
      ['<Lock Lock="L" LockUserVisible="yes"/>', /neither true nor false/],
      ['<Delay DelayTimeInSeconds="soon"/>', /not a whole number/],
      ['<Delay DelayTimeInSeconds="-1"/>', /from 0 to 86400/],
      ['<Delay DelayTimeInSeconds="86401"/>', /from 0 to 86400/],
      ['<GetFile><Mutators><AccessToken Mutation="X"/></Mutators></GetFile>', /not one of INVALID/],
    ]

    for (const [request, words] of faulty)
      await assert.rejects(parse(withRequests(request)), refused(3, words), request)
  })

  test('refuses what is not a regular expression', async () => {
    const request = `<CheckFileInfo><Validators><JsonResponseContentValidator>
<StringRegexProperty Name="A" ExpectedValue="("/></JsonResponseContentValidator></Validators></CheckFileInfo>`

    await assert.rejects(parse(withRequests(request)), refused(4, /not a regular expression/))
  })

  test('refuses XML that is broken, has entities, is nested without end or is too large', async () => {
    const deep = '<a>'.repeat(XML_MAX_DEPTH + 1)
    const bomb = '<!DOCTYPE a [<!ENTITY b "c">]><WopiValidation/>'

    await assert.rejects(parse('<WopiValidation>\n<open>'), refused(2, /unclosed/i))
    await assert.rejects(parse(bomb), refused(1, /document type/))
    await assert.rejects(parse('<a>&unknown;</a>'), refused(1, /entity/))
    await assert.rejects(parse(deep), refused(1, /deep/))
    await assert.rejects(parse(''), CasesError)
    await assert.rejects(parse(new Uint8Array([0x3c, 0xff])), CasesError)
    await assert.rejects(
      parse(new Uint8Array(CASES_MAX_BYTES + 1)),
      refused(undefined, /more than/),
    )
  })

  test('refuses a schema that is missing, a prerequisite too, and a path that leads elsewhere', async () => {
    const schema =
      '<GetFile><Validators><JsonSchemaValidator Schema="Gone"/></Validators></GetFile>'
    const prerequisite = withRequests('<GetFile/>').replace(
      '<TestCases>',
      '<PrereqTests><PrereqTest>Gone</PrereqTest></PrereqTests><TestCases>',
    )
    const outside =
      '<WopiValidation><Resources><File Id="a" Name="a" FilePath="..\\a"/></Resources></WopiValidation>'

    await assert.rejects(parse(withRequests(schema)), refused(undefined, /Gone\.json is missing/))
    await assert.rejects(parse(prerequisite), refused(1, /needs Gone/))
    await assert.rejects(parse(outside), refused(1, /out of the folder of the cases/))
  })
})
