/**
 * Says what a release lacks, before anything is published.
 *
 *   node scripts/check-release.ts v0.2.0 owner/name
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/** Every reason why `tag` of the repository `place` must not be published; none when it may. */
export async function problemsOf(tag: string, place: string, root = ROOT): Promise<string[]> {
  const { version, repository } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8')
  const url: string = repository?.url ?? ''
  const pending = await readdir(join(root, '.changeset'))
  return [
    tag !== `v${version}` && `The tag is ${tag}, but package.json has version ${version}.`,
    !url.includes(place) &&
      `npm proves where a package was built, so package.json needs a repository with ${place} in its url; it has "${url}".`,
    !changelog.includes(`\n## ${version}\n`) && `CHANGELOG.md has no section "## ${version}".`,
    pending.some((name) => name.endsWith('.md') && name !== 'README.md') &&
      '.changeset/ has changes that CHANGELOG.md does not: run npm run release:version first.',
  ].filter((problem) => problem !== false)
}

if (import.meta.main) {
  const [tag = '', place = ''] = process.argv.slice(2)
  const problems = await problemsOf(tag, place)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}
