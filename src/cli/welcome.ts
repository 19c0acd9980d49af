/** Facts about a server that has just started. */
export interface Welcome {
  url: string
  /** The WOPISrc of the document to try, and its id. */
  wopiSrc: string
  fileId: string
  /** For that document, valid for one hour; absent when it must not be printed. */
  accessToken: string | undefined
  /** How the user calls this command. */
  command: string
  /** The option that other commands need for the data folder; empty when they need none. */
  dataOption: string
  /** What is wrong with `url`, if anything. */
  addressProblem: string | undefined
  /**
   * The option with which `get` and `put` sign; absent when the server demands no proofs, empty
   * when the keys are unknown.
   */
  proofOption?: string
}

/** The text that a server prints when it has started: its address, and commands to try. */
export function welcomeText(welcome: Welcome): string {
  const { url, wopiSrc, accessToken, command, dataOption, addressProblem } = welcome
  const token = accessToken === undefined ? '' : `  Access token for it, 1 hour ${accessToken}\n`
  return `
wopikit answers at ${url}
${addressProblem ? `\nWarning: ${addressProblem}\n` : ''}
  Document to try (WOPISrc)   ${wopiSrc}
${token}
${transferText(welcome)}
Add a document of your own, and make a token for it:

  ${command} add FILE${dataOption}
  ${command} token FILE_ID --user ID --permission all${dataOption}

Ctrl-C stops the server.

`
}

/** Commands that send requests to the server; if it demands proofs, only those that can sign. */
function transferText(welcome: Welcome): string {
  const { wopiSrc, accessToken, command, proofOption } = welcome
  if (proofOption === '')
    return `Requests must be signed by the client of --discovery: curl and browsers are answered 500.
To try get and put, make keys of your own and serve with their discovery:

  ${command} validate --new-proof-key FILE
`
  const shown = accessToken ?? '$WOPIKIT_TOKEN'
  const about =
    proofOption === undefined
      ? `What the host says about the document:

  curl ${inShell(`${wopiSrc}?access_token=${shown}`, accessToken)}
`
      : `Requests must be signed by the client of --discovery: curl and browsers are answered 500.
`
  const options = `${accessToken === undefined ? '' : ` --token ${accessToken}`}${proofOption ?? ''}`
  return `${tokenText(welcome)}${about}
Download it, and upload what you have changed:

  ${command} get ${wopiSrc} -o welcome.docx${options}
  ${command} put welcome.docx ${wopiSrc}${options}
`
}

/** Single quotes keep a text as it is; in double quotes the shell replaces variables. */
function inShell(address: string, accessToken: string | undefined): string {
  return accessToken === undefined ? `"${address}"` : `'${address}'`
}

/** How to make the token that is not printed. This way it appears in no list of processes. */
function tokenText({ accessToken, command, fileId, dataOption }: Welcome): string {
  if (accessToken !== undefined) return ''
  return `Make a token for it, in another terminal; the commands below find it there:

  export WOPIKIT_TOKEN=$(${command} token ${fileId} --user demo --permission write${dataOption})

`
}
