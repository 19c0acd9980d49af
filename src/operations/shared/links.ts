import type { IssuedToken } from '../../ports/access.ts'

/** The addresses of this host, as its clients see them. */
export interface Links {
  /** The WOPISrc of a file, without a token. */
  file(fileId: string): string
  container(containerId: string): string
  ecosystem(): string
  /** Where the newest bytes of a file are fetched without any header: FileUrl and DownloadUrl. */
  download(fileId: string): string
  /** A file of settings; `path` is escaped. */
  settings(path: string): string
}

/** Builds addresses below `baseUrl`, which is what clients put before `/wopi`. */
export function createLinks(baseUrl: string): Links {
  return {
    file: (fileId) => `${baseUrl}/wopi/files/${fileId}`,
    container: (containerId) => `${baseUrl}/wopi/containers/${containerId}`,
    ecosystem: () => `${baseUrl}/wopi/ecosystem`,
    download: (fileId) => `${baseUrl}/wopi/files/${fileId}/download`,
    settings: (path) => `${baseUrl}/wopi/settings/${path}`,
  }
}

/** An address with its token (page "Key concepts": every address that an answer carries has one). */
export function withToken(address: string, { accessToken }: IssuedToken): string {
  return `${address}?access_token=${encodeURIComponent(accessToken)}`
}
