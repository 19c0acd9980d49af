import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import type { Text } from '../cases/values.ts'
import { clause, defineGroup } from './define-group.ts'
import { status, TOKEN_REFUSALS } from './expectations.ts'

const ECOSYSTEM = { state: 'Ecosystem' }
const READ_ECOSYSTEM: Request = {
  operation: 'GetEcosystem',
  save: [{ name: 'Ecosystem', from: { json: 'Url' } }],
}

/** What Microsoft's cases leave out of the ecosystem. */
export const ECOSYSTEM_RULES = defineGroup('EcosystemRules', ['Ecosystem', 'Containers'], {
  SaysWhatTheFileSays: {
    description: 'Asks the ecosystem for what CheckFileInfo has promised.',
    clause: clause(
      'CheckEcosystem',
      'SupportsContainers should be the same as in CheckFileInfo of the files in the ecosystem.',
    ),
    requests: [
      READ_ECOSYSTEM,
      {
        operation: 'CheckEcosystem',
        url: ECOSYSTEM,
        validators: [
          status(200),
          {
            check: 'json',
            properties: [
              { name: 'SupportsContainers', type: 'boolean', required: true, expected: true },
            ],
          },
        ],
      },
    ],
    cleanup: [],
  },
  InvalidToken: {
    description: 'Asks the ecosystem with a token that is not valid.',
    clause: clause('CheckEcosystem', 'Without a valid access token the answer is 401.'),
    requests: [
      READ_ECOSYSTEM,
      {
        operation: 'CheckEcosystem',
        url: ECOSYSTEM,
        invalidToken: true,
        validators: [status(...TOKEN_REFUSALS)],
      },
    ],
    cleanup: [],
  },
})

/** Files by the names that the host itself has for them. */
export const FILE_WOPI_SRC = defineGroup(
  'FileWopiSrc',
  ['Ecosystem', 'GetFileWopiSrc', 'HostViewUrl'],
  {
    OfHostViewUrl: {
      description: 'Asks for the file by the HostViewUrl in CheckFileInfo.',
      clause: clause('GetFileWopiSrc', 'Hosts should take the value of HostViewUrl.'),
      requests: [
        READ_ECOSYSTEM,
        {
          operation: 'CheckFileInfo',
          save: [
            { name: 'ViewUrl', from: { json: 'HostViewUrl' } },
            { name: 'Name', from: { json: 'BaseFileName' } },
          ],
        },
        {
          ...fileWopiSrc({ state: 'ViewUrl' }, [
            status(200),
            {
              check: 'json',
              properties: [
                { name: 'Url', type: 'absoluteUrl', required: true, mustIncludeAccessToken: true },
              ],
            },
          ]),
          save: [{ name: 'File', from: { json: 'Url' } }],
        },
        {
          operation: 'CheckFileInfo',
          url: { state: 'File' },
          validators: [
            status(200),
            {
              check: 'json',
              properties: [
                {
                  name: 'BaseFileName',
                  type: 'string',
                  required: true,
                  expected: { state: 'Name' },
                },
              ],
            },
          ],
        },
      ],
      cleanup: [],
    },
    UnknownName: {
      description: "Asks for the file of an address that is not the host's.",
      clause: clause('GetFileWopiSrc', 'A name that the host does not know is answered 404.'),
      requests: [READ_ECOSYSTEM, fileWopiSrc('https://wopikit.invalid/none', [status(404)])],
      cleanup: [],
    },
  },
)

function fileWopiSrc(name: Text, validators: readonly Validator[]): Request {
  return {
    operation: 'Raw',
    name: 'GetFileWopiSrc',
    method: 'POST',
    url: ECOSYSTEM,
    override: OVERRIDES.getFileWopiSrc,
    headers: [[HEADERS.hostNativeFileName, name]],
    validators,
  }
}
