import type { UploadState } from '../../src/client.ts'

const DATABASE = 'wopikit-uploads'
const STORE = 'states'

/**
 * Keeps what an upload needs to go on after a reload, in IndexedDB: pages and Workers share it, which
 * they do not `localStorage`. Each document has its own entry, under its WOPISrc.
 */
export interface KeptState {
  read(wopiSrc: string): Promise<UploadState | undefined>
  /** Forgets the document's state when it is given `undefined`. */
  write(wopiSrc: string, state: UploadState | undefined): Promise<void>
}

export async function openKeptState(): Promise<KeptState> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await done(opening)
  const store = (mode: IDBTransactionMode) => database.transaction(STORE, mode).objectStore(STORE)
  return {
    read: (wopiSrc) => done(store('readonly').get(wopiSrc)),
    async write(wopiSrc, state) {
      const states = store('readwrite')
      if (state) await done(states.put(state, wopiSrc))
      else await done(states.delete(wopiSrc))
    },
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
