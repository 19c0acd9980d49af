import type { PlaceRefusal, Tree } from '../../ports/tree.ts'
import { WopiError } from '../../protocol/errors.ts'
import { legalName, suggestedName, withNumber } from '../../protocol/file-name.ts'
import type { TargetName } from '../../protocol/name-headers.ts'
import { HEADERS } from '../../protocol/names.ts'
import { encodeUtf7 } from '../../protocol/utf7.ts'

/** Numbers that are tried before random ones: in a full folder each costs a look. */
const NUMBERS_MAX = 20
const RANDOM_TRIES = 5

/** Creates something under a name, unless that is taken. */
export type CreateNamed<Created> = (
  name: string,
) => Promise<Created | { ok: false; reason: PlaceRefusal }>

/** Where something new is named. */
export interface Naming {
  tree: Pick<Tree, 'find'>
  /** `null` outside of the tree, where no name is taken. */
  containerId: string | null
  /** Ids of `[a-z0-9]+`. */
  newId: () => string
}

/** A legal name: exact, or with a number when it is taken. */
export interface WantedName {
  name: string
  exact: boolean
}

/** The name to begin with: the client's own one, or what `legalize` makes of its suggestion. */
export function wantedName(target: TargetName, legalize: (text: string) => string): WantedName {
  if (target.kind === 'exact') return { name: target.name, exact: true }
  return { name: legalize(target.text), exact: false }
}

/** The legal file name nearest to a suggestion, which may be an extension for `stem`. */
export function suggestedFileName(text: string, stem: string): string {
  return legalName(suggestedName(text, stem), stem)
}

/**
 * Creates something under the name that a client wants.
 *
 * @throws WopiError NAME_TAKEN with a free name when the exact name is taken, NOT_FOUND when the
 *   container is gone
 */
export async function createNamed<Created extends { ok: true }>(
  wanted: WantedName,
  naming: Naming,
  create: CreateNamed<Created>,
): Promise<{ created: Created; name: string }> {
  const names = wanted.exact ? [wanted.name] : candidates(wanted.name, naming.newId)
  for (const name of names) {
    const created = await create(name)
    if (created.ok) return { created, name }
    if (created.reason === 'container-gone')
      throw new WopiError('NOT_FOUND', { detail: 'The container was deleted meanwhile' })
  }
  if (wanted.exact) throw await nameTaken(wanted.name, naming)
  throw new Error('No free name was found: the client must choose another name')
}

/** 409 with a name that is free, which the client may try without asking its user. */
export async function nameTaken(name: string, { tree, containerId }: Naming): Promise<WopiError> {
  for (let number = 2; containerId !== null && number <= NUMBERS_MAX; number++) {
    const free = withNumber(name, number)
    if (!(await tree.find(containerId, free)))
      return new WopiError('NAME_TAKEN', {
        headers: { [HEADERS.validRelativeTarget]: encodeUtf7(free) },
      })
  }
  return new WopiError('NAME_TAKEN')
}

/** Names to try, one after the other, when a suggested name is taken; none for an exact one. */
export function otherNames(
  { name, exact }: WantedName,
  newId: () => string,
): { otherName?: () => string | undefined } {
  if (exact) return {}
  const names = candidates(name, newId)
  names.next()
  return { otherName: () => names.next().value ?? undefined }
}

/** Yields the name itself, then with small numbers, then with random ones. */
function* candidates(name: string, newId: () => string): Generator<string> {
  yield name
  for (let number = 2; number <= NUMBERS_MAX; number++) yield withNumber(name, number)
  for (let tries = 0; tries < RANDOM_TRIES; tries++)
    yield withNumber(name, Number.parseInt(newId().slice(0, 8), 36))
}
