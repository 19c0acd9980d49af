import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

/** Where Debian and others put it; `WOPIKIT_CHROMIUM` names another place. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of a Chromium, if this machine has one. */
export async function findChromium(): Promise<string | undefined> {
  const { WOPIKIT_CHROMIUM: chosen } = process.env
  for (const place of chosen ? [chosen] : PLACES) {
    const there = await access(place).then(
      () => true,
      () => false,
    )
    if (there) return place
  }
  return undefined
}

/** A headless browser with a profile of its own. */
export async function openChromium(
  executablePath: string,
): Promise<{ context: BrowserContext } & AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), 'wopikit-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
  })
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
