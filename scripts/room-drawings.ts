import { COMPOSITION, PARTS, ROOMS } from './arrows.ts'

/** What ARCHITECTURE.md draws, by the name of the marks that it stands between. */
export const DRAWINGS: Readonly<Record<string, string>> = {
  rooms: drawing(ROOMS, [`  server -. ${COMPOSITION.replace('src/', '')} .-> stores`]),
  content: drawing(PARTS.content ?? {}),
}

/** A flow chart with an arrow for each "may import". */
function drawing(
  arrows: Readonly<Record<string, readonly string[]>>,
  more: readonly string[] = [],
): string {
  const node = (name: string) =>
    name.endsWith('.ts') ? `${name.replace('.ts', '')}["${name}"]` : `${name}["${name}/"]`
  const lines = Object.entries(arrows).flatMap(([from, targets]) =>
    targets.map((to) => `  ${node(from)} --> ${node(to)}`),
  )
  return ['```mermaid', 'flowchart TD', ...lines, ...more, '```'].join('\n')
}
