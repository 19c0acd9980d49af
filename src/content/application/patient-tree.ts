import type { DocumentSource, SourceTree } from '../../ports/document-source.ts'
import { unlessAborted } from '../bytes/single-flight.ts'
import { ask, type Patience } from './deadlines.ts'

/**
 * The folders of an application's documents, if it has any: the host waits for them no longer than an
 * answer, or a new file, may take.
 */
export function withPatientTree(
  { tree }: Pick<DocumentSource, 'tree'>,
  patience: Patience,
): Pick<DocumentSource, 'tree'> {
  return tree ? { tree: createPatientTree(tree, patience) } : {}
}

function createPatientTree(tree: SourceTree, patience: Patience): SourceTree {
  const answer = <T>(method: keyof SourceTree, step: () => T | PromiseLike<T>) =>
    ask(patience, `SourceTree.${method}`, undefined, step)
  return {
    root: (user) => answer('root', () => tree.root(user)),
    container: (id) => answer('container', () => tree.container(id)),
    path: (id, limit) => answer('path', () => tree.path(id, limit)),
    find: (id, name) => answer('find', () => tree.find(id, name)),
    children: (id, limit) => answer('children', () => tree.children(id, limit)),
    createContainer: (place) => answer('createContainer', () => tree.createContainer(place)),
    renameContainer: (id, name) => answer('renameContainer', () => tree.renameContainer(id, name)),
    deleteContainer: (id) => answer('deleteContainer', () => tree.deleteContainer(id)),
    renameFile: (id, name) => answer('renameFile', () => tree.renameFile(id, name)),
    deleteFile: (id) => answer('deleteFile', () => tree.deleteFile(id)),
    createFile: (file) => createFile(tree, patience, file),
  }
}

/** Adds a file. The application's time begins anew with each piece, since a client may send slowly. */
async function createFile(
  tree: SourceTree,
  { alarm, deadlines }: Patience,
  file: Parameters<SourceTree['createFile']>[0],
): ReturnType<SourceTree['createFile']> {
  const late = new AbortController()
  const signal = file.signal ? AbortSignal.any([file.signal, late.signal]) : late.signal
  const { saveMs } = deadlines
  const message = `SourceTree.createFile has neither read nor answered for ${saveMs / 1000} s`
  let stop = () => {}
  let isOver = false
  function watch(): void {
    stop()
    if (isOver) return
    stop = alarm(saveMs, () => late.abort(new DOMException(message, 'TimeoutError')))
  }
  async function* content(): AsyncGenerator<Uint8Array> {
    try {
      stop()
      for await (const bytes of file.content) {
        watch()
        yield bytes
        stop()
      }
    } finally {
      watch()
    }
  }
  watch()
  try {
    return await unlessAborted(tree.createFile({ ...file, content: content(), signal }), signal)
  } finally {
    isOver = true
    stop()
  }
}
