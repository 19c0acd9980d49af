import assert from 'node:assert/strict'
import { access, cp, glob, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { problemsOf } from '../scripts/check-release.ts'

const ROOT = join(import.meta.dirname, '..')
/** An action is code of others that runs with our rights: only a commit names it for ever. */
const PINNED = /^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/
const BUMPS = ['patch', 'minor', 'major']

interface Step {
  uses?: string
  run?: string
}

interface Workflow {
  on: object
  permissions: Record<string, string>
  jobs: Record<string, { steps: Step[]; 'timeout-minutes'?: number }>
}

async function readYaml<T>(pattern: string): Promise<[path: string, content: T][]> {
  const found: [string, T][] = []
  for await (const path of glob(pattern, { cwd: ROOT })) {
    const text = await readFile(join(ROOT, path), 'utf8')
    found.push([path, parse(text, { strict: true, uniqueKeys: true })])
  }
  assert.ok(found.length > 0, `there is a ${pattern}`)
  return found
}

/** Whether what a line of a workflow or script starts is there. */
async function checkCommand(line: string, scripts: Record<string, string>): Promise<void> {
  const [, script] = /^npm run (\S+)/.exec(line) ?? []
  if (script) assert.ok(scripts[script], `package.json has the script ${script}`)
  const [, file] = /^(?:node )?((?:\.ci|scripts)\/\S+)/.exec(line) ?? []
  if (file) await access(join(ROOT, file))
  assert.ok(script || file || /^npm (ci|test|publish)/.test(line), `"${line}" is known`)
}

describe('the files for a public forge', () => {
  test('workflows have jobs with a time limit, few rights, pinned actions and real commands', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))

    for (const [path, { on, permissions, jobs }] of await readYaml<Workflow>(
      '.github/workflows/*.yml',
    )) {
      assert.ok(on, `${path} says when it runs`)
      assert.deepEqual(permissions, { contents: 'read' }, path)
      for (const [name, job] of Object.entries(jobs)) {
        assert.ok(job['timeout-minutes'], `${path}: ${name} ends some time`)
        for (const { uses, run } of job.steps) {
          if (uses !== undefined) assert.match(uses, PINNED, path)
          for (const line of run?.trim().split('\n') ?? []) await checkCommand(line, scripts)
        }
      }
    }
  })

  test('CI runs what a contributor runs, on Linux, macOS and Windows', async () => {
    const [[, ci] = assert.fail()] = await readYaml<{
      jobs: { check: { strategy: { matrix: { system: string[] } }; steps: Step[] } }
    }>('.github/workflows/ci.yml')

    const { strategy, steps } = ci.jobs.check
    assert.deepEqual(
      strategy.matrix.system.map((system) => system.replace('-latest', '')),
      ['ubuntu', 'macos', 'windows'],
    )
    assert.ok(steps.some(({ run }) => run === '.ci/run'))
  })

  test('issue forms name themselves, and ask questions with different ids', async () => {
    const forms = await readYaml<{
      name: string
      description: string
      body: { type: string; id?: string; attributes: object }[]
    }>('.github/ISSUE_TEMPLATE/[!c]*.yml')

    for (const [path, form] of forms) {
      assert.ok(form.name && form.description, path)
      const ids = form.body.filter(({ type }) => type !== 'markdown').map(({ id }) => id)
      assert.ok(ids.length > 0 && !ids.includes(undefined), path)
      assert.equal(new Set(ids).size, ids.length, path)
    }
  })

  test('updates of dependencies cover every lock file', async () => {
    const [[, { updates }] = assert.fail()] = await readYaml<{
      updates: { 'package-ecosystem': string; directories?: string[] }[]
    }>('.github/dependabot.yml')
    const places: string[] = []
    for await (const path of glob('{.,tools/*}/package-lock.json', { cwd: ROOT }))
      places.push(`/${path.replaceAll('\\', '/').replace(/\/?package-lock\.json$/, '')}`)

    const npm = updates.find((update) => update['package-ecosystem'] === 'npm')
    assert.deepEqual(npm?.directories?.toSorted(), places.toSorted())
    assert.ok(updates.some((update) => update['package-ecosystem'] === 'github-actions'))
  })

  test('each file of .changeset/ names the package, a bump, and what users notice', async () => {
    const names = (await readdir(join(ROOT, '.changeset'))).filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    )

    for (const name of names) {
      const text = await readFile(join(ROOT, '.changeset', name), 'utf8')
      const [, head = '', words = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? []
      const bumps = Object.entries(parse(head) ?? {})
      assert.ok(bumps.length === 1 && bumps[0]?.[0] === 'wopikit', name)
      assert.ok(BUMPS.includes(String(bumps[0]?.[1])), name)
      assert.ok(words.trim().length > 0, name)
    }
  })
})

describe('check-release', () => {
  test('tells all that a release lacks: tag, repository, change log, gathered changes', async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'wopikit-release-'))
    t.after(() => rm(root, { recursive: true }))
    await cp(join(ROOT, '.changeset'), join(root, '.changeset'), { recursive: true })
    await writeFile(join(root, '.changeset/new.md'), 'what is new')
    await writeFile(join(root, 'package.json'), '{"version":"1.0.0"}')
    await writeFile(join(root, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n')

    const problems = await problemsOf('v1.0.1', 'owner/name', root)

    const subjects = ['v1.0.1', 'owner/name', '## 1.0.0', 'release:version']
    assert.equal(problems.length, subjects.length)
    subjects.forEach((subject, index) => {
      assert.ok(problems[index]?.includes(subject), subject)
    })
  })

  test('finds nothing wrong with a release that is complete', async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'wopikit-release-'))
    t.after(() => rm(root, { recursive: true }))
    await cp(join(ROOT, '.changeset/README.md'), join(root, '.changeset/README.md'))
    const repository = { type: 'git', url: 'git+https://github.com/owner/name.git' }
    await writeFile(join(root, 'package.json'), JSON.stringify({ version: '1.0.0', repository }))
    await writeFile(join(root, 'CHANGELOG.md'), '# Changelog\n\n## 1.0.0\n\n- First.\n')

    assert.deepEqual(await problemsOf('v1.0.0', 'owner/name', root), [])
  })
})
