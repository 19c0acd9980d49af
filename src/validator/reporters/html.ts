import type { CaseResult, Failure, RunEvent, ShownExchange, Verdict } from '../report.ts'
import type { Cause } from './causes.ts'
import {
  byGroup,
  type CollectedRun,
  causeCases,
  collectRun,
  type GroupResults,
  leftOutText,
  skipCounts,
  skipText,
  stoppedText,
} from './collected-run.ts'
import { HTML_STYLE } from './html-style.ts'
import { answerText, formatDuration, oneLine, requestText, visible } from './shown-text.ts'
import { judge } from './verdict.ts'

const VERDICTS: Record<Verdict, string> = { pass: 'passed', fail: 'failed', skip: 'skipped' }

/** Writes one HTML page, which loads nothing and runs no script, when the run is done. */
export function createHtmlReporter(
  write: (text: string) => void,
  options: { allowSkips?: boolean | undefined } = {},
): (event: RunEvent) => void {
  return collectRun((run) => write(page(run, options.allowSkips ?? false)))
}

function page(run: CollectedRun, allowSkips: boolean): string {
  const groups = byGroup(run.results)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>wopikit validate: ${escapeHtml(judge(run.totals, { allowSkips }).text)}</title>
<style>
${HTML_STYLE}</style>
</head>
<body>
${header(run, allowSkips)}
<main>
${causes(run)}
${summary(groups)}
${skips(run)}
${filter(run)}
${groups.map(groupSection).join('\n')}
</main>
</body>
</html>
`
}

function header(run: CollectedRun, allowSkips: boolean): string {
  const { ok, text } = judge(run.totals, { allowSkips })
  const notes = [`Duration: ${formatDuration(run.durationMs)}.`, stoppedText(run), leftOutText(run)]
  return `<header>
<h1>WOPI validation</h1>
<p class="verdict ${ok ? 'pass' : 'fail'}">${escapeHtml(text)}</p>
<p>Host: <code>${escapeHtml(oneLine(run.wopiSrc))}</code>. ${notes.filter(Boolean).join(' ')}</p>
</header>`
}

function summary(groups: readonly GroupResults[]): string {
  const rows = groups.map(({ group, passed, failed, skipped }, at) => {
    const name = `<th scope="row"><a href="#group-${at}">${escapeHtml(oneLine(group))}</a></th>`
    const cells = [passed, failed, skipped].map((count) => `<td>${count}</td>`).join('')
    return `<tr${failed > 0 ? ' class="fail"' : ''}>${name}${cells}</tr>`
  })
  const heads = ['Group', 'Passed', 'Failed', 'Skipped'].map(
    (head) => `<th scope="col">${head}</th>`,
  )
  return `<table>
<caption>Cases by group</caption>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`
}

function causes({ causes }: CollectedRun): string {
  return causes.length === 0
    ? ''
    : `<h2>What is wrong, and what to look at first</h2>\n<ol>${causes.map(causeItem).join('\n')}</ol>`
}

function causeItem(cause: Cause): string {
  const [message, advice, cases] = [cause.message, cause.advice, causeCases(cause)].map((text) =>
    escapeHtml(oneLine(text)),
  )
  return `<li><p class="message">${message}</p><p>${advice}</p><p class="clause">${cases}</p></li>`
}

function skips({ results }: CollectedRun): string {
  const reasons = skipCounts(results).map(
    (skip) => `<li>${escapeHtml(oneLine(skipText(skip)))}</li>`,
  )
  return reasons.length === 0
    ? ''
    : `<h2>Why cases were skipped</h2>\n<ul>${reasons.join('\n')}</ul>`
}

/** Radio buttons; the style sheet hides what was not chosen. */
function filter({ totals: { passed, failed, skipped } }: CollectedRun): string {
  const choices = [
    ['all', `All (${passed + failed + skipped})`],
    ['fail', `Failed (${failed})`],
    ['skip', `Skipped (${skipped})`],
    ['pass', `Passed (${passed})`],
  ].map(([id, label]) => {
    const checked = id === 'all' ? ' checked' : ''
    return `<label><input type="radio" name="show" id="show-${id}"${checked}> ${label}</label>`
  })
  return `<fieldset>\n<legend>Show</legend>\n${choices.join('\n')}\n</fieldset>`
}

function groupSection({ group, results }: GroupResults, at: number): string {
  const verdicts = [...new Set(results.map(({ verdict }) => verdict))]
  const classes = verdicts.map((verdict) => `has-${verdict}`).join(' ')
  return `<section class="${classes}" aria-labelledby="group-${at}">
<h2 id="group-${at}">${escapeHtml(oneLine(group))}</h2>
<ul class="cases">
${results.map(caseItem).join('\n')}
</ul>
</section>`
}

function caseItem(result: CaseResult): string {
  const { verdict, name, description, skipReason, failures, exchanges, durationMs } = result
  const title = `<span class="badge ${verdict}">${VERDICTS[verdict]}</span> ${escapeHtml(oneLine(name))}`
  const time = `<span class="time">${formatDuration(durationMs)}</span>`
  const inside = [
    description && `<p>${escapeHtml(oneLine(description))}</p>`,
    skipReason && `<p>Skipped: ${escapeHtml(oneLine(skipReason))}</p>`,
    ...failures.map(failureBlock),
    ...exchanges.map(exchangeBlock),
  ].filter(Boolean)
  const body =
    inside.length === 0
      ? `<p class="plain">${title} ${time}</p>`
      : `<details${verdict === 'fail' ? ' open' : ''}><summary>${title} ${time}</summary>\n${inside.join('\n')}\n</details>`
  return `<li class="case ${verdict}">${body}</li>`
}

function failureBlock({ message, clause }: Failure): string {
  const rule = clause
    ? `\n<p class="clause">Page “${escapeHtml(oneLine(clause.page))}”: ${escapeHtml(oneLine(clause.rule))}</p>`
    : ''
  return `<p class="message">${escapeHtml(visible(message))}</p>${rule}`
}

function exchangeBlock(exchange: ShownExchange): string {
  const duration = formatDuration(exchange.durationMs)
  return `<h3>${escapeHtml(oneLine(exchange.operation))} <span class="time">${duration}</span></h3>
<pre tabindex="0" aria-label="Request">${escapeHtml(visible(requestText(exchange)))}</pre>
<pre tabindex="0" aria-label="Answer">${escapeHtml(visible(answerText(exchange)))}</pre>`
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
