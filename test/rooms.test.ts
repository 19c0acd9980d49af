import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { COMPOSITION, PARTS, ROOMS } from '../scripts/arrows.ts'
import { findCircle, readSourceTree, type SourceFile } from './helpers/source-tree.ts'

const SRC = join(import.meta.dirname, '../src')
const FILE_LINES_MAX = 300

describe('the rooms of src', () => {
  let files: SourceFile[]
  before(async () => {
    files = await readSourceTree()
  })

  test('every folder is a room that the table of arrows has, and the table has no other', async () => {
    const entries = await readdir(SRC, { withFileTypes: true })

    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)

    assert.deepEqual(folders.toSorted(), Object.keys(ROOMS).toSorted())
  })

  test('no file has more than 300 lines, except the contract suites', async () => {
    const judged = files.filter(({ path }) => roomOf(path) !== 'testing')

    const lengths = await Promise.all(
      judged.map(async ({ path }) => {
        const text = await readFile(join(SRC, '..', path), 'utf8')
        return { path, lines: text.split('\n').length - 1 }
      }),
    )

    assert.deepEqual(
      lengths.filter(({ lines }) => lines > FILE_LINES_MAX),
      [],
    )
  })

  test('no imports form a circle, imports of types included', () => {
    assert.equal(findCircle(files)?.join(' → '), undefined)
  })

  test('a circle of three files is found', () => {
    const circle = findCircle([
      { path: 'a', imports: ['b'] },
      { path: 'b', imports: ['c', 'd'] },
      { path: 'c', imports: ['b'] },
      { path: 'd', imports: [] },
    ])

    assert.deepEqual(circle, ['b', 'c', 'b'])
  })

  test('rooms import each other as the arrows are drawn: no arrow more, and none less', () => {
    const drawn = Object.entries(ROOMS).flatMap(([from, targets]) =>
      targets.map((to) => `${from} → ${to}`),
    )

    const imported = arrowsBetween(files, (path, target) => {
      const isExport = path.split('/').length === 2
      const isComposition = path === COMPOSITION && roomOf(target) === 'stores'
      return isExport || isComposition ? undefined : [roomOf(path), roomOf(target)]
    })

    const others = imported.filter((arrow) => !arrow.endsWith('→ protocol'))
    assert.deepEqual(others, drawn.toSorted())
  })

  for (const [room, parts] of Object.entries(PARTS))
    test(`the parts of ${room} import each other as the arrows are drawn`, async () => {
      const allowed = Object.entries(parts).flatMap(([from, targets]) =>
        targets.map((to) => `${from} → ${to}`),
      )
      const inside = files.filter(({ path }) => roomOf(path) === room)

      const imported = arrowsBetween(inside, (path, target) =>
        roomOf(target) === room ? [partOf(path), partOf(target)] : undefined,
      )

      assert.deepEqual(imported, allowed.toSorted())
      const present = (await readdir(join(SRC, room))).filter((name) => !name.endsWith('.test.ts'))
      assert.deepEqual(present.toSorted(), Object.keys(parts).toSorted())
    })

  for (const [room, arrows] of [['src', ROOMS] as const, ...Object.entries(PARTS)])
    test(`the arrows of ${room} lead in one direction only`, () => {
      const nodes = Object.entries(arrows).map(([path, imports]) => ({
        path,
        imports: [...imports],
      }))

      assert.equal(findCircle(nodes)?.join(' → '), undefined)
    })
})

function roomOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function partOf(path: string): string {
  return path.split('/')[2] ?? ''
}

/** The arrows that imports make; `ends` names those of one import, if it counts. */
function arrowsBetween(
  files: readonly SourceFile[],
  ends: (path: string, target: string) => [from: string, to: string] | undefined,
): string[] {
  const arrows = files.flatMap(({ path, imports }) =>
    imports.flatMap((target) => {
      const [from, to] = ends(path, target) ?? []
      return from === to ? [] : [`${from} → ${to}`]
    }),
  )
  return [...new Set(arrows)].toSorted()
}
