import type { Config } from './config.ts'

/** Addresses that mean all of a machine's, which no client can be sent to. */
const ANY_ADDRESS = new Set(['0.0.0.0', '::', ''])

/** The address by which clients reach a server: what is set, or where it listens. */
export function publicUrlOf(
  { publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>,
  port: number,
): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '')
  const name = ANY_ADDRESS.has(host) ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** The WOPISrc of a document, as commands print it that run beside the server. */
export function wopiSrcOf(config: Config, fileId: string): string {
  return `${baseUrlOf(config)}/wopi/files/${fileId}`
}

/** The address of a container, as commands print it that run beside the server. */
export function containerSrcOf(config: Config, containerId: string): string {
  return `${baseUrlOf(config)}/wopi/containers/${containerId}`
}

function baseUrlOf(config: Config): string {
  return `${publicUrlOf(config, config.port)}${config.basePath}`
}
