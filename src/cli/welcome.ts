/** What a server that has just started tells about itself. */
export interface Welcome {
  url: string
  /** Of the document to try. */
  wopiSrc: string
  accessToken: string
  /** How this command is called. */
  command: string
  /** What the other commands need to find the data folder; empty when they find it. */
  dataOption: string
  /** What is wrong with `url`, if anything is. */
  addressProblem: string | undefined
  /**
   * Left out when the server demands no proofs; else how `get` and `put` sign, empty when nobody
   * knows the keys.
   */
  proofOption?: string
}

/** The text that a server prints when it has started: where it is, and commands to try. */
export function welcomeText(welcome: Welcome): string {
  const { url, wopiSrc, accessToken, command, dataOption, addressProblem } = welcome
  return `
wopikit answers at ${url}
${addressProblem ? `\nWarning: ${addressProblem}\n` : ''}
  Document to try (WOPISrc)   ${wopiSrc}
  Access token (10 hours)     ${accessToken}

${transferText(welcome)}
Add a document of your own, and make a token for it:

  ${command} add FILE${dataOption}
  ${command} token FILE_ID --user ID --permission all${dataOption}

Ctrl-C stops the server.

`
}

/** Commands that ask the server; where it demands proofs, only those that can sign. */
function transferText({ wopiSrc, accessToken, command, proofOption }: Welcome): string {
  if (proofOption === '')
    return `Requests must be signed by the client of --discovery: curl and browsers are answered 500.
To try get and put, make keys of your own and serve with their discovery:

  ${command} validate --new-proof-key FILE
`
  const about =
    proofOption === undefined
      ? `What the host says about the document:

  curl '${wopiSrc}?access_token=${accessToken}'
`
      : `Requests must be signed by the client of --discovery: curl and browsers are answered 500.
`
  return `${about}
Download it, and upload what you have changed:

  ${command} get ${wopiSrc} -o welcome.docx --token ${accessToken}${proofOption ?? ''}
  ${command} put welcome.docx ${wopiSrc} --token ${accessToken}${proofOption ?? ''}
`
}
