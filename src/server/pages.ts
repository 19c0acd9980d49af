import type { PageSubject, Pages } from '../host/core.ts'
import { fillTemplate } from './address-template.ts'
import type { Config } from './config.ts'

/** The addresses of the application's own pages, from the settings. */
export function pagesOf(config: Config): Pages {
  const { viewUrl, editUrl, containerUrl, shareUrl } = config
  const fill = (template: string) => (subject: PageSubject) => fillTemplate(template, subject)
  return {
    ...(viewUrl && { view: fill(viewUrl) }),
    ...(editUrl && { edit: fill(editUrl) }),
    ...(containerUrl && { container: fill(containerUrl) }),
    ...(shareUrl && { share: (subject, type) => fillTemplate(shareUrl, { ...subject, type }) }),
  }
}
