import { Command, Option } from 'commander'
import { HEADERS } from '../protocol/names.ts'
import { headerOf } from '../validator/http-message.ts'
import { withinTime } from '../validator/node-time-limit.ts'
import { createNodeTransport } from '../validator/node-transport.ts'
import { judge } from '../validator/reporters/verdict.ts'
import { fileAddress } from '../validator/requests/addresses.ts'
import { proofHeaders } from '../validator/requests/proof-headers.ts'
import { type RunOptions, runCases } from '../validator/run/run-cases.ts'
import { withoutSecrets } from '../validator/run/show.ts'
import { runCommand } from './command-line.ts'
import { readProofKeys, writeNewProofKeys } from './proof-key-file.ts'
import { isTlsInstead, whyNoAnswer } from './telling-fetch.ts'
import {
  EXIT,
  readAddress,
  TOKEN_OPTION,
  type TransferIo,
  UnreachableError,
  UsageError,
  userPath,
} from './transfer.ts'
import {
  type CaseChoice,
  chooseSuites,
  type ListedCase,
  listCases,
  selectionOf,
} from './validate-cases.ts'
import { openReport, REPORTER_NAMES, type ReportChoice } from './validate-report.ts'
import { followRun } from './validate-run.ts'
import { createStop } from './validate-stop.ts'

interface ValidateOptions extends CaseChoice, ReportChoice {
  wopisrc?: string
  token?: string
  tokenTtl: string
  delays?: boolean
  bail?: boolean
  proofKey?: string
  newProofKey?: string
  list?: boolean
  json?: boolean
}

const HELP = `
Without --cases the built-in suites run. They overwrite, lock and rename the document, and make and
delete others beside it: use one that nobody needs.

Exit code: 0 all cases have passed, 1 not all, 2 the command line cannot be understood,
4 the host gives no answer, 130 stopped.`

/** The command `validate`: runs conformance cases against any WOPI host. */
export function validateCommand(io: TransferIo): Command {
  return new Command('validate')
    .description('test this or any other WOPI host, case by case')
    .option('--wopisrc <url>', 'WOPISrc of a document; for --cases one called something.wopitest')
    .option(...TOKEN_OPTION)
    .option('--token-ttl <ms>', 'when the token expires, in ms since 1970 UTC; 0: unknown', '0')
    .option('--cases <file>', "Microsoft's TestCases.xml, or another file of its format")
    .option('--built-in', 'with --cases: the built-in suites too')
    .option(
      '--suite <name>',
      'only this built-in suite, wopikit or clients; may be repeated',
      collect,
    )
    .option('--group <name>', 'only this group; may be repeated', collect)
    .option('--name <name>', 'only this case; may be repeated', collect)
    .option('--category <name>', 'only this category, such as WopiCoauth; may be repeated', collect)
    .option('--delays', 'also the cases that wait minutes for locks to expire')
    .option('--proof-key <file>', 'sign the requests with the keys of this file')
    .option('--bail', 'stop after the first failure')
    .option('--allow-skips', 'exit code 0 also when cases were skipped')
    .addOption(
      new Option('--reporter <name>', 'how to report').choices(REPORTER_NAMES).default('terminal'),
    )
    .option('--output <file>', 'write the report there, and the progress to the standard output')
    .option('--list', 'print the cases that would run, and run none')
    .option('--new-proof-key <file>', 'make keys for --proof-key, and FILE.discovery.xml; run none')
    .option('--json', 'report as --reporter json does; tell failures of the command as JSON')
    .addHelpText('after', HELP)
    .action((options: ValidateOptions) => runCommand(io, options, () => validate(options, io)))
}

function collect(value: string, former: string[] = []): string[] {
  return [...former, value]
}

async function validate(options: ValidateOptions, io: TransferIo): Promise<void> {
  if (options.newProofKey !== undefined) return await makeKeys(options.newProofKey, options, io)
  const suites = await chooseSuites(options, io.env)
  const cases = listCases(suites, options)
  if (options.list) io.stdout.write(listText(cases, options))
  else if (cases.length === 0)
    throw new UsageError('No case matches all of --group, --name and --category.')
  else if (!options.delays && cases.every(({ hasDelay }) => hasDelay))
    throw new UsageError('All chosen cases wait for locks to expire: add --delays.')
  else await runAll({ ...(await worldOf(options, io)), suites }, options, io)
}

/**
 * Sends a first request to the host. Without an answer, every case would wait in vain. If the host
 * refuses the proof, every case would fail for this reason alone.
 *
 * @throws UnreachableError; UsageError for a refused proof
 */
async function knock(run: Pick<RunOptions, 'endpoint' | 'send' | 'proof' | 'now'>): Promise<void> {
  const { accessToken } = run.endpoint
  const url = fileAddress(run.endpoint, '')
  const headers = run.proof
    ? await proofHeaders({ accessToken, url, now: run.now() }, run.proof)
    : []
  const fail = async (error: unknown): Promise<never> => {
    const words = withoutSecrets(await whyNoAnswer(url, error), new Set([accessToken]))
    throw new UnreachableError(`The host gives no answer: ${words}`)
  }
  const answer = await run.send({ method: 'GET', url, headers }).catch(fail)
  // TLS servers answer plain HTTP like this, if at all.
  if (answer.status === 400 && (await isTlsInstead(new URL(url)))) await fail(undefined)
  if (headerOf(answer.headers, HEADERS.failureCode) === 'PROOF_INVALID')
    throw new UsageError(
      `The host refuses all requests: ${headerOf(answer.headers, HEADERS.failureReason)}.\n` +
        'Add --proof-key FILE with keys that the host knows, and use the WOPISrc that it gives to clients.',
    )
}

async function runAll(
  run: Omit<RunOptions, 'sleep' | 'signal'>,
  options: ValidateOptions,
  io: TransferIo,
): Promise<void> {
  const choice = { ...options, reporter: options.json ? ('json' as const) : options.reporter }
  await using report = await openReport(choice, io)
  await knock(run)
  using stop = createStop(io)
  const events = runCases({
    ...run,
    selection: selectionOf(options),
    delays: options.delays ?? false,
    bail: options.bail ?? false,
    sleep: stop.sleep,
    signal: stop.signal,
  })
  const totals = await followRun(events, report.tell, stop)
  const { ok, text } = judge(totals, choice)
  report.conclude(text)
  if (stop.exitCode !== undefined) io.exit(stop.exitCode)
  else if (!ok) io.exit(EXIT.failed)
}

/** What a run needs from its environment, except waiting. */
async function worldOf(
  options: ValidateOptions,
  io: TransferIo,
): Promise<Omit<RunOptions, 'suites' | 'sleep' | 'signal'>> {
  if (options.wopisrc === undefined)
    throw new UsageError('The host is missing. Set --wopisrc to the address of a document.')
  const address = readAddress(options.wopisrc, options.token, io.env)
  const accessTokenTtl = Number(options.tokenTtl)
  if (!Number.isSafeInteger(accessTokenTtl) || accessTokenTtl < 0)
    throw new UsageError('--token-ttl must be a time in ms since 1970 UTC, or 0.')
  const { proofKey } = options
  const proof = proofKey === undefined ? undefined : await readProofKeys(userPath(proofKey, io.env))
  return {
    endpoint: { ...address, accessTokenTtl },
    ...createNodeTransport(),
    now: Date.now,
    withinTime,
    proof,
  }
}

async function makeKeys(file: string, { json }: ValidateOptions, io: TransferIo): Promise<void> {
  const { keyFile, discoveryFile } = await writeNewProofKeys(userPath(file, io.env))
  const text =
    `Private keys, for "wopikit validate --proof-key": ${keyFile}\n` +
    `Discovery document, for "wopikit serve --discovery": ${discoveryFile}\n`
  io.stdout.write(json ? `${JSON.stringify({ keyFile, discoveryFile })}\n` : text)
}

function listText(cases: readonly ListedCase[], { json }: ValidateOptions): string {
  if (json) return `${JSON.stringify(cases)}\n`
  const lines = cases.map(
    ({ group, name, category, hasDelay }) =>
      `${group}: ${name} [${category}${hasDelay ? ', needs --delays' : ''}]\n`,
  )
  return `${lines.join('')}${cases.length} cases\n`
}
