import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { createChunkReader } from './chunk-reader.ts'
import { createFrameDecoder } from './decoder.ts'
import { FRAME_ERROR_CODES, FrameError } from './frame-error.ts'

const FOLDER = join(import.meta.dirname, '../../../test/fixtures/frames')

/** Takes a whole stream in pieces of `size` bytes; saves and restores itself between them. */
type Read = (bytes: Uint8Array, size: number) => void

/** By folder. */
const READERS: Record<string, Read> = {
  decoder: (bytes, size) => {
    let decoder = createFrameDecoder()
    for (let from = 0; from < bytes.length; from += size) {
      decoder.push(bytes.subarray(from, from + size))
      decoder = createFrameDecoder({ state: decoder.save() })
    }
    decoder.finish()
  },
  'chunk-reader': (bytes, size) => readChunks('required', bytes, size),
  session: (bytes, size) => readChunks('forbidden', bytes, size),
}

const files = globSync('*/*.bin', { cwd: FOLDER })

test('every code of FrameError has a file of frames that it refuses', () => {
  const codes = new Set(files.map(codeOf))

  const without = FRAME_ERROR_CODES.filter((code) => !codes.has(code))

  assert.deepEqual(without, [])
})

for (const file of files) {
  test(`createFrameDecoder refuses the frames of ${file} with the code that names them, split at any point`, () => {
    const read = READERS[dirname(file)]
    const bytes = new Uint8Array(readFileSync(join(FOLDER, file)))

    const codes = [1, 3, 16, 4096].map((size) => errorCode(() => read?.(bytes, size)))

    assert.deepEqual(codes, Array(4).fill(codeOf(file)))
  })
}

function readChunks(endFrame: 'required' | 'forbidden', bytes: Uint8Array, size: number): void {
  let reader = createChunkReader({ endFrame })
  for (let from = 0; from < bytes.length; from += size) {
    reader.push(bytes.subarray(from, from + size))
    reader = createChunkReader({ endFrame, checkpoint: reader.save() })
  }
  reader.finish()
}

function codeOf(file: string): string {
  return basename(file).split('.')[0] ?? ''
}

function errorCode(call: () => void): string {
  try {
    call()
    return 'nothing was thrown'
  } catch (error) {
    return error instanceof FrameError ? error.code : String(error)
  }
}
