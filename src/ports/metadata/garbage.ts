import type { PackRef } from './pack-ref.ts'

/** The queue of documents that are due for a sweep, and what a sweep finds and removes. */
export interface GarbageStore {
  /** Documents that are due for a sweep, longest due first. They stay in the queue. */
  listDue(limit: number): Promise<{ documentKey: string; dueAt: number }[]>

  /**
   * Makes a document due for a sweep. If it is due already, the earlier time counts, and the latest
   * time counts once the earlier sweep has finished.
   */
  requestSweep(documentKey: string, delayMs: number): Promise<void>

  /**
   * Takes a document that was due at `dueAt` out of the queue, because its sweep has finished. If
   * another sweep was requested meanwhile, the document stays, and the latest time counts now.
   */
  finishSweep(documentKey: string, dueAt: number): Promise<void>

  /**
   * Drops these states. It never drops the current state, or a state that still has to be
   * delivered.
   *
   * @returns how many were dropped
   */
  pruneManifests(documentKey: string, manifestIds: readonly string[]): Promise<number>

  /**
   * Everything that may name packs of a document, as one consistent picture. `referenceVersion`
   * grows with every command that names a new pack. Such a command also pardons that pack, if it is
   * condemned and not yet doomed. The version of a document that does not exist is 0.
   */
  readReferences(documentKey: string): Promise<References>

  /**
   * Applies the judgement of a sweep about packs, if `referenceVersion` is unchanged. One judgement
   * condemns a pack that nothing names, and a later one dooms it. Once it is doomed, no command can
   * name it any more, so its bytes may go.
   *
   * @returns those of `unnamed` that are doomed now, including those that were doomed before, and
   *   how many packs this judgement has condemned
   */
  judgePacks(
    documentKey: string,
    referenceVersion: number,
    judgement: PackJudgement,
  ): Promise<{ ok: true; condemned: number; doomed: PackRef[] } | { ok: false }>

  /**
   * Dooms packs that were written for nothing, and makes their document due for a sweep. Only their
   * writer knows their keys, and it does not name them. Nothing needs to be remembered of them once
   * they are forgotten.
   */
  abandonPacks(documentKey: string, packs: readonly PackRef[]): Promise<void>

  /**
   * Forgets doomed packs whose bytes are gone. It remembers the latest epoch in which one of them
   * was condemned. A command that names a pack with an earlier `since` then gets `pack-gone`, as
   * the pack may be one of them.
   */
  forgetPacks(documentKey: string, keys: readonly string[]): Promise<void>
}

/** The judgement of a sweep about packs of one document. */
export interface PackJudgement {
  /**
   * Packs that nothing names. The judgement dooms those that were condemned at least `delayMs` ago.
   * It condemns those that are not condemned yet, and does not doom these.
   */
  unnamed: readonly PackRef[]
  /** Keys of packs that something names. They are pardoned, unless they are doomed. */
  named: readonly string[]
  delayMs: number
}

export interface References {
  referenceVersion: number
  now: number
  manifestIds: string[]
  sessionPacks: string[]
  condemned: { pack: PackRef; condemnedAt: number; doomed: boolean }[]
}
