import type { Suite } from '../model.ts'

/** The cases that come with wopikit. */
export const BUILT_IN: Suite = {
  name: 'wopikit',
  groups: [],
  prerequisites: [],
  resources: new Map(),
  schemas: new Map(),
}
