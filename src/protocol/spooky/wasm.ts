import type { SpookyModule } from './module.ts'
import { SPOOKY_WASM } from './wasm.generated.ts'

/**
 * The compiled assembly/spooky.ts. Synchronous, which browsers allow for a module as small as this.
 *
 * @throws Error of any kind where there is no WebAssembly, or a policy refuses it
 */
export function compileWasmModule(): SpookyModule {
  const code = Uint8Array.from(atob(SPOOKY_WASM), (character) => character.charCodeAt(0))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code))
  const at = (name: string) => (exports[name] as WebAssembly.Global<'i32'>).value
  return {
    memory: new Uint8Array((exports.memory as WebAssembly.Memory).buffer as ArrayBuffer),
    digestAt: at('DIGEST'),
    activeAt: at('ACTIVE'),
    oneShotAt: at('ONE_SHOT'),
    scratchAt: at('SCRATCH'),
    scratchBytes: at('SCRATCH_BYTES'),
    hash: exports.hash as SpookyModule['hash'],
    reset: exports.reset as SpookyModule['reset'],
    update: exports.update as SpookyModule['update'],
    digest: exports.digest as SpookyModule['digest'],
  }
}
