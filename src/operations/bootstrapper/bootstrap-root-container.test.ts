import assert from 'node:assert/strict'
import test from 'node:test'
import {
  askBootstrapper,
  bootstrapJson,
  createBootstrapHost,
} from '../../../test/helpers/bootstrap-story.ts'
import { accessHiding, follow, rootId } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('BootstrapRootContainer leads to the root container at once', async () => {
  const host = await createBootstrapHost()

  const answer = await bootstrapJson(host, 'GET_ROOT_CONTAINER')

  const { ContainerPointer: pointer } = answer.RootContainerInfo
  assert.equal(answer.Bootstrap.SignInName, 'alice@app.example')
  assert.equal(pointer.Name, 'Documents')
  assert.equal(JSON.parse((await follow(host, pointer.Url)).text).Name, 'Documents')
})

test('BootstrapRootContainer is 404 for who may not see it', async () => {
  const hidden = new Set<string>()
  const host = await createBootstrapHost({ access: accessHiding(hidden) })
  hidden.add(await rootId(host))

  assertRefused(await askBootstrapper(host, 'GET_ROOT_CONTAINER'), 404)
})

test('BootstrapRootContainer is 501 where there are no containers', async () => {
  const host = await createBootstrapHost({ features: { containers: false } })

  assertRefused(await askBootstrapper(host, 'GET_ROOT_CONTAINER'), 501)
})
