import assert from 'node:assert/strict'
import test from 'node:test'
import { checkContainerInfoProperties } from './check-container-info.ts'

const FACTS = {
  name: 'Contracts',
  hostUrl: 'https://app.example/folders/c1',
  shareUrlTypes: ['ReadOnly'],
  isEduUser: true,
  isBusinessUser: true,
  may: { create: true, rename: true, delete: true },
}

test('checkContainerInfoProperties tells what the page CheckContainerInfo names', () => {
  assert.deepEqual(checkContainerInfoProperties(FACTS), {
    Name: 'Contracts',
    HostUrl: 'https://app.example/folders/c1',
    SupportedShareUrlTypes: ['ReadOnly'],
    IsEduUser: true,
    LicenseCheckForEditIsEnabled: true,
    UserCanCreateChildContainer: true,
    UserCanCreateChildFile: true,
    UserCanDelete: true,
    UserCanRename: true,
  })
})

test('checkContainerInfoProperties leaves out what there is not', () => {
  const properties = checkContainerInfoProperties({
    ...FACTS,
    hostUrl: undefined,
    shareUrlTypes: [],
  })

  assert.ok(!('HostUrl' in properties))
  assert.ok(!('SupportedShareUrlTypes' in properties))
})

for (const [permission, names] of [
  ['create', ['UserCanCreateChildContainer', 'UserCanCreateChildFile']],
  ['rename', ['UserCanRename']],
  ['delete', ['UserCanDelete']],
] as const)
  test(`checkContainerInfoProperties without the right to ${permission} says no to just that`, () => {
    const may = { ...FACTS.may, [permission]: false }

    const refused = Object.entries(checkContainerInfoProperties({ ...FACTS, may }))
      .filter(([, value]) => value === false)
      .map(([name]) => name)

    assert.deepEqual(refused, names)
  })
